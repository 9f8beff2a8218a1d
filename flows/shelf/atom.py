"""The feed as Atom (RFC 4287): the same items, ids, dates and order as in RSS."""

from __future__ import annotations

from collections.abc import Sequence

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from flows import __version__
from flows.edition import FORBIDDEN
from flows.house import House
from flows.rendition import File
from flows.shelf.documents import NEWEST, Document, categories, channel_title, feed_id, one_line
from flows.shelf.feeds import ATOM, HISTORY, MEDIA, depict, relate, rfc3339, written
from flows.shelf.items import Item, newest_first

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES: dict[str | None, str] = {"fh": HISTORY, "media": MEDIA}
#: The moment of a feed that has nothing yet: there is none that would be the same each time.
_NEVER = "1970-01-01T00:00:00Z"


def atom(items: Sequence[Item], house: House, document: Document = NEWEST) -> File:
    """``atom.xml`` of a document: the items with their full text, newest first. ``updated`` is the
    newest update, and not the moment of its making."""
    shown = newest_first(items)
    generator = _feed(house, document)
    newest = max((item.line.updated for item in shown), default=None)
    generator.updated(rfc3339(newest) if newest else _NEVER)
    for item in shown:
        generator.add_entry(_entry(item, house), order="append")
    root = etree.fromstring(generator.atom_str())
    root.set(_XML_LANG, document.collection.spoken(house))
    for element, item in zip(root.findall(f"{{{ATOM}}}entry"), shown, strict=True):
        element.set(_XML_LANG, item.line.language)
        _link(element, item, house)
        depict(element, item, house)
    relate(root, document, house, "atom.xml", "application/atom+xml")
    root[:] = sorted(root, key=lambda child: child.tag == f"{{{ATOM}}}entry")
    for stamp in root.iter(f"{{{ATOM}}}updated", f"{{{ATOM}}}published"):
        stamp.text = (stamp.text or "").replace("+00:00", "Z")
    path = document.folder + "atom.xml"
    return File(path, "application/atom+xml", written(root, _PREFIXES, path, house))


def _feed(house: House, document: Document) -> FeedGenerator:
    collection = document.collection
    generator = FeedGenerator()
    generator.id(feed_id(house, collection))
    title = one_line(channel_title(house, collection)) or house.address
    generator.title(title)
    generator.subtitle(one_line(house.tagline) or title)
    generator.link(href=house.url(collection.home), rel="alternate", type="text/html")
    generator.author(_publisher(house))
    generator.generator("Parution", version=__version__)
    if house.licence:
        generator.rights(one_line(house.licence))
    return generator


def _publisher(house: House) -> dict[str, str]:
    person = {"name": one_line(house.publisher or house.name), "uri": house.url()}
    return person | ({"email": house.email} if house.email else {})


def _entry(item: Item, house: House) -> FeedEntry:
    line = item.line
    entry = FeedEntry()
    title = one_line(line.title) or line.path
    entry.id(item.guid)
    entry.title(title)
    entry.link(href=house.url(f"{line.path}/"), rel="alternate", type="text/html")
    entry.summary(one_line(item.summary) or title)
    entry.content(FORBIDDEN.sub("", item.content_html), type="html")
    entry.published(rfc3339(line.published))
    entry.updated(rfc3339(line.updated))
    for category in categories(item):
        entry.category(term=category)
    for name in filter(None, map(one_line, item.authors)):
        entry.author({"name": name})
    return entry


def _link(element: etree._Element, item: Item, house: House) -> None:
    """An entry's links, each with what it is: feedgen 1.0 leaves ``rel`` out, and readers then
    take the brochure for the page."""
    for link in element.findall(f"{{{ATOM}}}link"):
        element.remove(link)
    page = {"rel": "alternate", "type": "text/html", "href": house.url(f"{item.line.path}/")}
    etree.SubElement(element, f"{{{ATOM}}}link", page)
    if item.enclosure_path:
        brochure = {
            "rel": "enclosure",
            "type": item.enclosure_type,
            "length": str(item.enclosure_length),
            "href": house.url(item.enclosure_path),
        }
        etree.SubElement(element, f"{{{ATOM}}}link", brochure)
