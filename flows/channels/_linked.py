"""What a page says to machines about itself: JSON-LD 1.1 (W3C) in the words of schema.org."""

from __future__ import annotations

from typing import Any

from flows.channels._about import About
from flows.channels._views import description
from flows.edition import Event
from flows.reading import plain

Node = dict[str, Any]


def linked_data(facts: About, picture: str) -> Node:
    """The graph of an edition's page: the article, the event that it tells of, the way to it.

    It says what the edition says and no more. There is an event where one is announced, or where
    somebody spoke on a day; where and until when that was, the edition does not say then.
    """
    publisher = _publisher(facts)
    return {
        "@context": "https://schema.org",
        "@graph": [publisher, _article(facts, picture), *_event(facts), _breadcrumb(facts)],
    }


def _publisher(facts: About) -> Node:
    house = facts.house
    name = plain(house.publisher or house.name)
    return {
        "@type": "Organization",
        "@id": house.url("#publisher"),
        "name": name,
        "url": house.url(),
        **({"email": house.email} if house.email else {}),
    }


def _article(facts: About, picture: str) -> Node:
    edition, imprint, house = facts.edition, facts.imprint, facts.house
    publisher = {"@id": house.url("#publisher")}
    told = {
        "description": description(edition),
        "articleSection": plain(edition.section or edition.category),
        "keywords": [plain(tag) for tag in edition.tags],
        "contributor": _people(facts),
        "about": {"@id": f"{facts.address}#event"} if _event(facts) else None,
        "license": {"@type": "CreativeWork", "name": house.licence} if house.licence else None,
    }
    return {
        "@type": "Article",
        "@id": f"{facts.address}#article",
        "url": facts.address,
        "mainEntityOfPage": facts.address,
        "headline": plain(edition.title),
        "inLanguage": edition.language,
        "datePublished": imprint.published.isoformat(),
        "dateModified": imprint.updated.isoformat(),
        "version": str(imprint.revision),
        "author": publisher,
        "publisher": publisher,
        "isAccessibleForFree": True,
        "image": picture,
        "encoding": {
            "@type": "MediaObject",
            "contentUrl": f"{facts.address}brochure.pdf",
            "encodingFormat": "application/pdf",
            "inLanguage": edition.language,
        },
        **{name: value for name, value in told.items() if value},
    }


def _event(facts: About) -> list[Node]:
    edition = facts.edition
    event = edition.event
    if event is None and edition.date and edition.speakers:
        event = Event(edition.date)
    if event is None:
        return []
    told = {
        "endDate": event.end.isoformat() if event.end else "",
        "location": {"@type": "Place", "name": plain(event.place)} if event.place else None,
        "performer": _people(facts),
    }
    return [
        {
            "@type": "Event",
            "@id": f"{facts.address}#event",
            "name": plain(edition.title),
            "startDate": event.start.isoformat(),
            **{name: value for name, value in told.items() if value},
            "organizer": {"@id": facts.house.url("#publisher")},
        }
    ]


def _people(facts: About) -> list[Node]:
    """The speakers; what stands after a name's first comma is what the person does."""
    people = []
    for speaker in facts.edition.speakers:
        name, _comma, role = plain(speaker).partition(",")
        person = {"@type": "Person", "name": name.strip(), "description": role.strip()}
        people.append({key: value for key, value in person.items() if value})
    return people


def _breadcrumb(facts: About) -> Node:
    year = facts.imprint.path.partition("/")[0]
    house = facts.house
    way = [(plain(house.name), house.url()), (year, house.url(f"{year}/"))]
    way.append((plain(facts.edition.title), facts.address))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(way, 1)
        ],
    }
