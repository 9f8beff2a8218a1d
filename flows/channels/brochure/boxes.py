"""Which structure element WeasyPrint made for which box.

Its ``pdf.tags`` goes through the boxes of each page and appends the elements in that order; the
same way is gone here, so that each box meets its element. That is more of WeasyPrint than its
documentation promises, and so is checked at each step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: What WeasyPrint makes no element for.
_PASSED = frozenset(("html", "body"))


class TreeError(ValueError):
    """The structure tree is not as this version knows WeasyPrint to make it."""


def pairs(document: Any, created: Iterator[Any]) -> Iterator[tuple[Any, bytes, bool]]:
    """Each box, the reference of its structure element, and whether it stands in a margin.

    ``created``: the structure elements in the order in which they were made. Raises
    :class:`TreeError`.
    """
    walk = _Walk(created)
    for page in document.pages:
        yield from walk.through(page._page_box, "/Document", in_margin=False)
    if next(created, None) is not None:
        raise TreeError("WeasyPrint made more structure elements than there are boxes")


class _Walk:
    def __init__(self, created: Iterator[Any]) -> None:
        self._created = created

    def _next(self) -> Any:
        element = next(self._created, None)
        if element is None:
            raise TreeError("WeasyPrint made fewer structure elements than there are boxes")
        return element

    def through(
        self, box: Any, parent: str, *, in_margin: bool
    ) -> Iterator[tuple[Any, bytes, bool]]:
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout.absolute import AbsolutePlaceholder

        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        tag = None if box.element is None else box.element_tag
        is_page = isinstance(box, boxes.PageBox)
        if tag in _PASSED or is_page or isinstance(box, boxes.MarginBox):
            in_margin |= isinstance(box, boxes.MarginBox)
            for child in getattr(box, "children", ()):
                yield from self.through(child, parent, in_margin=in_margin)
            return
        element = self._next()
        if element["S"] == "/LI" and _is_wrapped(box, tag, parent):
            yield box, element.reference, in_margin
            parent, element = "/LI", self._next()
        yield box, element.reference, in_margin
        kind = str(element["S"])
        for child in _children(box):
            if isinstance(child, boxes.TextBox):
                if kind != "/Link":
                    self._next()
                continue
            yield from self.through(child, kind, in_margin=in_margin)


def _is_wrapped(box: Any, tag: str | None, parent: str) -> bool:
    """Whether an item of a list is made of two elements at once, its own and its body's."""
    if parent in ("/LI", "/LBody"):
        return False
    bare = tag == "li" and (
        "list-item" not in box.style["display"] or box.style["list_style_type"] == "none"
    )
    return tag in ("dt", "dd") or bare


def _children(box: Any) -> Iterator[Any]:
    """The boxes within a box, those of its lines among them; a table's captions come with it."""
    from weasyprint.formatting_structure import boxes

    children = getattr(box, "children", ())
    if getattr(box, "is_table_wrapper", False) and (table := box.get_wrapped_table()):
        own = [child.children if child is table else [child] for child in children]
        children = [grandchild for group in own for grandchild in group]
    for child in children:
        yield from child.children if isinstance(child, boxes.LineBox) else [child]
