"""What comes when, as a person reads it, as a program does, and as a calendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO
from urllib.parse import urlsplit

from flows.clocks import Oddity, local_moment
from flows.command.tables import Cell, show_sentence, show_table
from flows.house import House
from flows.reading import plain
from flows.timetable import Coming, Kind
from flows.words import catalogue, long_date, served


def show(coming: Sequence[Coming], house: House, language: str, stream: TextIO) -> None:
    """What comes, as a table."""
    words = catalogue("cli", language)
    if not coming:
        show_sentence(words["coming_nothing"], stream)
        return
    heads = (
        words["coming_when"].format(zone=house.timezone),
        words["edition"],
        words["state"],
    )
    show_table(heads, (_row(one, house, language) for one in coming), stream)


def _row(one: Coming, house: House, language: str) -> tuple[Cell, ...]:
    is_due = one.kind is Kind.DUE
    when = catalogue("cli", language)["now"] if is_due else moment(one.at, house, language)
    title = one.title or "—"
    return when, (title, one.entry) if one.entry else title, sentence(one, language)


def moment(at: datetime | None, house: House, language: str) -> str:
    """``mardi 1er décembre 2026, 09:00`` on the house's clocks, with the offset where they read
    that time twice; a dash for None."""
    from babel.dates import format_date

    if at is None:
        return "—"
    local = at.astimezone(house.zone)
    weekday = format_date(local.date(), "EEEE", locale=served(language))
    is_twice = local_moment(local.replace(tzinfo=None), house.zone)[1] is Oddity.TWICE
    offset = f" ({local:UTC%z})" if is_twice else ""
    return f"{weekday} {long_date(local.date(), language)}, {local:%H:%M}{offset}"


def sentence(one: Coming, language: str) -> str:
    """What happens then, and what may stand in its way."""
    words = catalogue("cli", language)
    if one.kind is Kind.WAITING and one.state:
        said = words[f"state_{one.state.replace(' ', '_')}"]
    else:
        said = words[f"coming_{one.kind.replace(' ', '_')}"]
    if not one.rules:
        return said
    key = "coming_because" if one.kind is Kind.WAITING else "coming_unless"
    return said + words[key].format(rules=", ".join(one.rules))


def rows(coming: Sequence[Coming], house: House) -> list[dict[str, Any]]:
    """The same for a program: stable keys, moments in ISO 8601 on the house's clocks."""
    return [
        {
            "at": one.at.astimezone(house.zone).isoformat() if one.at else None,
            "kind": str(one.kind),
            "entry": one.entry or None,
            "title": one.title or None,
            "state": str(one.state) if one.state else None,
            "rules": list(one.rules),
            "address": house.url(f"{one.path}/") if one.path else None,
        }
        for one in coming
    ]


def calendar(coming: Sequence[Coming], house: House, now: datetime, language: str) -> bytes:
    """An iCalendar object with one event for each edition that has a moment.

    The same arguments give the same bytes. An event keeps its UID when its moment moves (3.8.4.7),
    takes no time (3.6.1: a DTSTART in UTC and no end), and is TENTATIVE while doubts stand in its
    way (3.8.1.11). Empty slots are no events.
    """
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", f"-//Parution//{served(language).upper()}")
    made.add("version", "2.0")
    made.add("name", house.name)
    made.add("x-wr-calname", house.name)
    for one in coming:
        if one.at and one.slug:
            made.add_component(_event(one, house, now, language))
    return bytes(made.to_ical())


def _event(one: Coming, house: House, now: datetime, language: str) -> Any:
    from icalendar import Event

    address = house.url(f"{one.path}/")
    authority = house.tag_authority.split(",")[0] or urlsplit(house.address).hostname
    event = Event()
    event.add("uid", f"{one.slug}@{authority}")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", one.at)
    event.add("summary", plain(one.title))
    event.add("description", f"{sentence(one, language)}\n{address}")
    event.add("url", address)
    event.add("status", "TENTATIVE" if one.rules else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event
