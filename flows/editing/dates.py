"""Days and moments as people and programs write them, in French and in English."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan",
            "fevrier fevr fev february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept september sep",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = (
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    "|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
_LEAD = rf"(?:(?:le|on)\s+)?(?:(?:{_WEEKDAY}),?\s+)?"
_DAYS = (
    re.compile(rf"{_LEAD}(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}})"),
    re.compile(
        rf"{_LEAD}(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?:of\s+)?(?P<m>[a-z]+)\.?,?\s+(?P<y>\d{{4}})"
    ),
    re.compile(rf"{_LEAD}(?P<m>[a-z]+)\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})"),
    re.compile(rf"{_LEAD}(?P<d>\d{{1,2}})[/.](?P<m>\d{{1,2}})[/.](?P<y>\d{{4}})"),
)
_CLOCK = re.compile(
    r"(?P<day>.+?)(?:t|\s*,?\s*(?:a|at|-)?\s*)(?P<h>\d{1,2})\s*[h:]\s*(?P<min>\d{2})?"
    r"(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>am|pm)?"
)


def day_of(text: str) -> date | None:
    """``2015-03-01``, ``1er mars 2015``, ``March 1st, 2015``, ``01/03/2015`` (day first) or an ISO
    8601 moment, whose day is taken; None for what is no day, or a day of no calendar."""
    folded = _folded(text)
    for form in _DAYS:
        if found := form.fullmatch(folded):
            name = found["m"]
            month = int(name) if name.isdigit() else _MONTHS.get(name, 0)
            try:
                return date(int(found["y"]), month, int(found["d"]))
            except ValueError:
                return None
    try:
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
        day, clock = day_of(text), time()
        if day is None:
            if not (found := _CLOCK.fullmatch(_folded(text))):
                return None
            day, hour = day_of(found["day"]), _time(found)
            if day is None or hour is None:
                return None
            clock = hour
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


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text).casefold()
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())
