"""How a table is set: what its shape and its cells ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from markupsafe import Markup

from flows.channels.brochure.lines import LONG_WORD
from flows.edition import Block, Blocks, Heading, Inlines, LineBreak, Note, SideBox, Table
from flows.reading import count_of, inline_text, plain

#: What a column of figures is made of, units and blanks aside.
_FIGURE = re.compile(r"[-−+±≈~<>]?\s*[\d][\d\s.,:/\u00a0\u202f]*\s*([%‰€$£°]|[a-zA-Z]{1,3})?")
#: A table goes over a page with its head if a row takes no more than so many characters, or so
#: many columns: WeasyPrint drops a head that a row leaves no room for.
_LOW_ROWS, _FEW_COLUMNS, _SHORT_TABLE = 400, 12, 16
#: Columns, and characters of the longest row, that one column of text has room for.
_NARROW_COLUMNS, _NARROW_ROW = 3, 64
#: A line break in a cell counts as so many characters.
_BREAK = 30


def rows(table: Table) -> list[tuple[Inlines, ...]]:
    """The rows, the head first if there is one, each filled up to the longest."""
    found = [row for row in (table.head, *table.rows) if row]
    width = max(map(len, found), default=0)
    return [row + ((),) * (width - len(row)) for row in found]


def is_short_table(table: Table) -> bool:
    """Whether a table is kept on one page."""
    return len(table.rows) + bool(table.head) < _SHORT_TABLE


def is_wide(table: Table) -> bool:
    """Whether a table takes the width of the page: one column is too narrow for its rows, and
    WeasyPrint prints beside the paper what it breaks over two."""
    columns = list(zip(*rows(table), strict=True))
    return len(columns) > _NARROW_COLUMNS or sum(map(_widest, columns)) > _NARROW_ROW


def in_columns(blocks: Blocks) -> list[tuple[bool, Blocks]]:
    """The blocks in runs: those that are set in columns, and those that take the page's width,
    with the headings right above them. (WeasyPrint 70 loses what ``column-span`` takes out of
    columns that are full.)"""
    runs: list[tuple[bool, list[Block]]] = []
    for wide, found in groupby(blocks, key=_takes_the_page):
        run = list(found)
        while wide and runs and runs[-1][1] and isinstance(runs[-1][1][-1], Heading):
            run.insert(0, runs[-1][1].pop())
        runs.append((wide, run))
    return [(wide, tuple(run)) for wide, run in runs if run]


def _takes_the_page(block: Block) -> bool:
    if isinstance(block, SideBox):
        return any(map(_takes_the_page, block.blocks))
    return isinstance(block, Table) and is_wide(block)


def has_long_words(table: Table) -> bool:
    """Whether a word may need to be broken anywhere, which makes all columns narrow."""
    return any(LONG_WORD.search(inline_text(cell)) for row in rows(table) for cell in row)


def repeats_head(table: Table) -> bool:
    """Whether a table's head is set again on each page: not where that would be twice the
    call of a note, nor where WeasyPrint could lose it."""
    if not table.head or is_short_table(table) or any(count_of(Note, cell) for cell in table.head):
        return False
    return is_low(table)


def is_low(table: Table) -> bool:
    """Whether two rows of a table surely have room on a page."""
    columns = list(zip(*rows(table), strict=True))
    return len(columns) <= _FEW_COLUMNS and sum(map(_widest, columns)) <= _LOW_ROWS


def figures(table: Table, column: int) -> Markup:
    """The class of a column that holds figures only: they stand flush right."""
    cells = [plain(inline_text(row[column])) for row in table.rows if column < len(row)]
    filled = [cell for cell in cells if cell not in ("", "–", "—", "-")]
    all_figures = bool(filled) and all(_FIGURE.fullmatch(cell) for cell in filled)
    return Markup(' class="figures"') if all_figures else Markup("")


def _widest(column: Iterable[Inlines]) -> int:
    """The characters of a column's longest cell, and two for the space beside it."""
    return max(len(inline_text(cell)) + _BREAK * count_of(LineBreak, cell) for cell in column) + 2
