"""An edition's blocks as HTML needs them: with their heading's level, their number, their columns.

Headings never skip a level, whatever the source did, and a side box's heading stands one below
the heading that it follows: a reader who walks by headings finds the outline whole (WCAG 1.3.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.edition import (
    Block,
    Blocks,
    Edition,
    Heading,
    Inlines,
    ItemList,
    Paragraph,
    Quote,
    SideBox,
    Table,
)
from flows.reading import inline_text, key_figures, plain

_LOWEST = 6
#: A cell of figures: signs, blanks and units around digits, as tables set them.
_FIGURES = re.compile(
    r"^[−–+±<>≈~]?\s*\d[\d\s.,’']*\s*(%|‰|[kM]?[€$£]|pts?|h|min|s|[kcm]?m[²³]?(/s)?|ha|k?g|t|°C?|[kMG]Wh?)?$"
)
_NOTHING = ("", "–", "—", "-", "…", "n. d.", "n/a")
#: A summary for search engines is cut at about this many characters.
_DESCRIPTION = 200


@dataclass(frozen=True, slots=True)
class View:
    """A block and its place in the document.

    ``level`` is the HTML level of a heading, or of a side box's heading. ``number`` counts side
    boxes and tables, from 1. ``parts`` are the inner runs: a list's items, else the one run.
    ``numeric`` says which columns of a table hold figures.
    """

    block: Block
    level: int = 0
    number: int = 0
    parts: tuple[tuple[View, ...], ...] = ()
    numeric: tuple[bool, ...] = ()

    @property
    def kind(self) -> str:
        return self.block.kind

    @property
    def has_figures(self) -> bool:
        """A list of key figures is set large."""
        return bool(key_figures(self.block))

    @property
    def single(self) -> bool:
        """A list whose items are one paragraph each is set tight."""
        return isinstance(self.block, ItemList) and all(
            len(item) == 1 and isinstance(item[0], Paragraph) for item in self.block.items
        )


def views(blocks: Blocks) -> tuple[View, ...]:
    """The blocks of an edition, whose title is the only heading of level 1."""
    return _Outline().run(blocks, base=1)


@dataclass
class _Outline:
    last: int = 1
    counts: dict[str, int] = field(default_factory=dict)

    def run(self, blocks: Blocks, base: int) -> tuple[View, ...]:
        return tuple(self._one(block, base) for block in blocks)

    def _one(self, block: Block, base: int) -> View:
        match block:
            case Heading():
                self.last = self._level(base + block.level)
                return View(block, level=self.last)
            case ItemList():
                return View(block, parts=tuple(self.run(item, base) for item in block.items))
            case Quote():
                return View(block, parts=(self.run(block.blocks, base),))
            case SideBox():
                return self._box(block)
            case Table():
                return View(block, number=self._count("table"), numeric=numeric_columns(block))
            case _:
                return View(block)

    def _box(self, box: SideBox) -> View:
        outside, level = self.last, self._level(self.last + 1)
        number = self._count("box")
        if box.heading:
            self.last = level
        inner = self.run(box.blocks, self.last)
        self.last = outside
        return View(box, level=level, number=number, parts=(inner,))

    def _level(self, wanted: int) -> int:
        return min(wanted, self.last + 1, _LOWEST)

    def _count(self, kind: str) -> int:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.counts[kind]


def numeric_columns(table: Table) -> tuple[bool, ...]:
    """For each column, whether its body holds figures only, and at least one."""
    width = max([len(table.head), *(len(row) for row in table.rows)], default=0)
    columns = ([row[at] for row in table.rows if at < len(row)] for at in range(width))
    return tuple(_is_numeric([plain(inline_text(cell)) for cell in column]) for column in columns)


def _is_numeric(cells: list[str]) -> bool:
    figures = [cell for cell in cells if cell not in _NOTHING]
    return bool(figures) and all(_FIGURES.match(cell) for cell in figures)


def description(edition: Edition) -> str:
    """What the edition is about, in plain spaces: its standfirst, or its first paragraph."""
    first: Inlines = edition.standfirst or next(
        (b.children for b in edition.blocks if isinstance(b, Paragraph)), ()
    )
    text = plain(inline_text(first))
    if len(text) <= _DESCRIPTION:
        return text
    return text[:_DESCRIPTION].rsplit(" ", 1)[0].rstrip(" ,;:–") + "…"
