"""The setting of a text, measured in the PDF itself: grid, spaces, and how paragraphs break."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from flows.proof.check import Mark
from flows.proof.preflight.lines import Line, Print

#: Points by which a line may miss the grid, or the edge of its column.
_NEAR = 0.35
#: Points beyond which a space is a hole.
HOLE = 6.0
#: Points by which a line may end after the others of its column: punctuation, rounding.
_BEYOND = 3.0
#: Gaps at least so wide, in type sizes, part two columns.
_GUTTER = 1.0
_HYPHENS = ("\u2010", "-")
_HEADINGS = ("H1", "H2", "H3", "H4", "H5", "H6")
_TEXT = ("P", "LBody", "Note")
#: What must stand on one line, told by how the line before ends and the next begins.
_TOGETHER = (
    (re.compile(r"\d$"), re.compile(r"(%|‰|€|°C?|k?m\b|km/h|kg\b|ha\b|h\b|m[²³])")),
    (re.compile(r"(^|[\s(«])[A-ZÀ-Þ]\.$"), re.compile(r"[A-ZÀ-Þ]")),
    (re.compile(r""), re.compile(r"[?!;:»%]")),
    (re.compile(r"«$"), re.compile(r"")),
)


@dataclass(frozen=True)
class Setting:
    """The measures of one PDF."""

    printed: Print

    @cached_property
    def _text_type(self) -> tuple[str, float]:
        """The family and the size that most letters have."""
        letters: Counter[tuple[str, float]] = Counter()
        for block in self.printed.blocks:
            for line in block.lines:
                letters[_family(line), line.size] += len(line.text)
        return max(letters, key=lambda kind: (letters[kind], kind), default=("", 0.0))

    @property
    def body_size(self) -> float:
        """The size of the running text's type, in points."""
        return self._text_type[1]

    @property
    def _last(self) -> int:
        """The number of the last page."""
        return len(self.printed.sizes) - 1

    def _is_text(self, line: Line) -> bool:
        """Covers apart, whose few lines are set by hand."""
        if self._last > 1 and line.page in (0, self._last):
            return False
        return (_family(line), line.size) == self._text_type

    @cached_property
    def body(self) -> tuple[Line, ...]:
        """The lines of the running text."""
        return tuple(
            line
            for block in self.printed.blocks
            if block.kind in _TEXT
            for line in block.lines
            if self._is_text(line)
        )

    @cached_property
    def pitch(self) -> float:
        """From one baseline to the next."""
        steps = Counter(
            round(one.baseline - other.baseline, 1)
            for one, other in pairwise(self.body)
            if one.page == other.page and 0 < one.baseline - other.baseline < 3 * self.body_size
        )
        return max(steps, key=lambda step: steps[step], default=0.0)

    @cached_property
    def _columns(self) -> dict[int, list[tuple[float, float]]]:
        """Each page's columns, from left to right: where they begin and end."""
        found: dict[int, list[tuple[float, float]]] = {}
        for page in {line.page for line in self.body}:
            lines = sorted((ln for ln in self.body if ln.page == page), key=lambda ln: ln.left)
            columns: list[tuple[float, float]] = []
            for line in lines:
                if columns and line.left < columns[-1][1] - _GUTTER * self.body_size:
                    columns[-1] = (columns[-1][0], max(columns[-1][1], line.right))
                else:
                    columns.append((line.left, line.right))
            found[page] = columns
        return found

    def column(self, line: Line) -> tuple[int, int]:
        """The page of a line and which of its columns it stands in."""
        columns = self._columns.get(line.page, [])
        at = [k for k, (start, _) in enumerate(columns) if line.left >= start - self.body_size]
        return line.page, (at[-1] if at else 0)

    def on_grid(self) -> tuple[int, list[Mark]]:
        """How many lines of the text stand on the grid, and those that do not."""
        if not self.pitch:
            return 0, []
        phases = Counter(round(line.baseline % self.pitch, 1) for line in self.body)
        phase = phases.most_common(1)[0][0]
        off = [ln for ln in self.body if self._from_grid(ln, phase) > _NEAR]
        return len(self.body) - len(off), [_mark("off-grid", line) for line in off]

    def _from_grid(self, line: Line, phase: float) -> float:
        away = (line.baseline - phase) % self.pitch
        return min(away, self.pitch - away)

    def holes(self) -> list[Mark]:
        """Lines of the text with a space wider than :data:`HOLE`."""
        return [_mark("hole", line) for line in self.body if max(line.gaps, default=0) > HOLE]

    @cached_property
    def _full(self) -> list[Line]:
        """Lines of paragraphs that others follow."""
        return [
            line
            for block in self.printed.blocks
            if block.kind == "P"
            for line in block.lines[:-1]
            if self._is_text(line) and len(block.lines) > 2
        ]

    def justified(self) -> tuple[int, int]:
        """How many lines end at the edge of their column, of those that others follow."""
        full = self._full
        ends: dict[tuple[int, int], Counter[int]] = {}
        for line in full:
            ends.setdefault(self.column(line), Counter())[round(line.right)] += 1
        return sum(map(_at_the_edge, ends.values())), len(full)

    def beyond(self) -> Iterator[Mark]:
        """Lines of a justified text that go on after the edge of their column."""
        for block in self.printed.blocks:
            for line in block.lines:
                edge = self._edges.get(self.column(line))
                if self._is_text(line) and edge and line.right > edge + _BEYOND:
                    yield _mark("outside-column", line)

    @cached_property
    def _edges(self) -> dict[tuple[int, int], int]:
        """Where most of a column's full lines end, for columns that have some."""
        ends: dict[tuple[int, int], Counter[int]] = {}
        for line in self._full:
            ends.setdefault(self.column(line), Counter())[round(line.right)] += 1
        found = {key: max(c, key=lambda right: (c[right], right)) for key, c in ends.items()}
        return {key: edge for key, edge in found.items() if ends[key][edge] > 2}

    def torn(self) -> Iterator[Mark]:
        """What may never be: a heading or a caption left alone, words that were to stay together
        on two lines."""
        for block, after in pairwise(self.printed.blocks):
            if block.kind in _HEADINGS and block.lines and after.lines:
                last, first = block.lines[-1], after.lines[0]
                if self.column(last) != self.column(first) and last.page < self._last:
                    yield _mark("stranded-heading", last)
            if block.kind == "Figure" and after.kind == "Caption" and after.page != block.page:
                yield _mark("stranded-caption", after.lines[0])
        for block in self.printed.blocks:
            for line, after_line in pairwise(block.lines):
                if block.kind in _TEXT and _is_torn(line.text, after_line.text):
                    yield _mark("torn-apart", line)

    def loose_ends(self) -> Iterator[Mark]:
        """What should be as rare as can be: widows, orphans, one word on a last line, a hyphen at
        the end of a page, three hyphens in a row."""
        for block in self.printed.blocks:
            lines = [line for line in block.lines if self._is_text(line)]
            if block.kind not in _TEXT or len(lines) < 2:
                continue
            columns = [self.column(line) for line in lines]
            if columns[-1] != columns[-2]:
                yield _mark("widow", lines[-1])
            if columns[0] != columns[1]:
                yield _mark("orphan", lines[0])
            if not lines[-1].gaps and len(lines[-1].text) < 12:
                yield _mark("one-word-line", lines[-1])
            yield from self._hyphens(lines)

    @staticmethod
    def _hyphens(lines: Sequence[Line]) -> Iterator[Mark]:
        divided = [line.text.rstrip().endswith(_HYPHENS) for line in lines]
        for k, (line, after) in enumerate(pairwise(lines)):
            if divided[k] and line.page != after.page:
                yield _mark("hyphen-at-page-end", line)
            if k > 1 and all(divided[k - 2 : k + 1]):
                yield _mark("three-hyphens", line)

    def misplaced(self, margin: float) -> Iterator[Mark]:
        """Text beyond the paper's margin, and text upon text."""
        by_page: dict[int, list[Line]] = {}
        for line in self.printed.lines():
            if not line.text.strip():
                continue
            by_page.setdefault(line.page, []).append(line)
            width, height = self.printed.sizes[line.page]
            left, bottom, right, top = line.box
            inside = left >= margin and right <= width - margin
            if not (inside and bottom >= margin and top <= height - margin / 2):
                yield _mark("off-paper", line)
        for lines in by_page.values():
            yield from _overlaps(sorted(lines, key=lambda ln: -ln.baseline))


def _at_the_edge(ends: Counter[int]) -> int:
    """How many lines of a column end where most do."""
    edge = max(ends, key=lambda right: (ends[right], right))
    return sum(count for right, count in ends.items() if abs(right - edge) <= 1)


def _overlaps(lines: Sequence[Line]) -> Iterator[Mark]:
    """Lines that lie upon others; ``lines`` are from the top of a page down."""
    for k, line in enumerate(lines):
        for other in lines[k + 1 :]:
            if line.baseline - other.baseline > line.size:
                break
            across = min(line.right, other.right) - max(line.left, other.left)
            down = min(line.box[3], other.box[3]) - max(line.box[1], other.box[1])
            if across > 1 and down > 0.45 * min(line.size, other.size):
                yield _mark("overlap", other)


def _is_torn(line: str, after: str) -> bool:
    line, after = line.rstrip(" "), after.lstrip(" ")
    return any(
        before.search(line) and then.match(after) and (before.pattern or then.pattern)
        for before, then in _TOGETHER
    )


def _family(line: Line) -> str:
    """``Parution-Serif``: the family without weight and slant."""
    return "-".join(line.family.split("-")[:2])


def _mark(rule: str, line: Line) -> Mark:
    words = line.text.strip()
    return Mark(rule, line.page, line.box, words if len(words) <= 60 else f"{words[:59]}…")
