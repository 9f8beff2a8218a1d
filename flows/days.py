"""The day that a line states, in French or English, in words or in figures."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_MONTHS = (
    ("janvier", "janv", "january", "jan"),
    ("fevrier", "fevr", "fev", "february", "feb"),
    ("mars", "march", "mar"),
    ("avril", "avr", "april", "apr"),
    ("mai", "may"),
    ("juin", "june", "jun"),
    ("juillet", "juil", "july", "jul"),
    ("aout", "august", "aug"),
    ("septembre", "sept", "september", "sep"),
    ("octobre", "oct", "october"),
    ("novembre", "nov", "november"),
    ("decembre", "dec", "december"),
)
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_DAYS = (
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    "|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
_LEAD = (
    r"(?:(?:date|publie|paru|mis en ligne|poste|published|posted)\s*:?\s+)?"
    rf"(?:(?:le|on)\s+)?(?:(?:{_DAYS}),?\s+)?"
)
_TIME = (
    r"(?:\s*(?:,|a|at|-|–|t)?\s*\d{1,2}\s*[h:]\s*(?:\d{2})?(?::\d{2})?)?"
    r"(?:z|[+-]\d{2}:?\d{2})?\s*\.?"
)
_FORMS = tuple(
    re.compile(_LEAD + form + _TIME)
    for form in (
        r"(?P<d>\d{1,2})(?:er|st|nd|rd|th|e)?\s+(?:of\s+)?(?P<m>[a-z]+)\.?,?\s+(?P<y>\d{4})",
        r"(?P<m>[a-z]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})",
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})",
    )
)


class ImpossibleDateError(ValueError):
    """A line that states a day which no calendar has, such as 31 February."""


def stated_day(line: str) -> date | None:
    """The day of a line that says nothing but a day (``le 16 août 2018``, ``August 16, 2018``,
    ``2018-08-16``, ``16/08/2018``), or None. Raises :class:`ImpossibleDateError`."""
    if len(line) > 80:
        return None
    for form in _FORMS:
        if found := form.fullmatch(folded(line)):
            month = found["m"]
            number = int(month) if month.isdigit() else _NUMBER.get(month, 0)
            if number:
                is_open = month.isdigit() and found.start("y") > found.start("m")
                return _day(int(found["y"]), number, int(found["d"]), is_open)
            if month.isdigit():
                raise ImpossibleDateError(line)
    return None


def folded(text: str) -> str:
    """``text`` without accents, case or runs of blanks, as the forms of a date are matched."""
    letters = unicodedata.normalize("NFD", text).casefold()
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def states_day(line: str) -> bool:
    """True for a line that says nothing but a day, be it one that no calendar has."""
    try:
        return stated_day(line) is not None
    except ImpossibleDateError:
        return True


def iso_day(line: str) -> str:
    """The day that ``line`` states, as ISO 8601; else the line itself, for editing to judge."""
    try:
        day = stated_day(line)
    except ImpossibleDateError:
        return line
    return day.isoformat() if day else line


def _day(year: int, month: int, day: int, is_open: bool) -> date:
    """``is_open``: whether day and month may stand the other way round. Not after the year."""
    if is_open and month > 12 >= day:
        month, day = day, month  # 08/16/2018 can only be American
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ImpossibleDateError(str(error)) from error
