"""The leaflet: one sheet in three panels (97, 100 and 100 mm), with the essentials of an edition.

It is an excerpt, says so, and cuts nothing in two: a standfirst, key figures, pull quotes and
opening paragraphs come whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations_with_replacement, pairwise
from math import ceil
from typing import Any, NamedTuple

from markupsafe import Markup

from flows.channels.brochure.html import line_above, titled_qr, w3c
from flows.channels.brochure.inline import PrintedHtml
from flows.channels.brochure.lines import BR, ragged
from flows.channels.brochure.paper import MM
from flows.channels.brochure.setting import title_size
from flows.channels.brochure.shaping import Voice
from flows.edition import (
    Edition,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Note,
    Paragraph,
    PullQuote,
    Text,
)
from flows.house import House
from flows.looks import Palette
from flows.occasions import when_and_where
from flows.reading import inline_text, key_figures, walk
from flows.rendition import Imprint
from flows.themes import THEMES, Faces
from flows.words import bound, catalogue, environment, with_speakers

#: Shares of the inner panels that may be filled: all, and less where the first guess was too bold.
ROOM = (1.0, 0.8, 0.5, 0.0)
_SIDES, _PANELS = 2, 3
#: Points: a panel's width and height, and the line of its text.
_WIDTH, _HEIGHT, _LINE = 80 * MM, 178 * MM, 14.0
#: How a kind of text is set: size and line, in points.
_TEXT, _STANDFIRST, _QUOTE, _SMALL = (10.0, _LINE), (12.0, 17.5), (12.5, 17.5), (9.0, _LINE)
#: The sizes of the title, by the name of its length.
_TITLES = {"huge": 25.0, "large": 25.0, "middle": 21.0, "small": 16.0, "tiny": 12.0}
#: Paragraphs of the beginning at most; entries of the contents.
_OPENING, _PARTS = 8, 12
#: A passage is no higher than this, but for a standfirst and figures: others are to have room.
_HIGHEST = 16 * _LINE


class Passage(NamedTuple):
    """Something that is taken over whole: its ``kind`` is ``standfirst``, ``figures``, ``quote``,
    ``opening`` or ``part``; ``height`` is what it takes with the space around it, in points."""

    kind: str
    parts: tuple[tuple[Inlines, Inlines], ...]
    height: float


@dataclass(frozen=True)
class _Measures:
    """How high texts are in the width of a panel."""

    faces: Faces
    language: str

    def of(self, children: Inlines, how: tuple[float, float], *, family: str = "") -> float:
        """The height of a text, its notes left out."""
        size, line = how
        voice = Voice(family or self.faces.text, size, self.language)
        found = ragged(_bare(children), voice, _WIDTH, 1)
        guessed = ceil(len(inline_text(children)) * size / 2 / _WIDTH)
        return line * (len(found.lines) if found else guessed)


def passages(edition: Edition, faces: Faces, room: float) -> tuple[tuple[Passage, ...], ...]:
    """What is taken over, panel by panel, in the order of reading: chosen in the order of its
    weight, as long as there are panels that hold it."""
    measures = _Measures(faces, edition.language)
    quotes = list(_quotes(edition, measures))
    chosen: list[Passage] = []
    has_stopped = False
    for passage in (
        *_standfirst(edition, measures),
        *_figures(edition, measures),
        *quotes[:1],
        *_opening(edition, measures),
        *quotes[1:],
        *_beginnings(edition, measures),
    ):
        if passage.kind == "opening" and has_stopped:
            continue  # the third paragraph says little without the second
        if _panels([*chosen, passage], room):
            chosen.append(passage)
        elif passage.kind == "opening":
            has_stopped = True
    return _panels(chosen, room)


_ORDER = ("standfirst", "figures", "opening", "part", "quote")


def _panels(chosen: Sequence[Passage], room: float) -> tuple[tuple[Passage, ...], ...]:
    """The passages in the order of reading, in as many panels as there are, as even as can be;
    nothing where they do not fit."""
    reading = sorted(chosen, key=lambda passage: _ORDER.index(passage.kind))
    reach = [0.0, *accumulate(passage.height for passage in reading)]
    ends = combinations_with_replacement(range(len(reading) + 1), _PANELS - 1)
    best = min(
        ((0, *cuts, len(reading)) for cuts in ends),
        key=lambda cuts: max(reach[b] - reach[a] for a, b in pairwise(cuts)),
    )
    if max(reach[b] - reach[a] for a, b in pairwise(best)) > _HEIGHT * room:
        return ()
    return tuple(tuple(reading[a:b]) for a, b in pairwise(best) if a < b)


def _standfirst(edition: Edition, measures: _Measures) -> Iterator[Passage]:
    if edition.standfirst:
        height = measures.of(edition.standfirst, _STANDFIRST) + _LINE
        yield Passage("standfirst", ((edition.standfirst, ()),), height)


def _figures(edition: Edition, measures: _Measures) -> Iterator[Passage]:
    for block in walk(edition.blocks):
        if pairs := key_figures(block):
            sans = measures.faces.sans
            said = sum(measures.of(words, _SMALL, family=sans) for _, words in pairs)
            yield Passage("figures", pairs, said + 2 * _LINE * len(pairs) + 3 * _LINE)
            return


def _quotes(edition: Edition, measures: _Measures) -> Iterator[Passage]:
    for block in walk(edition.blocks):
        if isinstance(block, PullQuote):
            height = measures.of(block.children, _QUOTE) + (2 + bool(block.attribution)) * _LINE
            if height <= _HIGHEST:
                yield Passage("quote", ((block.children, block.attribution),), height + _LINE)


def _opening(edition: Edition, measures: _Measures) -> Iterator[Passage]:
    for block in edition.blocks[:_OPENING]:
        if not isinstance(block, Paragraph):
            return
        yield Passage("opening", ((block.children, ()),), measures.of(block.children, _TEXT))


def _beginnings(edition: Edition, measures: _Measures) -> Iterator[Passage]:
    """How each part begins: its heading and its first paragraph."""
    for block, after in pairwise(edition.blocks):
        if isinstance(block, Heading) and isinstance(after, Paragraph):
            height = measures.of(after.children, _TEXT)
            if height <= _HIGHEST:
                heading = measures.of(block.children, (11.0, _LINE), family=measures.faces.sans)
                yield Passage("part", ((block.children, after.children),), height + heading + _LINE)


def _bare(children: Inlines) -> Inlines:
    """Inline text without its notes, a link being its words."""
    found: list[Inline] = []
    for child in children:
        match child:
            case Note():
                pass
            case Link(_, inner):
                found += _bare(inner)
            case Text() | LineBreak():
                found.append(child)
            case _:
                found.append(replace(child, children=_bare(child.children)))
    return tuple(found)


def html(edition: Edition, imprint: Imprint, house: House, trial: str, room: float) -> str:
    """The two pages: outside and inside."""
    words, faces = catalogue("brochure", edition.language), THEMES[house.looks.theme].faces
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
            title=_title(edition, faces),
            title_size=title_size(edition.title),
            created=w3c(imprint.published),
            modified=w3c(imprint.updated),
            line=line_above(edition),
            speakers=with_speakers(edition.speakers, edition.language),
            occasion=when_and_where(edition.event, edition.language) if edition.event else (),
            parts=parts[:_PARTS],
            panels=passages(edition, faces, room),
            inline=lambda children: PrintedHtml(lambda _number, text: text)(_bare(children)),
            address=address,
            address_shown=address.split("://", 1)[1],
            qr=titled_qr(address, words["qr_alt"]),
        )
    )


def _title(edition: Edition, faces: Faces) -> Markup:
    """The title on even lines."""
    text = (Text(bound(edition.title)),)
    size = _TITLES[title_size(edition.title)]
    voice = Voice(faces.title, size, edition.language, weight=600)
    lines = ragged(text, voice, _WIDTH, 1, balanced=True)
    inline = PrintedHtml(lambda _number, said: said)
    return lines.html(inline, BR) if lines else inline(text)


def sheet(colours: Palette, faces: Faces) -> str:
    """The stylesheet."""
    template = environment("brochure").get_template("leaflet.css")
    return template.render(colours=colours, faces=faces)


def fits(document: Any) -> bool:
    """Whether what was taken over has room: on one page outside, one inside."""
    return len(document.pages) == _SIDES
