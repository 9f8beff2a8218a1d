"""What a feed is of, and in how many documents it comes.

A collection (all editions, those with a tag, those in a language) has a page and three feeds. Each
feed is a document that people subscribe to, with the newest editions, and archive documents of
fifty (RFC 5005, §4 "Archived Feeds"), which follow the numbered pages and lie beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

from flows.edition import FORBIDDEN
from flows.house import House
from flows.reading import plain
from flows.shelf.items import Item
from flows.tags import subjects
from flows.words import catalogue

TAGS, LANGUAGES = "tags", "languages"
#: The files of a document: RSS 2.0, Atom, JSON Feed 1.1.
FEEDS = ("feed.xml", "atom.xml", "feed.json")


@dataclass(frozen=True, slots=True)
class Collection:
    """Editions that belong together. ``home`` is the folder of its page and its feeds, with a
    slash at its end (``tags/eau/``, ``languages/fr/``), ``""`` for all editions; ``name`` is what
    readers know it by, in its ``language``, ``""`` for all."""

    home: str = ""
    name: str = ""
    language: str = ""

    @property
    def kind(self) -> str:
        """:data:`TAGS`, :data:`LANGUAGES`, or ``""``."""
        return self.home.partition("/")[0]

    @property
    def slug(self) -> str:
        return self.home.partition("/")[2].rstrip("/")

    def spoken(self, house: House) -> str:
        """The language of its feeds: its own, or else the house's."""
        return self.slug if self.kind == LANGUAGES else house.language


#: Every edition of the house.
ALL = Collection()


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a feed: archive document ``number``, or with 0 the one to subscribe to.

    ``older`` and ``newer`` are the archive documents next to it; 0 where there is none."""

    collection: Collection = ALL
    number: int = 0
    older: int = 0
    newer: int = 0

    @property
    def folder(self) -> str:
        return self._folder(self.number)

    def links(self, name: str, house: House) -> list[tuple[str, str]]:
        """The relations of its file ``name`` with their addresses: itself, the hubs (W3C WebSub
        §4), the documents next to it (RFC 5005 §4)."""
        found = [("self", house.url(self.folder + name))]
        if self.number:
            found.append(("current", house.url(self.collection.home + name)))
        else:
            found += [("hub", hub) for hub in public_hubs(house)]
        for rel, number in (("prev-archive", self.older), ("next-archive", self.newer)):
            if number:
                found.append((rel, house.url(self._folder(number) + name)))
        return found

    def _folder(self, number: int) -> str:
        return f"{self.collection.home}page/{number}/" if number else self.collection.home


#: The document of all editions that people subscribe to, while there is no archive.
NEWEST = Document()


def public_hubs(house: House) -> list[str]:
    """The hubs that readers are sent to: not those with a query, in which a key may stand."""
    return [hub for hub in house.targets.hubs if "?" not in hub]


def collections_of(item: Item) -> tuple[Collection, ...]:
    """The collections that an edition is in, each once: its tags, then its language."""
    code = item.line.language.split("-")[0].lower()  # the primary subtag, RFC 5646 §2.2.1
    named = subjects((item.line.section, item.line.category, *item.tags))
    return (
        *(Collection(f"{TAGS}/{slug}/", name, item.line.language) for slug, name in named.items()),
        Collection(f"{LANGUAGES}/{code}/", language_name(code), code),
    )


def language_name(code: str) -> str:
    """A language as its own speakers call it: ``français``, ``English``; else its code."""
    try:
        return Locale.parse(code).display_name or code
    except (UnknownLocaleError, ValueError):
        return code


def categories(item: Item) -> list[str]:
    """Section, category and tags, each once, in this order."""
    words = (item.line.section, item.line.category, *item.tags)
    return list(dict.fromkeys(word for w in words if (word := one_line(w))))


def channel_title(house: House, collection: Collection = ALL) -> str:
    """The house's name and what the feed is of; a trial says that it is one."""
    said = [house.name]
    if collection.name:
        said.append(collection.name)
    if house.trial:
        said.append(catalogue("shelf", house.language)["trial"])
    return " · ".join(said)


def feed_id(house: House, collection: Collection = ALL) -> str:
    """What a feed is known by for ever, its archive documents too: a tag of the house's
    (RFC 4151), or its address."""
    if house.tag_authority:
        return f"tag:{house.tag_authority}:feed/{collection.home}".rstrip("/")
    return house.url(collection.home)


def one_line(text: str) -> str:
    """Text for an element that holds plain words: no markup, no blank but the plain space."""
    return plain(FORBIDDEN.sub("", text))
