"""What comes when: each edition once, each empty slot, and whoever it waits for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.edition import Edition, Finding, Place, Severity
from flows.house import House, Schedule
from flows.ledger import Fact
from flows.manuscript import Manuscript
from flows.plan import Planned, State, Surveyed, Understood
from flows.sources import Entry
from flows.timetable import LISTED, Coming, Kind, coming

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Paris
TUESDAYS = "0 9 * * 2"
DOUBT = Finding("stale-date", Severity.DOUBT, Place("a.md"))


def house(*slots: str) -> House:
    return House(name="H", address="https://h.example", schedule=Schedule(slots=slots))


def planned(
    name: str,
    state: State = State.DUE,
    publish_at: datetime | None = None,
    *findings: Finding,
    day: date | None = date(2026, 1, 2),
    slot: datetime | None = None,
) -> Planned:
    edition = Edition(name, "en", name.title(), (), date=day, publish_at=publish_at)
    read = Understood(Manuscript(f"{name}.md", "", ()), edition, findings, ())
    return Planned(surveyed(name), state, read, moment=slot or publish_at)


def surveyed(name: str, fact: Fact | None = None) -> Surveyed:
    path = Path(f"{name}.md")
    return Surveyed(Entry(path.name, path, ()), "0" * 64, fact)


def moments(found: tuple[Coming, ...]) -> list[tuple[str, Kind, datetime | None]]:
    return [(one.entry, one.kind, one.at) for one in found]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_with_nothing_planned_nothing_comes() -> None:
    assert coming([], house(), NOW) == ()


def test_an_edition_under_embargo_comes_at_its_moment() -> None:
    item = planned("a", State.SCHEDULED, datetime(2026, 12, 1, 18, tzinfo=house().zone))
    assert coming([item], house(), NOW) == (
        Coming(utc(2026, 12, 1, 17), Kind.EMBARGO, "a.md", "A", State.SCHEDULED, (), "a", "2026/a"),
    )
    assert coming([item], house(), NOW, weeks=1) == ()


def test_without_slots_what_is_due_goes_out_now() -> None:
    assert moments(coming([planned("a")], house(), NOW)) == [("a.md", Kind.DUE, NOW)]


def test_all_that_wait_for_a_slot_go_out_in_the_next_one() -> None:
    slot = utc(2026, 11, 24, 8)
    waiting = [planned(name, State.SCHEDULED, slot=slot) for name in ("b", "a")]
    found = coming(waiting, house(TUESDAYS), NOW, weeks=2)
    assert moments(found) == [
        ("a.md", Kind.SLOT, utc(2026, 11, 24, 8)),
        ("b.md", Kind.SLOT, utc(2026, 11, 24, 8)),
        ("", Kind.EMPTY, utc(2026, 12, 1, 8)),
    ]


def test_an_edition_whose_embargo_has_passed_waits_for_no_slot() -> None:
    [first, *_] = coming([planned("a", State.DUE, NOW)], house(TUESDAYS), NOW)
    assert (first.kind, first.at) == (Kind.DUE, NOW)


def test_a_slot_in_which_an_embargo_ends_is_not_empty() -> None:
    item = planned("a", State.SCHEDULED, utc(2026, 11, 24, 8))
    found = coming([item], house(TUESDAYS), NOW, weeks=1)
    assert moments(found) == [("a.md", Kind.EMBARGO, utc(2026, 11, 24, 8))]


def test_the_empty_tuesday_is_seen_on_both_sides_of_a_change_of_clocks() -> None:
    found = coming([], house(TUESDAYS), utc(2026, 10, 19), weeks=2)
    assert [one.at for one in found] == [utc(2026, 10, 20, 7), utc(2026, 10, 27, 8)]
    assert {one.kind for one in found} == {Kind.EMPTY}


@pytest.mark.parametrize("line", ["* * * * *", "*/10 * * * *", "0 8-18 * * *"])
def test_a_day_of_many_empty_slots_is_one_line(line: str) -> None:
    found = coming([], house(line), utc(2026, 11, 22, 23), weeks=6)
    days = [one.at.astimezone(house().zone).date() for one in found if one.at]
    assert len(days) == len(set(days)) == len(found)
    assert len(days) == 42
    assert {one.kind for one in found} == {Kind.EMPTY_DAY}


def test_every_minute_is_the_next_minute_for_an_edition() -> None:
    item = planned("a", State.SCHEDULED, slot=NOW + timedelta(minutes=1))
    [first, second, *_] = coming([item], house("* * * * *"), NOW)
    assert (first.kind, first.at) == (Kind.SLOT, NOW + timedelta(minutes=1))
    assert (second.kind, second.at) == (Kind.EMPTY_DAY, NOW + timedelta(minutes=2))


def test_a_few_slots_a_day_are_listed_one_by_one() -> None:
    assert LISTED >= 2
    found = coming([], house("0 9 * * *", "0 17 * * *"), NOW - timedelta(hours=1), weeks=1)
    assert [one.kind for one in found] == [Kind.EMPTY] * 14


def test_what_waits_for_somebody_comes_last_and_says_why() -> None:
    refused = Understood(
        Manuscript("c.md", "", ()), None, (Finding("no-title", Severity.ERROR, Place("c.md")),), ()
    )
    found = coming(
        [
            Planned(surveyed("c"), State.REFUSED, refused),
            planned("b", State.HELD, None, DOUBT, DOUBT),
            planned("a"),
        ],
        house(),
        NOW,
    )
    assert moments(found) == [
        ("a.md", Kind.DUE, NOW),
        ("c.md", Kind.WAITING, None),
        ("b.md", Kind.WAITING, None),
    ]
    assert [one.rules for one in found] == [(), ("no-title",), ("stale-date",)]
    assert [one.state for one in found] == [State.DUE, State.REFUSED, State.HELD]


def test_a_correction_that_is_pending_is_named_by_what_is_out() -> None:
    fact = Fact(
        "published",
        "old",
        1,
        "a.md",
        "f",
        "2024/old",
        "The old title",
        "en",
        "",
        "",
        None,
        NOW,
        NOW,
    )
    [one] = coming([Planned(surveyed("a", fact), State.PENDING)], house(), NOW)
    assert (one.kind, one.title, one.path) == (Kind.WAITING, "The old title", "2024/old")


def test_what_is_published_is_not_to_come() -> None:
    assert coming([Planned(surveyed("a"), State.PUBLISHED)], house(), NOW) == ()


def test_doubts_are_told_before_the_moment_comes() -> None:
    item = planned("a", State.SCHEDULED, NOW + timedelta(days=1), DOUBT)
    [one] = coming([item], house(), NOW)
    assert (one.kind, one.rules) == (Kind.EMBARGO, ("stale-date",))


def test_an_address_without_a_day_takes_the_year_in_which_it_goes_out() -> None:
    moment = datetime(2027, 1, 1, 0, 30, tzinfo=house().zone)
    [one] = coming([planned("a", State.SCHEDULED, moment, day=None)], house(), NOW)
    assert one.path == "2027/a"
