"""The leaflet: one sheet in three panels (97, 100 and 100 mm), with the essentials of an edition.

It is an excerpt, says so, and cuts nothing in two: a standfirst, key figures, pull quotes and
opening paragraphs come whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any, NamedTuple

from markupsafe import Markup

from flows.channels.brochure.html import line_above, speakers, titled_qr, w3c
from flows.channels.brochure.setting import PrintedHtml, title_size
from flows.edition import (
    Edition,
    Heading,
    Inline,
    Inlines,
    Link,
    Note,
    Paragraph,
    PullQuote,
)
from flows.house import House
from flows.looks import Palette
from flows.reading import inline_text, key_figures, walk
from flows.rendition import Imprint
from flows.themes import Faces
from flows.words import catalogue, environment

#: Lines of text that the three inner panels hold, and fewer, where the first guess was too bold.
ROOM = (96, 72, 48, 24, 0)
_SIDES = 2
#: Characters on a line of text, of the standfirst, of a quotation.
_TEXT, _STANDFIRST, _QUOTE = 46, 40, 34
#: Paragraphs of the beginning at most; entries of the contents; the longest quotation, in lines.
_OPENING, _PARTS, _LONGEST = 8, 12, 14


class Passage(NamedTuple):
    """Something that is taken over whole: its ``kind`` is ``standfirst``, ``figures``, ``quote``
    or ``opening``; ``lines`` is how much room it takes, as far as one can tell beforehand."""

    kind: str
    parts: tuple[tuple[Inlines, Inlines], ...]
    lines: int


def passages(edition: Edition, room: int) -> tuple[Passage, ...]:
    """What is taken over, in the order of its weight as far as there is room, then set in the
    order of reading: standfirst, figures, opening, quotations."""
    chosen: list[Passage] = []
    for passage in (
        *_standfirst(edition),
        *_figures(edition),
        *_quotes(edition),
        *_opening(edition),
    ):
        if passage.lines <= room:
            chosen.append(passage)
            room -= passage.lines
        elif passage.kind == "opening":
            break  # the second paragraph says little without the first
    order = ("standfirst", "figures", "opening", "quote")
    return tuple(sorted(chosen, key=lambda passage: order.index(passage.kind)))


def _standfirst(edition: Edition) -> Iterator[Passage]:
    if edition.standfirst:
        lines = ceil(_length(edition.standfirst) / _STANDFIRST * 1.4) + 1
        yield Passage("standfirst", ((edition.standfirst, ()),), lines)


def _figures(edition: Edition) -> Iterator[Passage]:
    for block in walk(edition.blocks):
        if pairs := key_figures(block):
            lines = sum(2 + ceil(_length(said) / _TEXT) for _, said in pairs) + 2
            yield Passage("figures", pairs, lines)
            return


def _quotes(edition: Edition) -> Iterator[Passage]:
    for block in walk(edition.blocks):
        if isinstance(block, PullQuote):
            lines = ceil(_length(block.children) / _QUOTE * 1.3) + bool(block.attribution) + 2
            if lines <= _LONGEST:
                yield Passage("quote", ((block.children, block.attribution),), lines)


def _opening(edition: Edition) -> Iterator[Passage]:
    for block in edition.blocks[:_OPENING]:
        if not isinstance(block, Paragraph):
            return
        lines = ceil(_length(block.children) / _TEXT) + 1
        yield Passage("opening", ((block.children, ()),), lines)


def _length(children: Inlines) -> int:
    return len(inline_text(children))


class _Bare(PrintedHtml):
    """Inline text without its notes, and with nothing but the words of its links."""

    def _one(self, child: Inline) -> Markup:
        match child:
            case Note():
                return Markup("")
            case Link(_, children):
                return self(children)
            case _:
                return super()._one(child)


def html(edition: Edition, imprint: Imprint, house: House, trial: str, room: int) -> str:
    """The two pages: outside and inside."""
    words = catalogue("brochure", edition.language)
    address = house.url(f"{imprint.path}/")
    parts = [
        inline_text(b.children).strip()
        for b in edition.blocks
        if isinstance(b, Heading) and b.level == 1
    ]
    return (
        environment("brochure")
        .get_template("leaflet.html")
        .render(
            edition=edition,
            house=house,
            words=words,
            trial=trial,
            title_size=title_size(edition.title),
            created=w3c(imprint.published),
            modified=w3c(imprint.updated),
            line=line_above(edition),
            speakers=speakers(edition),
            parts=parts[:_PARTS],
            passages=passages(edition, room),
            inline=_Bare(lambda _number, text: text),
            address=address,
            address_shown=address.split("://", 1)[1],
            qr=titled_qr(address, words["qr_alt"]),
        )
    )


def sheet(colours: Palette, faces: Faces) -> str:
    """The stylesheet."""
    template = environment("brochure").get_template("leaflet.css")
    return template.render(colours=colours, faces=faces)


def fits(document: Any) -> bool:
    """Whether what was taken over has room: on one page outside, one inside."""
    return len(document.pages) == _SIDES
