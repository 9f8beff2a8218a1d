"""The shelf: what is said about many editions, made from the manifests of their releases alone.

Each file is a function of the lines and items that it is given, and of no others, so that what one
new edition costs does not grow with the archive:

- ``feed.xml``, ``atom.xml``, ``feed.json``, ``events.ics``, ``index.html``, ``sitemap.xml`` … show
  the newest, or one line a year;
- ``page/<n>/`` shows fifty editions, numbered from the oldest, as a page and as an archive document
  of each feed: a full one stays as it is;
- ``<year>/``, ``<year>/page_<n>/`` and ``<year>/sitemap.xml`` show the editions whose address is
  in that year;
- ``tags/<slug>/`` and ``languages/<code>/`` are collections: a page, feeds and numbered pages of
  their own; ``tags/`` and ``languages/`` list them, as a page and as a sitemap;
- ``search/newest.json``, ``page/<n>/search.json`` and ``<year>/search.json`` are what ``search/``
  looks into.

A caller that writes page ``n`` for the first time also writes page ``n - 1`` again, with
``last=False``: only the last one leads on to the front.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.house import House
from flows.looks import feed_stylesheet, search_scripts, site_assets
from flows.rendition import File
from flows.shelf import pages
from flows.shelf.atom import atom
from flows.shelf.calendar import events
from flows.shelf.documents import (
    ALL,
    FEEDS,
    LANGUAGES,
    NEWEST,
    TAGS,
    Collection,
    Document,
    collections_of,
    language_name,
)
from flows.shelf.feeds import rss
from flows.shelf.items import Item, Line, item
from flows.shelf.jsonfeed import json_feed
from flows.shelf.pages import PAGE, split
from flows.shelf.search import NEWEST as NEWEST_TEXTS
from flows.shelf.search import PLACE, search_page, texts, titles_of_year
from flows.shelf.sitemaps import robots, sitemap_index, sitemap_of_collections, sitemap_of_year
from flows.shelf.tombstones import GONE, tombstone

__all__ = [
    "ALL",
    "FEEDS",
    "GONE",
    "LANGUAGES",
    "PAGE",
    "PLACE",
    "TAGS",
    "Collection",
    "Item",
    "Line",
    "collection",
    "collections",
    "collections_of",
    "feeds",
    "front",
    "item",
    "language_name",
    "page",
    "split",
    "tombstone",
    "year",
]


def front(
    newest: Sequence[Item],
    total: int,
    years: Sequence[int],
    house: House,
    collections: Sequence[Collection] = (),
) -> tuple[File, ...]:
    """The files at the site's root and at ``search/``, then the assets that they name.

    ``newest`` are the editions that stand on no numbered page: ``split(total)`` says how many.
    ``collections`` are those that have an edition.
    """
    return (
        *feeds(newest, house, Document(older=split(total)[0])),
        pages.front_page(newest, total, years, house, collections),
        pages.not_found(house),
        robots(house),
        sitemap_index(years, house, collections),
        events(newest, house),
        search_page(years, split(total)[0], house),
        texts(NEWEST_TEXTS, newest, house),
        *site_assets(house),
        *search_scripts(),
        feed_stylesheet(house),
    )


def collections(kind: str, listed: Sequence[Collection], house: House) -> tuple[File, ...]:
    """The page and the sitemap of the subjects, or of the languages, that have an edition."""
    return (
        pages.collections_page(kind, listed, house),
        sitemap_of_collections(kind, listed, house),
    )


def collection(
    collection: Collection, newest: Sequence[Item], total: int, house: House
) -> tuple[File, ...]:
    """The page of a collection and its feeds, as :func:`front` for the whole."""
    document = Document(collection, older=split(total)[0])
    page = pages.collection_page(newest, total, house, collection)
    return page, *feeds(newest, house, document)


def page(
    number: int,
    items: Sequence[Item],
    house: House,
    collection: Collection = ALL,
    *,
    last: bool = True,
) -> tuple[File, ...]:
    """A numbered page of a collection, and the archive documents with the same editions; of the
    whole also what they say, for the search."""
    document = Document(collection, number, number - 1, 0 if last else number + 1)
    shown = pages.page(number, items, house, collection, last=last)
    searched = (texts(f"page/{number}/search.json", items, house),) if collection == ALL else ()
    return shown, *feeds(items, house, document), *searched


def feeds(items: Sequence[Item], house: House, document: Document = NEWEST) -> tuple[File, ...]:
    """A document in the three formats."""
    return (
        rss(items, house, document),
        atom(items, house, document),
        json_feed(items, house, document),
    )


def year(year: int, lines: Sequence[Line], house: House) -> tuple[File, ...]:
    """The pages, the sitemap and the titles of the editions at ``/<year>/…``."""
    return (
        *pages.year_pages(year, lines, house),
        sitemap_of_year(year, lines, house),
        titles_of_year(year, lines, house),
    )
