"""The composer: where the lines of a paragraph end, all of them weighed together.

Knuth and Plass, *Breaking Paragraphs into Lines* (1981): of all ways to cut a paragraph, the one
whose lines add up to the least demerits. A line is filled by its spaces, and where these would
become too wide or too narrow by the letters too, within ± 2 % of the type size. As in TeX, words
are divided only where the paragraph cannot be set well without.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple

#: What is as wide as a line needs (CSS Text 3, 7.1): narrow spaces (U+202F) are not.
SPACES = " \u00a0"
#: Added to each letter of a line at most, as a share of the type size.
LETTERS = 0.02
#: The narrowest space, as a share of the natural one; and those between which letters are left
#: alone.
NARROWEST, NARROW, WIDE = 0.8, 0.88, 1.75
#: Points beyond which a space is a hole.
HOLE = 6.0
#: The last line of a paragraph is no shorter than this, in type sizes.
_SHORTEST = 2.5

_LOOSE, _TIGHT = 100.0, 400.0
_LETTERSPACED, _DIVIDED, _AT_A_MARK = 25.0, 60.0, 15.0
_TWO_DIVIDED, _THREE_DIVIDED = 250.0, 20_000.0
_HOLE, _LONELY, _REST = 4_000.0, 6_000.0, 3_000.0


class At(IntEnum):
    """Where a line may end: at a space, which goes; after a mark, as in ``peut-être``; within a
    word, with a hyphen."""

    SPACE = 0
    MARK = 1
    DIVISION = 2
    END = 3


class Break(NamedTuple):
    """A place where a line may end: before the character ``offset``."""

    offset: int
    at: At


@dataclass(frozen=True, slots=True)
class Measured:
    """A paragraph with the advance of each character, and of a hyphen, in points."""

    text: str
    advances: Sequence[float]
    hyphen: float
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """The characters ``start`` to ``end``, a ``hyphen`` after them, and the points by which each
    space and each letter is wider than usual. The last line of a paragraph is left as it is."""

    start: int
    end: int
    hyphen: bool
    space: float
    letter: float


class _Node(NamedTuple):
    """The best way to a place: its demerits, the node before, and the line that leads here."""

    demerits: float
    before: tuple[int, int] | None
    line: Line | None


def compose(
    measured: Measured, breaks: Sequence[Break], width: float, first: float
) -> tuple[Line, ...] | None:
    """The lines of a paragraph; None where even a word on its own is wider than a line.

    ``breaks`` are in the order of the text; ``first`` is the width of the first line.
    """
    whole = [b for b in breaks if b.at is not At.DIVISION]
    for places, tolerance, enough in (
        (whole, HOLE, 0.45 * HOLE),
        (breaks, HOLE, HOLE),
        (breaks, float("inf"), float("inf")),
    ):
        lines = _Composer(measured, places, width, first, tolerance).lines()
        if lines and all(line.space + _natural(measured) <= enough for line in lines[:-1]):
            return lines
    return None


def _natural(measured: Measured) -> float:
    """The width of the paragraph's space."""
    at = measured.text.find(" ")
    return measured.advances[at] if at >= 0 else measured.size / 4


class _Composer:
    def __init__(
        self,
        measured: Measured,
        breaks: Sequence[Break],
        width: float,
        first: float,
        tolerance: float,
    ) -> None:
        self._measured, self._width, self._first = measured, width, first
        self._tolerance, self._space = tolerance, _natural(measured)
        self._places = [Break(0, At.MARK), *breaks, Break(len(measured.text), At.END)]
        reach = [0.0, *accumulate(measured.advances)]
        spaces = [0, *accumulate(c in SPACES for c in measured.text)]
        self._starts = [p.offset + (p.at is At.SPACE) for p in self._places]
        self._from = [reach[min(i, len(reach) - 1)] for i in self._starts]
        self._to = [
            reach[p.offset] + (measured.hyphen if p.at is At.DIVISION else 0) for p in self._places
        ]
        self._gaps_from = [spaces[min(i, len(spaces) - 1)] for i in self._starts]
        self._gaps_to = [spaces[p.offset] for p in self._places]

    def lines(self) -> tuple[Line, ...] | None:
        """The best lines that no space is wider in than was tolerated; None if there are none."""
        nodes: list[dict[int, _Node]] = [{} for _ in self._places]
        nodes[0][0] = _Node(0.0, None, None)
        for i, ways in enumerate(nodes):
            if ways:
                self._extend(i, ways, nodes)
        if not nodes[-1]:
            return None
        found: list[Line] = []
        at: tuple[int, int] | None = (len(nodes) - 1, min(nodes[-1], key=lambda k: nodes[-1][k]))
        while at:
            node = nodes[at[0]][at[1]]
            if node.line:
                found.append(node.line)
            at = node.before
        return tuple(reversed(found))

    def _extend(self, i: int, ways: dict[int, _Node], nodes: list[dict[int, _Node]]) -> None:
        """Try each line that may start at the place ``i``."""
        available = self._first if i == 0 else self._width
        last = len(self._places) - 1
        farthest = min(bisect_right(self._to, self._from[i] + available * 1.12), last + 1)
        for j in range(farthest - 1, i, -1):
            fitted = self._fitted(i, j, available)
            if fitted is None:
                if self._to[j] - self._from[i] < available and j != last:
                    break
                continue
            line, demerits = fitted
            divided = self._places[j].at is At.DIVISION
            for run, node in ways.items():
                total = node.demerits + demerits
                if divided and run:
                    total += _TWO_DIVIDED if run == 1 else _THREE_DIVIDED
                if j == last and run:
                    total += _REST
                key = min(run + 1, 2) if divided else 0
                if key not in nodes[j] or total < nodes[j][key].demerits:
                    nodes[j][key] = _Node(total, (i, run), line)

    def _fitted(self, i: int, j: int, available: float) -> tuple[Line, float] | None:
        """The line between two places, filled, and its demerits; None where it cannot be."""
        start, (end, at) = self._starts[i], self._places[j]
        if end <= start:
            return None
        natural = self._to[j] - self._from[i]
        gaps = self._gaps_to[j] - self._gaps_from[i]
        letters = end - start + (at is At.DIVISION)
        missing = available - natural
        if at is At.END and missing >= 0:
            return self._last(i, start, end, natural, gaps)
        most = LETTERS * self._measured.size
        letter = self._letter(missing, gaps, letters, most)
        left = missing - letter * letters
        if not gaps:  # what is left stays at the line's end: a hole as wide as it is
            space, ratio, hole = 0.0, left / self._space, left > 0.02 * available
            if left < -0.01:
                return None
        else:
            space = left / gaps
            if space < (NARROWEST - 1) * self._space - 1e-6:
                return None
            ratio, hole = space / self._space, space + self._space > HOLE
        if hole and self._tolerance <= HOLE:
            return None
        demerits = _LOOSE * ratio**2.5 if ratio > 0 else _TIGHT * ratio**2
        demerits += _LETTERSPACED * abs(letter) / most + _HOLE * hole * (1 + max(ratio, 0))
        demerits += {At.DIVISION: _DIVIDED, At.MARK: _AT_A_MARK}.get(at, 0.0)
        return Line(start, end, at is At.DIVISION, space, letter), demerits

    def _letter(self, missing: float, gaps: int, letters: int, most: float) -> float:
        """What each letter gives or takes, once the spaces have done what they do well."""
        wide, narrow = (WIDE - 1) * self._space * gaps, (NARROW - 1) * self._space * gaps
        over = missing - wide if missing > wide else missing - narrow if missing < narrow else 0.0
        return max(-most, min(most, over / letters))

    def _last(self, i: int, start: int, end: int, natural: float, gaps: int) -> tuple[Line, float]:
        is_lonely = i > 0 and (gaps == 0 or natural < _SHORTEST * self._measured.size)
        return Line(start, end, False, 0.0, 0.0), _LONELY * is_lonely
