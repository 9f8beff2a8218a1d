"""Walking inline text: the same tree, with its characters or its runs replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from flows.edition import (
    Block,
    Blocks,
    Figure,
    Heading,
    Inline,
    Inlines,
    ItemList,
    LineBreak,
    Note,
    Paragraph,
    PullQuote,
    Quote,
    SideBox,
    Table,
    Text,
)

Runs = Callable[[Inlines], Inlines]


def leaves(children: Inlines) -> Iterator[str]:
    """The pieces of :func:`flows.reading.inline_text` with its notes, which they join up to."""
    for child in children:
        match child:
            case Text(value):
                yield value
            case LineBreak():
                yield " "
            case Note():
                yield from (" ", *leaves(child.children), " ")
            case _:
                yield from leaves(child.children)


def map_texts(children: Inlines, one: Callable[[str], str]) -> Inlines:
    """``children`` with ``one`` applied to each run of characters, in reading order; a piece of
    the tree whose characters did not change is the same object, and what is emptied goes."""
    new = tuple(_map_text(child, one) for child in children)
    if all(a is b for a, b in zip(children, new, strict=True)):
        return children
    return tuple(child for child in new if child is not None)


def _map_text(child: Inline, one: Callable[[str], str]) -> Inline | None:
    match child:
        case Text(value):
            fixed = one(value)
            if fixed == value:
                return child
            return Text(fixed) if fixed else None
        case LineBreak():
            return child
        case _:
            inner = map_texts(child.children, one)
            if inner is child.children:
                return child
            return replace(child, children=inner) if inner else None


def map_runs(block: Block, one: Runs, alt: Callable[[str], str]) -> Block:
    """``block`` with ``one`` applied to each of its runs of inline text, nested blocks included,
    and ``alt`` to the alternative text of its figures."""
    match block:
        case Heading() | Paragraph():
            return replace(block, children=one(block.children))
        case PullQuote(children, attribution):
            return PullQuote(one(children), one(attribution))
        case ItemList(items):
            return replace(block, items=tuple(map_blocks(item, one, alt) for item in items))
        case Quote(blocks):
            return Quote(map_blocks(blocks, one, alt))
        case SideBox(heading, blocks):
            return replace(block, heading=one(heading), blocks=map_blocks(blocks, one, alt))
        case Figure():
            return replace(block, alt=alt(block.alt), caption=one(block.caption))
        case Table(head, rows, caption):
            cells = tuple(tuple(one(cell) for cell in row) for row in rows)
            heads = tuple(one(cell) for cell in head)
            return replace(block, head=heads, rows=cells, caption=one(caption))


def map_blocks(blocks: Blocks, one: Runs, alt: Callable[[str], str]) -> Blocks:
    """:func:`map_runs` for each of a run of blocks."""
    return tuple(map_runs(block, one, alt) for block in blocks)
