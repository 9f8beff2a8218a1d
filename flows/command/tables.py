"""A table on the terminal: what people have written stands in it as they wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

#: Columns of a table that goes into a pipe or a file.
_WIDTH = 160

#: What stands in a cell; of two, the second is dim and stands below.
Cell = str | tuple[str, str]


def show_table(heads: Iterable[str], rows: Iterable[Iterable[Cell]], stream: TextIO) -> None:
    """Print rows of cells under their heads. Brackets in them are no markup."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*map(_text, row))
    _console(stream).print(table)


def show_sentence(sentence: str, stream: TextIO) -> None:
    """Print what is said in place of a table, folded as it would be."""
    _console(stream).print(sentence)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    width = None if stream.isatty() else _WIDTH
    return Console(file=stream, highlight=False, markup=False, width=width)


def _text(cell: Cell) -> Text:
    from rich.text import Text

    if isinstance(cell, str):
        return Text(cell)
    above, below = cell
    return Text(above).append(f"\n{below}", style="dim")
