"""The pages that list editions: the front page, the numbered pages, the years, the collections of
a subject or a language, and the 404."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_decimal
from markupsafe import Markup

from flows.edition import FORBIDDEN
from flows.house import House
from flows.looks import site_assets
from flows.reading import plain
from flows.rendition import File
from flows.shelf.documents import ALL, LANGUAGES, TAGS, Collection, channel_title
from flows.shelf.items import Item, Line, newest_first, newest_lines_first
from flows.words import catalogue, environment, local_day, served

#: How many editions stand on a numbered page, and on one of a year's.
PAGE = 50
YEAR_PAGE = 100


def split(total: int, page: int = PAGE) -> tuple[int, int]:
    """How ``total`` editions are spread: full numbered pages, and editions on the front page.

    Page *n* holds, by first publication, those from ``page * (n - 1) + 1`` to ``page * n``; the
    front holds the rest: all while there are fewer than two pages of them, else 50 to 99. So a
    new edition changes the front alone, but for one in fifty, which fills a page.
    """
    full_pages = max(0, total // page - 1)
    return full_pages, total - page * full_pages


def front_page(
    newest: Sequence[Item],
    total: int,
    years: Sequence[int],
    house: House,
    collections: Sequence[Collection] = (),
) -> File:
    """``index.html``: the house, its newest editions with their summaries, the way to the rest."""
    full_pages, _ = split(total)
    lines = [_shown(item.line, house) | _more(item, house) for item in newest_first(newest)]
    languages = [c for c in _in_order(collections) if c.kind == LANGUAGES]
    return list_page(
        "index.html",
        "front.html",
        house,
        lines=lines,
        older=full_pages,
        years=sorted(years, reverse=True),
        linked_data=_linked_data(house),
        has_tags=any(c.kind == TAGS for c in collections),
        languages=languages if len(languages) > 1 else [],
        announced=any(item.event for item in newest),
    )


def collection_page(
    newest: Sequence[Item], total: int, house: House, collection: Collection
) -> File:
    """The front page of a collection: the newest of ``total`` editions that ever came to it."""
    return list_page(
        f"{collection.home}index.html",
        "collection.html",
        house,
        collection,
        lines=[_shown(item.line, house) for item in newest_first(newest)],
        older=split(total)[0],
        kicker="tag_kicker" if collection.kind == TAGS else "language_kicker",
    )


def collections_page(kind: str, collections: Sequence[Collection], house: House) -> File:
    """``<kind>/index.html``: the collections of one kind that have an edition, by their names."""
    return list_page(
        f"{kind}/index.html",
        "collections.html",
        house,
        collections=[
            (one, _lang(one.language, language_of(house))) for one in _in_order(collections)
        ],
        heading=f"{kind}_title",
    )


def page(
    number: int,
    items: Sequence[Item],
    house: House,
    collection: Collection = ALL,
    *,
    last: bool = True,
) -> File:
    """``page/<number>/index.html`` of a collection: fifty editions, newest first. The ``last``
    numbered page leads on to the front page, each other one to the next number."""
    shown = [_shown(item.line, house) for item in newest_first(items)]
    years = sorted({line["day"].year for line in shown})
    return list_page(
        f"{collection.home}page/{number}/index.html",
        "page.html",
        house,
        collection,
        lines=shown,
        span="–".join(str(year) for year in dict.fromkeys((years[0], years[-1]))) if years else "",
        number=number,
        last=last,
    )


def _in_order(collections: Sequence[Collection]) -> list[Collection]:
    return sorted(collections, key=lambda collection: collection.home)


def year_pages(year: int, lines: Sequence[Line], house: House) -> tuple[File, ...]:
    """``<year>/index.html``: the newest editions whose address is in a year, the latest day first;
    where they are more than two hundred, ``<year>/page_<n>/index.html`` has the older ones by the
    hundred, numbered from the oldest. An underscore stands in no edition's address."""
    in_order = newest_lines_first(lines)[::-1]
    full_pages, _ = split(len(in_order), YEAR_PAGE)
    last = full_pages * YEAR_PAGE
    cuts = [in_order[at : at + YEAR_PAGE] for at in range(0, last, YEAR_PAGE)]
    pages = [_year_page(year, in_order[last:], house, 0, full_pages)]
    pages += [_year_page(year, cut, house, n, full_pages) for n, cut in enumerate(cuts, 1)]
    return tuple(pages)


def _year_page(
    year: int, lines: Sequence[Line], house: House, number: int, full_pages: int
) -> File:
    shown = [_shown(line, house) for line in reversed(lines)]
    return list_page(
        f"{year}/page_{number}/index.html" if number else f"{year}/index.html",
        "year.html",
        house,
        lines=sorted(shown, key=lambda line: line["day"], reverse=True),
        year=year,
        number=number,
        full_pages=full_pages,
    )


def not_found(house: House) -> File:
    """``404.html``, served at any address: its links start from the host's root."""
    prefix = urlsplit(house.address).path + "/"
    return list_page("404.html", "404.html", house, root=prefix, home=prefix, canonical="")


def gone(line: Line, at: datetime, reason: str, house: House) -> File:
    """``public/index.html`` of a withdrawn edition, in the edition's language."""
    said = house.model_copy(update={"language": line.language})
    page = list_page(
        f"{line.path}/index.html",
        "gone.html",
        said,
        canonical="",
        title=line.title,
        reason=reason,
        withdrawn=local_day(at, house.timezone),
        day=line.day,
    )
    return replace(page, path="public/index.html")


def _linked_data(house: House) -> dict[str, Any]:
    """What the front page says of the site to machines: JSON-LD in the words of schema.org."""
    publisher = {"@id": house.url("#publisher")}
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{house.url('search/')}?q={{words}}"},
        "query-input": "required name=words",
    }
    return {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "WebSite",
                "@id": house.url("#site"),
                "name": plain(house.name),
                "url": house.url(),
                "inLanguage": house.language,
                **({"description": plain(house.tagline)} if house.tagline else {}),
                "publisher": publisher,
                "potentialAction": search,
            },
            {
                "@type": "Organization",
                **publisher,
                "name": plain(house.publisher or house.name),
                "url": house.url(),
                **({"email": house.email} if house.email else {}),
            },
        ],
    }


def list_page(
    path: str, template: str, house: House, collection: Collection = ALL, **values: Any
) -> File:
    """A page of the shelf at ``path``, from a template and what that needs beside the frame's."""
    root = "../" * path.count("/")
    language, house_language = language_of(house), house.language
    stylesheet, icon, *_fonts = site_assets(house)
    context: dict[str, Any] = {
        "house": house,
        "language": language,
        "house_lang": _lang(house_language, language),
        "words": catalogue("shelf", language),
        "trial": house.trial,
        "root": root,
        "home": root or "./",
        "canonical": house.url(path.removesuffix("index.html")),
        "colophon": [word for word in (house.publisher or house.name, house.licence) if word],
        "collection": collection,
        "collection_lang": _lang(collection.language or language, language),
        "feed_title": channel_title(house, collection),
        "stylesheet": stylesheet.path,
        "icon": icon.path,
    }
    html = environment("shelf").get_template(template).render(context | values)
    return File(path, "text/html", _carried(html).encode())


def _shown(line: Line, house: House) -> dict[str, Any]:
    """A line as the templates read it: the day printed on it, or else that of its publication."""
    published = local_day(line.published, house.timezone)
    updated = local_day(line.updated, house.timezone)
    return {
        "path": line.path,
        "title": line.title,
        "section": line.section or line.category,
        "lang": _lang(line.language, language_of(house)),
        "hreflang": _lang(line.language, language_of(house), "hreflang"),
        "day": line.day or published,
        "corrected": updated if line.updated != line.published else None,
    }


def _more(item: Item, house: House) -> dict[str, Any]:
    return {
        "summary": item.summary,
        "brochure": item.enclosure_path,
        "size": _size(item.enclosure_length, language_of(house)),
    }


def _size(count: int, language: str) -> str:
    """A number of bytes as a reader counts them: ``348 ko``, ``1,2 Mo`` (powers of 1000)."""
    words = catalogue("shelf", language)
    if count < 1_000_000:
        return words["kilobytes"].format(number=max(1, round(count / 1000)))
    number = format_decimal(count / 1_000_000, format="0.0", locale=served(language))
    return words["megabytes"].format(number=number)


def language_of(house: House) -> str:
    """The language of the page's own words: the house's where there is a catalogue for it."""
    known = served(house.language)
    return house.language if house.language.split("-")[0].lower() == known else known


def _lang(language: str, around: str, name: str = "lang") -> Markup:
    """An attribute that says a language, where that differs from the one around it."""
    return Markup(' {}="{}"').format(name, language) if language != around else Markup("")


def _carried(text: str) -> str:
    return FORBIDDEN.sub("", text)
