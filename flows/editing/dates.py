"""Days and moments as people and programs write them, in French and in English."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flows.clocks import Oddity, local_moment
from flows.days import folded, stated_day

_HOUR = r"(?P<h>\d{1,2})\s*[h:.]\s*(?P<min>\d{2})?(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>am|pm)?"
_CLOCK = re.compile(rf"(?P<day>.+?)(?:t|\s*,?\s*(?:a|at|-)?\s*){_HOUR}")
_HOUR_ALONE = re.compile(rf"(?:(?:a|at)\s+)?{_HOUR}")
#: Where :mod:`datetime` takes for a fraction of an hour what people write as minutes: ``18.30``.
_FRACTION = re.compile(r"[t ]\d{2}(?::?\d{2})?[.,]\d", re.IGNORECASE)


def day_of(text: str) -> date | None:
    """``2015-03-01``, ``1er mars 2015``, ``March 1st, 2015``, ``01/03/2015`` (day first) or an ISO
    8601 moment, whose day is taken; None for what is no day, or a day of no calendar."""
    try:
        if day := stated_day(text):
            return day
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None


def moment_of(text: str, zone: ZoneInfo) -> tuple[datetime, Oddity | None] | None:
    """A moment, aware and in ``zone``, from an ISO 8601 time or a day with an hour (``1er mars 2015
    à 9 h 30``), and what a change of clocks does to it; None for anything else.

    A day alone means its first moment. Times without an offset are in ``zone``; one that the
    clocks skip is the moment at which they do, and of one that they read twice it is the first.
    """
    stated = _stated(text)
    if stated is None:
        return None
    try:
        if not isinstance(stated, datetime):
            return local_moment(datetime.combine(stated, time()), zone)[0], None
        if stated.tzinfo is None:
            return local_moment(stated, zone)
        return stated.astimezone(UTC).astimezone(zone), None
    except OverflowError:
        return None


def when_of(text: str, zone: ZoneInfo) -> tuple[datetime | date, Oddity | None] | None:
    """As :func:`moment_of`, to the second, but a day alone is that day."""
    stated = _stated(text)
    if stated is not None and not isinstance(stated, datetime):
        # A calendar tells the end of a day by the day after it, and the last of all has none.
        return (stated, None) if stated < date.max else None
    if found := moment_of(text, zone):
        return found[0].replace(microsecond=0), found[1]
    return None


def hour_of(text: str) -> time | None:
    """``20:30``, ``à 20 h 30``, ``8.30 pm``; None for anything else."""
    found = _HOUR_ALONE.fullmatch(folded(text))
    return _time(found) if found else None


def _stated(text: str) -> datetime | date | None:
    """What ``text`` says: a day with an hour, perhaps with an offset, or a day alone."""
    said = text.strip()
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            if not _FRACTION.search(said):
                return read(said)
        except ValueError:
            continue
    found = _CLOCK.fullmatch(folded(text))
    if not found:
        return day_of(text)
    day, clock = day_of(found["day"]), _time(found)
    return datetime.combine(day, clock) if day and clock is not None else None


def _time(found: re.Match[str]) -> time | None:
    hour = int(found["h"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    try:
        return time(hour, int(found["min"] or 0), int(found["s"] or 0))
    except ValueError:
        return None
