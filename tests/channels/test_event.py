"""event.ics: an announced event in a reader's calendar, read back by the icalendar library."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.channels import newsletter
from flows.channels.feed import article
from flows.edition import FORBIDDEN, Edition, Event, Text
from flows.house import House
from flows.occasions import when_and_where
from flows.reading import plain
from flows.rendition import Imprint, Rendition
from tests.channels import demo

PARIS = ZoneInfo("Europe/Paris")
EVENING = Event(
    datetime(2026, 10, 1, 18, 30, tzinfo=PARIS),
    datetime(2026, 10, 1, 20, tzinfo=PARIS),
    "Salle des fêtes, 3\u00a0rue de l’Église\u202f; étage 1",
)
DAYS = Event(date(2026, 10, 8), date(2026, 10, 9), "Town hall")


def announcing(event: Event, edition: Edition = demo.FRENCH, **changes: object) -> Edition:
    return replace(edition, event=event, **changes)  # type: ignore[arg-type]


def rendered(
    edition: Edition, imprint: Imprint = demo.IMPRINT, house: House = demo.HOUSE
) -> Rendition:
    return newsletter.render(edition, imprint, house)


def ics(edition: Edition, imprint: Imprint = demo.IMPRINT, house: House = demo.HOUSE) -> bytes:
    return rendered(edition, imprint, house).file("public/event.ics").data


def read(data: bytes) -> icalendar.Event:
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


# ---------------------------------------------------------------------------------- the calendar


def test_an_edition_without_an_event_has_no_calendar_and_no_word_of_one() -> None:
    made = rendered(demo.FRENCH)
    assert "public/event.ics" not in [file.path for file in made.files]
    for name in ("index.html", "newsletter.html", "newsletter.txt"):
        assert "agenda" not in made.file(f"public/{name}").data.decode()


def test_a_calendar_says_what_the_edition_says() -> None:
    edition = announcing(EVENING)
    event = read(ics(edition))
    address = f"{demo.HOUSE.address}/{demo.IMPRINT.path}/"
    assert str(event["summary"]) == plain(edition.title)
    assert str(event["location"]) == "Salle des fêtes, 3 rue de l’Église ; étage 1"
    assert str(event["url"]) == address
    assert str(event["description"]).endswith(f"\n\n{address}")
    for name in ("summary", "location", "description"):
        assert event[name].params["LANGUAGE"] == "fr"
    assert event["dtstart"].dt == datetime(2026, 10, 1, 16, 30, tzinfo=UTC)
    assert event["dtend"].dt == datetime(2026, 10, 1, 18, tzinfo=UTC)
    assert event["dtstamp"].dt == demo.IMPRINT.updated.replace(microsecond=0)


def test_whole_days_are_days_and_end_by_the_day_after() -> None:
    made = ics(announcing(DAYS))
    assert b"DTSTART;VALUE=DATE:20261008\r\n" in made
    assert b"DTEND;VALUE=DATE:20261010\r\n" in made
    assert b"DTEND" not in ics(announcing(Event(date(2026, 10, 8))))


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        (datetime(2026, 10, 24, 18, 30, tzinfo=PARIS), b"20261024T163000Z"),
        (datetime(2026, 10, 25, 18, 30, tzinfo=PARIS), b"20261025T173000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=PARIS), b"20261025T003000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=1), b"20261025T013000Z"),
    ],
)
def test_a_moment_is_the_same_on_both_sides_of_the_change_of_clocks(
    wall: datetime, utc: bytes
) -> None:
    assert b"DTSTART:" + utc in ics(announcing(Event(wall)))


def test_a_correction_is_the_same_event_in_a_higher_sequence() -> None:
    first, later = (
        read(ics(announcing(EVENING), imprint)) for imprint in (demo.IMPRINT, demo.CORRECTED)
    )
    assert first["uid"] == later["uid"]
    assert first["sequence"] < later["sequence"]
    assert first["dtstamp"].dt < later["dtstamp"].dt
    assert first["created"].dt == later["created"].dt


def test_two_editions_are_two_events() -> None:
    other = replace(demo.IMPRINT, guid=f"{demo.IMPRINT.guid}-2")
    assert read(ics(announcing(EVENING)))["uid"] != read(ics(announcing(EVENING), other))["uid"]


def test_a_trial_says_so_in_the_calendar_too() -> None:
    event = read(ics(announcing(DAYS, demo.ENGLISH), demo.ON_TRIAL, demo.BARE))
    assert str(event["description"]).startswith("Trial – this document is not a publication\n")


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=200).map(
    lambda text: FORBIDDEN.sub("", text)
)


@given(
    title=TEXT,
    standfirst=TEXT,
    place=TEXT,
    start=st.integers(0, 4 * 10**9),
    minutes=st.none() | st.integers(1, 10**5),
)
def test_whatever_is_written_is_read_back_from_lines_of_75_octets(
    title: str, standfirst: str, place: str, start: int, minutes: int | None
) -> None:
    begins = datetime.fromtimestamp(start, PARIS)
    ends = begins.astimezone(UTC) + timedelta(minutes=minutes) if minutes else None
    first = (Text(standfirst),) if standfirst else ()
    edition = announcing(Event(begins, ends, place), title=title, standfirst=first)
    data = _calendar(edition)
    assert data.endswith(b"\r\n")
    lines = data.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    event = read(data)
    assert str(event["summary"]) == plain(title)
    assert str(event.get("location", "")) == plain(place)
    assert str(event["description"]).removesuffix("https://h.example/").strip() == plain(standfirst)
    assert event["dtstart"].dt == begins
    assert ("dtend" in event, minutes and event["dtend"].dt) == (bool(minutes), minutes and ends)


def _calendar(edition: Edition) -> bytes:
    from flows.channels._about import about
    from flows.channels._event import event_file

    facts = replace(about(edition, demo.IMPRINT, demo.HOUSE), address="https://h.example/")
    assert edition.event is not None
    return event_file(facts, edition.event).data


# ------------------------------------------------------------------------- where readers find it


def test_page_letter_text_and_feed_say_when_and_where_and_lead_to_it() -> None:
    edition = announcing(EVENING)
    made = rendered(edition)
    said = lxml.html.fromstring(made.file("public/index.html").data)
    [link] = said.xpath("//main//a[@type='text/calendar']")
    assert (link.get("href"), link.text) == ("event.ics", "Ajouter à mon agenda")
    [lines] = said.xpath("//main//p[@class='occasion']")
    assert plain(lines.text_content()).startswith("Jeudi 1er octobre 2026, de 18 h 30 à 20 h")
    address = f"{demo.HOUSE.address}/{demo.IMPRINT.path}/event.ics"
    assert f'href="{address}"' in made.file("public/newsletter.html").data.decode()
    assert f"Ajouter à mon agenda\n{address}\n" in made.file("public/newsletter.txt").data.decode()
    assert f'<a href="{address}">Ajouter à mon agenda</a>' in article(
        edition, demo.IMPRINT, demo.HOUSE
    )


def test_the_page_tells_machines_when_and_where() -> None:
    page = lxml.html.fromstring(rendered(announcing(EVENING)).file("public/index.html").data)
    graph = json.loads(page.xpath("//script[@type='application/ld+json']")[0].text)["@graph"]
    [event] = [node for node in graph if node["@type"] == "Event"]
    assert event["startDate"] == "2026-10-01T18:30:00+02:00"
    assert event["endDate"] == "2026-10-01T20:00:00+02:00"
    place = "Salle des fêtes, 3 rue de l’Église ; étage 1"
    assert event["location"] == {"@type": "Place", "name": place}


def test_without_an_announcement_the_day_on_which_somebody_spoke_is_the_event() -> None:
    page = lxml.html.fromstring(rendered(demo.FRENCH).file("public/index.html").data)
    graph = json.loads(page.xpath("//script[@type='application/ld+json']")[0].text)["@graph"]
    [event] = [node for node in graph if node["@type"] == "Event"]
    assert demo.FRENCH.date is not None
    assert event["startDate"] == demo.FRENCH.date.isoformat()
    assert "location" not in event


@pytest.mark.parametrize(
    ("event", "french", "english"),
    [
        (
            Event(date(2026, 10, 8)),
            ["Jeudi 8 octobre 2026"],
            ["Thursday 8 October 2026"],
        ),
        (
            DAYS,
            ["Du jeudi 8 octobre 2026 au vendredi 9 octobre 2026", "Town hall"],
            ["Thursday 8 October 2026 to Friday 9 October 2026", "Town hall"],
        ),
        (
            Event(datetime(2026, 10, 8, 9, tzinfo=PARIS)),
            ["Jeudi 8 octobre 2026 à 9 h"],
            ["Thursday 8 October 2026, 09:00"],
        ),
        (
            Event(EVENING.start, EVENING.end),
            ["Jeudi 1er octobre 2026, de 18 h 30 à 20 h"],
            ["Thursday 1 October 2026, 18:30 to 20:00"],
        ),
        (
            Event(EVENING.start, datetime(2026, 10, 2, 1, tzinfo=PARIS)),
            ["Du jeudi 1er octobre 2026 à 18 h 30 au vendredi 2 octobre 2026 à 1 h"],
            ["Thursday 1 October 2026, 18:30, to Friday 2 October 2026, 01:00"],
        ),
    ],
)
def test_when_and_where_are_said_as_the_language_says_them(
    event: Event, french: list[str], english: list[str]
) -> None:
    assert [plain(line) for line in when_and_where(event, "fr")] == french
    assert [plain(line) for line in when_and_where(event, "en")] == english


def test_an_event_cannot_end_before_it_begins() -> None:
    for end in (datetime(2026, 10, 1, 18, 30, tzinfo=PARIS), date(2026, 10, 2)):
        with pytest.raises(ValueError, match="no event lasts"):
            Event(EVENING.start, end)
    Event(
        datetime(2026, 10, 25, 2, 50, tzinfo=PARIS),
        datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=PARIS),
    )
