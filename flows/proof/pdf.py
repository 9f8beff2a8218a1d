"""The words of a tagged PDF, in the order of its structure tree (ISO 32000-1 §14.7–14.8).

The text is read from the content streams themselves, through each font's ToUnicode map: what is
compared is what the file holds, not what a viewer makes of glyph positions. Positions serve for
one question only, whether two pieces of text stand on one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from typing import Any, cast

from flows.proof.align import Spoken
from flows.proof.words import words

#: Structure types (ISO 32000-1 §14.8.4) that do not part the text around them.
_INLINE = frozenset(["/Span", "/Link", "/NonStruct", "/Quote", "/Reference", "/Code", "/Annot"])
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_RUN = re.compile(f"[{_RTL}](?:[{_RTL}\\s\\d.,;:!?'’-]*[{_RTL}])?")


class Piece:
    """The text of one marked-content sequence, and where it stands; ``page`` is from 0.

    Where it ends is reckoned only when asked for: few pieces share a line with the one before.
    """

    def __init__(self, page: int, x: float, y: float) -> None:
        self.page, self.x, self.y = page, x, y
        self.size = 0.0
        self._runs: list[tuple[_Font, float, float | None, bytes]] = []

    def show(self, font: _Font, size: float, x: float | None, shown: bytes) -> None:
        """A TJ array as written in hexadecimal; ``x`` is None where it goes on from the last."""
        self._runs.append((font, size, x, shown))
        self.size = max(self.size, size)

    @property
    def text(self) -> str:
        return "".join(font.read(shown) for font, _, _, shown in self._runs)

    @property
    def end(self) -> float:
        end = self.x
        for font, size, x, shown in self._runs:
            end = (end if x is None else x) + font.width(shown) * size / 1000
        return end


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
            if not hasattr(then, "append"):
                width = float(run.pop(0))
                found |= dict.fromkeys(range(start, int(then) + 1), width)
            else:
                found |= {start + k: float(w) for k, w in enumerate(then)}
        return found

    def codes(self, shown: bytes) -> list[int]:
        data = bytes.fromhex(b"".join(_STRING.findall(shown)).decode("ascii"))
        step = 2 if self.wide else 1
        return [int.from_bytes(data[k : k + step]) for k in range(0, len(data), step)]

    def read(self, shown: bytes) -> str:
        text = self.text
        return "".join([text.get(code, "\ufffd") for code in self.codes(shown)])

    def width(self, shown: bytes) -> float:
        """The advance of a TJ array, in thousandths of the type size."""
        moves = sum(map(float, _STRING.sub(b"", shown).strip(b"[] ").replace(b"<>", b"").split()))
        return sum(self.widths.get(code, 0.0) for code in self.codes(shown)) - moves


_LITERAL = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STRING = re.compile(rb"<([0-9a-fA-F]*)>")


def _to_unicode(cmap: bytes) -> dict[int, str]:
    """A ToUnicode CMap (ISO 32000-1 §9.10.3): glyph code → text."""
    found: dict[int, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        values = _STRING.findall(part)
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
        x: float | None = 0.0
        y = scale = 0.0
        for step in pikepdf.parse_content_stream(source):
            operands: Any = step.operands
            match str(step.operator):
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
                    x, y = (x or 0) + float(operands[0]) * scale, y + float(operands[1]) * scale
                case "Tj" | "TJ":
                    self._show(_hexadecimal(operands[0]), font, size * scale, x, y)
                    x = None
                case "Do":
                    form = resources.XObject[operands[0]]
                    if str(form.get("/Subtype")) == "/Form":
                        self.read(form, form.get("/Resources", resources))
                case _:
                    pass

    def _font(self, font: Any) -> _Font:
        key = font.objgen
        if key not in self.fonts:
            self.fonts[key] = _Font(font)
        return self.fonts[key]

    def _show(self, shown: bytes, font: _Font, size: float, x: float | None, y: float) -> None:
        mark = next((m for m in reversed(self.marks) if m is not None), None)
        if mark is None or -1 in self.marks:
            return
        if mark not in self.pieces:
            self.pieces[mark] = Piece(self.number, x or 0.0, y)
        self.pieces[mark].show(font, size, x, shown)


class _Everything(_Reader):
    """Reads what a page shows, tagged or not."""

    def __init__(self, number: int, fonts: dict[Any, _Font]) -> None:
        super().__init__(number, fonts)
        self.shown: list[str] = []

    def _show(self, shown: bytes, font: _Font, size: float, x: float | None, y: float) -> None:  # noqa: ARG002
        self.shown.append(font.read(shown))


def shown_text(data: bytes) -> Counter[str]:
    """Each string that the pages of a PDF show, and how often, in whatever order."""
    import pikepdf

    found: Counter[str] = Counter()
    with pikepdf.open(BytesIO(data)) as pdf:
        fonts: dict[Any, _Font] = {}
        for number, page in enumerate(pdf.pages):
            reader = _Everything(number, fonts)
            reader.read(page, page.get("/Resources", {}))
            found.update(reader.shown)
    return found


def _hexadecimal(operand: Any) -> bytes:
    """What Tj or TJ shows, its strings in hexadecimal (ISO 32000-1 §7.3.4)."""
    written = bytes(operand.unparse())
    return _LITERAL.sub(_literal, written) if b"(" in written else written


def _literal(found: re.Match[bytes]) -> bytes:
    inside = _ESCAPE.sub(_escape, found.group()[1:-1])
    return b"<%s>" % inside.hex().encode()


def _escape(found: re.Match[bytes]) -> bytes:
    code = found.group(1)
    return bytes([int(code, 8) & 0xFF]) if code.isdigit() else _ESCAPED.get(code, code)


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
        return _join([None if key is None else pieces.get(key) for key in _tree(pdf)])


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
        before.page == piece.page
        and abs(before.y - piece.y) < 0.75 * em
        and -0.5 * em < piece.x - before.end < em
    )


def _logical(text: str) -> str:
    """Right-to-left runs, which a PDF holds as they are seen, in the order of reading."""
    return _RTL_RUN.sub(_reversed, text)


def _reversed(run: re.Match[str]) -> str:
    """Letters turned round; the digits of a number always run from left to right."""
    return re.sub(r"\d+", lambda number: number.group()[::-1], run.group()[::-1])
