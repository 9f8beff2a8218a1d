"""What the pages of a PDF show: each string, its letters, its place (ISO 32000-1, 9.4).

The text is read from the content streams themselves, through each font's ToUnicode map: what is
compared is what the file holds, not what a viewer makes of it. Places are in points from the lower
left corner of the page, as the transformations of the page put them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from math import hypot
from typing import Any, NamedTuple
from unicodedata import bidirectional

from flows.proof.grounds import Colour, Grounds, Shape, points_of

_Matrix = tuple[float, float, float, float, float, float]
_PLAIN: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: The marked-content id of what stands in an artifact.
ARTIFACT = -1


class Font:
    """A font's glyph codes as text and as widths (in thousandths of the type size)."""

    def __init__(self, font: Any) -> None:
        self.object = font
        #: Its name without the mark of a subset: ``Source-Serif-Bold``.
        self.name = str(font.get("/BaseFont", "")).lstrip("/").partition("+")[2]
        self.wide = str(font.get("/Subtype")) == "/Type0"

    @cached_property
    def text(self) -> dict[int, str]:
        stream = self.object.get("/ToUnicode")
        found = _to_unicode(stream.read_bytes()) if stream is not None else {}
        return {code: _as_seen(text) for code, text in found.items()}

    @cached_property
    def widths(self) -> dict[int, float]:
        if not self.wide:
            first = int(self.object.get("/FirstChar", 0))
            return {first + k: float(w) for k, w in enumerate(self.object.get("/Widths", []))}
        found: dict[int, float] = {}
        run = list(self.object.DescendantFonts[0].get("/W", []))
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

    def steps(self, shown: bytes) -> list[tuple[int, float]]:
        """Each glyph code of a TJ array, and by how much the next one is moved back."""
        step = 2 if self.wide else 1
        codes: list[int] = []
        moves: list[float] = []
        for digits, move in _PART.findall(shown):
            if move and moves:
                moves[-1] += float(move)
            data = bytes.fromhex(digits.decode("ascii"))
            for at in range(0, len(data), step):
                codes.append(int.from_bytes(data[at : at + step]))
                moves.append(0.0)
        return list(zip(codes, moves, strict=True))

    def width(self, shown: bytes) -> float:
        """The advance of a TJ array, in thousandths of the type size."""
        moves = sum(map(float, _STRING.sub(b"", shown).strip(b"[] ").replace(b"<>", b"").split()))
        return sum(self.widths.get(code, 0.0) for code in self.codes(shown)) - moves


def _as_seen(text: str) -> str:
    """The text of one glyph, of a ligature in the order in which it is seen, as the text around
    it is: in Arabic, from its end."""
    if len(text) > 1 and all(bidirectional(letter) in ("R", "AL", "NSM") for letter in text):
        return text[::-1]
    return text


_LITERAL = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STRING = re.compile(rb"<([0-9a-fA-F]*)>")
_PART = re.compile(rb"<([0-9a-fA-F]*)>|(-?[\d.]+)")


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


class Shown:
    """A string that a page shows.

    ``page`` is from 0; ``x`` and ``y`` are where it begins on its baseline, ``size`` is that of
    its type, both in points; ``mark`` is the id of the marked content that it stands in,
    :data:`ARTIFACT`, or None; ``colours`` are its own and that of its ground, at its beginning,
    its middle and its end; ``is_covered`` tells that something was painted over it.
    Letters are reckoned only when asked for.
    """

    __slots__ = (
        *("_string", "colours", "font", "is_covered", "mark", "page", "points", "scale", "size"),
        *("x", "y"),
    )

    def __init__(
        self,
        page: int,
        mark: int | None,
        font: Font,
        size: float,
        at: _Matrix,
        string: bytes,
        width: float,
        grounds: Grounds,
    ) -> None:
        self.page, self.mark, self.font = page, mark, font
        high = size * (abs(at[3]) or abs(at[1]))
        self.points = points_of(at[4], at[5], width * (at[0] or at[1]), high)
        self.colours, self.is_covered = grounds.of(self.points), False
        self.scale = abs(at[0]) or abs(at[1])
        self.size = size * (abs(at[3]) or abs(at[1]))
        self.x, self.y = at[4], at[5]
        self._string = string

    @property
    def text(self) -> str:
        return self.font.read(self._string)

    @property
    def width(self) -> float:
        return self.font.width(self._string) * self.size / 1000

    def letters(self) -> Iterator[tuple[str, float, float]]:
        """Each glyph's text, and where it begins and ends."""
        x, unit = self.x, self.size / 1000
        for code, moved in self.font.steps(self._string):
            end = x + self.font.widths.get(code, 0.0) * unit
            yield self.font.text.get(code, "\ufffd"), x, end
            x = end - moved * unit


class Placed(NamedTuple):
    """A picture on a page (from 0), its XObject and its size there, in points."""

    page: int
    picture: Any
    width: float
    height: float


class Reader:
    """Reads one page's content stream: what it shows, in the order in which it is drawn.

    ``placed`` and ``colours`` are filled on the way: the pictures, and the operators that set a
    colour, with their values.
    """

    def __init__(self, number: int, fonts: dict[Any, Font]) -> None:
        self.number, self.fonts = number, fonts
        self.placed: list[Placed] = []
        self.colours: set[tuple[str, tuple[float, ...]]] = set()
        self._marks: list[int | None] = []
        self._grounds = Grounds()
        self._shown: list[Shown] = []

    def read(self, source: Any, resources: Any, matrix: _Matrix = _PLAIN) -> Iterator[Shown]:
        import pikepdf

        stack: list[tuple[_Matrix, Colour, float]] = []
        text, grounds = _PLAIN, self._grounds
        font, size, advance = Font({}), 0.0, 0.0
        for step in pikepdf.parse_content_stream(source):
            operands: Any = step.operands
            match str(step.operator):
                case "BDC" | "BMC":
                    self._marks.append(_mcid(operands, resources))
                case "EMC":
                    self._marks.pop()
                case "q":
                    stack.append((matrix, grounds.colour, grounds.opacity))
                case "Q":
                    matrix, grounds.colour, grounds.opacity = stack.pop()
                case "gs":
                    state = resources.ExtGState[operands[0]]
                    grounds.opacity = float(state.get("/ca", grounds.opacity))
                case "cm":
                    matrix = _times(_matrix(operands), matrix)
                case "Tf":
                    font, size = self._font(resources.Font[operands[0]]), float(operands[1])
                case "BT":
                    text, advance = _PLAIN, 0.0
                case "Tm":
                    text, advance = _matrix(operands), 0.0
                case "Td" | "TD":
                    x, y = (float(value) for value in operands)
                    text, advance = _times((1, 0, 0, 1, x, y), text), 0.0
                case "Tj" | "TJ":
                    string = _hexadecimal(operands[0])
                    at = _times(_times((1, 0, 0, 1, advance, 0), text), matrix)
                    width = font.width(string) * size / 1000
                    shown = Shown(self.number, self._mark(), font, size, at, string, width, grounds)
                    self._shown.append(shown)
                    yield shown
                    advance += width
                case "Do":
                    drawn = resources.XObject[operands[0]]
                    if str(drawn.get("/Subtype")) == "/Form":
                        own = _times(_matrix(drawn.get("/Matrix", _PLAIN)), matrix)
                        with grounds.group():
                            yield from self.read(drawn, drawn.get("/Resources", resources), own)
                    else:
                        across, up = hypot(*matrix[:2]), hypot(*matrix[2:4])
                        self.placed.append(Placed(self.number, drawn, across, up))
                case "rg" | "RG" | "k" | "K" | "g" | "G" as operator:
                    self.colours.add((operator, tuple(map(float, operands))))
                    grounds.set(operator, operands)
                case operator:
                    if shape := grounds.draw(operator, operands, matrix):
                        self._cover(shape)

    def _cover(self, shape: Shape) -> None:
        """Tell the strings that lie beneath a shape that was filled after them."""
        left, bottom, right, top = shape.box
        for shown in self._shown:
            first, _, last = shown.points
            if first[0] < right and last[0] > left and bottom <= first[1] <= top:
                shown.is_covered |= any(shape.covers(*point) for point in shown.points)

    def _mark(self) -> int | None:
        if ARTIFACT in self._marks:
            return ARTIFACT
        return next((m for m in reversed(self._marks) if m is not None), None)

    def _font(self, font: Any) -> Font:
        key = font.objgen
        if key not in self.fonts:
            self.fonts[key] = Font(font)
        return self.fonts[key]


class Leaf(NamedTuple):
    """A page of an opened PDF: its object, its strings, its pictures, the colours that it sets."""

    page: Any
    shown: list[Shown]
    placed: list[Placed]
    colours: set[tuple[str, tuple[float, ...]]]


def leaves(pdf: Any) -> Iterator[Leaf]:
    """Each page of an opened PDF, and what it shows."""
    fonts: dict[Any, Font] = {}
    for number, page in enumerate(pdf.pages):
        reader = Reader(number, fonts)
        shown = list(reader.read(page, page.get("/Resources", {})))
        yield Leaf(page, shown, reader.placed, reader.colours)


def _matrix(values: Any) -> _Matrix:
    a, b, c, d, e, f = (float(value) for value in values)
    return (a, b, c, d, e, f)


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    """First ``one``, then ``other``."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s,
            e * p + f * r + t, e * q + f * s + u)  # fmt: skip


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
    """The marked-content id; ARTIFACT for an artifact, None for a mark without an id."""
    if str(operands[0]) == "/Artifact":
        return ARTIFACT
    if len(operands) < 2:
        return None
    properties = operands[1]
    if not hasattr(properties, "get"):
        properties = resources.Properties[properties]
    mcid = properties.get("/MCID")
    return None if mcid is None else int(mcid)
