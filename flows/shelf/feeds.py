"""The feed as RSS 2.0: feedgen builds it, a short lxml step completes and orders it.

Sources: the RSS 2.0 specification and the RSS Advisory Board's Best Practices Profile;
RFC 4287 for ``atom:link`` and ``atom:updated``; RFC 5005 for archives; the content and dc
modules of RSS 1.0; Media RSS 1.5.1.
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
from flows.looks import feed_stylesheet
from flows.rendition import File
from flows.shelf.documents import NEWEST, Document, categories, channel_title, one_line
from flows.shelf.items import Item, newest_first

#: How long a reader may keep its copy, in minutes.
TTL = 60
ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
#: Said at the root, so that no element has to.
_PREFIXES: dict[str | None, str] = {"atom": ATOM, "fh": HISTORY, "media": MEDIA}
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
    f"{{{HISTORY}}}archive",
    "item",
)


def rss(items: Sequence[Item], house: House, document: Document = NEWEST) -> File:
    """``feed.xml`` of a document: the items with their full text, newest first.

    Nothing in it is the moment of its making: ``lastBuildDate`` is the newest update.
    """
    shown = newest_first(items)
    generator = _channel(house, document)
    for item in shown:
        generator.add_entry(_entry(item, house, document), order="append")
    root = etree.fromstring(generator.rss_str())
    _complete(root, shown, house, document)
    path = document.folder + "feed.xml"
    return File(path, "application/rss+xml", written(root, _PREFIXES, path, house))


def _channel(house: House, document: Document) -> FeedGenerator:
    generator = FeedGenerator()
    generator.load_extension("dc", atom=False, rss=True)
    title = one_line(channel_title(house, document.collection)) or house.address
    generator.title(title)
    generator.description(one_line(house.tagline) or title)
    generator.link(href=house.url(document.collection.home), rel="alternate")
    generator.language(_language(house, document))
    generator.generator(f"Parution {__version__}")
    generator.ttl(TTL)
    if house.licence:
        generator.copyright(one_line(house.licence))
    if house.email:
        generator.managingEditor(f"{house.email} ({one_line(house.publisher or house.name)})")
    return generator


def _language(house: House, document: Document) -> str:
    return document.collection.spoken(house)


def _entry(item: Item, house: House, document: Document) -> FeedEntry:
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
    if line.language != _language(house, document):
        entry.dc.dc_language(line.language)
    if item.enclosure_path:
        entry.enclosure(
            house.url(item.enclosure_path), str(item.enclosure_length), item.enclosure_type
        )
    return entry


def _complete(
    root: etree._Element, shown: Sequence[Item], house: House, document: Document
) -> None:
    """What feedgen cannot say, or says of now; then the order of the channel's elements."""
    channel = root[0]
    page = house.url(document.collection.home)
    etree.SubElement(channel, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=page)
    relate(channel, document, house, "feed.xml", "application/rss+xml")
    for stamp in channel.findall("lastBuildDate"):
        channel.remove(stamp)
    if shown:
        newest = max(item.line.updated for item in shown)
        etree.SubElement(channel, "lastBuildDate").text = _rfc822(newest)
    for element, item in zip(channel.findall("item"), shown, strict=True):
        if item.line.updated != item.line.published:
            updated = etree.SubElement(element, f"{{{ATOM}}}updated")
            updated.text = rfc3339(item.line.updated)
        depict(element, item, house)
    channel[:] = sorted(channel, key=lambda child: _CHANNEL.index(str(child.tag)))


def relate(
    channel: etree._Element, document: Document, house: House, name: str, media_type: str
) -> None:
    """The links of a document among those of its feed, and that it is an archive, if it is."""
    for rel, address in document.links(name, house):
        link = etree.SubElement(channel, f"{{{ATOM}}}link", rel=rel, href=address)
        if rel != "hub":
            link.set("type", media_type)
    if document.number:
        etree.SubElement(channel, f"{{{HISTORY}}}archive")


def depict(element: etree._Element, item: Item, house: House) -> None:
    """The pictures of an edition, by Media RSS, which is at home in RSS and in Atom alike."""
    for picture in item.pictures:
        content = etree.SubElement(
            element,
            f"{{{MEDIA}}}content",
            url=house.url(picture.path),
            fileSize=str(picture.length),
            type=picture.media_type,
            medium="image",
            width=str(picture.width),
            height=str(picture.height),
        )
        if said := one_line(picture.alt):
            etree.SubElement(content, f"{{{MEDIA}}}description", type="plain").text = said
    if item.pictures:
        first = item.pictures[0]
        size = {"width": str(first.width), "height": str(first.height)}
        etree.SubElement(element, f"{{{MEDIA}}}thumbnail", {"url": house.url(first.path), **size})


def written(
    root: etree._Element, prefixes: dict[str | None, str], path: str, house: House
) -> bytes:
    """The bytes of a feed that stands at ``path``, with a stylesheet for people who open it."""
    whole = etree.Element(
        root.tag,
        {str(k): str(v) for k, v in root.items()},
        {**prefixes, **root.nsmap},  # type: ignore[dict-item]
    )
    whole.extend(root)
    etree.indent(whole)
    body = etree.tostring(whole, encoding="unicode")
    style = "../" * path.count("/") + feed_stylesheet(house).path
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/css" href="{style}"?>'
    )
    return f"{head}\n{body}\n".encode()


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))


def rfc3339(moment: datetime) -> str:
    """A moment in UTC as feeds have it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
