"""Each folder of ``golden/`` is a content folder (``in/``) and what is read from it (``golden/``).

``PARUTION_SAVE_GOLDEN=1 pytest tests/sources`` writes what is read as the new golden outlines.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.edition import (
    Block,
    Emphasis,
    Figure,
    Foreign,
    Heading,
    Inlines,
    ItemList,
    LineBreak,
    Link,
    Note,
    Paragraph,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
)
from flows.manuscript import Manuscript
from flows.sources import entries, read

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES)
def test_a_source_is_read_as_its_golden_outline_says(case: str) -> None:
    content = GOLDEN / case / "in"
    found = "\n".join("\n".join(outline(read(entry, content))) + "\n" for entry in entries(content))
    kept = GOLDEN / case / "golden" / "outline.txt"
    if os.environ.get("PARUTION_SAVE_GOLDEN"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8")


def outline(manuscript: Manuscript) -> Iterator[str]:
    """A manuscript as lines that a person can check against its source."""
    yield f"{manuscript.file} ({manuscript.media_type})"
    places = dict(manuscript.metadata_places)
    for key, value in manuscript.metadata:
        yield f"  {key} = {value!r}  @{places[key]}"
    if manuscript.standfirst:
        yield f"  standfirst: {inline(manuscript.standfirst)}"
    for placed in manuscript.placed:
        gap = f" +{placed.gap}" if placed.gap else ""
        first, *rest = block_lines(placed.block)
        yield f"  {placed.place.line or '-'}{gap}  {first}"
        yield from (f"      {line}" for line in rest)
    for finding in manuscript.findings:
        values = " ".join(f"{key}={value}" for key, value in finding.values)
        words = f" “{finding.place.words}”"
        yield f"  ! {finding.severity} {finding.rule} @{finding.place}{words} {values}".rstrip()
    for change in manuscript.changes:
        yield f"  ~ {change.rule} @{change.place} {change.before!r} → {change.after!r}"


def block_lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, children, anchor):
            yield f"h{level}{f' #{anchor}' if anchor else ''}: {inline(children)}"
        case Paragraph(children):
            yield f"p: {inline(children)}"
        case PullQuote(children, attribution):
            yield f"pull quote: {inline(children)} — [{inline(attribution)}]"
        case Figure(picture, alt, caption):
            size = f"{picture.width}×{picture.height} {picture.media_type}"
            yield f"figure: {picture.name} {size} alt={alt!r} caption={inline(caption)!r}"
        case Table(head, rows, caption, row_heads):
            yield f"table: {inline(caption)}{' (row heads)' if row_heads else ''}"
            for row in (head, *rows):
                yield "  | " + " | ".join(inline(cell) for cell in row)
        case ItemList(items, ordered, start):
            yield f"list: {f'ordered from {start}' if ordered else 'bullets'}"
            for item in items:
                yield "  •"
                yield from (f"    {line}" for b in item for line in block_lines(b))
        case Quote(blocks):
            yield "quote:"
            yield from (f"  {line}" for b in blocks for line in block_lines(b))
        case SideBox(heading, blocks):
            yield f"side box: [{inline(heading)}]"
            yield from (f"  {line}" for b in blocks for line in block_lines(b))


def inline(children: Inlines) -> str:
    return "".join(_inline(child) for child in children)


def _inline(child: object) -> str:
    match child:
        case Text(value):
            return value.replace("\u00a0", "⍽").replace("\u202f", "⍽").replace("\u2009", "⍽")
        case LineBreak():
            return " ⏎ "
        case Link(href, children):
            return f"[{inline(children)}]({href})"
        case Foreign(language, children):
            return f"{{{language}: {inline(children)}}}"
        case Note(children):
            return f"{{note: {inline(children)}}}"
        case Emphasis(children):
            return f"*{inline(children)}*"
        case Strong(children):
            return f"**{inline(children)}**"
        case Superscript(children):
            return f"^{inline(children)}^"
        case Subscript(children):
            return f"~{inline(children)}~"
        case _:
            raise AssertionError(child)
