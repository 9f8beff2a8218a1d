"""The announced events of the newest editions as one calendar that people subscribe to.

Which events are still to come depends on the clock, and is for the calendar program to tell: the
events are those of the editions on the front page, fewer than a hundred, past ones among them. The
file is there without an event too: when one was withdrawn, the last perhaps, a program that asks
again has to learn it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.house import House
from flows.occasions import CALENDAR, Announcement, calendar
from flows.reading import plain
from flows.rendition import File
from flows.shelf.documents import channel_title
from flows.shelf.items import Item, newest_first

EVENTS = "events.ics"


def events(newest: Iterable[Item], house: House) -> File:
    """``events.ics``: each event as its edition's own ``event.ics`` has it, the newest edition's
    first, with the edition's summary."""
    data = calendar(_announced(newest, house), house.language, plain(channel_title(house)))
    return File(EVENTS, CALENDAR, data)


def _announced(newest: Iterable[Item], house: House) -> Iterator[Announcement]:
    for item in newest_first(newest):
        if item.event is None:
            continue
        line, address = item.line, house.url(f"{item.line.path}/")
        yield Announcement(
            event=item.event,
            guid=item.guid,
            revision=item.revision,
            published=line.published,
            updated=line.updated,
            title=line.title,
            language=line.language,
            address=address,
            description="\n\n".join(filter(None, (plain(item.summary), address))),
        )
