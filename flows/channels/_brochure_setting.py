"""How the blocks of an edition are set: what the brochure's templates ask while they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from flows.channels._brochure_paper import Paper
from flows.channels._brochure_stock import SCHEME
from flows.channels._html import InlineHtml
from flows.edition import (
    Edition,
    Figure,
    Foreign,
    Heading,
    Inline,
    Inlines,
    Link,
    Note,
    Picture,
    SideBox,
    Table,
)
from flows.reading import inline_runs, inline_text, plain, walk

#: A side box of no more words is kept in one piece.
_SHORT_BOX = 170
#: What a column of figures is made of, units and blanks aside.
_FIGURE = re.compile(r"[-−+±≈~<>]?\s*[\d][\d\s.,:/\u00a0\u202f]*\s*([%‰€$£°]|[a-zA-Z]{1,3})?")


#: A note, and how many numbers those within it have taken.
_NOTE = Markup('<span style="counter-increment: footnote {}"><span class="note">{}</span></span>')
_NOTE_IN_NOTE = Markup(" (<sup>{}</sup> {})")


class PrintedPicture(NamedTuple):
    """A picture in its place; sizes in points, ``box`` being the height of whole lines."""

    address: str
    alt: str
    width: float
    height: float
    box: float


class Entry(NamedTuple):
    """A line of the contents, and the lines below it."""

    text: str
    anchor: str
    inner: list[Entry]


@dataclass
class _Inline(InlineHtml):
    """Inline text with footnotes at their call. A note within a note stands in parentheses, as
    a footnote has no foot of its own, and is numbered before it as everywhere. A link to
    an anchor that is not there is its text."""

    anchors: frozenset[str] = frozenset()
    count: int = 0
    depth: int = 0

    def _one(self, child: Inline) -> Markup:
        match child:
            case Foreign(language, children):  # no span: see _brochure_tags
                return Markup('<bdi lang="{}">{}</bdi>').format(language, self(children))
            case Link(href, children) if href.startswith("#") and href[1:] not in self.anchors:
                return self(children)
            case Note(children):
                return self._note(children)
            case _:
                return super()._one(child)

    def _note(self, children: Inlines) -> Markup:
        before = self.count
        self.depth += 1
        text = self(children)
        self.depth -= 1
        self.count += 1
        if self.depth:
            return _NOTE_IN_NOTE.format(self.count, text)
        return _NOTE.format(self.count - before - 1, text)


@dataclass
class Setting:
    """Sets one edition on one paper. ``level`` is the rank of the heading above, 1 being the
    title's, so that headings nest without a gap (ISO 14289-1, 7.4.2)."""

    paper: Paper
    edition: Edition
    level: int = 1

    def __post_init__(self) -> None:
        blocks = walk(self.edition.blocks)
        anchors = frozenset(b.anchor for b in blocks if isinstance(b, Heading | SideBox))
        self.inline = _Inline(lambda _number, text: text, anchors=anchors)

    def rank(self, level: int) -> int:
        """The rank (2–6) at which a heading of ``level`` (1 below the title) is tagged."""
        self.level = max(2, min(level + 1, self.level + 1, 6))
        return self.level

    def enter(self) -> int:
        return self.level

    def leave(self, level: int) -> str:
        """Back from a side box, to the rank that :meth:`enter` gave."""
        self.level = level
        return ""

    def is_short(self, box: SideBox) -> bool:
        runs = [run for block in box.blocks for run in inline_runs(block)]
        return sum(len(inline_text(run).split()) for run in runs) <= _SHORT_BOX

    def picture(self, figure: Figure) -> PrintedPicture:
        width, height = self.paper.picture(figure.picture.width, figure.picture.height)
        alt = plain(figure.alt) or plain(inline_text(figure.caption)) or _in_words(figure.picture)
        box = self.paper.on_grid(height)
        return PrintedPicture(picture_address(figure.picture), alt, width, height, box)

    def rows(self, table: Table) -> list[tuple[Inlines, ...]]:
        """The rows, the head first if there is one, each filled up to the longest."""
        rows = [row for row in (table.head, *table.rows) if row]
        width = max(map(len, rows), default=0)
        return [row + ((),) * (width - len(row)) for row in rows]

    def figures(self, table: Table, column: int) -> Markup:
        """The class of a column that holds figures only: they stand flush right."""
        cells = [plain(inline_text(row[column])) for row in table.rows if column < len(row)]
        filled = [cell for cell in cells if cell not in ("", "–", "—", "-")]
        all_figures = bool(filled) and all(_FIGURE.fullmatch(cell) for cell in filled)
        return Markup(' class="figures"') if all_figures else Markup("")


def picture_address(picture: Picture) -> str:
    return f"{SCHEME}picture/{quote(picture.name)}"


def contents(edition: Edition) -> list[Entry]:
    """The headings of the first two levels; one alone is no contents."""
    top: list[Entry] = []
    for heading in _headings(edition):
        entry = Entry(plain_lines(heading), heading.anchor, [])
        if heading.level > 1 and top:
            top[-1].inner.append(entry)
        else:
            top.append(entry)
    return top if sum(1 + len(entry.inner) for entry in top) > 1 else []


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
