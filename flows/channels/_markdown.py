"""An edition written as Markdown, as :mod:`flows.sources` reads it: the source that a PDF carries.

What is read back from it is the same edition, but for its pictures, which it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent

import yaml

from flows.edition import (
    Block,
    Blocks,
    Edition,
    Emphasis,
    Event,
    Figure,
    Foreign,
    Heading,
    Inline,
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
from flows.reading import inline_text

#: What has a meaning wherever it stands, and what has one at the start of a line.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~^$@!&:]|(?<=-)-|(?<=\.)\.)")
_AT_START = re.compile(r"^(\d+|[A-Za-z]{1,5}|#|)([.)+\-=%])")
#: Wide enough to hold any line: a table's columns are told apart by bars.
_RULE = "---"


def markdown(edition: Edition) -> str:
    """The whole edition, its metadata as front matter; UTF-8 when written, lines ended by LF."""
    head = yaml.safe_dump(_metadata(edition), allow_unicode=True, sort_keys=False, width=96)
    parts = [f"---\n{head}---", *_blocks(edition.blocks)]
    return "\n\n".join(parts) + "\n"


def _metadata(edition: Edition) -> dict[str, object]:
    stated: dict[str, object] = {
        "title": edition.title,
        "date": edition.date,
        "language": edition.language,
        "slug": edition.slug,
        "section": edition.section,
        "category": edition.category,
        "speakers": list(edition.speakers),
        "tags": list(edition.tags),
        "standfirst": inline_text(edition.standfirst),
        **(_event(edition.event) if edition.event else {}),
    }
    return {key: value for key, value in stated.items() if value}


def _event(event: Event) -> dict[str, object]:
    end = event.end.isoformat() if event.end else ""
    return {"event": event.start.isoformat(), "event_end": end, "place": event.place}


def _blocks(blocks: Blocks) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if number and type(block) is ItemList is type(blocks[number - 1]):
            yield "<!-- -->"  # two lists would be one
        yield _block(block)


def _run(blocks: Blocks) -> str:
    return "\n\n".join(_blocks(blocks))


def _block(block: Block) -> str:
    match block:
        case Heading(level, children):
            return f"{'#' * level} {_inline(children)}"
        case Paragraph(children):
            return _paragraph(children)
        case ItemList():
            return _list(block)
        case Quote(blocks):
            return indent(_run(blocks), "> ", lambda _line: True)
        case PullQuote(children, attribution):
            by = f"\n\n— {_inline(attribution)}" if attribution else ""
            return f"::: {{.pullquote}}\n{_paragraph(children)}{by}\n:::"
        case SideBox(heading, blocks):
            head = f"**{_inline(heading)}**\n\n" if heading else ""
            return f"::: {{.sidebox}}\n{head}{_run(blocks)}\n:::"
        case Figure():
            alt = block.alt.replace("\\", "\\\\").replace('"', '\\"')
            told = f'{{alt="{alt}"}}' if alt else ""
            return f"![{_inline(block.caption)}]({block.picture.name}){told}"
        case Table():
            return _table(block)


def _list(block: ItemList) -> str:
    items = []
    for number, item in enumerate(block.items, block.start):
        mark = f"{number}." if block.ordered else "-"
        items.append(f"{mark:<4}" + indent(_run(item), "    ").lstrip())
    return "\n\n".join(items)


def _table(table: Table) -> str:
    """A pipe table; a cell is one line."""
    width = max(map(len, (table.head, *table.rows)), default=0)
    rows = [table.head or ((),) * width, *table.rows]
    lines = [_row([_inline(cell) for cell in row], width) for row in rows]
    lines.insert(1, _row([_RULE] * width, width))
    caption = f"\n\n: {_inline(table.caption)}" if table.caption else ""
    return "\n".join(lines) + caption


def _row(cells: list[str], width: int) -> str:
    return "| " + " | ".join([*cells, *[""] * (width - len(cells))]) + " |"


def _paragraph(children: Inlines) -> str:
    return _AT_START.sub(r"\1\\\2", _inline(children))


def _inline(children: Inlines) -> str:
    return "".join(map(_one, children))


def _one(child: Inline) -> str:
    match child:
        case Text(value):
            return _MARKS.sub(r"\\\1", value.replace("\n", " "))
        case Emphasis(children):
            return f"*{_inline(children)}*"
        case Strong(children):
            return f"**{_inline(children)}**"
        case Superscript(children):
            return f"^{_spaces(children)}^"
        case Subscript(children):
            return f"~{_spaces(children)}~"
        case Foreign(language, children):
            return f"[{_inline(children)}]{{lang={language}}}"
        case Link(href, children):
            return f"[{_inline(children)}](<{href}>)"
        case Note(children):
            return f"^[{_inline(children)}]"
        case LineBreak():
            return "\\\n"


def _spaces(children: Inlines) -> str:
    """Raised and lowered text has no space that is not escaped."""
    return _inline(children).replace(" ", "\\ ")
