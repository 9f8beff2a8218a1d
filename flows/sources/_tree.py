"""Pandoc's document tree as an edition's blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flows.edition import (
    Block,
    Figure,
    Heading,
    Inlines,
    ItemList,
    LineBreak,
    Paragraph,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Table,
    Text,
)
from flows.reading import inline_text
from flows.sources._inline import PAGE_BREAK, InlineReader, Node, attributes, joined, trimmed
from flows.sources._pictures import Pictures, RemotePicture
from flows.sources._record import Refusal, clean, runs_of

_BOX = re.compile(r"encadr|side-?\s?box|\baside\b", re.IGNORECASE)
_PULL_QUOTE = re.compile(r"exergue|pull-?\s?quote|intense quote|citation intense", re.IGNORECASE)
_DASHES = "—–―-"
#: A table larger than this is a data set; a document of this many levels is a trap.
MAX_CELLS = 20_000
MAX_SPAN = 200


class BlockReader:
    """Walks block elements; levels of headings are those of the source, to be shifted later."""

    def __init__(self, inline: InlineReader, pictures: Pictures, *, titles_shown: bool) -> None:
        self.inline, self.pictures, self.record = inline, pictures, inline.record
        self.titles_shown = titles_shown

    def blocks(self, nodes: Sequence[Node]) -> tuple[Block, ...]:
        return tuple(b for node in merged(nodes) for b in self.block(node))

    def block(self, node: Node) -> Iterator[Block]:
        """The blocks that an element makes: none, one, or one and the figures found in it."""
        kind, content = node["t"], node.get("c")
        if kind == "Figure":
            yield from self._figure(content)
        else:
            yield from self._words(kind, content)
        waiting, self.inline.images = self.inline.images, []
        for image in waiting:
            yield from self._picture(image["c"], ())

    def _words(self, kind: str, content: Any) -> Iterator[Block]:
        match kind:
            case "Para" | "Plain":
                yield from self._paragraph(self.inline(content))
            case "Header":
                if children := self.inline(content[2]):
                    anchor = content[1][0] if content[1][0] in self.inline.anchors else ""
                    yield Heading(content[0], children, anchor)
            case "BulletList":
                yield from self._list(content)
            case "OrderedList":
                start = max(0, min(int(content[0][0]), 10**6))
                yield from self._list(content[1], ordered=True, start=start)
            case "DefinitionList":
                yield from self._definitions(content)
            case "BlockQuote":
                if inner := self.blocks(content):
                    yield Quote(inner)
            case "Div":
                yield from self._div(content)
            case "Table":
                yield from self._table(content)
            case "LineBlock":
                nodes = [n for line in content for n in [*line, {"t": "LineBreak"}]]
                yield from self._paragraph(self.inline(nodes))
            case "CodeBlock":
                yield from self._code(content[1])
            case "RawBlock":
                if PAGE_BREAK not in content[1]:
                    self.inline.drop_raw(content[1])
            case _:
                pass  # a rule has no words

    def _paragraph(self, children: Inlines) -> Iterator[Block]:
        if inline_text(children, notes=True).strip():
            yield Paragraph(children)

    def _code(self, text: str) -> Iterator[Block]:
        lines = [runs_of(clean(line, self.record)) for line in text.split("\n")]
        yield from self._paragraph(trimmed(tuple(i for x in lines for i in (*x, LineBreak()))))

    def _list(self, items: Sequence[Any], ordered: bool = False, start: int = 1) -> Iterator[Block]:
        made = tuple(blocks for item in items if (blocks := self.blocks(item)))
        if made:
            yield ItemList(made, ordered, start)

    def _definitions(self, content: Any) -> Iterator[Block]:
        items = []
        for term, meanings in content:
            name = self.inline(term)
            head: tuple[Block, ...] = (Paragraph((Strong(name),)),) if name else ()
            items.append(head + tuple(b for m in meanings for b in self.blocks(m)))
        if kept := tuple(item for item in items if item):
            yield ItemList(kept)

    # ------------------------------------------------------------------------ boxes and quotes

    def _div(self, content: Any) -> Iterator[Block]:
        name = _name(content[0])
        inner = self.blocks(content[1])
        if not inner:
            return
        if _PULL_QUOTE.search(name):
            yield from self._pull_quote(inner)
        elif _BOX.search(name):
            yield _side_box(inner)
        else:
            yield from inner

    def _pull_quote(self, inner: tuple[Block, ...]) -> Iterator[Block]:
        """Paragraphs as one quote; the last, behind a dash, names who said it."""
        runs = [b.children for b in _opened(inner) if isinstance(b, Paragraph | Heading)]
        rest = [b for b in _opened(inner) if not isinstance(b, Paragraph | Heading)]
        attribution: Inlines = ()
        if len(runs) > 1 and inline_text(runs[-1]).lstrip()[:1] in _DASHES:
            attribution = _without_dash(runs.pop())
        children: Inlines = ()
        for run in runs:
            children += (LineBreak(), *run) if children else run
        if children:
            yield PullQuote(children, attribution)
        yield from rest

    # ----------------------------------------------------------------------------------- figures

    def _figure(self, content: Any) -> Iterator[Block]:
        caption = self.inline.flat(content[1][1])
        inner = self.blocks_of_figure(content[2])
        images, self.inline.images = self.inline.images, []
        yield from inner
        if not images:
            yield from self._paragraph(caption)
        for number, image in enumerate(images, start=1):
            yield from self._picture(image["c"], caption if number == len(images) else ())

    def blocks_of_figure(self, nodes: Sequence[Node]) -> tuple[Block, ...]:
        """The words inside a figure that are no caption; its pictures wait in ``images``."""
        made: list[Block] = []
        for node in nodes:
            if node["t"] in ("Para", "Plain"):
                made += self._paragraph(self.inline(node["c"]))
            else:
                made += self.block(node)
        return tuple(made)

    def _picture(self, content: Any, caption: Inlines) -> Iterator[Block]:
        """A figure; in brackets stands the alternative text, or the caption where ``alt=`` is
        given; in Markdown a title is the caption, elsewhere it is on no page."""
        inside, (address, title) = self.inline(content[1]), content[2]
        alt = attributes(content[0])[2].get("alt", "")
        if alt and not caption and inline_text(inside).strip() != alt.strip():
            caption = inside
        elif alt and _words(caption) and _words(caption) in _words(inside):
            caption = inside  # an odt's caption, with the number that pandoc leaves out
        alt = clean(alt or inline_text(inside), self.record).strip()
        if title and not caption and self.titles_shown:
            caption = runs_of(clean(title, self.record).strip())
        try:
            yield Figure(self.pictures.get(address), alt, caption)
        except RemotePicture:
            place = self.inline.locate(address)
            self.record.doubt("picture-remote", place, picture=address[:80])
            yield from self._paragraph(caption or runs_of(alt))
        except Refusal as refusal:
            place = self.inline.locate(address)
            self.record.error(refusal.rule, place, **refusal.values)

    # ------------------------------------------------------------------------------------ tables

    def _table(self, content: Any) -> Iterator[Block]:
        width = min(len(content[2]), MAX_SPAN)
        caption = self.inline.flat(content[1][1])
        heads = self._rows(content[3][1], width)
        rows = [
            row for body in content[4] for row in self._rows([*body[2], *body[3]], width)
        ] + self._rows(content[5][1], width)
        if width * (len(rows) + len(heads)) > MAX_CELLS:
            raise Refusal("table-too-large", 0, inline_text(caption), rows=str(len(rows)))
        head = heads[0] if heads and any(heads[0]) else ()
        rows = heads[1:] + [row for row in rows if any(row)]
        if head or rows:
            named = bool(content[4]) and content[4][0][1] > 0
            yield Table(tuple(head), tuple(rows), caption, named)
        else:
            yield from self._paragraph(caption)

    def _rows(self, rows: Sequence[Any], width: int) -> list[tuple[Inlines, ...]]:
        """Rows of ``width`` cells: what a spanning cell covers is an empty cell."""
        made: list[tuple[Inlines, ...]] = []
        covered = [0] * width
        for row in rows:
            cells: list[Inlines] = [()] * width
            at = 0
            for _attr, _align, down, across, blocks in row[1]:
                while at < width and covered[at]:
                    at += 1
                words = self.inline.flat(blocks)
                if at >= width:  # more cells than columns: keep the words in the last one
                    cells[-1] = joined((*cells[-1], Text(" "), *words)) if words else cells[-1]
                    continue
                cells[at] = words
                for column in range(at, min(width, at + across)):
                    covered[column] = max(covered[column], down)
                at += across
            covered = [max(0, n - 1) for n in covered]
            made.append(tuple(cells))
        return made


def _name(attr: list[Any]) -> str:
    """What a Div is called: its classes, or the style that Word's users gave it."""
    _, classes, pairs = attributes(attr)
    return " ".join([*classes, pairs.get("custom-style", "")]).strip()


def merged(nodes: Iterable[Node]) -> Iterator[Node]:
    """Neighbouring Divs of one box or quote style as one: Word styles each paragraph alone."""
    waiting: Node | None = None
    for node in nodes:
        style = attributes(node["c"][0])[2].get("custom-style", "") if node["t"] == "Div" else ""
        boxed = bool(_BOX.search(style) or _PULL_QUOTE.search(style))
        if boxed and waiting and waiting["c"][0] == node["c"][0]:
            waiting = {"t": "Div", "c": [node["c"][0], waiting["c"][1] + node["c"][1]]}
            continue
        if waiting:
            yield waiting
        waiting = node if boxed else None
        if not boxed:
            yield node
    if waiting:
        yield waiting


def _words(children: Inlines) -> str:
    return " ".join(inline_text(children).split())


def _side_box(inner: tuple[Block, ...]) -> SideBox:
    first = inner[0]
    if isinstance(first, Heading):
        return SideBox(first.children, _lowered(inner[1:]), first.anchor)
    if len(inner) > 1 and isinstance(first, Paragraph) and len(first.children) == 1:
        only = first.children[0]
        if isinstance(only, Strong):  # Word's users write a box's heading in bold
            return SideBox(only.children, _lowered(inner[1:]))
    return SideBox((), _lowered(inner))


def _lowered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Headings inside a box stand below all those of the main run."""
    return tuple(Heading(3, b.children, b.anchor) if isinstance(b, Heading) else b for b in blocks)


def _opened(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Quote):
            yield from _opened(block.blocks)
        else:
            yield block


def _without_dash(children: Inlines) -> Inlines:
    first = children[0]
    if not isinstance(first, Text):
        return children
    value = first.value.lstrip(" " + _DASHES + "\u00a0\u202f\u2009")
    return trimmed((Text(value), *children[1:]) if value else children[1:])
