"""The cover, drawn from an edition: a few shapes, one for each of its parts.

A part is what stands under a heading or a side box; how many words each had at the first
publication is kept in the imprint, so that a correction leaves the cover alone. Chance is drawn
from the slug: the same edition has the same cover for ever, and no other has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from flows.channels._cover.parcels import parcels
from flows.channels._cover.threads import threads
from flows.edition import Edition
from flows.house import House
from flows.reading import parts_of
from flows.rendition import Imprint

#: Fewer shapes than this look like a flag.
_FEWEST = 5
#: No part takes less than this share of the whole: a sliver is no shape.
_SMALLEST = 0.035
_STYLES = {"parcels": parcels, "threads": threads}


def cover_svg(
    edition: Edition, imprint: Imprint, house: House, width: float, height: float
) -> Markup:
    """The cover as one ``<svg>`` of ``width`` × ``height`` units, without text, transparent
    between the shapes. It is decoration: hidden from screen readers."""
    chance = _chance(edition.slug)
    shares = _shares(parts(edition, imprint), chance)
    shapes = _STYLES[house.looks.theme](shares, chance, house.looks, (width, height))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}"'
        ' aria-hidden="true" focusable="false">{2}</svg>'
    ).format(f"{width:g}", f"{height:g}", Markup("").join(shapes))


def parts(edition: Edition, imprint: Imprint) -> tuple[int, ...]:
    """The words of each part: as at the first publication, where the imprint knows."""
    return imprint.parts or parts_of(edition)


def _chance(seed: str) -> Iterator[float]:
    """Numbers in [0, 1), the same for the same seed on every machine and version."""
    counter = 0
    while True:
        digest = hashlib.sha256(f"{seed}:{counter}".encode()).digest()
        yield int.from_bytes(digest[:4]) / 2**32
        counter += 1


def _shares(counted: Sequence[int], chance: Iterator[float]) -> list[float]:
    """The parts' shares of the words, in reading order, adding up to 1; the largest divided
    while they are too few."""
    counts = [float(words) for words in counted]
    while len(counts) < _FEWEST:
        at = max(range(len(counts)), key=lambda i: counts[i])
        part = 0.3 + 0.4 * next(chance)
        counts[at : at + 1] = [counts[at] * part, counts[at] * (1 - part)]
    total = sum(counts)
    floored = [max(count / total, _SMALLEST) for count in counts]
    return [share / sum(floored) for share in floored]
