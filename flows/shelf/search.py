"""The search: an index in files, and the page that looks into it, in the reader's browser.

Two kinds of file. ``<year>/search.json`` has the titles of a year, from its lines alone: small,
so that all years can be looked into. ``search/newest.json`` and ``page/<n>/search.json`` have what
the editions of the front page and of a numbered page say, word by word, each word once: they are
read from the newest on, as far as a reader asks. So one new edition changes two files.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from flows.house import House
from flows.looks import search_scripts
from flows.reading import plain
from flows.rendition import File
from flows.shelf.items import Item, Line, newest_first, newest_lines_first
from flows.shelf.pages import language_of, list_page
from flows.words import local_day, long_date

#: Where the page is, and what it reads first.
PLACE = "search"
NEWEST = f"{PLACE}/newest.json"
_WORD = re.compile(r"[^\W_]{2,}")
#: Letters that Unicode does not take apart and that people type as others (as in search.js).
_APART = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}


class _Bare(dict[int, str | int | None]):
    """A table that takes marks off letters, filled in as letters come."""

    def __missing__(self, code: int) -> int | None:
        self[code] = found = None if unicodedata.combining(chr(code)) else code
        return found


_BARE = _Bare((ord(letter), others) for letter, others in _APART.items())


def search_page(years: Sequence[int], older: int, house: House) -> File:
    """``search/index.html``; ``older`` is the number of numbered pages."""
    script, library = search_scripts()
    return list_page(
        f"{PLACE}/index.html",
        "search.html",
        house,
        years=sorted(years, reverse=True),
        older=older,
        script=script.path,
        library=library.path,
    )


def titles_of_year(year: int, lines: Sequence[Line], house: House) -> File:
    """``<year>/search.json``: what lists say of a year's editions."""
    return _file(f"{year}/search.json", [_said(line, house) for line in newest_lines_first(lines)])


def texts(path: str, items: Sequence[Item], house: House) -> File:
    """The file at ``path``: what some editions say."""
    return _file(path, [_text(item, house) for item in newest_first(items)])


def _said(line: Line, house: House) -> dict[str, Any]:
    day = line.day or local_day(line.published, house.timezone)
    about = line.section or line.category
    return {
        "path": line.path,
        "title": line.title,
        "language": line.language,
        "day": day.isoformat(),
        "when": long_date(day, language_of(house)),
        "topics": " ".join(dict.fromkeys(filter(None, (line.section, line.category)))),
        "about": about,
    }


def _text(item: Item, house: House) -> dict[str, Any]:
    headings, text = _read(item.content_html)
    said = _said(item.line, house)
    return said | {
        "topics": " ".join(filter(None, (said["topics"], *item.tags))),
        "speakers": " ".join(item.authors),
        "summary": item.summary,
        "headings": " ".join(headings),
        "words": " ".join(distinct_words(text)),
    }


def _read(content_html: str) -> tuple[list[str], str]:
    """The headings of an item's HTML, and all its text, blocks apart."""
    from lxml import html

    root = html.fragment_fromstring(content_html, create_parent="div")
    headings = [e.text_content() for e in root.iter("h2", "h3", "h4", "h5", "h6")]
    return [plain(heading) for heading in headings], " ".join(root.itertext())


def distinct_words(text: str) -> list[str]:
    """The words of a text, each once, without case and accents, sorted; single letters left out."""
    once = " ".join(set(text.split()))  # most of them come again and again
    return sorted(set(_WORD.findall(folded(once))))


def folded(text: str) -> str:
    """``text`` as search compares it: ``Œuvre d’été`` → ``oeuvre d’ete`` (Unicode's NFKD and case
    folding, UAX #15 and §3.13)."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return apart.translate(_BARE)


def _file(path: str, said: Iterable[dict[str, Any]]) -> File:
    text = json.dumps(list(said), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return File(path, "application/json", f"{text}\n".encode())
