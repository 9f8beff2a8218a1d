"""Ways of reading an edition: its plain words, its runs of text, its blocks, its fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime

from flows.edition import (
    Block,
    Blocks,
    Edition,
    Figure,
    Heading,
    Inline,
    Inlines,
    ItemList,
    LineBreak,
    Note,
    Paragraph,
    Picture,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Table,
    Text,
)

#: What joins or hints without being a blank: zero-width space and joiners, BOM, soft hyphen.
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))


#: A key figure is no longer, in characters.
_LONGEST_FIGURE = 18
#: More parts than these look like a quilt, where each is a shape.
_MOST_PARTS = 9


def plain(text: str) -> str:
    """``text`` with plain, single spaces only, for subject lines, metadata and file names."""
    return " ".join(text.translate(INVISIBLE).split())


def inline_text(children: Iterable[Inline], *, notes: bool = False) -> str:
    """The characters of inline text, in order; those of its notes only where asked for."""
    parts: list[str] = []
    for child in children:
        match child:
            case Text(value):
                parts.append(value)
            case LineBreak():
                parts.append(" ")
            case Note():
                if notes:
                    parts.append(f" {inline_text(child.children, notes=True)} ")
            case _:
                parts.append(inline_text(child.children, notes=notes))
    return "".join(parts)


def count_of(kind: type[Inline], children: Inlines) -> int:
    """How many of a kind stand in a run of text, those within others among them."""
    return sum(
        isinstance(child, kind) + count_of(kind, getattr(child, "children", ()))
        for child in children
    )


def inline_runs(block: Block) -> Iterator[Inlines]:
    """Each run of inline text in a block, in reading order; nested blocks included."""
    match block:
        case Heading() | Paragraph():
            yield block.children
        case PullQuote():
            yield block.children
            yield block.attribution
        case ItemList():
            for item in block.items:
                for inner in item:
                    yield from inline_runs(inner)
        case Quote():
            for inner in block.blocks:
                yield from inline_runs(inner)
        case SideBox():
            yield block.heading
            for inner in block.blocks:
                yield from inline_runs(inner)
        case Figure():
            yield block.caption
        case Table():
            yield block.caption
            yield from block.head
            for row in block.rows:
                yield from row


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Each block, outer before inner, in reading order."""
    for block in blocks:
        yield block
        match block:
            case ItemList():
                for item in block.items:
                    yield from walk(item)
            case Quote() | SideBox():
                yield from walk(block.blocks)
            case _:
                pass


def key_figures(block: Block) -> tuple[tuple[Inlines, Inlines], ...]:
    """What a list says in key figures, each with its words: a list, in no order, of two to nine
    items that each begin with a bold figure. Nothing for any other block."""
    if not isinstance(block, ItemList) or block.ordered or not 2 <= len(block.items) <= 9:
        return ()
    found = tuple(_key_figure(item) for item in block.items)
    return tuple(pair for pair in found if pair) if all(found) else ()


def _key_figure(item: Blocks) -> tuple[Inlines, Inlines] | None:
    match item:
        case (Paragraph(children=(Strong(figure), *words)),) if words:
            text = inline_text(figure).strip()
            if any(c.isdigit() for c in text) and len(text) <= _LONGEST_FIGURE:
                return figure, tuple(words)
    return None


_CLOCK = re.compile(r"\d{1,2}\s*(h|:|\.|\s?[ap]\.?m)\s*(\d{2})?\b.*", re.IGNORECASE)


def is_programme(table: Table) -> bool:
    """Whether a table is the programme of a day: each row begins with a time."""
    firsts = [plain(inline_text(row[0])) for row in table.rows if row]
    return len(firsts) > 1 and all(map(_CLOCK.fullmatch, firsts))


def parts_of(edition: Edition) -> tuple[int, ...]:
    """How many words each part of an edition has, at least 1; a part is what stands under a
    heading or in a side box. Of too many parts, the smallest neighbours are taken together."""
    counts = [1]
    for block in edition.blocks:
        if isinstance(block, Heading | SideBox):
            counts.append(1)
        counts[-1] += sum(len(inline_text(run).split()) for run in inline_runs(block))
    while len(counts) > _MOST_PARTS:
        at = min(range(len(counts) - 1), key=lambda i: counts[i] + counts[i + 1])
        counts[at : at + 2] = [counts[at] + counts[at + 1]]
    return tuple(counts)


def pictures(edition: Edition) -> tuple[Picture, ...]:
    """The pictures of an edition, each once, in order of appearance."""
    found: dict[str, Picture] = {}
    for block in walk(edition.blocks):
        if isinstance(block, Figure):
            found.setdefault(block.picture.name, block.picture)
    return tuple(found.values())


def fingerprint(value: object) -> str:
    """A SHA-256, as hex, of any frozen value of this module: equal values, equal fingerprints.

    A field that is marked :data:`flows.edition.LATER` counts as soon as it says something.
    """
    return hashlib.sha256(
        json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def _canonical(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        said = [(f, getattr(value, f.name)) for f in fields(value)]
        inner = {
            f.name: _canonical(v) for f, v in said if not ("later" in f.metadata and v == f.default)
        }
        return {"": type(value).__name__, **inner}
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def normal(text: str) -> str:
    """Unicode NFC: what every reader hands on, so that the same word is the same characters."""
    return unicodedata.normalize("NFC", text)
