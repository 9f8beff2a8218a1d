"""The feed as RSS 2.0: feedgen builds it, a short lxml step completes and orders it.

Sources: the RSS 2.0 specification and the RSS Advisory Board's Best Practices Profile;
RFC 4287 for ``atom:link`` and ``atom:updated``; the content and dc modules of RSS 1.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from flows import __version__
from flows.edition import FORBIDDEN
from flows.house import House
from flows.reading import plain
from flows.rendition import File
from flows.shelf.items import Item, newest_first
from flows.words import catalogue

#: The most items of a feed; readers that come at least once in fifty editions miss nothing.
FEED = 50
#: How long a reader may keep its copy, in minutes.
TTL = 60
ATOM = "http://www.w3.org/2005/Atom"
#: The order of a channel's elements; feedgen's own is that of its setters. Items come last.
_CHANNEL = (
    "title",
    "link",
    "description",
    f"{{{ATOM}}}link",
    "language",
    "copyright",
    "managingEditor",
    "lastBuildDate",
    "generator",
    "docs",
    "ttl",
    "item",
)


def rss(items: Sequence[Item], house: House) -> File:
    """``feed.xml``: the newest :data:`FEED` items with their full text, newest first.

    Nothing in it is the moment of its making: ``lastBuildDate`` is the newest update.
    """
    shown = newest_first(items)[:FEED]
    generator = _channel(house)
    for item in shown:
        generator.add_entry(_entry(item, house), order="append")
    root = etree.fromstring(generator.rss_str())
    _complete(root, shown, house)
    return File("feed.xml", "application/rss+xml", document(root))


def channel_title(house: House) -> str:
    """The house's name; a trial says that it is one."""
    if house.trial:
        return f"{house.name} · {catalogue('shelf', house.language)['trial']}"
    return house.name


def feed_id(house: House) -> str:
    """What a feed is known by for ever: a tag of the house's (RFC 4151), or its address."""
    return f"tag:{house.tag_authority}:feed" if house.tag_authority else house.url()


def _channel(house: House) -> FeedGenerator:
    generator = FeedGenerator()
    generator.load_extension("dc", atom=False, rss=True)
    title = one_line(channel_title(house)) or house.address
    generator.title(title)
    generator.description(one_line(house.tagline) or title)
    generator.link(href=house.url("feed.xml"), rel="self", type="application/rss+xml")
    generator.link(href=house.url(), rel="alternate")  # last: it is the channel's own link
    generator.language(house.language)
    generator.generator(f"Parution {__version__}")
    generator.ttl(TTL)
    if house.licence:
        generator.copyright(one_line(house.licence))
    if house.email:
        generator.managingEditor(f"{house.email} ({one_line(house.publisher or house.name)})")
    return generator


def _entry(item: Item, house: House) -> FeedEntry:
    line = item.line
    entry = FeedEntry()
    entry.load_extension("dc", atom=False, rss=True)
    title = one_line(line.title) or line.path  # a title may not be blank
    entry.title(title)
    entry.link(href=house.url(f"{line.path}/"))
    # Readers take a description for HTML: what is text is escaped for HTML, then for XML.
    entry.description(escape(one_line(item.summary) or title, quote=False))
    entry.content(FORBIDDEN.sub("", item.content_html))
    entry.guid(item.guid, permalink=False)
    entry.published(line.published.astimezone(UTC))
    for category in categories(item):
        entry.category(term=category)
    # RSS's own <author> is an e-mail address, which a speaker does not have here.
    entry.dc.dc_creator([one_line(name) for name in item.authors if one_line(name)])
    if line.language != house.language:
        entry.dc.dc_language(line.language)
    if item.enclosure_path:
        entry.enclosure(
            house.url(item.enclosure_path), str(item.enclosure_length), item.enclosure_type
        )
    return entry


def categories(item: Item) -> list[str]:
    """Section, category and tags, each once, in this order."""
    words = (item.line.section, item.line.category, *item.tags)
    return list(dict.fromkeys(word for w in words if (word := one_line(w))))


def _complete(root: etree._Element, shown: Sequence[Item], house: House) -> None:
    """What feedgen cannot say, or says of now; then the order of the channel's elements."""
    channel = root[0]
    etree.SubElement(
        channel, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=house.url()
    )
    for stamp in channel.findall("lastBuildDate"):
        channel.remove(stamp)
    if shown:
        newest = max(item.line.updated for item in shown)
        etree.SubElement(channel, "lastBuildDate").text = _rfc822(newest)
    for element, item in zip(channel.findall("item"), shown, strict=True):
        if item.line.updated != item.line.published:
            updated = etree.SubElement(element, f"{{{ATOM}}}updated")
            updated.text = rfc3339(item.line.updated)
    channel[:] = sorted(channel, key=lambda child: _CHANNEL.index(str(child.tag)))


def document(root: etree._Element) -> bytes:
    """The bytes of the feed. A stylesheet for people who open it in a browser would be named
    here, by a processing instruction before the root."""
    etree.indent(root)
    body = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def one_line(text: str) -> str:
    """Text for an element that holds plain words: no markup, no blank but the plain space."""
    return plain(FORBIDDEN.sub("", text))


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))


def rfc3339(moment: datetime) -> str:
    """A moment in UTC as feeds have it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
