"""The proof of a calendar: it can be read (RFC 5545), and says what the edition says, no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.edition import Edition
from flows.house import House
from flows.occasions import limits
from flows.proof.check import Check, fails, holds, share
from flows.proof.words import words
from flows.reading import inline_text
from flows.rendition import File, Imprint
from flows.words import catalogue

if TYPE_CHECKING:
    import icalendar

#: Octets of a line without its end (§3.1).
_LINE = 75
#: What a calendar and an event must have (§3.6, §3.6.1), DTSTART apart.
_CALENDAR, _EVENT = ("PRODID", "VERSION"), ("UID", "DTSTAMP")


def prove_calendar(file: File, edition: Edition, imprint: Imprint, house: House) -> Check:
    """Whether ``file`` holds one event, which says what the edition says and no more."""
    due = _due(edition, imprint, house)
    told = [text for texts in due.values() for text in texts]
    figure = share(0, len(told))
    try:
        event = _read(file.data)
    except Exception as error:  # a file that cannot be read proves nothing, whatever the reason
        return fails("calendar", file.path, figure, "calendar-invalid", reason=str(error))
    said = {name: _said(event, name) for name in due}
    for name, texts in due.items():
        if said[name] != texts:
            found, expected = " ".join(said[name]), " ".join(texts)
            return fails(
                "calendar",
                file.path,
                figure,
                "calendar-differs",
                name=name,
                found=found,
                due=expected,
            )
    return holds("calendar", file.path, share(len(told), len(told)))


def _due(edition: Edition, imprint: Imprint, house: House) -> dict[str, tuple[str, ...]]:
    """What each property has to say: words, or moments as they are written in ISO 8601."""
    event, address = edition.event, house.url(f"{imprint.path}/")
    stated = limits(event) if event else {}
    trial = catalogue("newsletter", edition.language)["trial"] if imprint.trial else ""
    described = (trial, inline_text(edition.standfirst), address)
    return {
        "SUMMARY": words(edition.title),
        "DESCRIPTION": tuple(word for text in described for word in words(text)),
        "LOCATION": words(event.place) if event else (),
        "URL": words(address),
        **{
            name: (stated[name.lower()].isoformat(),) if name.lower() in stated else ()
            for name in ("DTSTART", "DTEND")
        },
    }


def _said(event: icalendar.Event, name: str) -> tuple[str, ...]:
    value = event.get(name)
    if value is None:
        return ()
    return (value.dt.isoformat(),) if name.startswith("DT") else words(str(value))


def _read(data: bytes) -> icalendar.Event:
    """The one event of a calendar. Raises ValueError on what is no calendar with one event."""
    from icalendar import Calendar, Event

    if fault := next(_faults(data), ""):
        raise ValueError(fault)
    calendar = Calendar.from_ical(data)
    events = [inner for inner in calendar.subcomponents if isinstance(inner, Event)]
    if len(calendar.subcomponents) != 1 or len(events) != 1:
        raise ValueError(f"{len(events)} VEVENT")
    for component, names in ((calendar, _CALENDAR), (events[0], _EVENT)):
        if component.errors:
            raise ValueError(str(component.errors[0]))
        if missing := [name for name in names if name not in component]:
            raise ValueError(f"no {missing[0]}")
    return events[0]


def _faults(data: bytes) -> Iterator[str]:
    """What is wrong with the lines as such (§3.1, §3.4): the parser overlooks much of it."""
    *lines, rest = data.split(b"\r\n")
    if rest:
        yield "the last line does not end"
    if lines[:1] != [b"BEGIN:VCALENDAR"] or lines[-1:] != [b"END:VCALENDAR"]:
        yield "no VCALENDAR from the first line to the last"
    for number, line in enumerate(lines, 1):
        if len(line) > _LINE:
            yield f"line {number} has {len(line)} octets"
        if b"\r" in line or b"\n" in line:
            yield f"line {number} is broken"
