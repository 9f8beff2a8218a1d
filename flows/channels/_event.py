"""The event that an edition announces, for a reader's calendar: ``public/event.ics``."""

from __future__ import annotations

from flows.channels._about import About
from flows.edition import Event
from flows.occasions import CALENDAR, Announcement, calendar
from flows.reading import inline_text, plain
from flows.rendition import File

#: Its name beside the page.
EVENT = "event.ics"


def event_file(facts: About, event: Event) -> File:
    """One event, with the standfirst and the page's address; of a trial it says that it is one."""
    edition, imprint = facts.edition, facts.imprint
    told = (
        facts.words["trial"] if imprint.trial else "",
        plain(inline_text(edition.standfirst)),
        facts.address,
    )
    announcement = Announcement(
        event=event,
        guid=imprint.guid,
        revision=imprint.revision,
        published=imprint.published,
        updated=imprint.updated,
        title=edition.title,
        language=edition.language,
        address=facts.address,
        description="\n\n".join(filter(None, told)),
    )
    return File(f"public/{EVENT}", CALENDAR, calendar([announcement], edition.language))
