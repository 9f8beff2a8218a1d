"""The words of an HTML page as a reader gets them: in document order, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.proof.align import Spoken, spoken

#: HTML elements of phrasing content whose edges do not part words (HTML Living Standard §4.5).
# fmt: off
_INLINE = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr",
))
# fmt: on
_SILENT = frozenset(["script", "style", "template", "head"])
#: Roles of DPUB-ARIA 1.1 whose content is no part of the word that it stands beside.
_APART = frozenset(["doc-noteref", "doc-backlink"])


def parse(data: bytes) -> Any:
    """The page's root element. Comments, conditional ones too, are dropped; nothing is fetched."""
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = html.document_fromstring(data or b"<html></html>", parser=parser)
    assert isinstance(root, etree._Element)
    return root


def html_blocks(data: bytes) -> tuple[str, ...]:
    """The text of each block, without empty ones; the page's own title first, if it has one."""
    root = parse(data)
    title = root.findtext("head/title") or ""
    pieces = list(_pieces(root))
    return tuple(text for text in (title, *"".join(pieces).split("\0")) if text.strip())


def html_words(data: bytes) -> Spoken:
    return spoken(html_blocks(data))


def _pieces(root: Any) -> Iterator[str]:
    """Text in document order; ``"\\0"`` where a block begins or ends. No recursion: e-mail nests
    its tables deeper than Python its calls."""
    stack: list[tuple[Any, bool]] = [(root, True)]
    while stack:
        element, opening = stack.pop()
        edge = _edge(element)
        if not opening:
            yield edge
            yield element.tail or "" if element is not root else ""
            continue
        yield edge
        stack.append((element, False))
        if _speaks(element):
            yield element.text or ""
            stack.extend((child, True) for child in reversed(element))


def _speaks(element: Any) -> bool:
    if element.tag in _SILENT:
        return False
    return not (element.tag == "svg" and element.get("aria-hidden") == "true")


def _edge(element: Any) -> str:
    if element.tag not in _INLINE:
        return "\0"
    return " " if element.get("role") in _APART else ""


def text_words(data: bytes) -> Spoken:
    """The words of a plain text: each line is a block, since its lines are filled, not set."""
    return spoken(data.decode("utf-8").splitlines())
