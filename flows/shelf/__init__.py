"""The shelf: what is said about many editions, made from the manifests of their releases alone.

Each file is a function of the lines and items that it is given, and of no others, so that what one
new edition costs does not grow with the archive:

- ``feed.xml``, ``atom.xml``, ``feed.json``, ``index.html``, ``sitemap.xml`` … show the newest, or
  one line a year;
- ``page/<n>/`` shows fifty editions, numbered from the oldest: a full page stays as it is;
- ``<year>/``, ``<year>/page_<n>/`` and ``<year>/sitemap.xml`` show the editions whose address is
  in that year;
- ``search/newest.json``, ``page/<n>/search.json`` and ``<year>/search.json`` are what ``search/``
  looks into.

A caller that writes page ``n`` for the first time also writes page ``n - 1`` again, with
``last=False``: only the last one leads on to the front.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.house import House
from flows.looks import search_scripts, site_assets
from flows.rendition import File
from flows.shelf.atom import atom
from flows.shelf.feeds import FEED, rss
from flows.shelf.items import Item, Line, item
from flows.shelf.jsonfeed import json_feed
from flows.shelf.pages import PAGE, front_page, not_found, page, split, year_pages
from flows.shelf.search import NEWEST, PLACE, search_page, texts, titles_of_year
from flows.shelf.sitemaps import robots, sitemap_of_year, sitemap_of_years
from flows.shelf.tombstones import GONE, tombstone

__all__ = [
    "FEED",
    "GONE",
    "PAGE",
    "PLACE",
    "Item",
    "Line",
    "front",
    "item",
    "numbered",
    "page",
    "split",
    "tombstone",
    "year",
]


def front(
    newest: Sequence[Item], total: int, years: Sequence[int], house: House
) -> tuple[File, ...]:
    """The files at the site's root and at ``search/``, then the assets that they name.

    ``newest`` are the editions that stand on no numbered page: ``split(total)`` says how many.
    """
    return (
        rss(newest, house),
        atom(newest, house),
        json_feed(newest, house),
        front_page(newest, total, years, house),
        not_found(house),
        robots(house),
        sitemap_of_years(years, house),
        search_page(years, split(total)[0], house),
        texts(NEWEST, newest, house),
        *site_assets(house),
        *search_scripts(),
    )


def year(year: int, lines: Sequence[Line], house: House) -> tuple[File, ...]:
    """The pages, the sitemap and the titles of the editions at ``/<year>/…``."""
    return (
        *year_pages(year, lines, house),
        sitemap_of_year(year, lines, house),
        titles_of_year(year, lines, house),
    )


def numbered(
    number: int, items: Sequence[Item], house: House, *, last: bool = True
) -> tuple[File, ...]:
    """The files at ``page/<number>/``: fifty editions, and what they say, for the search."""
    lines = [item.line for item in items]
    return (
        page(number, lines, house, last=last),
        texts(f"page/{number}/search.json", items, house),
    )
