"""Slots and embargoes on days when the clocks change, and on all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clocks import Oddity, local_moment, next_slot

PARIS = ZoneInfo("Europe/Paris")
#: An hour, an hour, half an hour, an hour back for a month, none.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Kolkata",
    )
]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

zones = st.sampled_from(ZONES)
moments = st.integers(0, 13 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
clock = st.tuples(st.integers(0, 23), st.integers(0, 59))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def firings(slots: Sequence[str], zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    while moment := next_slot(slots, zone, after):
        yield moment
        after = moment


def within(slots: Sequence[str], zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    found = []
    for moment in firings(slots, zone, start):
        if moment > end:
            break
        found.append(moment)
    return found


def changes(zone: ZoneInfo, years: range) -> list[datetime]:
    """The minutes, in UTC, at which the zone's offset changes."""
    found = []
    hour = utc(years.start, 1, 1)
    while hour.year < years.stop:
        if hour.astimezone(zone).utcoffset() != (hour + DAY).astimezone(zone).utcoffset():
            minute = hour
            while minute.astimezone(zone).utcoffset() == hour.astimezone(zone).utcoffset():
                minute += MINUTE
            found.append(minute)
        hour += DAY
    return found


CHANGES = [(zone, moment) for zone in ZONES for moment in changes(zone, range(2026, 2028))]


# --------------------------------------------------------------------------------------- bad input


def test_without_slots_there_is_no_next_one() -> None:
    assert next_slot([], PARIS, utc(2026, 1, 1)) is None


def test_a_slot_in_the_gap_goes_out_once_as_the_clocks_skip_it() -> None:
    found = within(["30 2 * * *"], PARIS, utc(2026, 3, 28), utc(2026, 3, 30, 12))
    assert found == [utc(2026, 3, 28, 1, 30), utc(2026, 3, 29, 1, 0), utc(2026, 3, 30, 0, 30)]


def test_several_slots_in_the_gap_go_out_as_one() -> None:
    slots = ["10 2 * * *", "*/15 2 * * *", "0 3 * * *"]
    found = within(slots, PARIS, utc(2026, 3, 29), utc(2026, 3, 29, 12))
    assert found == [utc(2026, 3, 29, 1, 0)]


def test_a_slot_in_the_repeated_hour_goes_out_once_at_the_first_of_the_two() -> None:
    found = within(["30 2 * * *"], PARIS, utc(2026, 10, 24, 12), utc(2026, 10, 26, 12))
    assert found == [utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)]


def test_a_slot_that_was_missed_in_the_repeated_hour_is_not_found_in_the_past() -> None:
    second_pass = utc(2026, 10, 25, 1, 10)
    assert second_pass.astimezone(PARIS).hour == 2
    assert next_slot(["30 2 * * *"], PARIS, second_pass) == utc(2026, 10, 26, 1, 30)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda value: str(value))
def test_every_minute_is_every_minute_that_passes(zone: ZoneInfo, change: datetime) -> None:
    start = change - timedelta(hours=2)
    found = within(["* * * * *"], zone, start, change + timedelta(hours=2))
    assert found == [start + n * MINUTE for n in range(1, 241)]


def test_a_moment_between_two_minutes_waits_for_the_next() -> None:
    assert next_slot(["0 9 * * *"], PARIS, utc(2026, 6, 1, 6, 59, 59)) == utc(2026, 6, 1, 7)
    assert next_slot(["0 9 * * *"], PARIS, utc(2026, 6, 1, 7)) == utc(2026, 6, 2, 7)
    just_after = utc(2026, 6, 1, 7) + timedelta(microseconds=1)
    assert next_slot(["0 9 * * *"], PARIS, just_after) == utc(2026, 6, 2, 7)


def test_a_slot_that_comes_once_in_four_years_is_found() -> None:
    assert next_slot(["0 9 29 2 *"], PARIS, utc(2026, 1, 1)) == utc(2028, 2, 29, 8)


# ------------------------------------------------------------------------------------- all year


def test_tuesdays_at_nine_are_at_nine_all_the_year() -> None:
    found = within(["0 9 * * 2"], PARIS, utc(2026, 1, 1), utc(2026, 12, 31))
    local = [moment.astimezone(PARIS) for moment in found]
    assert len(local) == 52
    assert {(m.isoweekday(), m.hour, m.minute) for m in local} == {(2, 9, 0)}
    assert {m.utcoffset() for m in local} == {timedelta(hours=1), timedelta(hours=2)}


@settings(deadline=None, max_examples=60)
@given(zones, moments, clock)
def test_a_daily_slot_goes_out_once_a_day(
    zone: ZoneInfo, after: datetime, clock: tuple[int, int]
) -> None:
    hour, minute = clock
    slot = [f"{minute} {hour} * * *"]
    found = within(slot, zone, after, after + 400 * DAY)
    local = [moment.astimezone(zone) for moment in found]
    days = [moment.date() for moment in local]
    assert days == [days[0] + n * DAY for n in range(len(days))]
    assert len(found) in (399, 400, 401)
    for moment in local:
        wall = moment.replace(hour=hour, minute=minute, tzinfo=None)
        is_skipped = local_moment(wall, zone)[1] is Oddity.SKIPPED
        assert is_skipped or (moment.hour, moment.minute) == clock


@settings(deadline=None, max_examples=200)
@given(zones, moments, st.lists(clock, min_size=1, max_size=3), st.sampled_from(["*", "1", "2-5"]))
def test_the_next_slot_is_never_in_the_past_and_later_from_a_later_moment(
    zone: ZoneInfo, after: datetime, clocks: list[tuple[int, int]], days: str
) -> None:
    slots = [f"{minute} {hour} * * {days}" for hour, minute in clocks]
    first = next_slot(slots, zone, after)
    assert first is not None
    assert first > after
    assert first.tzinfo is UTC
    assert next_slot(slots, zone, first - timedelta(microseconds=1)) == first
    second = next_slot(slots, zone, first)
    assert second is not None
    assert second > first


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda value: str(value))
@pytest.mark.parametrize(
    ("minutes", "hours"),
    [("30", "2"), ("0,20,40", "1-3"), ("*", "2"), ("59", "0-22"), ("*/7", "1,3")],
)
def test_a_clock_watched_minute_by_minute_agrees(
    zone: ZoneInfo, change: datetime, minutes: str, hours: str
) -> None:
    """Whoever looks at the clock each minute, and rings when it reads or has passed a time that
    it had not reached before, rings at the same moments."""
    start, end = change - 30 * timedelta(hours=1), change + 30 * timedelta(hours=1)
    assert within([f"{minutes} {hours} * * *"], zone, start, end) == list(
        _watched(zone, start, end, _numbers(minutes, 60), _numbers(hours, 24))
    )


def _watched(
    zone: ZoneInfo, start: datetime, end: datetime, minutes: set[int], hours: set[int]
) -> Iterator[datetime]:
    reached = start.astimezone(zone).replace(tzinfo=None)
    moment = start
    while (moment := moment + MINUTE) <= end:
        wall = moment.astimezone(zone).replace(tzinfo=None)
        passed = []
        while reached < wall:
            reached += MINUTE
            passed.append(reached)
        if any(time.minute in minutes and time.hour in hours for time in passed):
            yield moment


def _numbers(field: str, size: int) -> set[int]:
    if field.startswith("*"):
        return set(range(0, size, int(field[2:] or 1)))
    spans = [[int(n) for n in part.split("-")] for part in field.split(",")]
    return {n for span in spans for n in range(span[0], span[-1] + 1)}


# ---------------------------------------------------------------------------------- local moments


@settings(deadline=None, max_examples=300)
@given(zones, moments)
def test_what_the_clocks_read_is_the_first_moment_at_which_they_read_it(
    zone: ZoneInfo, moment: datetime
) -> None:
    wall = moment.astimezone(zone).replace(tzinfo=None)
    found, oddity = local_moment(wall, zone)
    assert found.tzinfo is zone
    assert found.replace(tzinfo=None) == wall
    assert oddity in (None, Oddity.TWICE)
    if oddity is None:
        assert found == moment
    else:
        assert found <= moment


@pytest.mark.parametrize(
    ("zone", "wall", "moment", "oddity"),
    [
        ("Europe/Paris", (2026, 3, 29, 2, 0), utc(2026, 3, 29, 1), Oddity.SKIPPED),
        ("Europe/Paris", (2026, 3, 29, 2, 59), utc(2026, 3, 29, 1), Oddity.SKIPPED),
        ("Europe/Paris", (2026, 3, 29, 3, 0), utc(2026, 3, 29, 1), None),
        ("Europe/Paris", (2026, 10, 25, 2, 0), utc(2026, 10, 25, 0), Oddity.TWICE),
        ("Europe/Paris", (2026, 10, 25, 3, 0), utc(2026, 10, 25, 2), None),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 30), Oddity.SKIPPED),
        ("Australia/Lord_Howe", (2026, 4, 5, 1, 45), utc(2026, 4, 4, 14, 45), Oddity.TWICE),
        ("Pacific/Apia", (2011, 12, 30, 9, 0), utc(2011, 12, 30, 10), Oddity.SKIPPED),
        ("Asia/Kolkata", (2026, 3, 29, 2, 30), utc(2026, 3, 28, 21), None),
    ],
)
def test_a_time_on_a_clock_is_a_moment(
    zone: str, wall: tuple[int, ...], moment: datetime, oddity: Oddity | None
) -> None:
    found, odd = local_moment(utc(*wall).replace(tzinfo=None), ZoneInfo(zone))
    assert (found.astimezone(UTC), odd) == (moment, oddity)
