"""What each channel may say beside the edition's words: its catalogue, the house, the imprint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from flows.edition import Edition, Figure, Heading, Inlines, ItemList, Link, SideBox, Table
from flows.house import House
from flows.occasions import when_and_where
from flows.proof.align import Furniture
from flows.proof.words import notes_in
from flows.reading import inline_runs, inline_text, walk
from flows.rendition import Imprint
from flows.words import catalogue, local_day, long_date, served, with_speakers

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def furniture(channel: str, edition: Edition, imprint: Imprint, house: House) -> Furniture:
    """The phrases of ``channel`` around ``edition``."""
    links = tuple(addresses(edition))
    made = Furniture(numbers=_numbers(edition, len(links)))
    for folder in dict.fromkeys((channel, "site")):
        for sentence in catalogue(folder, edition.language).values():
            made.beside(*_PLACEHOLDER.split(sentence))
    _of_the_edition(made, edition)
    _of_the_house(made, house)
    _of_the_imprint(made, edition, imprint, house)
    made.links(*links, *(short for link in links for short in _short(link)))
    return made


def addresses(edition: Edition) -> Iterator[str]:
    """The addresses of the edition's links, in order, repeats included."""

    def of(children: Inlines) -> Iterator[str]:
        for child in children:
            if isinstance(child, Link):
                yield child.href
            yield from of(getattr(child, "children", ()))

    for run in (edition.standfirst, *(r for b in edition.blocks for r in inline_runs(b))):
        yield from of(run)


def _numbers(edition: Edition, links: int) -> int:
    """The highest number that a list, a note, a link's mark or a figure can have."""
    blocks = tuple(walk(edition.blocks))
    ordered = (b.start + len(b.items) - 1 for b in blocks if isinstance(b, ItemList) and b.ordered)
    figures = sum(isinstance(b, Figure | Table) for b in blocks)
    return max([sum(1 for _ in notes_in(edition)), links, figures, *ordered])


def _of_the_edition(made: Furniture, edition: Edition) -> None:
    made.apart(edition.title, inline_text(edition.standfirst), edition.section, edition.category)
    made.apart(*edition.speakers, *edition.tags)
    made.apart(with_speakers(edition.speakers, edition.language))
    if edition.event:
        made.apart(*when_and_where(edition.event, edition.language))
    for block in walk(edition.blocks):
        match block:
            case Heading():
                made.apart(inline_text(block.children))
            case SideBox():
                made.apart(inline_text(block.heading))
            case Figure():
                made.beside(block.alt)
            case Table():  # a head is said again where a table goes on over a page
                made.apart(*(inline_text(cell) for cell in block.head))


def _of_the_house(made: Furniture, house: House) -> None:
    made.apart(house.name, house.tagline, house.publisher, house.email, house.licence)
    made.apart(house.address, *_short(house.address), house.leave_address)


def _of_the_imprint(made: Furniture, edition: Edition, imprint: Imprint, house: House) -> None:
    days = [edition.date] if edition.date else []
    for revision in imprint.history:
        days.append(local_day(revision.at, house.timezone))
        made.apart(revision.note, revision.at.isoformat())
    for day in days:
        made.apart(*_written(day, edition.language))
    made.apart(imprint.guid, imprint.path)
    made.apart(*(part for pair in imprint.versions for part in pair))
    here = house.url(f"{imprint.path}/")
    brochures = (f"brochure{kind}.pdf" for kind in ("", "-a5", "-booklet", "-leaflet", "-large"))
    files = ("", "index.html", "newsletter.html", "newsletter.txt", "event.ics", *brochures)
    for address in (*(here + f for f in files), house.url("feed.xml")):
        made.apart(address, *_short(address))


def _written(day: date, language: str) -> tuple[str, ...]:
    from babel.dates import format_date

    locale = served(language)
    patterns = ("MMMM y", "EEEE d MMMM y", "d MMM y")
    written = (format_date(day, pattern, locale=locale) for pattern in patterns)
    return (long_date(day, language), day.isoformat(), *written)


def _short(address: str) -> tuple[str, ...]:
    """An address as people write it: without its scheme, without a slash at its end."""
    parts = urlsplit(address)
    bare = address.removeprefix(f"{parts.scheme}:").removeprefix("//")
    return bare, bare.rstrip("/"), address.rstrip("/"), bare.removeprefix("www.")
