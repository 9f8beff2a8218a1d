"""What an e-mail asks of HTML: styles on the elements, short lines, a cover without a picture."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import css_inline

from flows.edition import Edition, Heading, SideBox, inline_runs, inline_text
from flows.looks import Palette, mix

#: Characters to a line: at four bytes each, below the 998 octets of RFC 5322 §2.1.1.
_LINE = 240
STRIP_HEIGHT = 56
_FEWEST, _MOST = 4, 9


@dataclass(frozen=True, slots=True)
class Cell:
    """One parcel of the cover's strip; ``share`` is its width in percent."""

    share: int
    colour: str


def inlined(html: str) -> str:
    """Styles moved onto their elements; those marked ``data-css-inline="keep"`` (dark mode and
    narrow screens) stay in the head, which css-inline would drop silently otherwise."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)
    return folded(inliner.inline(html).replace(' data-css-inline="keep"', ""))


def folded(html: str) -> str:
    """Lines broken at plain spaces, where HTML does not tell a space from a line's end. A word
    longer than a line stays whole: the transfer encoding breaks it."""
    lines: list[str] = []
    for line in html.splitlines():
        if line.strip():
            lines += textwrap.wrap(
                line.strip(),
                _LINE,
                break_long_words=False,
                break_on_hyphens=False,
                expand_tabs=False,
                replace_whitespace=False,
            )
    return "\n".join(lines) + "\n"


def strip(edition: Edition, palette: Palette) -> tuple[Cell, ...]:
    """The cover as a row of parcels, one for each part of the edition, as wide as its share of
    the words: the longest in the strong colour, the next in the deep one, the others in tints.
    Table cells show where pictures are blocked."""
    counts = _parts(edition)
    order = sorted(range(len(counts)), key=lambda at: (-counts[at], at))
    paper = palette.paper
    tints = [
        mix(palette.deep, paper, 0.28),
        mix(palette.strong, paper, 0.45),
        mix(palette.deep, paper, 0.14),
        mix(palette.strong, paper, 0.22),
    ]
    colours = [palette.strong, palette.deep, *(tints[n % 4] for n in range(len(counts) - 2))]
    total = sum(counts)
    return tuple(
        Cell(max(3, round(94 * count / total)), colours[order.index(at)])
        for at, count in enumerate(counts)
    )


def _parts(edition: Edition) -> list[int]:
    counts = [1]
    for block in edition.blocks:
        if isinstance(block, Heading | SideBox):
            counts.append(1)
        counts[-1] += sum(len(inline_text(run).split()) for run in inline_runs(block))
    while len(counts) > _MOST:
        at = min(range(len(counts) - 1), key=lambda i: counts[i] + counts[i + 1])
        counts[at : at + 2] = [counts[at] + counts[at + 1]]
    while len(counts) < _FEWEST:
        at = max(range(len(counts)), key=lambda i: counts[i])
        larger = -(-counts[at] * 5 // 8)
        counts[at : at + 1] = [larger, max(1, counts[at] - larger)]
    return counts
