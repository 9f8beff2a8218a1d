"""The structure tree of the brochure, where WeasyPrint leaves something to be said.

A footnote stands at the foot of its page, but is to be read where it is called: its element is
moved there, as a ``Note`` with an id (ISO 14289-1, 7.9; ISO 32000-1, 14.8.4.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def notes_at_their_calls(_document: Any, pdf: Any) -> None:
    """A finisher for ``weasyprint.Document.write_pdf``. It relies on the templates: the only
    ``Span`` that holds elements, not text, is the one that ``_Inline`` puts around a note's call.
    """
    tree = _Tree(pdf)
    calls = [element for element in tree.below(tree.root) if tree.is_call(element)]
    areas = [element for element in tree.kids(tree.root) if tree.is_footnote_area(element)]
    notes = [note for area in areas for note in tree.kids(area)]
    for number, (call, note) in enumerate(zip(calls, notes, strict=True), 1):
        note["S"] = "/Note"
        note["ID"] = f"(note-{number})"
        note["P"] = call.reference
        call["K"].append(note.reference)
    kept = {area.reference for area in areas}
    tree.root["K"][:] = [kid for kid in tree.root["K"] if kid not in kept]


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
