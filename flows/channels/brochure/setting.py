"""How the blocks of an edition are set: what the brochure's templates ask while they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from pathlib import PurePath
from typing import NamedTuple

from markupsafe import Markup

from flows.channels.brochure.inline import Inlined, ListedNote
from flows.channels.brochure.lines import BR, chopped, lines_of, ragged, with_calls
from flows.channels.brochure.paper import Paper
from flows.channels.brochure.plates import picture_address
from flows.channels.brochure.shaping import UnshapableError, Voice, advances
from flows.edition import (
    Edition,
    Figure,
    Heading,
    Inlines,
    ItemList,
    Note,
    Paragraph,
    Picture,
    Quote,
    SideBox,
    Table,
    Text,
)
from flows.reading import count_of, inline_runs, inline_text, key_figures, plain, walk
from flows.words import bound

#: A side box: its padding at the sides in lines, its type beside the text's; the space before an
#: item of an ordered list, in type sizes.
BOX_PADDING, BOX_SIZE, ITEM_PADDING = 0.75, 0.95, 0.4
#: Titles of up to so many characters are of the size of that name.
_TITLE_SIZES = ((26, "huge"), (60, "large"), (110, "middle"), (220, "small"))
#: Steps up the scale, and the height of a line in lines of the text, above the text; and steps on
#: the cover.
TITLES = {
    "huge": (5, 2.5),
    "large": (5, 2.5),
    "middle": (4, 2),
    "small": (2, 1.5),
    "tiny": (2, 1.5),
}
#: Steps up the scale of a key figure.
FIGURE = 4
COVER = {"huge": 7, "large": 6, "middle": 4, "small": 3, "tiny": 1}
#: The height of a line of the standfirst; from so many characters on, one is set in the sans.
STANDFIRST, _LONG_STANDFIRST = 1.25, 450
#: A last word of fewer characters is short.
_SHORT_WORD = 12
#: A side box of no more words is kept in one piece.
_SHORT_BOX = 170


#: More footnotes than these, and WeasyPrint takes minutes to find their pages: all go to the end.
_FOOTNOTES, _FOOTNOTES_IN_A_RUN = 24, 8

_CLASSED, _BARE = Markup('<p class="{}">{}</p>'), Markup("<p{}>{}</p>")


class PrintedPicture(NamedTuple):
    """A picture in its place; sizes in points, ``box`` being the height of whole lines."""

    address: str
    alt: str
    width: float
    height: float
    box: float


class KeyFigures(NamedTuple):
    """Figures with their words, and how many stand side by side."""

    pairs: list[tuple[Markup, Markup]]
    in_row: int


class Opening(NamedTuple):
    """The title and the standfirst, and the space below (in points) that leads to the grid."""

    title: Markup
    standfirst: Markup
    is_long: bool
    space: float


class Entry(NamedTuple):
    """A line of the contents, and the lines below it."""

    text: str
    anchor: str
    inner: list[Entry]


@dataclass
class Setting:
    """Sets one edition on one paper. ``level`` is the rank of the heading above, 1 being the
    title's, so that headings nest without a gap (ISO 14289-1, 7.4.2)."""

    paper: Paper
    edition: Edition
    notes_at_end: bool = False
    level: int = 1

    def __post_init__(self) -> None:
        blocks = walk(self.edition.blocks)
        anchors = frozenset(b.anchor for b in blocks if isinstance(b, Heading | SideBox))
        self.inline = Inlined(lambda _number, text: text, anchors=anchors, lists=self.notes_at_end)
        self.voice = Voice(self.paper.faces.text, self.paper.text, self.edition.language)
        self.measure = self.paper.column
        self._left: list[tuple[int, Voice, float]] = []

    def rank(self, level: int) -> int:
        """The rank (2–6) at which a heading of ``level`` (1 below the title) is tagged."""
        self.level = max(2, min(level + 1, self.level + 1, 6))
        return self.level

    def enter(self, place: str) -> str:
        """Into a ``box``, a ``quote``, a list or one of its items, or ``across`` the page: what
        changes the measure, and how text is set. The template says nothing there."""
        self._left.append((self.level, self.voice, self.measure))
        voice, paper = self.voice, self.paper
        match place:
            case "box":
                self.measure -= 2 * BOX_PADDING * paper.line
                size = round(paper.text * BOX_SIZE, 2)
                self.voice = Voice(paper.faces.sans, size, voice.language, lining=True)
            case "across":
                self.measure = paper.block
            case "quote":
                self.measure -= voice.size
                self.voice = replace(voice, style="italic")
            case "ul":
                self.measure -= voice.size
            case "ol":
                self.measure -= (1 + ITEM_PADDING) * voice.size
        return ""

    def leave(self) -> str:
        """Back to where :meth:`enter` was called."""
        self.level, self.voice, self.measure = self._left.pop()
        return ""

    def title(self, width: float, step: int) -> tuple[Markup, int]:
        """The title on even lines, and how many (0 where WeasyPrint finds them)."""
        paper, language = self.paper, self.edition.language
        voice = Voice(paper.faces.title, paper.size(step), language, weight=600)
        text = bound(self.edition.title)
        lines = ragged((Text(text),), voice, width, 1, balanced=True)
        if not lines:
            return Markup.escape(text), 0
        return lines.html(self.inline, BR), len(lines.lines)

    def opening(self) -> Opening:
        """The title and the standfirst of the first page."""
        paper, edition = self.paper, self.edition
        step, height = TITLES[title_size(edition.title)]
        title, count = self.title(paper.block, step)
        is_long = len(inline_text(edition.standfirst)) > _LONG_STANDFIRST
        small = is_long and paper.columns == 1
        family = paper.faces.sans if is_long else paper.faces.text
        voice = Voice(family, paper.size(0 if small else 1), edition.language)
        lines = ragged(edition.standfirst, voice, paper.block, self.inline.count + 1)
        standfirst = lines.html(self.inline, BR) if lines else self.inline(edition.standfirst)
        tall = count * height
        if lines and edition.standfirst:
            tall += len(lines.lines) * (1 if small else STANDFIRST)
        return Opening(title, standfirst, is_long, (ceil(tall) - tall) * paper.line)

    def paragraph(self, block: Paragraph, *, indented: bool) -> Markup:
        """A paragraph, its lines found beforehand where that can be done."""
        indent = self.voice.size if indented else 0.0
        first = self.inline.count + 1
        lines, children = None, block.children
        if self.paper.is_ragged:
            children = _with_company(children)
        else:
            lines = lines_of(children, self.voice, self.measure, indent, first)
        names = " ".join(name for name, holds in (("in", indented), ("set", lines)) if holds)
        text = lines.html(self.inline) if lines else self.inline(children)
        return (_CLASSED if names else _BARE).format(names, text)

    def key_figures(self, block: ItemList) -> KeyFigures | None:
        """A list of key figures, as many to a row as have room; None for any other list."""
        found = key_figures(block)
        if not found:
            return None
        paper = self.paper
        voice = Voice(paper.faces.title, paper.size(FIGURE), self.voice.language, 600, lining=True)
        widest = max(_width(inline_text(figure), voice) for figure, _ in found)
        most = 3 if paper.columns == 1 and not paper.is_ragged else 2
        in_row = max(1, min(most, int(self.measure / (widest + paper.line))))
        return KeyFigures([(self.inline(f), self.inline(said)) for f, said in found], in_row)

    def is_short(self, box: SideBox) -> bool:
        runs = [run for block in box.blocks for run in inline_runs(block)]
        return sum(len(inline_text(run).split()) for run in runs) <= _SHORT_BOX

    def picture(self, figure: Figure) -> PrintedPicture:
        width, height = self.paper.picture(figure.picture.width, figure.picture.height)
        alt = plain(figure.alt) or plain(inline_text(figure.caption)) or _in_words(figure.picture)
        box = self.paper.on_grid(height)
        return PrintedPicture(picture_address(figure.picture), alt, width, height, box)

    def cell(self, children: Inlines) -> Markup:
        """Inline text of a table: its notes stand below it, not at the foot of a page, as
        WeasyPrint loses a footnote whose row moves to the next page."""
        self.inline.lists, self.inline.chopped = True, chopped(with_calls(children))
        text = self.inline(children)
        self.inline.lists, self.inline.chopped = self.notes_at_end, None
        return text

    def below(self) -> list[ListedNote]:
        """The notes to be listed below the table that was just set."""
        return [] if self.notes_at_end else self.at_end()

    def at_end(self) -> list[ListedNote]:
        """The notes that were not listed yet."""
        listed, self.inline.listed = self.inline.listed, []
        return listed


def _width(text: str, voice: Voice) -> float:
    """The width of a text on one line, in points; of what the face cannot set, a guess."""
    try:
        return sum(advances(text, voice))
    except UnshapableError:
        return len(text) * voice.size * 0.6


def _with_company(children: Inlines) -> Inlines:
    """A short last word is bound to the one before it, lest it be alone on the last line."""
    match children:
        case (*before, Text(value)) if (last := value.rstrip().rpartition(" "))[0]:
            if len(last[2]) < _SHORT_WORD:
                return (*before, Text(f"{last[0]}\u00a0{last[2]}"))
    return children


def title_size(title: str) -> str:
    """The name of a title's size, by its length."""
    text = plain(title)
    return next((name for most, name in _TITLE_SIZES if len(text) <= most), "tiny")


def has_many_notes(edition: Edition) -> bool:
    """Whether footnotes would be too many: over all, or in one run of text. Tables have none."""
    runs = [edition.standfirst]
    for block in walk(edition.blocks):
        if not isinstance(block, Table | SideBox | Quote | ItemList):
            runs.extend(inline_runs(block))
        elif isinstance(block, SideBox):
            runs.append(block.heading)
    counts = [_notes(run) for run in runs]
    return sum(counts) > _FOOTNOTES or max(counts) > _FOOTNOTES_IN_A_RUN


def _notes(children: Inlines) -> int:
    return count_of(Note, children)


def contents(edition: Edition, notes: str = "") -> list[Entry]:
    """The headings of the first two levels; one alone is no contents. ``notes`` is the heading
    of the notes at the end, if there are any."""
    top: list[Entry] = []
    for heading in _headings(edition):
        entry = Entry(plain_lines(heading), heading.anchor, [])
        if heading.level > 1 and top:
            top[-1].inner.append(entry)
        else:
            top.append(entry)
    if sum(1 + len(entry.inner) for entry in top) < 2:
        return []
    return [*top, Entry(notes, "notes:", [])] if notes else top


def _headings(edition: Edition) -> Iterator[Heading]:
    for block in edition.blocks:
        if isinstance(block, Heading) and block.level < 3 and block.anchor:
            yield block


def plain_lines(heading: Heading) -> str:
    """A heading without its notes, its no-break spaces kept."""
    return inline_text(heading.children).strip()


def _in_words(picture: Picture) -> str:
    """``plan-du-port_2.png`` → ``plan du port 2``: better than silence."""
    return re.sub(r"[-_.\s]+", " ", PurePath(picture.name).stem).strip() or picture.name
