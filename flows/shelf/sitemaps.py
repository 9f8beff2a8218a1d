"""For machines that find their way: sitemaps (sitemaps.org, 0.9) and robots.txt (RFC 9309).

Each year has its own, and so have the subjects and the languages: a new edition rewrites that of
its year, those two where it brings a name that was not there, and the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from lxml import etree

from flows.house import House
from flows.rendition import File
from flows.shelf.documents import Collection
from flows.shelf.items import Line, newest_lines_first

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: The most addresses of one sitemap (sitemaps.org, "Using Sitemap index files").
MOST = 50_000


def sitemap_index(
    years: Sequence[int], house: House, collections: Iterable[Collection] = ()
) -> File:
    """``sitemap.xml``: the index of the years' sitemaps and of those of the ``collections``, by
    kind; or the front page alone while there is no year (an index without an entry would not be
    valid)."""
    if not years:
        return _file("sitemap.xml", "urlset", "url", [(house.url(), None)])
    folders = [str(year) for year in sorted(years, reverse=True)]
    folders += sorted({collection.kind for collection in collections})
    places = [(house.url(f"{folder}/sitemap.xml"), None) for folder in folders]
    return _file("sitemap.xml", "sitemapindex", "sitemap", places)


def sitemap_of_collections(kind: str, collections: Iterable[Collection], house: House) -> File:
    """``tags/sitemap.xml`` or ``languages/sitemap.xml``: the page that lists them, and their
    pages, by address. Beyond :data:`MOST` that page alone leads to them."""
    homes = sorted(collection.home for collection in collections if collection.kind == kind)
    places = [(house.url(home), None) for home in (f"{kind}/", *homes)][:MOST]
    return _file(f"{kind}/sitemap.xml", "urlset", "url", places)


def sitemap_of_year(year: int, lines: Sequence[Line], house: House) -> File:
    """``<year>/sitemap.xml``: the year's page and its editions, with their last change."""
    places: list[tuple[str, datetime | None]] = [(house.url(f"{year}/"), None)]
    places += [(house.url(f"{line.path}/"), line.updated) for line in newest_lines_first(lines)]
    return _file(f"{year}/sitemap.xml", "urlset", "url", places)


def robots(house: House) -> File:
    """``robots.txt``: everybody may come; to a trial, nobody."""
    rule = "Disallow: /" if house.trial else "Disallow:"
    lines = ["User-agent: *", rule]
    if not house.trial:
        lines += ["", f"Sitemap: {house.url('sitemap.xml')}"]
    return File("robots.txt", "text/plain", "\n".join([*lines, ""]).encode())


def _file(
    path: str, root_name: str, name: str, places: Iterable[tuple[str, datetime | None]]
) -> File:
    root = etree.Element(f"{{{NAMESPACE}}}{root_name}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for address, changed in places:
        place = etree.SubElement(root, f"{{{NAMESPACE}}}{name}")
        etree.SubElement(place, f"{{{NAMESPACE}}}loc").text = address
        if changed:
            moment = changed.astimezone(UTC).isoformat(timespec="seconds")
            etree.SubElement(place, f"{{{NAMESPACE}}}lastmod").text = moment.replace("+00:00", "Z")
    etree.indent(root)
    body = etree.tostring(root, encoding="unicode")
    return File(
        path, "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()
    )
