"""The structure tree of the brochure, where WeasyPrint leaves something to be said.

A footnote stands at the foot of its page, but is to be read where it is called: its element is
moved there, as a ``Note`` with an id (ISO 14289-1, 7.9; ISO 32000-1, 14.8.4.4.1). A note in a
list below a table or at the end is a ``Note`` where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class FootnoteLostError(ValueError):
    """WeasyPrint set a footnote twice, not at all, or on the back cover: paragraphs with many
    calls make it do so, and a last page without room."""


def notes_at_their_calls(_document: Any, pdf: Any) -> None:
    """A finisher for ``weasyprint.Document.write_pdf``. It relies on the templates: the only
    ``Span`` that holds elements, not text, is the one that ``_Inline`` puts around a note's call;
    the only ``Part`` is a note in a list.
    Raises :class:`FootnoteLostError`.
    """
    tree = _Tree(pdf)
    calls = [element for element in tree.below(tree.root) if tree.is_call(element)]
    areas = [element for element in tree.kids(tree.root) if tree.is_footnote_area(element)]
    notes = [note for area in areas for note in tree.kids(area)]
    if len(calls) != len(notes):
        raise FootnoteLostError(f"{len(calls)} calls, {len(notes)} footnotes")
    if any(note["Pg"] == pdf.page_references[-1] for note in notes):
        raise FootnoteLostError("a footnote on the back cover")
    for call, note in zip(calls, notes, strict=True):
        note["S"] = "/Part"
        note["P"] = call.reference
        call["K"].append(note.reference)
    kept = {area.reference for area in areas}
    tree.root["K"][:] = [kid for kid in tree.root["K"] if kid not in kept]
    parts = (element for element in tree.below(tree.root) if element["S"] == "/Part")
    for number, note in enumerate(parts, 1):
        note["S"] = "/Note"
        note["ID"] = f"(note-{number})"


class _Tree:
    """The structure elements of a :class:`pydyf.PDF` that is not yet written."""

    def __init__(self, pdf: Any) -> None:
        self._by_reference = {element.reference: element for element in pdf.objects}
        top = self._by_reference[pdf.catalog["StructTreeRoot"]]
        self.root = self._by_reference[top["K"][0]]

    def kids(self, element: Any) -> list[Any]:
        """The elements directly below; marked content and annotations are not among them."""
        found = (self._by_reference.get(kid) for kid in element["K"] if isinstance(kid, bytes))
        return [kid for kid in found if kid is not None and kid.get("Type") == "/StructElem"]

    def below(self, element: Any) -> Iterator[Any]:
        stack = [element]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(self.kids(element)))

    def is_call(self, element: Any) -> bool:
        kids = self.kids(element)
        return element["S"] == "/Span" and len(kids) == 1 and kids[0]["S"] == "/NonStruct"

    def is_footnote_area(self, element: Any) -> bool:
        """WeasyPrint puts it beside the page's content, as a box that no element made."""
        kids = self.kids(element)
        return element["S"] == "/NonStruct" and all(kid["S"] == "/Span" for kid in kids)
