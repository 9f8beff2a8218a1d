"""The proof of a calendar: it can be read (RFC 5545), and says what the edition says, no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
#: What a calendar and an event must have (§3.6, §3.6.1).
_CALENDAR, _EVENT = ("PRODID", "VERSION"), ("UID", "DTSTAMP", "DTSTART")


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
            values = {"where": name, "found": " ".join(said[name]), "word": " ".join(texts)}
            return fails("calendar", file.path, figure, "calendar-differs", None, **values)
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


def prove_events(file: File, titles: Mapping[str, str]) -> Check:
    """Whether the calendar of many editions can be read, and each event in it is one of theirs:
    ``titles`` are those of the editions in the feed, by address."""
    try:
        events = _events(file.data)
    except Exception as error:  # as above
        return fails("calendar", file.path, "0", "calendar-invalid", reason=str(error))
    for event in events:
        due, found = titles.get(str(event.get("URL")), ""), str(event.get("SUMMARY", ""))
        if words(found) != words(due):
            values = {"where": "SUMMARY", "found": found, "word": due}
            return fails(
                "calendar", file.path, str(len(events)), "calendar-differs", None, **values
            )
    return holds("calendar", file.path, str(len(events)))


def _read(data: bytes) -> icalendar.Event:
    """The one event of a calendar. Raises ValueError on what is no calendar with one event."""
    events = _events(data)
    if len(events) != 1:
        raise ValueError(f"{len(events)} VEVENT")
    return events[0]


def _events(data: bytes) -> list[icalendar.Event]:
    """The events of a calendar. Raises ValueError on what is none."""
    from icalendar import Calendar, Event, Timezone

    if fault := next(_faults(data), ""):
        raise ValueError(fault)
    calendar = Calendar.from_ical(data)
    events = [inner for inner in calendar.subcomponents if isinstance(inner, Event)]
    others = [inner for inner in calendar.subcomponents if not isinstance(inner, Event | Timezone)]
    if others or not calendar.subcomponents:
        raise ValueError(others[0].name if others else "no component")
    for component, names in ((calendar, _CALENDAR), *((event, _EVENT) for event in events)):
        if component.errors:
            raise ValueError(str(component.errors[0]))
        if missing := [name for name in names if name not in component]:
            raise ValueError(f"no {missing[0]}")
    return events


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
