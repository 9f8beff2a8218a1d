"""The structure tree of a PDF that is being written, as a tree of plain nodes and back.

It reads and writes the objects of :class:`pydyf.PDF` (ISO 32000-1, 14.7): elements, the pieces of
marked content and the annotations below them, and the parent tree that leads from content to
element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Content:
    """A piece of marked content on a page (from 0), or an annotation's object reference."""

    page: int
    mcid: int = -1
    annotation: bytes = b""


@dataclass(eq=False, slots=True)
class Node:
    """A structure element: its type without the slash, and what it holds in reading order."""

    element: Any
    type: str
    parent: Node | None = None
    kids: list[Node | Content] = field(default_factory=list)
    language: str = ""
    scope: str = ""
    id: str = ""
    #: Whether it and all below it is no part of what is read, but decoration.
    is_silent: bool = False

    @property
    def has_text_of_its_own(self) -> bool:
        """Whether it is spoken without content: it has an alternative text."""
        return "Alt" in self.element

    @property
    def is_unheard(self) -> bool:
        """Whether it is silent, or stands in what is."""
        return self.is_silent or (self.parent is not None and self.parent.is_unheard)

    def below(self) -> Iterator[Node]:
        for kid in self.kids:
            if isinstance(kid, Node):
                yield kid
                yield from kid.below()

    def contents(self) -> Iterator[Content]:
        for kid in self.kids:
            if isinstance(kid, Content):
                yield kid
            else:
                yield from kid.contents()

    def pages(self) -> set[int]:
        return {content.page for content in self.contents()}

    def is_below(self, other: Node) -> bool:
        node = self.parent
        while node is not None and node is not other:
            node = node.parent
        return node is other

    def take(self, kids: Sequence[Node | Content]) -> None:
        """Put what another node held at the end."""
        for kid in kids:
            if isinstance(kid, Node):
                kid.parent = self
        self.kids.extend(kids)

    def _place(self) -> tuple[Node, int]:
        assert self.parent is not None
        return self.parent, next(k for k, kid in enumerate(self.parent.kids) if kid is self)

    def remove(self) -> None:
        parent, at = self._place()
        del parent.kids[at]

    def dissolve(self) -> None:
        """Put what it holds in its place."""
        parent, at = self._place()
        for kid in self.kids:
            if isinstance(kid, Node):
                kid.parent = parent
        parent.kids[at : at + 1] = self.kids

    def put_after(self, node: Node) -> None:
        """Put ``node`` after itself."""
        parent, at = self._place()
        parent.kids.insert(at + 1, node)
        node.parent = parent


class Structure:
    """The structure tree of ``pdf``: read, to be changed, and written back once."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._objects = {o.reference: o for o in pdf.objects if hasattr(o, "get")}
        self._top = self._objects[pdf.catalog["StructTreeRoot"]]
        self._pages = {reference: k for k, reference in enumerate(pdf.page_references)}
        document = self._objects[self._top["K"][0]]
        self._elements: list[Any] = [
            o for o in pdf.objects if isinstance(o, dict) and o.get("Type") == "/StructElem"
        ]
        self.nodes: dict[bytes, Node] = {}
        self.root = self._read(document, None)

    @property
    def created(self) -> Iterator[Any]:
        """The elements in the order in which they were made, the root apart."""
        return iter(self._elements[1:])

    def target(self, node: Node) -> str:
        """Where the first annotation of a link leads: its action or its destination."""
        for content in node.contents():
            if content.annotation:
                noted = self._objects[self._objects[content.annotation]["Obj"]]
                return str(noted.get("A", noted.get("Dest")))
        return ""

    def _read(self, element: Any, parent: Node | None) -> Node:
        node = Node(element, str(element["S"]).lstrip("/"), parent)
        self.nodes[element.reference] = node
        page = self._pages.get(element.get("Pg"), 0)
        for kid in element["K"]:
            if isinstance(kid, int):
                node.kids.append(Content(page, mcid=kid))
                continue
            below = self._objects[kid]
            if below.get("Type") == "/OBJR":
                node.kids.append(Content(self._pages[below["Pg"]], annotation=kid))
            else:
                node.kids.append(self._read(below, node))
        return node

    def write(self, roles: Mapping[str, str]) -> None:
        """Write the tree as it is now; content that it does not hold any more is an artifact."""
        import pydyf

        kept = {self.root.element.reference}
        owners: dict[tuple[int, int], bytes] = {}
        annotations: dict[bytes, bytes] = {}
        for node in (self.root, *self.root.below()):
            kept.add(node.element.reference)
            self._write(node)
            for kid in node.kids:
                if isinstance(kid, Content) and kid.annotation:
                    annotated = self._objects[kid.annotation]["Obj"]
                    annotations[annotated] = node.element.reference
                elif isinstance(kid, Content):
                    owners[kid.page, kid.mcid] = node.element.reference
        for element in self._elements:
            if element.reference not in kept:
                element.clear()
        self._write_parents(owners, annotations)
        used = {node.type for node in self.root.below()}
        if named := {own: f"/{role}" for own, role in roles.items() if own in used}:
            self._top["RoleMap"] = pydyf.Dictionary(named)
        self._make_artifacts(owners)

    def _write(self, node: Node) -> None:
        import pydyf

        element, reference = node.element, node.element.reference
        pages = sorted(node.pages())
        element["S"] = f"/{node.type}"
        if node.parent is not None:
            element["P"] = node.parent.element.reference
            if pages:
                element["Pg"] = self._pdf.page_references[pages[0]]
        if node.language:
            element["Lang"] = pydyf.String(node.language)
        if node.id:
            element["ID"] = pydyf.String(node.id)
        if node.scope:
            element["A"] = pydyf.Dictionary(
                {**element.get("A", {}), "O": "/Table", "Scope": f"/{node.scope}"}
            )
        own = pages[0] if pages else -1
        kids = pydyf.Array()
        for kid in node.kids:
            if isinstance(kid, Node):
                kid.parent = node
                kids.append(kid.element.reference)
            elif kid.annotation:
                kids.append(kid.annotation)
            elif kid.page == own and node.parent is not None:
                kids.append(kid.mcid)
            else:
                page = self._pdf.page_references[kid.page]
                kids.append(pydyf.Dictionary({"Type": "/MCR", "Pg": page, "MCID": kid.mcid}))
        element["K"] = kids
        assert element.reference == reference

    def _write_parents(
        self, owners: Mapping[tuple[int, int], bytes], annotations: Mapping[bytes, bytes]
    ) -> None:
        """The parent tree (14.7.4.4): an array for each page, an element for each annotation."""
        numbers = self._objects[self._top["ParentTree"]]["Nums"]
        by_number = {
            o.get("StructParent"): o for o in self._objects.values() if "StructParent" in o
        }
        for at in range(0, len(numbers), 2):
            number, value = numbers[at], numbers[at + 1]
            if number < len(self._pdf.page_references):
                value[:] = [owners.get((number, mcid), "null") for mcid in range(len(value))]
            elif (annotation := by_number[number]).reference in annotations:
                numbers[at + 1] = annotations[annotation.reference]
            else:
                self._take_off(annotation)
                numbers[at + 1] = "null"

    def _take_off(self, annotation: Any) -> None:
        """Take an annotation that no element holds off its page."""
        annotation.clear()
        for reference in self._pdf.page_references:
            noted = self._objects[reference].get("Annots")
            listed = self._objects[noted] if isinstance(noted, bytes) else noted
            if listed and annotation.reference in listed:
                listed.remove(annotation.reference)

    def _make_artifacts(self, owners: Mapping[tuple[int, int], bytes]) -> None:
        """Mark as artifacts what belongs to no element: running heads, repeated heads."""
        for number, reference in enumerate(self._pdf.page_references):
            stream = self._objects_by(self._objects[reference]["Contents"]).stream
            for at, operation in enumerate(stream):
                # WeasyPrint writes the tag, the property list and the operator one by one.
                if operation == b"BDC" and (number, stream[at - 1]["MCID"]) not in owners:
                    stream[at - 2 : at] = [b"/Artifact", b"<</Type /Pagination>>"]

    def _objects_by(self, reference: bytes) -> Any:
        return next(o for o in self._pdf.objects if o.reference == reference)
