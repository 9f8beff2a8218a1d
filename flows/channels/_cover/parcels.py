"""Parcels: a territory seen from above, one field for each part of the edition.

A field's area is its part's share of the words, in reading order from the top. The longest part is
in the house's strong colour, the next in its deep one; the others are ploughed one way and the
other, so that it reads in black alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate

from markupsafe import Markup

from flows.channels._cover.geometry import (
    Point,
    Polygon,
    area,
    at,
    between,
    clip,
    dot,
    inset,
    outline,
    sides,
)
from flows.house import Looks


def parcels(
    shares: Sequence[float], chance: Iterator[float], looks: Looks, size: tuple[float, float]
) -> list[Markup]:
    """The parcels as SVG paths, in reading order."""
    width, height = size
    field = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    unit = math.sqrt(width * height)
    cut = [inset(p, unit * 0.007) for p in _cut(field, shares, chance)]
    by_size = sorted(range(len(cut)), key=lambda i: (-shares[i], i))
    return [
        _filled(parcel, index, by_size.index(index), unit, looks, next(chance))
        for index, parcel in enumerate(cut)
    ]


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
    wanted = area(field) * sums[split - 1] / sums[-1]
    reach = [dot(p, normal) for p in field]
    low, high = min(reach), max(reach)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if area(clip(field, normal, middle)) < wanted else (low, middle)
    yield from _cut(clip(field, normal, low), shares[:split], chance)
    away = (-normal[0], -normal[1])
    yield from _cut(clip(field, away, -low), shares[split:], chance)


def _filled(
    parcel: Polygon, index: int, rank: int, unit: float, looks: Looks, chance: float
) -> Markup:
    if rank < 2:
        colour = looks.strong if rank == 0 else looks.deep
        return Markup('<path d="{}" fill="{}"/>').format(outline(parcel), colour)
    colour = looks.strong if rank % 3 == 0 else looks.deep
    pace = unit * (0.014, 0.02, 0.028)[int(chance * 3)]
    furrows = "".join(f"M{at(a)}L{at(b)}" for a, b in _furrows(parcel, pace, index % 2))
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
        furrows, colour, f"{unit * 0.0036:.3f}"
    )


def _furrows(parcel: Polygon, pace: float, across: int) -> Iterator[tuple[Point, Point]]:
    """Parallel lines ``pace`` apart, along a convex parcel's longest side, or the next to it."""
    edges = list(sides(parcel))
    longest = max(range(len(edges)), key=lambda i: math.dist(*edges[i]))
    (ax, ay), (bx, by) = edges[(longest + across) % len(edges)]
    length = math.dist((ax, ay), (bx, by)) or 1.0
    normal = (-(by - ay) / length, (bx - ax) / length)
    reach = [dot(p, normal) for p in parcel]
    count = max(int((max(reach) - min(reach)) / pace), 1)
    for step in range(count + 1):
        level = min(reach) + (max(reach) - min(reach)) * (step + 0.02) / (count + 0.04)
        crossed = [
            between(a, b, (level - dot(a, normal)) / (dot(b, normal) - dot(a, normal)))
            for a, b in sides(parcel)
            if (dot(a, normal) - level) * (dot(b, normal) - level) < 0
        ]
        if len(crossed) == 2 and math.dist(*crossed) > pace:
            yield crossed[0], crossed[1]
