"""What lies beneath a text: the shapes that a page has filled so far."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

Point = tuple[float, float]
Colour = tuple[float, float, float]
_Matrix = tuple[float, float, float, float, float, float]
_BLACK, _WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
_FILLS = frozenset(("f", "F", "f*", "B", "B*", "b", "b*"))
_ENDS = frozenset(("n", "S", "s", "sh"))


class _Shape(NamedTuple):
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
        self._path: list[list[Point]] = []
        self._filled: list[_Shape] = []

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

    def draw(self, operator: str, values: Sequence[Any], matrix: _Matrix) -> None:
        """A path operator, in the coordinates of ``matrix``; any other is passed over."""
        if operator in ("m", "l", "c", "v", "y"):
            if operator == "m" or not self._path:
                self._path.append([])
            self._path[-1] += _points(list(map(float, values)), matrix)
        elif operator == "re":
            x, y, width, height = map(float, values)
            corners = [x, y, x + width, y, x + width, y + height, x, y + height]
            self._path.append(_points(corners, matrix))
        elif operator in _FILLS:
            self._fill(even_odd=operator.endswith("*"))
        elif operator in _ENDS:
            self._path = []

    def _fill(self, *, even_odd: bool) -> None:
        if self._path:
            xs, ys = zip(*chain(*self._path), strict=True)
            box = (min(xs), min(ys), max(xs), max(ys))
            self._filled.append(_Shape(box, self._path, even_odd, self.colour))
        self._path = []

    def beneath(self, x: float, y: float, size: float) -> Colour:
        """The ground of a text of ``size`` points that begins at ``x`` on the baseline ``y``."""
        x, y = x + 0.1 * size, y + 0.3 * size
        return next((s.colour for s in reversed(self._filled) if s.covers(x, y)), _WHITE)


def _points(values: list[float], matrix: _Matrix) -> list[Point]:
    a, b, c, d, e, f = matrix
    pairs = zip(values[::2], values[1::2], strict=True)
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in pairs]
