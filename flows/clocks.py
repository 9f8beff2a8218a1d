"""Local times as moments, right across the changes of clocks.

A wall time stands for the first moment at which the clocks of the zone read it, or have passed it.
So a time that the clocks skip is the moment at which they skip it, a time that they read twice is
the first of the two, and every other is itself. The rule is monotonic: a later wall time is never
an earlier moment.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The clock of whoever is not given another."""
    return datetime.now(UTC)


class Oddity(StrEnum):
    """What a change of clocks does to a wall time: skips it, or reads it twice."""

    SKIPPED = "skipped"
    TWICE = "twice"


def local_moment(wall: datetime, zone: ZoneInfo) -> tuple[datetime, Oddity | None]:
    """The moment, aware and in ``zone``, that a naive wall time stands for, and what is odd in it.

    Raises OverflowError at the two ends of the calendar. PEP 495: ``fold`` tells the offsets
    before and after a change apart, and is what skipped and repeated times are known by.
    """
    first = wall.replace(tzinfo=zone, fold=0)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    if before < after:
        return _passed(wall, zone, wall - after, after - before), Oddity.SKIPPED
    moment = first.astimezone(UTC).astimezone(zone)
    return moment, Oddity.TWICE if before > after else None


def _passed(wall: datetime, zone: ZoneInfo, start: datetime, span: timedelta) -> datetime:
    """The first second at which the clocks have passed a wall time that they skip; it lies in the
    ``span`` after ``start``, a naive time in UTC."""

    def moment(seconds: int) -> datetime:
        return (start + timedelta(seconds=seconds)).replace(tzinfo=UTC).astimezone(zone)

    def has_passed(seconds: int) -> bool:
        return moment(seconds).replace(tzinfo=None) >= wall

    whole = int(span.total_seconds())
    return moment(bisect_left(range(whole), True, key=has_passed))


def next_slot(slots: Sequence[str], zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first moment of :func:`slots_after`, or None."""
    return next(slots_after(slots, zone, after), None)


def slots_after(slots: Sequence[str], zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The moments after ``after``, in UTC and in their order, that the cron lines name.

    Lines have five fields and are read in ``zone``; without lines, and where none of them comes in
    the next fifty years, there is no moment. A line that names hours comes once at each wall time
    that it names, on days when the clocks change too; one that names no hour (``* * * * *``,
    ``*/5 * * * *``) goes by the time that passes, as cron does (cron(8), Debian).
    """
    merged = heapq.merge(*(_moments(line, zone, after) for line in slots))
    return (moment for moment, _ in groupby(merged))


def _moments(line: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """What one line names, a moment of the clocks' change perhaps several times.

    cronsim follows a zone's clocks where no hour is named. Where one is, its own remedy for
    repeated hours may give a moment that is past, so it counts in naive wall times here: those up
    to what the clocks read at ``after`` lie behind, by the rule of :func:`local_moment`.
    """
    from cronsim import CronSim

    local = after.astimezone(zone)
    if line.split()[1] == "*":
        yield from (moment.astimezone(UTC) for moment in CronSim(line, local))
        return
    for wall in CronSim(line, local.replace(tzinfo=None)):
        moment = local_moment(wall, zone)[0].astimezone(UTC)
        if moment > after:
            yield moment
