"""Days and moments as people and programs write them, in French and in English."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flows.days import folded, stated_day

_CLOCK = re.compile(
    r"(?P<day>.+?)(?:t|\s*,?\s*(?:a|at|-)?\s*)(?P<h>\d{1,2})\s*[h:]\s*(?P<min>\d{2})?"
    r"(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>am|pm)?"
)


def day_of(text: str) -> date | None:
    """``2015-03-01``, ``1er mars 2015``, ``March 1st, 2015``, ``01/03/2015`` (day first) or an ISO
    8601 moment, whose day is taken; None for what is no day, or a day of no calendar."""
    try:
        if day := stated_day(text):
            return day
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """An aware moment from an ISO 8601 time or a day with an hour (``1er mars 2015 à 9 h 30``);
    a day alone means its first minute. Times without an offset are in ``zone``; an hour that
    a change of clocks skips is the one that follows it. None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        found = _CLOCK.fullmatch(folded(text))
        day = day_of(found["day"] if found else text)
        clock = _time(found) if found else time()
        if day is None or clock is None:
            return None
        moment = datetime.combine(day, clock)
    try:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC).astimezone(zone)
    except OverflowError:
        return None


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
