"""A tagged PDF as blocks of lines: each line's place, its words and the width of its spaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flows.proof.pdf import elements
from flows.proof.shown import ARTIFACT, Leaf, Shown

_SPACES = " \u00a0"
#: What parts two lines or two cells that stand on one baseline, in type sizes.
_APART = 1.2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type; places are points from the lower left corner of its page (from 0).

    ``gaps`` are the widths of the spaces between its words. ``family`` and ``size`` are those of
    most of its letters.
    """

    page: int
    left: float
    right: float
    baseline: float
    size: float
    family: str
    text: str
    gaps: tuple[float, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of what its letters may take."""
        return (
            self.left,
            self.baseline - 0.22 * self.size,
            self.right,
            self.baseline + 0.72 * self.size,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A structure element that holds lines, or a figure, which has none; ``kind`` is its type."""

    kind: str
    page: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Print:
    """A PDF as it is printed: its blocks in reading order, the lines that are no part of what is
    read, and the sizes of its pages in points."""

    blocks: tuple[Block, ...]
    furniture: tuple[Line, ...]
    sizes: tuple[tuple[float, float], ...]

    def lines(self) -> Iterator[Line]:
        for block in self.blocks:
            yield from block.lines
        yield from self.furniture


def printed(pdf: Any, pages: Sequence[Leaf]) -> Print:
    """What an opened PDF prints, whose pages were read."""
    by_mark: dict[tuple[Any, int], list[Shown]] = {}
    loose: list[Line] = []
    for page, strings, _, _ in pages:
        artifacts = [s for s in strings if s.mark in (None, ARTIFACT)]
        loose += [line for s in artifacts for line in _lines([s])]
        for shown in strings:
            if shown.mark is not None and shown.mark != ARTIFACT:
                by_mark.setdefault((page.objgen, shown.mark), []).append(shown)
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages)}
    blocks = []
    for kind, keys in elements(pdf):
        strings = [shown for key in keys for shown in by_mark.get(key, ())]
        if keys and (strings or kind == "Figure"):
            blocks.append(Block(kind, numbers[keys[0][0]], tuple(_lines(strings))))
    sizes = tuple((float(p.trimbox[2]), float(p.trimbox[3])) for p in pdf.pages)
    return Print(tuple(blocks), tuple(loose), sizes)


def _lines(strings: Sequence[Shown]) -> Iterator[Line]:
    run: list[Shown] = []
    for shown in strings:
        if run and not _goes_on(run, shown):
            yield _line(run)
            run = []
        run.append(shown)
    if run:
        yield _line(run)


def _goes_on(run: Sequence[Shown], shown: Shown) -> bool:
    before = run[-1]
    em = max(before.size, shown.size)
    return (
        before.page == shown.page
        and abs(run[0].y - shown.y) < 0.6 * em
        and -0.5 * em < shown.x - (before.x + before.width) < _APART * em
    )


def _line(run: Sequence[Shown]) -> Line:
    letters = [letter for shown in run for letter in shown.letters()]
    inked = [(start, end) for text, start, end in letters if text not in _SPACES]
    main = max(run, key=lambda shown: len(shown.text))
    return Line(
        page=run[0].page,
        left=inked[0][0] if inked else run[0].x,
        right=inked[-1][1] if inked else run[0].x,
        baseline=main.y,
        size=round(main.size, 2),
        family=main.font.name,
        text="".join(text for text, _, _ in letters),
        gaps=tuple(_gaps(letters)),
    )


def _gaps(letters: Sequence[tuple[str, float, float]]) -> Iterator[float]:
    """The distances between the words of a line."""
    end: float | None = None
    between = False
    for text, start, stop in letters:
        if text in _SPACES:
            between = True
            continue
        if between and end is not None:
            yield start - end
        end, between = stop, False
