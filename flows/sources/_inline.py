"""Pandoc's inline elements as an edition's inline text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flows.edition import (
    Emphasis,
    Foreign,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Note,
    Place,
    Strong,
    Subscript,
    Superscript,
    Text,
    is_safe_address,
)
from flows.reading import inline_text
from flows.sources._record import Record, clean

Node = dict[str, Any]
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_RELATIVE = re.compile(r"(?![a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_WRAPPERS: dict[str, Callable[[Inlines], Inline]] = {
    "Emph": Emphasis,
    "Strong": Strong,
    "Superscript": Superscript,
    "Subscript": Subscript,
}
_QUOTES = {"DoubleQuote": ("“", "”"), "SingleQuote": ("‘", "’")}


def attributes(attr: list[Any]) -> tuple[str, list[str], dict[str, str]]:
    """Id, classes and key–value pairs of a pandoc ``Attr``."""
    return attr[0], attr[1], dict(attr[2])


#: What pandoc hands on of a Word file as it stands; it has no words.
PAGE_BREAK = 'w:type="page"'


class InlineReader:
    """Walks inline elements; pictures met on the way are left in ``images`` for the blocks.

    ``anchors`` are the ids that some link leads to; ``locate`` finds words in the source.
    """

    def __init__(
        self, record: Record, anchors: frozenset[str], locate: Callable[[str], Place]
    ) -> None:
        self.record, self.anchors, self.locate = record, anchors, locate
        self.images: list[Node] = []

    def __call__(self, nodes: Iterable[Node]) -> Inlines:
        """Inline text with neighbouring runs joined and blanks taken off its ends."""
        return trimmed(self._run(nodes))

    def _run(self, nodes: Iterable[Node]) -> Inlines:
        return joined(inline for node in paired(nodes) for inline in self._one(node))

    def _one(self, node: Node) -> Iterator[Inline]:
        kind: str = node["t"]
        content: Any = node.get("c")
        match kind:
            case "Str":
                if text := clean(content, self.record):
                    yield Text(text)
            case "Space" | "SoftBreak":
                yield Text(" ")
            case "LineBreak":
                yield LineBreak()
            case "Emph" | "Strong" | "Superscript" | "Subscript":
                if children := self._run(content):
                    yield _WRAPPERS[kind](children)
            case "Underline" | "SmallCaps":
                yield from self._run(content)
            case "Quoted":
                before, after = _QUOTES[content[0]["t"]]
                yield from (Text(before), *self._run(content[1]), Text(after))
            case "Cite":
                yield from self._run(content[1])
            case "Code" | "Math":
                if text := clean(content[1], self.record):
                    yield Text(text)
            case _:
                yield from self._marked(kind, content)

    def _marked(self, kind: str, content: Any) -> Iterator[Inline]:
        match kind:
            case "Link":
                yield from self._link(content)
            case "Span":
                yield from self._span(content)
            case "Note":
                if children := trimmed(self.flat(content)):
                    yield Note(children)
            case "Strikeout":
                children = self._run(content)
                place = self.locate(inline_text(children))
                self.record.doubt("struck-out", place, words=inline_text(children)[:80])
                yield from children
            case "Image":
                self.images.append({"t": "Image", "c": content})
            case "RawInline":
                yield from self._raw(content[0], content[1])
            case _:
                pass

    def _link(self, content: Any) -> Iterator[Inline]:
        children, href = self._run(content[1]), re.sub(r"\s", "%20", content[2][0].strip())
        if not inline_text(children).strip():
            yield from children
        elif is_safe_address(href):
            yield Link(href, children)
        else:
            rule = "relative-link" if _RELATIVE.match(href) else "unsafe-link"
            words = inline_text(children)
            self.record.doubt(rule, self.locate(words), address=href[:80], words=words[:80])
            yield from children

    def _span(self, content: Any) -> Iterator[Inline]:
        language = attributes(content[0])[2].get("lang", "")
        children = self._run(content[1])
        if children and _LANGUAGE.fullmatch(language):
            yield Foreign(language, children)
        else:
            yield from children

    def _raw(self, form: str, markup: str) -> Iterator[Inline]:
        if form == "html" and re.fullmatch(r"<br\s*/?>", markup, re.IGNORECASE):
            yield LineBreak()
        elif PAGE_BREAK not in markup:
            self.drop_raw(markup)

    def drop_raw(self, markup: str) -> None:
        """Leaves out a piece of raw markup, and says so."""
        if re.fullmatch(r"\s*<!--.*?-->\s*", markup, re.DOTALL):
            return  # a comment was never for the reader
        shown = clean(markup, self.record).strip()[:200]
        place = self.locate(markup)
        self.record.doubt("raw-markup", place, markup=shown[:60])
        self.record.took("raw-markup", place, shown)

    def flat(self, blocks: Iterable[Node]) -> Inlines:
        """Blocks as one run of inline text, a line break between two: for notes and cells."""
        parts: list[Inline] = []
        for run in self._runs(blocks):
            if children := trimmed(self._run(run)):
                parts += [LineBreak(), *children] if parts else children
        return tuple(parts)

    def _runs(self, blocks: Iterable[Node]) -> Iterator[list[Node]]:
        for block in blocks:
            kind: str = block["t"]
            content: Any = block.get("c")
            match kind:
                case "Para" | "Plain":
                    yield content
                case "Header":
                    yield content[2]
                case "LineBlock":
                    yield from content
                case "CodeBlock":
                    yield [{"t": "Str", "c": content[1]}]
                case "RawBlock":
                    self.drop_raw(content[1])
                case "BlockQuote":
                    yield from self._runs(content)
                case "Div":
                    yield from self._runs(content[1])
                case "BulletList":
                    for item in content:
                        yield from self._runs(item)
                case "OrderedList":
                    for item in content[1]:
                        yield from self._runs(item)
                case "DefinitionList":
                    for term, meanings in content:
                        yield term
                        for meaning in meanings:
                            yield from self._runs(meaning)
                case "Figure":
                    yield from self._runs(content[2])
                    yield from self._runs(content[1][1])
                case "Table":
                    yield from self._runs(content[1][1])
                    for row in table_rows(content):
                        for cell in row[1]:
                            yield from self._runs(cell[4])
                case _:
                    pass


def table_rows(content: Any) -> Iterator[Any]:
    """Each row of a pandoc table, head first, foot last."""
    yield from content[3][1]
    for body in content[4]:
        yield from body[2]
        yield from body[3]
    yield from content[5][1]


_TAGS = {"b": "Strong", "strong": "Strong", "i": "Emph", "em": "Emph"} | {
    "sup": "Superscript",
    "sub": "Subscript",
    "u": "Underline",
}


def paired(nodes: Iterable[Node]) -> Iterator[Node]:
    """Simple HTML tags that were typed into Markdown, as the elements that they mean."""
    left = deque(nodes)
    while left:
        node = left.popleft()
        name = _tag(node)
        if name in _TAGS:
            closing = (i for i, other in enumerate(left) if _tag(other) == f"/{name}")
            if (end := next(closing, -1)) >= 0:
                node = {"t": _TAGS[name], "c": [left.popleft() for _ in range(end)]}
                left.popleft()
        yield node


def _tag(node: Node) -> str:
    if node["t"] != "RawInline" or node["c"][0] != "html":
        return ""
    found = re.fullmatch(r"<(/?[a-z]+)>", node["c"][1].strip(), re.IGNORECASE)
    return found.group(1).lower() if found else ""


def joined(inlines: Iterable[Inline]) -> Inlines:
    """Neighbouring runs of text as one, with single spaces where lines of the source met."""
    made: list[Inline] = []
    for inline in inlines:
        if isinstance(inline, Text) and made and isinstance(made[-1], Text):
            last = made[-1].value
            blank = inline.value == " " and last.endswith(" ")
            made[-1] = Text(last if blank else last + inline.value)
        else:
            made.append(inline)
    return tuple(made)


def trimmed(inlines: Inlines) -> Inlines:
    """Without blanks and line breaks at either end; empty where nothing else is left."""
    left = list(inlines)
    for at, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while left:
            edge = left[at]
            if isinstance(edge, Text) and (value := strip(edge.value, " \n")):
                left[at] = Text(value)
            elif isinstance(edge, Text | LineBreak):
                left.pop(at)
                continue
            break
    return tuple(left)
