"""The cover: a territory seen from above, one parcel for each part of the edition.

A part is what stands under a heading (or a side box); its parcel's area is its share of the words,
in reading order from the top. The longest part is in the house's strong colour, the next in its
deep one; the others are fields ploughed one way and the other, so that it reads in black alone.
Chance is drawn from the edition's slug: the same edition has the same cover for ever.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from markupsafe import Markup

from flows.edition import Edition, Heading, SideBox
from flows.house import House
from flows.reading import inline_runs, inline_text

Point = tuple[float, float]
Polygon = tuple[Point, ...]

#: Fewer parcels than this look like a flag, more like a quilt.
_FEWEST, _MOST = 5, 9
#: No parcel smaller than this share of the whole: a sliver is not a field.
_SMALLEST = 0.035


def cover_svg(edition: Edition, house: House, width: float, height: float) -> Markup:
    """The cover as one ``<svg>`` of ``width`` × ``height`` units, without text, transparent
    between the parcels. It is decoration: hidden from screen readers."""
    chance = _chance(edition.slug)
    field = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    shares = _shares(edition, chance)
    unit = math.sqrt(width * height)
    parcels = [_inset(p, unit * 0.007) for p in _cut(field, shares, chance)]
    by_size = sorted(range(len(parcels)), key=lambda i: (-shares[i], i))
    fills = [
        _filled(parcel, index, by_size.index(index), unit, house, next(chance))
        for index, parcel in enumerate(parcels)
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}"'
        ' aria-hidden="true" focusable="false">{2}</svg>'
    ).format(f"{width:g}", f"{height:g}", Markup("").join(fills))


def _chance(seed: str) -> Iterator[float]:
    """Numbers in [0, 1), the same for the same seed on every machine and version."""
    counter = 0
    while True:
        digest = hashlib.sha256(f"{seed}:{counter}".encode()).digest()
        yield int.from_bytes(digest[:4]) / 2**32
        counter += 1


def _shares(edition: Edition, chance: Iterator[float]) -> list[float]:
    """The parts' shares of the words, in reading order, adding up to 1."""
    counts = [1.0]
    for block in edition.blocks:
        if isinstance(block, Heading | SideBox):
            counts.append(0.0)
        counts[-1] += sum(len(inline_text(run).split()) for run in inline_runs(block))
    while len(counts) > _MOST:  # the smallest neighbours share a field
        at = min(range(len(counts) - 1), key=lambda i: counts[i] + counts[i + 1])
        counts[at : at + 2] = [counts[at] + counts[at + 1]]
    while len(counts) < _FEWEST:  # the largest field is divided
        at = max(range(len(counts)), key=lambda i: counts[i])
        part = 0.3 + 0.4 * next(chance)
        counts[at : at + 1] = [counts[at] * part, counts[at] * (1 - part)]
    total = sum(counts)
    floored = [max(count / total, _SMALLEST) for count in counts]
    return [share / sum(floored) for share in floored]


def _cut(field: Polygon, shares: Sequence[float], chance: Iterator[float]) -> Iterator[Polygon]:
    """Divide ``field`` into convex parcels whose areas are in proportion to ``shares``."""
    if len(shares) == 1:
        yield field
        return
    sums = list(accumulate(shares))
    split = min(range(1, len(shares)), key=lambda i: abs(sums[i - 1] - sums[-1] / 2))
    xs, ys = zip(*field, strict=True)
    across = 0.0 if max(xs) - min(xs) > max(ys) - min(ys) else math.pi / 2
    angle = across + (next(chance) - 0.5) * 0.5
    normal = (math.cos(angle), math.sin(angle))
    wanted = _area(field) * sums[split - 1] / sums[-1]
    reach = [_dot(p, normal) for p in field]
    low, high = min(reach), max(reach)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _area(_clip(field, normal, middle)) < wanted else (low, middle)
        )
    yield from _cut(_clip(field, normal, low), shares[:split], chance)
    away = (-normal[0], -normal[1])
    yield from _cut(_clip(field, away, -low), shares[split:], chance)


def _filled(
    parcel: Polygon, index: int, rank: int, unit: float, house: House, chance: float
) -> Markup:
    looks = house.looks
    if rank < 2:
        colour = looks.strong if rank == 0 else looks.deep
        return Markup('<path d="{}" fill="{}"/>').format(_outline(parcel), colour)
    colour = looks.strong if rank % 3 == 0 else looks.deep
    pace = unit * (0.014, 0.02, 0.028)[int(chance * 3)]
    furrows = "".join(f"M{_at(a)}L{_at(b)}" for a, b in _furrows(parcel, pace, index % 2))
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
        furrows, colour, f"{unit * 0.0036:.3f}"
    )


def _furrows(parcel: Polygon, pace: float, across: int) -> Iterator[tuple[Point, Point]]:
    """Parallel lines ``pace`` apart, along a convex parcel's longest side, or the next to it."""
    sides = list(_sides(parcel))
    longest = max(range(len(sides)), key=lambda i: math.dist(*sides[i]))
    (ax, ay), (bx, by) = sides[(longest + across) % len(sides)]
    length = math.dist((ax, ay), (bx, by)) or 1.0
    normal = (-(by - ay) / length, (bx - ax) / length)
    reach = [_dot(p, normal) for p in parcel]
    count = max(int((max(reach) - min(reach)) / pace), 1)
    for step in range(count + 1):
        level = min(reach) + (max(reach) - min(reach)) * (step + 0.02) / (count + 0.04)
        crossed = [
            _between(a, b, (level - _dot(a, normal)) / (_dot(b, normal) - _dot(a, normal)))
            for a, b in _sides(parcel)
            if (_dot(a, normal) - level) * (_dot(b, normal) - level) < 0
        ]
        if len(crossed) == 2 and math.dist(*crossed) > pace:
            yield crossed[0], crossed[1]


# ------------------------------------------------------------------------------ plane geometry


def _sides(polygon: Polygon) -> Iterator[tuple[Point, Point]]:
    yield from pairwise((*polygon, polygon[0]))


def _dot(point: Point, normal: Point) -> float:
    return point[0] * normal[0] + point[1] * normal[1]


def _between(a: Point, b: Point, part: float) -> Point:
    return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)


def _area(polygon: Polygon) -> float:
    if len(polygon) < 3:
        return 0.0
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in _sides(polygon))) / 2


def _clip(polygon: Polygon, normal: Point, level: float) -> Polygon:
    """What of a convex polygon lies where ``point · normal <= level`` (Sutherland–Hodgman)."""
    kept: list[Point] = []
    for a, b in _sides(polygon) if polygon else ():
        da, db = _dot(a, normal) - level, _dot(b, normal) - level
        if da <= 0:
            kept.append(a)
        if da * db < 0:
            kept.append(_between(a, b, da / (da - db)))
    return tuple(kept)


def _inset(polygon: Polygon, margin: float) -> Polygon:
    """A convex polygon, clockwise on screen, each side moved inwards by ``margin``; a polygon
    too small for that is left as it is."""
    inner = polygon
    for a, b in _sides(polygon):
        length = math.dist(a, b)
        if length > 1e-9:
            outwards = ((b[1] - a[1]) / length, -(b[0] - a[0]) / length)
            inner = _clip(inner, outwards, _dot(a, outwards) - margin)
    return inner if len(inner) > 2 else polygon


def _at(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _outline(polygon: Polygon) -> str:
    return "M" + "L".join(_at(point) for point in polygon) + "Z"
