"""The event that an edition announces: read as people write it, on the house's clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import sources
from flows.editing import edit
from flows.edition import Edited, Edition, Event, Paragraph, Place, Text
from flows.house import House
from flows.manuscript import Manuscript, Placed
from flows.reading import fingerprint

HOUSE = House(name="Conseil d’essai")
PARIS = ZoneInfo("Europe/Paris")
SUMMER = datetime(2026, 10, 8, 16, 30, tzinfo=UTC)


def edited(**said: str) -> Edited:
    placed = (Placed(Paragraph((Text("Texte."),)), Place("essai.txt", 5)),)
    metadata = {"title": "Titre", "date": "2026-09-01", "language": "fr", **said}
    return edit(Manuscript("essai.txt", "text/plain", placed, tuple(metadata.items())), HOUSE)


def announced(**said: str) -> Event:
    edition = edited(**said).edition
    assert edition is not None
    assert edition.event is not None
    return edition.event


def rules(of: Edited) -> list[str]:
    return [finding.rule for finding in of.findings]


@pytest.mark.parametrize(
    "said",
    [
        "2026-10-08 18:30",
        "2026-10-08T18:30:00+02:00",
        "2026-10-08 16:30Z",
        "8 octobre 2026 à 18 h 30",
        "jeudi 8 octobre 2026, 18h30",
        "8 October 2026 at 6:30 pm",
        "8 October 2026 at 18.30",
        "2026-10-08 18.30",
    ],
)
def test_a_beginning_with_an_hour_is_a_moment_on_the_house_s_clocks(said: str) -> None:
    start = announced(event=said).start
    assert isinstance(start, datetime)
    assert (start, start.tzinfo) == (SUMMER, PARIS)


@pytest.mark.parametrize(
    "said", ["2026-10-08", "8 octobre 2026", "October 8th, 2026", "08/10/2026"]
)
def test_a_beginning_without_an_hour_is_a_whole_day(said: str) -> None:
    event = announced(event=said)
    assert event == Event(date(2026, 10, 8))
    assert event.is_whole_days


@pytest.mark.parametrize("said", ["20:30", "20 h 30", "à 20h30", "8.30 pm", "2026-10-08 20:30"])
def test_an_end_may_be_an_hour_of_the_same_day(said: str) -> None:
    event = announced(event="2026-10-08 18:30", event_end=said)
    assert event.end == SUMMER + timedelta(hours=2)


def test_whole_days_end_on_the_last_of_them_and_one_day_needs_no_end() -> None:
    days = announced(event="2026-10-08", event_end="9 octobre 2026")
    assert (days.start, days.end) == (date(2026, 10, 8), date(2026, 10, 9))
    assert announced(event="2026-10-08", event_end="2026-10-08").end is None


@pytest.mark.parametrize("said", ["bientôt", "2026-02-30", "8 octobre 2026 à 25 h", "9999-12-31"])
def test_a_beginning_of_no_calendar_refuses_the_edition(said: str) -> None:
    assert edited(event=said).edition is None
    assert rules(edited(event=said)) == ["bad-event"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-10-08 18:30", "18:30"),
        ("2026-10-08 18:30", "17 h"),
        ("2026-10-08 18:30", "2026-10-09"),
        ("2026-10-08 18:30", "tard"),
        ("2026-10-08", "20:30"),
        ("2026-10-08", "2026-10-07"),
    ],
)
def test_an_end_that_is_none_refuses_the_edition(start: str, end: str) -> None:
    found = edited(event=start, event_end=end)
    assert found.edition is None
    assert rules(found) == ["bad-event-end"]


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2027-03-28 02:30", "", ["event-in-gap"]),
        ("2027-03-28 01:00", "02:30", ["event-in-gap"]),
        ("2026-10-25 02:30", "", ["event-twice"]),
        ("2026-10-25 02:30+01:00", "", []),
        ("2026-10-25 02:50+02:00", "2026-10-25 02:10+01:00", []),
        ("2026-10-25", "", []),
    ],
)
def test_a_time_that_the_clocks_skip_or_read_twice_is_a_doubt(
    start: str, end: str, told: list[str]
) -> None:
    found = edited(event=start, event_end=end)
    assert found.edition is not None
    assert rules(found) == told


def test_an_event_over_the_change_of_clocks_lasts_as_long_as_it_lasts() -> None:
    event = announced(event="2026-10-25 01:30", event_end="04:00")
    assert isinstance(event.start, datetime)
    assert isinstance(event.end, datetime)
    assert event.end.astimezone(UTC) - event.start.astimezone(UTC) == timedelta(hours=3.5)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"event": "2026-08-31"}, ["event-over"]),
        ({"event": "2026-09-01 18:00"}, []),
        ({"event": "2026-08-31", "event_end": "2026-09-01"}, []),
        ({"event": "2026-10-08 18:30", "publish_at": "2026-10-08 18:29"}, []),
        ({"event": "2026-10-08 18:30", "publish_at": "2026-10-08 18:30"}, ["event-over"]),
        ({"event": "2026-10-08", "publish_at": "2026-10-09"}, ["event-over"]),
    ],
)
def test_an_event_that_is_over_is_a_write_up_and_a_note(
    said: dict[str, str], told: list[str]
) -> None:
    found = edited(**said)
    assert found.edition is not None
    assert rules(found) == told


def test_a_place_without_a_beginning_announces_nothing_and_is_a_doubt() -> None:
    found = edited(place="Salle des fêtes")
    assert found.edition is not None
    assert found.edition.event is None
    assert rules(found) == ["no-event"]


@given(st.integers(-(2 * 10**9), 4 * 10**9), st.integers(1, 10**7))
def test_what_is_written_with_its_offset_is_that_moment_to_the_second(
    moment: int, seconds: int
) -> None:
    start = datetime.fromtimestamp(moment, UTC)
    end = start + timedelta(seconds=seconds)
    event = announced(event=start.isoformat(), event_end=end.isoformat(), date="1900-01-01")
    assert (event.start, event.end) == (start.astimezone(PARIS), end.astimezone(PARIS))


def test_the_keys_are_read_in_front_matter_and_in_edition_toml(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(
        "---\ntitle: Un\ndate: 2026-09-01\nevent: 2026-10-08 18:30\nevent_end: 20:30\n"
        "place: Salle des fêtes\n---\n\nTexte.\n",
        encoding="utf-8",
    )
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "text.md").write_text("---\ntitle: Deux\ndate: 2026-09-01\n---\n\nTexte.\n")
    (folder / "edition.toml").write_text(
        'event = 2026-10-08T18:30:00\nevent_end = 20:30:00\nplace = "Salle des fêtes"\n',
        encoding="utf-8",
    )
    due = Event(SUMMER.astimezone(PARIS), (SUMMER + timedelta(hours=2)).astimezone(PARIS))
    for entry in sources.entries(tmp_path):
        found = edit(sources.read(entry, tmp_path), HOUSE)
        assert found.findings == ()
        assert found.edition is not None
        assert found.edition.event == Event(due.start, due.end, "Salle des fêtes")


def test_an_edition_without_an_event_has_the_fingerprint_it_had_before_there_were_any() -> None:
    edition = Edition(
        slug="pont",
        language="fr",
        title="Le pont",
        blocks=(Paragraph((Text("Un mot."),)),),
        date=date(2018, 8, 16),
        publish_at=datetime(2018, 9, 1, 7, tzinfo=UTC),
        waive=frozenset(("no-date",)),
    )
    before = "a7b27f618d3cece9be5114a9e467841e235e1e5e1939c6a158de3d8f0103ce70"
    assert fingerprint(edition) == before


def test_an_event_counts_in_the_fingerprint() -> None:
    one = Edition("pont", "fr", "Le pont", (), event=Event(date(2026, 10, 8)))
    other = Edition("pont", "fr", "Le pont", (), event=Event(date(2026, 10, 9)))
    assert len({fingerprint(e) for e in (one, other, Edition("pont", "fr", "Le pont", ()))}) == 3
