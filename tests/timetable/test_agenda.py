"""The timetable as it is read: a table in the house's language, and a calendar that others take."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from flows.command import agenda
from flows.house import House
from flows.plan import State
from flows.timetable import Coming, Kind
from flows.words import catalogue

NOW = datetime(2026, 10, 20, 8, 0, 3, 500, tzinfo=UTC)
HOUSE = House(
    name="Conseil d’essai",
    address="https://h.example",
    tag_authority="cahiers.example,2015-01-01",
)
LONG = "Où l’on parle d’été ; de « ponts », et \\ d’autres choses — " * 4


def edition(at: datetime | None = NOW, title: str = "A title", **more: object) -> Coming:
    values = {"kind": Kind.EMBARGO, "entry": "a.md", "state": State.SCHEDULED, "slug": "a-title"}
    return Coming(at, title=title, path="2026/a-title", **{**values, **more})  # type: ignore[arg-type]


def table(*coming: Coming, language: str = "fr") -> str:
    stream = io.StringIO()
    agenda.show(coming, HOUSE, language, stream)
    return stream.getvalue()


def calendar(*coming: Coming, now: datetime = NOW, house: House = HOUSE) -> bytes:
    return agenda.calendar(coming, house, now, "fr")


# -------------------------------------------------------------------------------------- the table


def test_an_empty_timetable_says_so() -> None:
    assert "Rien n’est prévu" in table()


def test_days_are_named_in_the_language_of_the_house() -> None:
    at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert "mardi 1er décembre 2026, 09:00" in table(edition(at))
    assert "Tuesday 1 December 2026, 09:00" in table(edition(at), language="en")
    assert "Quand (Europe/Paris)" in table(edition(at))


def test_a_time_that_comes_twice_bears_its_offset() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "02:30 (UTC+0200)" in table(edition(first))
    assert "02:30 (UTC+0100)" in table(edition(first + timedelta(hours=1)))
    assert "(UTC" not in table(edition(first + timedelta(hours=2)))


def test_a_title_with_brackets_is_shown_as_it_is() -> None:
    assert "[bold]Not bold[/bold] [/]" in table(edition(title="[bold]Not bold[/bold] [/]"))


def test_what_waits_is_told_with_its_reason() -> None:
    held = edition(None, kind=Kind.WAITING, state=State.HELD, rules=("stale-date",))
    assert "retenue : doutes à lever (stale-date)" in " ".join(table(held).split())
    assert "once its doubts are settled (stale-date)" in table(
        edition(rules=("stale-date",)), language="en"
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_there_are_words_for_all_that_can_come(language: str) -> None:
    for kind in Kind:
        assert agenda.sentence(Coming(NOW, kind, state=State.HELD), language)
    words = catalogue("cli", language)
    for state in State:
        assert words[f"state_{state.replace(' ', '_')}"]


# ----------------------------------------------------------------------------------- the calendar


def test_the_calendar_has_one_event_an_edition_that_has_a_moment() -> None:
    waiting = edition(None, kind=Kind.WAITING, state=State.HELD)
    made = calendar(edition(), waiting, Coming(NOW, Kind.EMPTY))
    [event] = Calendar.from_ical(made).walk("VEVENT")
    assert event["uid"] == "a-title@cahiers.example"
    assert event["summary"] == "A title"
    assert event.decoded("dtstart") == NOW.replace(microsecond=0)
    assert event["description"] == "paraît à ce moment\nhttps://h.example/2026/a-title/"
    assert event["status"] == "CONFIRMED"


def test_a_calendar_without_events_is_one() -> None:
    assert Calendar.from_ical(calendar())["version"] == "2.0"


def test_the_same_timetable_gives_the_same_bytes() -> None:
    assert calendar(edition()) == calendar(edition())
    assert b"DTSTAMP:20261020T080003Z\r\n" in calendar(edition())


def test_an_event_that_moves_keeps_its_identity() -> None:
    uids = {
        Calendar.from_ical(calendar(edition(at), now=NOW + timedelta(days=1))).walk("VEVENT")[0][
            "uid"
        ]
        for at in (NOW, NOW + timedelta(weeks=2))
    }
    assert len(uids) == 1


def test_moments_are_in_utc_whatever_the_clocks_do() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert b"DTSTART:20261025T013000Z\r\n" in calendar(edition(second))


def test_long_lines_are_folded_at_75_octets_and_come_back_whole() -> None:
    made = calendar(edition(title=LONG))
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert made.count(b"\n") == made.count(b"\r\n")
    [event] = Calendar.from_ical(made).walk("VEVENT")
    assert event["summary"] == LONG.strip()


def test_a_title_cannot_add_a_line_to_the_calendar() -> None:
    title = "Title\r\nEND:VEVENT\nATTACH:https://evil.example, \\;"
    [event] = Calendar.from_ical(calendar(edition(title=title))).walk("VEVENT")
    assert "attach" not in event
    assert event["summary"] == "Title END:VEVENT ATTACH:https://evil.example, \\;"


def test_doubts_make_an_event_tentative() -> None:
    assert b"STATUS:TENTATIVE\r\n" in calendar(edition(rules=("stale-date",)))


def test_a_house_without_an_authority_lends_its_host() -> None:
    made = calendar(edition(), house=House(name="H", address="https://h.example:8443/x"))
    assert b"UID:a-title@h.example\r\n" in made
