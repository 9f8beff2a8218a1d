"""Threads: a warp that parts around places, one for each part of the edition.

A place's disc is as large as its part's share of the words, in reading order from the top; the
threads run down the page and give way to it. The longest part is in the house's strong colour,
the next in its deep one, the others are rings, so that it reads in black alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from flows.channels._cover.geometry import Point, at
from flows.house import Looks

#: By which places are dealt over the width: neighbours never stand above each other.
_GOLDEN = (math.sqrt(5) - 1) / 2
#: The distance of two threads and of two points of one, and the strength of a line: shares of the
#: whole's size, as are the radius of a disc that had all the words, and the air around a disc.
_APART, _STEP, _LINE = 0.021, 0.045, 0.0036
_RADIUS, _AIR = 0.19, 0.016
#: How far above and below a place its threads begin to give way, in radii.
_REACH = 1.7
#: Places keep away from the sides by so much of the width.
_ASIDE = 0.12


class _Place(NamedTuple):
    x: float
    y: float
    radius: float


def threads(
    shares: Sequence[float], chance: Iterator[float], looks: Looks, size: tuple[float, float]
) -> list[Markup]:
    """The threads as one path, then the places, as SVG shapes."""
    width, height = size
    unit = math.sqrt(width * height)
    places = _places(shares, chance, size)
    lines = "".join(map(_smooth, _warp(places, size)))
    warp = Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
        lines, looks.deep, f"{unit * _LINE:.3f}"
    )
    by_size = sorted(range(len(places)), key=lambda i: (-shares[i], i))
    return [warp, *(_disc(p, by_size.index(i), unit, looks) for i, p in enumerate(places))]


def _places(
    shares: Sequence[float], chance: Iterator[float], size: tuple[float, float]
) -> list[_Place]:
    """From the top down, each in the middle of a band as high as its share."""
    width, height = size
    unit, start = math.sqrt(width * height), next(chance)
    found: list[_Place] = []
    above = 0.0
    for number, share in enumerate(shares):
        across = _ASIDE + (start + number * _GOLDEN) % 1 * (1 - 2 * _ASIDE)
        radius = unit * _RADIUS * math.sqrt(share)
        edge = radius + unit * _AIR
        y = min(max((above + share / 2) * height, edge), height - edge)
        found.append(_Place(across * width, y, radius))
        above += share
    return found


def _warp(places: Sequence[_Place], size: tuple[float, float]) -> Iterator[list[Point]]:
    """The threads, each as points from the top to the bottom.

    One place after the other pushes them aside. Its middle is a thread too, moved by the places
    before it: what lies on one side of that stays there, and no thread crosses another.
    """
    width, height = size
    unit = math.sqrt(width * height)
    middles: list[float] = []
    for number, place in enumerate(places):
        pushes = _pushes(places[:number], middles, place.y, unit)
        middles.append(_pulled_back(place.x, pushes))
    steps = math.ceil(height / (unit * _STEP))
    levels = [height * k / steps for k in range(steps + 1)]
    pushes_at = [_pushes(places, middles, y, unit) for y in levels]
    count = max(2, round(width / (unit * _APART)))
    for k in range(count):
        start = width * (k + 0.5) / count
        yield [(_pushed(start, p), y) for y, p in zip(levels, pushes_at, strict=True)]


def _pushes(
    places: Sequence[_Place], middles: Sequence[float], y: float, unit: float
) -> list[tuple[float, float]]:
    """Where each place's middle lies on a level, and how far from it threads are held there."""
    found: list[tuple[float, float]] = []
    for place, middle in zip(places, middles, strict=True):
        clear = place.radius + unit * _AIR
        held = clear * math.exp(-(((y - place.y) / (clear * _REACH)) ** 2))
        found.append((_pushed(middle, found), held))
    return found


def _pushed(x: float, pushes: Sequence[tuple[float, float]]) -> float:
    for middle, held in pushes:
        x = middle + math.copysign(math.hypot(x - middle, held), x - middle)
    return x


def _pulled_back(x: float, pushes: Sequence[tuple[float, float]]) -> float:
    """What was pushed to ``x``."""
    for middle, held in reversed(pushes):
        away = x - middle
        x = middle + math.copysign(math.sqrt(max(away**2 - held**2, 0.0)), away)
    return x


def _smooth(points: Sequence[Point]) -> str:
    """A curve through all the points (Catmull–Rom, as SVG's cubics)."""
    drawn = [f"M{at(points[0])}C{at(points[0])}"]
    for a, b, c in zip(points, points[1:], (*points[2:], points[-1]), strict=False):
        before = (b[0] - (c[0] - a[0]) / 6, b[1] - (c[1] - a[1]) / 6)
        drawn.append(f" {at(before)} {at(b)}S")
    return "".join(drawn).removesuffix("S")


def _disc(place: _Place, rank: int, unit: float, looks: Looks) -> Markup:
    colour = looks.strong if rank % 3 == 0 else looks.deep
    x, y = f"{place.x:.2f}", f"{place.y:.2f}"
    if rank < 2:
        return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}"/>').format(
            x, y, f"{place.radius:.2f}", colour
        )
    ring = unit * 0.014
    return Markup(
        '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="{}" stroke-width="{}"/>'
    ).format(x, y, f"{max(place.radius - ring / 2, ring / 2):.2f}", colour, f"{ring:.3f}")
