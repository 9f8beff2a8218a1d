"""An announced event: as people read it, and as a calendar does (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from flows.edition import Event
from flows.reading import plain
from flows.words import catalogue, long_date, served

if TYPE_CHECKING:
    import icalendar

CALENDAR = "text/calendar"


def when_and_where(event: Event, language: str) -> tuple[str, ...]:
    """Lines: ``Jeudi 8 octobre 2026, de 18 h 30 à 20 h 30`` on the house's clocks, and the place
    where one is stated."""
    words = catalogue("event", language)
    last = event.end or event.start
    said = {"day": _day(event.start, language), "last_day": _day(last, language)}
    if isinstance(event.start, datetime) and isinstance(last, datetime):
        said |= {"hour": _hour(event.start, language), "last_hour": _hour(last, language)}
        is_one_day = event.start.date() == last.date()
        kind = "moment" if event.end is None else "hours" if is_one_day else "moments"
    else:
        kind = "day" if event.end is None else "days"
    when = words[kind].format(**said)
    return tuple(filter(None, (when[:1].upper() + when[1:], event.place)))


def _day(when: date, language: str) -> str:
    from babel.dates import format_date

    weekday = format_date(when, "EEEE", locale=served(language))
    return f"{weekday} {long_date(when, language)}"


def _hour(when: datetime, language: str) -> str:
    if served(language) == "fr":
        return f"{when.hour}\u00a0h" + (f"\u00a0{when:%M}" if when.minute else "")
    return f"{when:%H:%M}"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event with what a calendar asks beside it. ``guid`` is the edition's, ``title`` and
    ``description`` are in plain spaces or in none, ``published`` and ``updated`` aware."""

    event: Event
    guid: str
    revision: int
    published: datetime
    updated: datetime
    title: str
    language: str
    address: str
    description: str


def calendar(announced: Iterable[Announcement], language: str, name: str = "") -> bytes:
    """An iCalendar object with one event for each of them, in their order. The same arguments give
    the same bytes; ``name`` is that of a calendar which people subscribe to (RFC 7986 §5.1)."""
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", f"-//Parution//{served(language).upper()}")
    made.add("version", "2.0")
    if name:
        made.add("name", name)
        made.add("x-wr-calname", name)  # what most programs read
    for one in announced:
        made.add_component(_component(one))
    if not made.subcomponents:
        made.add_component(_universal_time())
    return bytes(made.to_ical())


def _universal_time() -> icalendar.Timezone:
    """What stands in a calendar without events: one component there must be (RFC 5545 §3.6), and
    a VTIMEZONE (§3.6.5) announces nothing."""
    import icalendar

    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 – a local time, as §3.6.5 has it
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    made = icalendar.Timezone()
    made.add("tzid", "Etc/UTC")
    made.add_component(standard)
    return made


def _component(one: Announcement) -> icalendar.Event:
    """One VEVENT (§3.6.1). Its UID is a name-based UUID of the guid (RFC 9562 §5.5), as RFC 7986
    §5.3 would have it; a correction raises SEQUENCE (§3.8.7.4). No clock is asked: DTSTAMP is when
    this revision was made (§3.8.7.2). An event of whole days ends by the day after (§3.6.1)."""
    import icalendar

    spoken = {"LANGUAGE": one.language}
    made = icalendar.Event()
    made.add("uid", str(uuid5(NAMESPACE_URL, one.guid)))
    made.add("sequence", one.revision - 1)
    made.add("dtstamp", _moment(one.updated))
    made.add("created", _moment(one.published))
    made.add("last-modified", _moment(one.updated))
    for name, when in limits(one.event).items():
        made.add(name, when)
    made.add("summary", plain(one.title), parameters=spoken)
    if one.event.place:
        made.add("location", plain(one.event.place), parameters=spoken)
    made.add("description", one.description, parameters=spoken)
    made.add("url", one.address)
    return made


def stated(event: Event) -> dict[str, str]:
    """An event as JSON keeps it: days and moments in ISO 8601."""
    end = event.end.isoformat() if event.end else ""
    return {"start": event.start.isoformat(), "end": end, "place": event.place}


def event_from(said: Mapping[str, str]) -> Event:
    """The event of :func:`stated`, its moments by their offsets. Raises KeyError or ValueError."""
    end = _when(said["end"]) if said["end"] else None
    return Event(_when(said["start"]), end, said["place"])


def _when(said: str) -> date | datetime:
    return datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)


def limits(event: Event) -> dict[str, date | datetime]:
    """DTSTART and, where an end is stated, DTEND: days, or moments in UTC (decision 25)."""
    found: dict[str, date | datetime] = {}
    for name, when in (("dtstart", event.start), ("dtend", event.end)):
        if isinstance(when, datetime):
            found[name] = when.astimezone(UTC)
        elif when is not None:
            found[name] = when + timedelta(days=1) if name == "dtend" else when
    return found


def _moment(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(microsecond=0)
