"""The feed's item: what the shelf says about one edition, and its full text as clean HTML.

The item is kept as JSON, so that the feeds, which stand on the shelf, can be made again from the
releases alone. Feed readers strip styles, break fragment links and resolve relative addresses each
in their own way: the HTML has none of the three.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import nh3
from markupsafe import Markup

from flows.channels._event import EVENT
from flows.channels._html import InlineHtml
from flows.edition import Edition, Figure, Inline, Inlines, Link, Paragraph, Text
from flows.house import House
from flows.occasions import stated, when_and_where
from flows.reading import inline_text, pictures, plain, walk
from flows.rendition import File, Imprint, Rendition
from flows.words import catalogue, environment, local_day, long_date

#: The edition's PDF that a reader of the feed may download: the A4 brochure.
ENCLOSURE = "public/brochure.pdf"
#: The most characters of a summary that has to be taken from the text.
SUMMARY = 300

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "th": {"scope"},
}
_TEXT = {"a", "br", "em", "p", "span", "strong", "sub", "sup"}
_BLOCKS = {
    "aside",
    "blockquote",
    "div",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "img",
}
_LISTS_AND_TABLES = {"ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"}
_SCHEMES = {"https", "http", "mailto", "tel"}


def render(edition: Edition, imprint: Imprint, house: House) -> Rendition:
    """``parts/item.json``: UTF-8, keys sorted, dates as ISO 8601 with their offset."""
    item = {
        "path": imprint.path,
        "guid": imprint.guid,
        "title": edition.title,
        "language": edition.language,
        "day": edition.date.isoformat() if edition.date else None,
        "published": imprint.published.isoformat(),
        "updated": imprint.updated.isoformat(),
        "section": edition.section,
        "category": edition.category,
        "summary": summary(edition),
        "content_html": sanitised(article(edition, imprint, house)),
        "authors": list(edition.speakers),
        "tags": list(edition.tags),
        "enclosure": ENCLOSURE,
        "pictures": shown(edition),
        **({"event": stated(edition.event)} if edition.event else {}),
    }
    text = json.dumps(item, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return Rendition("feed", (File("parts/item.json", "application/json", text.encode()),))


def shown(edition: Edition) -> list[dict[str, Any]]:
    """The pictures of the edition, each once, with what stands for it where it cannot be seen."""
    figures = {
        b.picture.name: b for b in reversed([*walk(edition.blocks)]) if isinstance(b, Figure)
    }
    return [
        {
            "file": f"public/pictures/{picture.name}",
            "width": picture.width,
            "height": picture.height,
            "alt": plain(figures[picture.name].alt or inline_text(figures[picture.name].caption)),
        }
        for picture in pictures(edition)
    ]


def article(edition: Edition, imprint: Imprint, house: House) -> str:
    """The whole edition as an HTML fragment: standfirst, text, notes, corrections, brochure."""
    page = house.url(f"{imprint.path}/")
    language = edition.language
    corrections = [
        (long_date(local_day(revision.at, house.timezone), language), revision.note)
        for revision in imprint.history[1:]
    ]
    template = environment("feed").get_template("item.html")
    return template.render(
        edition=edition,
        inline=_FeedInline(page),
        words=catalogue("feed", language),
        language=language if language != house.language else "",
        trial=imprint.trial,
        corrections=corrections,
        picture_url=lambda name: f"{page}pictures/{quote(name)}",
        brochure_url=page + ENCLOSURE.removeprefix("public/"),
        occasion=when_and_where(edition.event, language) if edition.event else (),
        event_url=page + EVENT,
    )


def sanitised(html: str) -> str:
    """``html`` through an allow-list. On what :func:`article` makes, it changes no element, no
    attribute and no word: it stands here for the day when something else slips in."""
    return nh3.clean(
        html,
        tags=_TEXT | _BLOCKS | _LISTS_AND_TABLES,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )


def summary(edition: Edition) -> str:
    """The standfirst, or else the beginning of the first paragraph, cut between two words.

    It keeps the spacing of its language, for pages; a channel of plain words takes that away."""
    if text := _one_line(edition.standfirst):
        return text
    paragraphs = (b for b in walk(edition.blocks) if isinstance(b, Paragraph))
    text = next((t for b in paragraphs if (t := _one_line(b.children))), "")
    if len(text) <= SUMMARY:
        return text
    cut = text[: SUMMARY + 1].rpartition(" ")[0] or text[:SUMMARY]
    return f"{cut} …"


def _one_line(children: Inlines) -> str:
    return re.sub(r"[ \t\r\n]+", " ", inline_text(children)).strip()


class _FeedInline(InlineHtml):
    """Inline text with absolute addresses, and notes called by a number in brackets."""

    def __init__(self, page: str) -> None:
        super().__init__(call=lambda number, _: Markup("<sup>[{}]</sup>").format(number))
        self._page = page
        self._in_link = False

    def _one(self, child: Inline) -> Markup:
        match child:
            case Text(value):
                # XML reads a lone carriage return as a line feed; HTML does not keep one at all.
                return Markup.escape(value.replace("\r", " "))
            case Link(href, children):
                return self._link(self._page + href if href.startswith("#") else href, children)
            case _:
                return super()._one(child)

    def _link(self, href: str, children: Inlines) -> Markup:
        """A link; HTML knows none within another, so of an inner one only its words stand."""
        if self._in_link:
            return self(children)
        self._in_link = True
        text = self(children)
        self._in_link = False
        return Markup('<a href="{}">{}</a>').format(href, text)
