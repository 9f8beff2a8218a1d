"""The words of a tagged PDF, in the order of its structure tree (ISO 32000-1 §14.7–14.8).

Positions serve for one question only, whether two pieces of text stand on one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

from flows.proof.align import Spoken
from flows.proof.shown import ARTIFACT, Shown, leaves
from flows.proof.words import words

#: Structure types (ISO 32000-1 §14.8.4) that do not part the text around them.
_INLINE = frozenset(["/Span", "/Link", "/NonStruct", "/Quote", "/Reference", "/Code", "/Annot"])
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_RUN = re.compile(f"[{_RTL}](?:[{_RTL}\\s\\d.,;:!?'’-]*[{_RTL}])?")


class Piece:
    """The text of one marked-content sequence: what it shows, one string after the other."""

    def __init__(self) -> None:
        self._shown: list[Shown] = []

    def add(self, shown: Shown) -> None:
        self._shown.append(shown)

    @property
    def first(self) -> Shown:
        return self._shown[0]

    @property
    def size(self) -> float:
        return max(shown.size for shown in self._shown)

    @property
    def text(self) -> str:
        return "".join(shown.text for shown in self._shown)

    @property
    def end(self) -> float:
        """Where its last string ends; reckoned only when asked for, as few pieces share a line
        with the one before."""
        return self._shown[-1].x + self._shown[-1].width


def _pieces(pdf: Any) -> dict[tuple[Any, int], Piece]:
    """Each tagged piece of text by (page object, marked-content id)."""
    found: dict[tuple[Any, int], Piece] = {}
    for leaf in leaves(pdf):
        for shown in leaf.shown:
            if shown.mark is not None and shown.mark != ARTIFACT:
                found.setdefault((leaf.page.objgen, shown.mark), Piece()).add(shown)
    return found


def shown_text(data: bytes) -> Counter[str]:
    """Each string that the pages of a PDF show, tagged or not, and how often."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        return Counter(shown.text for leaf in leaves(pdf) for shown in leaf.shown)


def _tree(pdf: Any) -> Iterator[tuple[Any, int] | str | None]:
    """The marked-content ids in the order of the structure tree; where a block begins its type,
    where it ends None."""
    import pikepdf

    stack: list[tuple[Any, Any]] = [(pdf.Root.StructTreeRoot.get("/K"), None)]
    edge = object()
    while stack:
        node, page = stack.pop()
        if node is edge:
            yield None
        elif isinstance(node, int):
            yield page, node
        elif isinstance(node, pikepdf.Array):
            stack.extend((kid, page) for kid in reversed(list(cast("Any", node))))
        elif isinstance(node, pikepdf.Dictionary):
            own = node.get("/Pg")
            page = own.objgen if own is not None else page
            if str(node.get("/Type", "")) == "/MCR":
                yield page, int(node.MCID)
            elif (kids := node.get("/K")) is not None and "/S" in node:
                if str(node.S) not in _INLINE:
                    yield str(node.S).lstrip("/")
                    stack.append((edge, None))
                stack.append((kids, page))


def elements(pdf: Any) -> list[tuple[str, list[tuple[Any, int]]]]:
    """The structure elements that part text, in order: each one's type, and the ids of the marked
    content in it, that of the elements within it apart."""
    found: list[tuple[str, list[tuple[Any, int]]]] = []
    opened: list[list[tuple[Any, int]]] = []
    for step in _tree(pdf):
        if isinstance(step, str):
            found.append((step, []))
            opened.append(found[-1][1])
        elif step is None:
            opened.pop()
        elif opened:
            opened[-1].append(step)
    return found


def pdf_words(data: bytes) -> Spoken:
    """The words of a tagged PDF. Raises ``ValueError`` for a file without a structure tree."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        if "/StructTreeRoot" not in pdf.Root:
            raise ValueError("the PDF has no structure tree")
        pieces = _pieces(pdf)
        steps = _tree(pdf)
        return _join([pieces.get(step) if isinstance(step, tuple) else None for step in steps])


def _join(pieces: list[Piece | None]) -> Spoken:
    """Pieces as tokens: those on one line join as they stand, a new line only breaks."""
    tokens: list[str] = []
    starts, breaks = {0}, set()
    line = ""
    before: Piece | None = None
    fresh = False
    for piece in [*pieces, None]:
        if piece is None:
            fresh = True
            continue
        same = before is not None and _same_line(before, piece)
        if fresh or not same:
            tokens.extend(words(line))
            line = ""
            if fresh:
                starts.add(len(tokens))
            if not same:  # a word may go on over a line, and so over a column or a page
                breaks.add(len(tokens))
        line += _logical(piece.text)
        before, fresh = piece, False
    tokens.extend(words(line))
    starts.add(len(tokens))
    return Spoken(tuple(tokens), frozenset(starts), frozenset(breaks))


def _same_line(before: Piece, piece: Piece) -> bool:
    em = max(before.size, piece.size)
    return (
        before.first.page == piece.first.page
        and abs(before.first.y - piece.first.y) < 0.75 * em
        and -0.5 * em < piece.first.x - before.end < em
    )


def _logical(text: str) -> str:
    """Right-to-left runs, which a PDF holds as they are seen, in the order of reading."""
    return _RTL_RUN.sub(_reversed, text)


def _reversed(run: re.Match[str]) -> str:
    """Letters turned round; the digits of a number always run from left to right."""
    return re.sub(r"\d+", lambda number: number.group()[::-1], run.group()[::-1])
