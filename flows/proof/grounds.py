"""What lies beneath a text: the shapes that a page has filled so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, pairwise
from typing import Any, NamedTuple

Point = tuple[float, float]
Colour = tuple[float, float, float]
_Matrix = tuple[float, float, float, float, float, float]
_BLACK, _WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
_FILLS = frozenset(("f", "F", "f*", "B", "B*", "b", "b*"))
_ENDS = frozenset(("n", "S", "s", "sh"))


class Shape(NamedTuple):
    """A filled path: its box (left, bottom, right, top), its subpaths, the rule by which it is
    filled, its colour."""

    box: tuple[float, float, float, float]
    subpaths: list[list[Point]]
    even_odd: bool
    colour: Colour

    def covers(self, x: float, y: float) -> bool:
        """Whether a point is within (ISO 32000-1, 8.5.3.3)."""
        left, bottom, right, top = self.box
        if not (left <= x <= right and bottom <= y <= top):
            return False
        winding = crossings = 0
        for corners in self.subpaths:
            for (ax, ay), (bx, by) in pairwise((*corners, corners[0])):
                if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                    crossings += 1
                    winding += 1 if by > ay else -1
        return bool(crossings % 2 if self.even_odd else winding)


class Grounds:
    """Follows a page's drawing (ISO 32000-1, 8.5): the colour that fills at the moment, and what
    was filled with which. A curve counts as straight between its points. Colours are red, green
    and blue from 0 to 1; inks count as black."""

    def __init__(self) -> None:
        self.colour: Colour = _BLACK
        self.opacity = 1.0
        self._group = 1.0
        self._path: list[list[Point]] = []
        self._filled: list[Shape] = []

    @contextmanager
    def group(self) -> Iterator[None]:
        """While a form is drawn, which is as opaque as a whole as things are now."""
        before, opacity = self._group, self.opacity
        self._group, self.opacity = before * opacity, 1.0
        try:
            yield
        finally:
            self._group, self.opacity = before, opacity

    def set(self, operator: str, values: Sequence[Any]) -> None:
        """A colour operator; those that stroke are passed over."""
        if operator == "rg":
            red, green, blue = map(float, values)
            self.colour = (red, green, blue)
        elif operator == "g":
            grey = float(values[0])
            self.colour = (grey, grey, grey)
        elif operator == "k":
            self.colour = _BLACK

    def draw(self, operator: str, values: Sequence[Any], matrix: _Matrix) -> Shape | None:
        """A path operator, in the coordinates of ``matrix``; any other is passed over. The shape
        that it fills, if it does."""
        if operator in ("m", "l", "c", "v", "y"):
            if operator == "m" or not self._path:
                self._path.append([])
            self._path[-1] += _points(list(map(float, values)), matrix)
        elif operator == "re":
            x, y, width, height = map(float, values)
            corners = [x, y, x + width, y, x + width, y + height, x, y + height]
            self._path.append(_points(corners, matrix))
        elif operator in _FILLS:
            return self._fill(even_odd=operator.endswith("*"))
        elif operator in _ENDS:
            self._path = []
        return None

    def _fill(self, *, even_odd: bool) -> Shape | None:
        path, self._path = self._path, []
        if not path or not self.opacity:
            return None
        xs, ys = zip(*chain(*path), strict=True)
        box = (min(xs), min(ys), max(xs), max(ys))
        self._filled.append(Shape(box, path, even_odd, self.colour))
        return self._filled[-1]

    def of(self, points: Sequence[Point]) -> tuple[tuple[Colour, Colour], ...]:
        """At each point, the colour of what is drawn there now and that of its ground."""
        return tuple((self._seen(ground), ground) for ground in map(self._beneath, points))

    def _beneath(self, point: Point) -> Colour:
        return next((s.colour for s in reversed(self._filled) if s.covers(*point)), _WHITE)

    def _seen(self, ground: Colour) -> Colour:
        """The colour with what shows through it."""
        (r, g, b), (x, y, z), a = self.colour, ground, self.opacity * self._group
        return (r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a))


def points_of(x: float, y: float, width: float, size: float) -> tuple[Point, Point, Point]:
    """Where a text is looked at: at its first letter, its middle and its last, low in the letters.
    It begins at ``x`` on the baseline ``y``; all in points."""
    inset, up = min(0.1 * size, width / 4), y + 0.25 * size
    return (x + inset, up), (x + width / 2, up), (x + width - inset, up)


def _points(values: list[float], matrix: _Matrix) -> list[Point]:
    a, b, c, d, e, f = matrix
    pairs = zip(values[::2], values[1::2], strict=True)
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in pairs]
