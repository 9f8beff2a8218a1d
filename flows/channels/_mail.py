"""What an e-mail asks of HTML: styles on the elements, short lines, a cover without a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import css_inline

from flows.looks import Palette, mix

#: Characters to a line: at four bytes each, below the 998 octets of RFC 5322 §2.1.1.
_LINE = 240
#: HTML's own blanks; a no-break space is text.
_BLANKS = " \t\r\f"
STRIP_HEIGHT = 56
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of the cover's strip: its width in percent, and the number and colours of its
    tint by day and by night."""

    share: int
    tint: int
    light: str
    dark: str


def inlined(html: str) -> str:
    """Styles moved onto their elements; those marked ``data-css-inline="keep"`` (dark mode and
    narrow screens) stay in the head, which css-inline would drop silently otherwise."""
    inliner = css_inline.CSSInliner(
        keep_style_tags=False, load_remote_stylesheets=False, minify_css=True
    )
    return folded(inliner.inline(html).replace(' data-css-inline="keep"', ""))


def folded(html: str) -> str:
    """Lines broken at plain spaces, where HTML does not tell a space from a line's end. A word
    longer than a line stays whole: the transfer encoding breaks it."""
    lines: list[str] = []
    for line in html.split("\n"):
        # textwrap would drop a no-break space that stands alone.
        kept: list[str] = []
        length = 0
        for word in filter(None, line.strip(_BLANKS).split(" ")):
            if kept and length + len(word) > _LINE:
                lines.append(" ".join(kept))
                kept, length = [], 0
            kept.append(word)
            length += len(word) + 1
        if kept:
            lines.append(" ".join(kept))
    return "\n".join(lines) + "\n"


def strip(parts: Sequence[int], palette: Palette) -> tuple[Parcel, ...]:
    """The cover as a row of parcels, one for each part of an edition, as wide as its share of
    the words: the longest in the strong colour, the next in the deep one, the others in tints.
    Table cells show where pictures are blocked."""
    counts = _enough(parts)
    order = sorted(range(len(counts)), key=lambda at: (-counts[at], at))
    tints = _tints(palette)
    parcels = []
    for at, share in enumerate(_percent(counts, 100 - (len(counts) - 1))):
        rank = order.index(at)
        tint = rank if rank < 2 else 2 + (rank - 2) % (len(tints) - 2)
        parcels.append(Parcel(share, tint, *tints[tint]))
    return tuple(parcels)


def _tints(palette: Palette) -> tuple[tuple[str, str], ...]:
    """Colours by day and by night: the strong one, the deep one, then paler ones of both."""
    day, night = palette.light, palette.dark
    strong, deep = (palette.strong, night.link), (palette.deep, night.soft)
    hues = (
        (strong, 1.0, 0.72),
        (deep, 1.0, 0.5),
        (deep, 0.28, 0.3),
        (strong, 0.45, 0.42),
        (deep, 0.14, 0.18),
        (strong, 0.22, 0.24),
    )
    return tuple(
        (mix(hue[0], day.paper, by_day), mix(hue[1], night.paper, by_night))
        for hue, by_day, by_night in hues
    )


def _percent(counts: list[int], whole: int) -> list[int]:
    """``counts`` as shares of ``whole``, at least 3, adding up to it (largest remainder)."""
    free = whole - 3 * len(counts)
    exact = [free * count / sum(counts) for count in counts]
    shares = [int(part) for part in exact]
    rest = sorted(range(len(counts)), key=lambda at: (shares[at] - exact[at], at))
    for at in rest[: free - sum(shares)]:
        shares[at] += 1
    return [share + 3 for share in shares]


def _enough(parts: Sequence[int]) -> list[int]:
    """The parts, the largest divided while they are too few for a row."""
    counts = list(parts)
    while len(counts) < _FEWEST:
        at = max(range(len(counts)), key=lambda i: counts[i])
        larger = -(-counts[at] * 5 // 8)
        counts[at : at + 1] = [larger, max(1, counts[at] - larger)]
    return counts
