"""The draft: a manuscript on its way to an edition, and what a rule is.

A rule is one function with one id: it takes a draft and gives an :class:`Outcome`, the draft that
follows and what is to be said about it. Nothing else passes between two rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from flows.edition import (
    Block,
    Blocks,
    Change,
    Event,
    Finding,
    Heading,
    Inlines,
    ItemList,
    Paragraph,
    Place,
    Quote,
    Severity,
    SideBox,
)
from flows.house import House
from flows.manuscript import Manuscript, Placed
from flows.reading import inline_runs, inline_text, plain

_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands so far. ``metadata`` are the source's own strings, cleaned; ``title`` and below
    are filled by the metadata rules. ``source`` stays as the reader gave it."""

    source: Manuscript
    house: House
    placed: tuple[Placed, ...]
    standfirst: Inlines
    metadata: tuple[tuple[str, str], ...]
    language: str = ""
    title: str = ""
    slug: str = ""
    date: date | None = None
    publish_at: datetime | None = None
    event: Event | None = None

    def said(self, key: str) -> str:
        """What the source says under a metadata key, or nothing."""
        return dict(self.metadata).get(key, "").strip()

    def items(self, key: str) -> tuple[str, ...]:
        """The items under a key: those of a list, each of which ends its line as the reader left
        it, even where there is one; else what commas and semicolons part."""
        said = dict(self.metadata).get(key, "")
        parts = said.splitlines() if "\n" in said else re.split(r"[;,]", said)
        return tuple(item for part in parts if (item := plain(part)))

    def place(self, key: str) -> Place:
        """Where the source says it; the file alone where that is not known."""
        return dict(self.source.metadata_places).get(key, Place(self.source.file))

    def spot(self, place: Place, words: str, offset: int = 0) -> Place:
        """The place of ``words`` in the block that stands at ``place``.

        The column is looked up in the source's own line, since cleaning may have moved the words;
        only plain text has lines whose columns mean something to an editor.
        """
        column = 0
        if self.source.media_type == "text/plain" and place.line:
            line = _line(self.source, place)
            found = line.find(words, offset)
            found = found if found >= 0 else line.find(words)
            column = max(place.column, 1) + found if found >= 0 else 0
        return Place(place.file, place.line, column, words)

    def runs(self) -> Iterator[tuple[Place, str]]:
        """Each run of text with the place of its block: the standfirst, then the blocks."""
        yield self.place("standfirst"), inline_text(self.standfirst)
        for placed in self.placed:
            for run in inline_runs(placed.block):
                yield placed.place, inline_text(run, notes=True)


def _line(source: Manuscript, place: Place) -> str:
    """The line of the source that begins at ``place``, as far as its reader kept it whole."""
    if place == dict(source.metadata_places).get("standfirst"):
        return inline_text(source.standfirst)
    block = next((placed.block for placed in source.placed if placed.place == place), None)
    if isinstance(block, SideBox) and block.blocks and not block.heading:
        block = block.blocks[0]
    return inline_text(block.children) if isinstance(block, Paragraph | Heading) else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule gives: the draft that follows, what it says, what it did to the words."""

    draft: Draft
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One function, one id. The id names its sentences, its golden case and its line in the
    rules page."""

    id: str
    apply: Callable[[Draft, str], Outcome]

    def __call__(self, draft: Draft) -> Outcome:
        return self.apply(draft, self.id)


def rule(name: str) -> Callable[[Callable[[Draft, str], Outcome]], Rule]:
    """Makes a rule of a function ``(draft, id) → Outcome``."""
    return lambda function: Rule(name, function)


def excerpt(text: str) -> str:
    """The first words of a text, in a message."""
    words = plain(text)
    return words if len(words) <= _EXCERPT else f"{words[:_EXCERPT].rsplit(' ', 1)[0]}…"


def error(rule: str, place: Place, **values: str) -> Finding:
    return Finding(rule, Severity.ERROR, place, tuple(values.items()))


def doubt(rule: str, place: Place, **values: str) -> Finding:
    return Finding(rule, Severity.DOUBT, place, tuple(values.items()))


def note(rule: str, place: Place, **values: str) -> Finding:
    return Finding(rule, Severity.NOTE, place, tuple(values.items()))


# ------------------------------------------------------------------------------ rules on blocks


def rewrite(block: Block, one: Callable[[Block], Blocks]) -> Blocks:
    """``one`` applied to each block that stands in ``block``, innermost first, then to itself;
    it gives the blocks that take its place. What is emptied by that goes too."""
    match block:
        case ItemList(items):
            kept = tuple(inner for item in items if (inner := _rewrite_all(item, one)))
            return one(replace(block, items=kept)) if kept else ()
        case Quote(blocks):
            inner = _rewrite_all(blocks, one)
            return one(Quote(inner)) if inner else ()
        case SideBox(heading, blocks):
            inner = _rewrite_all(blocks, one)
            return one(replace(block, blocks=inner)) if inner or heading else ()
        case _:
            return one(block)


def _rewrite_all(blocks: Blocks, one: Callable[[Block], Blocks]) -> Blocks:
    return tuple(new for block in blocks for new in rewrite(block, one))


def rewrite_draft(draft: Draft, one: Callable[[Place, Block], Blocks]) -> Draft:
    """The draft with ``one`` applied to every block, each with the place of the outermost."""
    placed: list[Placed] = []
    for old in draft.placed:
        new = rewrite(old.block, partial(one, old.place))
        placed.extend(replace(old, block=block) for block in new)
    return replace(draft, placed=tuple(placed))
