"""The structure tree of the brochure, as it is read aloud (ISO 32000-1, 14.7–14.8; ISO 14289-1).

WeasyPrint makes an element of each box that it draws: a paragraph over two columns is two, each
line and each change of type is a span, running heads are content. Here the boxes of one HTML
element become one structure element, what only served the layout goes, a note is read where it is
called, and running heads are artifacts. ``data-tag`` in the templates names a structure type that
HTML has no element for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from flows.channels.brochure.boxes import TreeError, pairs
from flows.channels.brochure.structure import Content, Node, Structure

#: Types that say nothing: their kids stand in their place.
_SILENT = frozenset(("NonStruct", "Div", "Span"))
#: Types of our own, and the standard type that each is for (ISO 32000-1, 14.8.4).
_ROLES = {"Aside": "Sect", "PullQuote": "BlockQuote"}
_LINKS = ("Link",)
#: A row has as many as its neighbours, be they empty.
_CELLS = ("TD", "TH")
_NOTE, _CALL, _MARKER = "note", "span::footnote-call", "span::footnote-marker"


class FootnoteLostError(ValueError):
    """WeasyPrint set a footnote twice, not at all, or on the back cover: paragraphs with many
    calls make it do so, and a last page without room."""


def finish(document: Any, pdf: Any) -> None:
    """A finisher for ``weasyprint.Document.write_pdf``.

    Raises :class:`FootnoteLostError`, and :class:`TreeError` where WeasyPrint's tree is not what
    this was made for.
    """
    structure = Structure(pdf)
    boxes = _Boxes()
    for box, reference, in_margin in pairs(document, structure.created):
        node = structure.nodes.get(reference)
        if node is not None:
            node.is_silent = box.is_leader
            boxes.learn(box, node)
        elif not in_margin:
            raise TreeError(f"{box.element_tag} has no element")
    boxes.merge()
    _notes(boxes, last_page=len(document.pages) - 1)
    boxes.name()
    structure.root.kids = list(_spoken(structure.root))
    _join(structure)
    _number_notes(structure.root)
    structure.write(_ROLES)


class _Boxes:
    """The structure elements by the HTML element that they were made for."""

    def __init__(self) -> None:
        #: (HTML element, its tag or pseudo-element) → nodes, in the order of the boxes.
        self._made: defaultdict[tuple[Any, str], list[Node]] = defaultdict(list)

    def learn(self, box: Any, node: Node) -> None:
        if box.element is not None and not node.is_unheard:
            self._made[box.element, box.element_tag].append(node)

    def of(self, tag: str) -> Iterator[tuple[Any, list[Node]]]:
        """The HTML elements that have boxes of this tag, and those boxes' nodes."""
        return ((element, nodes) for (element, own), nodes in self._made.items() if own == tag)

    def merge(self) -> None:
        """One node for each HTML element: of boxes on two pages, and of boxes within a box."""
        for _element, (_first, *again) in self.of("thead"):
            for node in again:  # a head that is set again on each page is said once
                node.is_silent = True
        for nodes in self._made.values():
            first, *others = (node for node in nodes if not node.is_unheard)
            if first.type == "LI":
                self._merge_item(nodes)
                continue
            for node in others:
                if node.type == "LBody":
                    continue
                if node.is_below(first):
                    node.dissolve()
                elif node.type in (first.type, "NonStruct"):
                    first.take(node.kids)
                    node.remove()

    def _merge_item(self, nodes: list[Node]) -> None:
        first, *others = [node for node in nodes if node.type == "LI"]
        for node in others:
            if not node.is_below(first):
                first.take(node.kids)
                node.remove()

    def name(self) -> None:
        """What the templates say about an element: its type, language, the scope of a head."""
        for (element, tag), nodes in self._made.items():
            node = nodes[0]
            if "::" in tag or node.parent is None:
                continue
            if named := element.get("data-tag"):
                node.type = named
            if tag == "bdi" and (language := element.get("lang")):
                node.type, node.language = "Span", language
            if tag == "th":
                node.scope = "Row" if element.get("scope") == "row" else "Column"


def _notes(boxes: _Boxes, last_page: int) -> None:
    """Move each footnote from the foot of its page to its call."""
    calls = dict(boxes.of(_CALL))
    notes = {e: nodes for e, nodes in boxes.of("span") if e.get("class") == _NOTE}
    for element in {*calls, *notes}:
        if len(calls.get(element, ())) != 1 or len(notes.get(element, ())) != 1:
            raise FootnoteLostError(f"{element.get('data-number')} is there twice, or not at all")
        [call], [note] = calls[element], notes[element]
        if last_page in note.pages():
            raise FootnoteLostError("a footnote on the back cover")
        note.remove()
        note.type, call.type = "Note", "Reference"
        call.put_after(note)
    for _element, markers in boxes.of(_MARKER):
        markers[0].type = "Lbl"


def _spoken(node: Node) -> Iterator[Node | Content]:
    """What a node holds, without what says nothing."""
    for kid in node.kids:
        if isinstance(kid, Content):
            yield kid
            continue
        if kid.is_silent:
            continue
        kids = list(_spoken(kid))
        is_body = (node.type, kid.type) == ("TOCI", "LBody")
        if (kid.type in _SILENT or is_body) and not (kid.language or kid.has_text_of_its_own):
            # A line's share in a link has an annotation of its own, upon the link's.
            inner = node.type in _LINKS
            yield from (k for k in kids if not (inner and isinstance(k, Content) and k.annotation))
        elif kids or kid.has_text_of_its_own or kid.type in _CELLS:
            kid.kids = kids
            yield kid


def _join(structure: Structure) -> None:
    """One link, and one passage in another language, though it goes over lines that are each set
    apart: elements of one kind that follow upon each other and lead to the same place."""
    for node in (structure.root, *structure.root.below()):
        kids: list[Node | Content] = []
        for kid in node.kids:
            before = kids[-1] if kids else None
            if (
                isinstance(kid, Node)
                and isinstance(before, Node)
                and _goes_on(structure, before, kid)
            ):
                before.take(kid.kids)
            else:
                kids.append(kid)
        node.kids = kids


def _goes_on(structure: Structure, before: Node, kid: Node) -> bool:
    if before.type != kid.type or before.language != kid.language:
        return False
    if kid.type in _LINKS:
        return structure.target(before) == structure.target(kid)
    return kid.type == "Span" and bool(kid.language)


def _number_notes(root: Node) -> None:
    """Each note has an id (ISO 14289-1, 7.9)."""
    notes = (node for node in root.below() if node.type == "Note")
    for number, note in enumerate(notes, 1):
        note.id = f"note-{number}"
