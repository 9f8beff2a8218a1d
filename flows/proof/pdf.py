"""The words of a tagged PDF, in the order of its structure tree (ISO 32000-1 §14.7–14.8).

The text is read from the content streams themselves, through each font's ToUnicode map: what is
compared is what the file holds, not what a viewer makes of glyph positions. Positions serve for
one question only, whether two pieces of text stand on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any, cast

from flows.proof.align import Spoken
from flows.proof.words import words

#: Structure types (ISO 32000-1 §14.8.4) that do not part the text around them.
_INLINE = frozenset(["/Span", "/Link", "/NonStruct", "/Quote", "/Reference", "/Code", "/Annot"])
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_RUN = re.compile(f"[{_RTL}](?:[{_RTL}\\s]*[{_RTL}])?")


@dataclass(slots=True)
class Piece:
    """The text of one marked-content sequence: where it begins and ends, its type's size;
    ``page`` is from 0."""

    text: str = ""
    page: int = 0
    x: float = 0.0
    y: float = 0.0
    end: float = 0.0
    size: float = 0.0


class _Font:
    """A font's glyph codes as text and as widths (in thousandths of the type size)."""

    def __init__(self, font: Any) -> None:
        self._font = font
        self.wide = str(font.get("/Subtype")) == "/Type0"

    @cached_property
    def text(self) -> dict[int, str]:
        stream = self._font.get("/ToUnicode")
        return _to_unicode(stream.read_bytes()) if stream is not None else {}

    @cached_property
    def widths(self) -> dict[int, float]:
        if not self.wide:
            first = int(self._font.get("/FirstChar", 0))
            return {first + k: float(w) for k, w in enumerate(self._font.get("/Widths", []))}
        found: dict[int, float] = {}
        run = list(self._font.DescendantFonts[0].get("/W", []))
        while run:
            start, then = int(run.pop(0)), run.pop(0)
            if isinstance(then, int | float) or not hasattr(then, "__iter__"):
                width = float(run.pop(0))
                found |= dict.fromkeys(range(start, int(then) + 1), width)
            else:
                found |= {start + k: float(w) for k, w in enumerate(then)}
        return found

    def read(self, data: bytes) -> tuple[str, float]:
        step = 2 if self.wide else 1
        codes = [int.from_bytes(data[k : k + step]) for k in range(0, len(data), step)]
        text = "".join(self.text.get(code, "\ufffd") for code in codes)
        return text, sum(self.widths.get(code, 0.0) for code in codes)


_HEX = re.compile(rb"<([0-9a-fA-F\s]*)>|([\[\]])")


def _to_unicode(cmap: bytes) -> dict[int, str]:
    """A ToUnicode CMap (ISO 32000-1 §9.10.3): glyph code → text."""
    found: dict[int, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        values = [m.group(1) for m in _HEX.finditer(part)]
        for code, text in zip(values[::2], values[1::2], strict=False):
            found[int(code, 16)] = _utf16(text)
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for low, high, text, many in re.findall(
            rb"<(\w+)>\s*<(\w+)>\s*(?:<([\w\s]*)>|\[([^\]]*)\])", part
        ):
            first = int(low, 16)
            if many:
                texts = [_utf16(m) for m in re.findall(rb"<([\w\s]*)>", many)]
                found |= {first + k: t for k, t in enumerate(texts)}
            else:
                base = _utf16(text)
                for code in range(first, int(high, 16) + 1):
                    found[code] = base[:-1] + chr(ord(base[-1]) + code - first)
    return found


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


class _Reader:
    """Reads one page's content stream into pieces, by marked-content id."""

    def __init__(self, number: int, fonts: dict[Any, _Font]) -> None:
        self.number, self.fonts = number, fonts
        self.pieces: dict[int, Piece] = {}
        self.marks: list[int | None] = []

    def read(self, source: Any, resources: Any) -> None:
        import pikepdf

        font, size = _Font({}), 0.0
        x = y = scale = 0.0
        for step in pikepdf.parse_content_stream(source):
            operands: Any = step.operands
            operator = str(step.operator)
            match operator:
                case "BDC" | "BMC":
                    self.marks.append(_mcid(operands, resources))
                case "EMC":
                    self.marks.pop()
                case "Tf":
                    font, size = self._font(resources.Font[operands[0]]), float(operands[1])
                case "Tm":
                    _, b, _, d, x, y = (float(v) for v in operands)
                    scale = abs(d) or abs(b)
                case "Td" | "TD":
                    x, y = x + float(operands[0]) * scale, y + float(operands[1]) * scale
                case "Tj" | "TJ":
                    shown = operands[0] if operator == "TJ" else operands
                    x = self._show(shown, font, size * scale, x, y)
                case "Do":
                    form = resources.XObject[operands[0]]
                    if str(form.get("/Subtype")) == "/Form":
                        self.read(form, form.get("/Resources", resources))
                case _:
                    pass

    def _font(self, font: Any) -> _Font:
        key = font.objgen if font.is_indirect else id(font)
        return self.fonts.setdefault(key, _Font(font))

    def _show(self, shown: Any, font: _Font, size: float, x: float, y: float) -> float:
        import pikepdf

        start, texts = x, []
        for part in shown:
            if isinstance(part, pikepdf.String):
                text, width = font.read(bytes(part))
                texts.append(text)
                x += width * size / 1000
            else:
                x -= float(part) * size / 1000
        mark = next((m for m in reversed(self.marks) if m is not None), None)
        if mark is not None and -1 not in self.marks:
            piece = self.pieces.get(mark)
            if piece is None:
                piece = self.pieces[mark] = Piece("", self.number, start, y, x, size)
            piece.text += "".join(texts)
            piece.end, piece.size = x, max(piece.size, size)
        return x


def _mcid(operands: Any, resources: Any) -> int | None:
    """The marked-content id; -1 for an artifact, None for a mark without an id."""
    if str(operands[0]) == "/Artifact":
        return -1
    if len(operands) < 2:
        return None
    properties = operands[1]
    if not hasattr(properties, "get"):
        properties = resources.Properties[properties]
    mcid = properties.get("/MCID")
    return None if mcid is None else int(mcid)


def _pieces(pdf: Any) -> dict[tuple[Any, int], Piece]:
    """Each tagged piece of text by (page object, marked-content id)."""
    fonts: dict[Any, _Font] = {}
    found: dict[tuple[Any, int], Piece] = {}
    for number, page in enumerate(pdf.pages):
        reader = _Reader(number, fonts)
        reader.read(page, page.get("/Resources", {}))
        found |= {(page.objgen, mcid): piece for mcid, piece in reader.pieces.items()}
    return found


def _tree(pdf: Any) -> Iterator[tuple[Any, int] | None]:
    """The marked-content ids in the order of the structure tree; None at a block's edge."""
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
                    yield None
                    stack.append((edge, None))
                stack.append((kids, page))


def pdf_words(data: bytes) -> Spoken:
    """The words of a tagged PDF. Raises ``ValueError`` for a file without a structure tree."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        if "/StructTreeRoot" not in pdf.Root:
            raise ValueError("the PDF has no structure tree")
        pieces = _pieces(pdf)
        order = list(_tree(pdf))
    return _join([None if key is None else pieces.get(key) for key in order])


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
        if before is not None and (fresh or not _same_line(before, piece)):
            tokens.extend(words(line))
            line = ""
            if fresh:
                starts.add(len(tokens))
            if not fresh or piece.page != before.page:
                breaks.add(len(tokens))
        line += _logical(piece.text)
        before, fresh = piece, False
    tokens.extend(words(line))
    starts.add(len(tokens))
    return Spoken(tuple(tokens), frozenset(starts), frozenset(breaks))


def _same_line(before: Piece, piece: Piece) -> bool:
    em = max(before.size, piece.size)
    return (
        before.page == piece.page
        and abs(before.y - piece.y) < 0.75 * em
        and -0.5 * em < piece.x - before.end < em
    )


def _logical(text: str) -> str:
    """Right-to-left runs, which a PDF holds as they are seen, in the order of reading."""
    return _RTL_RUN.sub(lambda run: run.group()[::-1], text)
