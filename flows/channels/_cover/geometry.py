"""Plane geometry: convex polygons as tuples of points, on a screen whose y goes down."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

Point = tuple[float, float]
Polygon = tuple[Point, ...]


def sides(polygon: Polygon) -> Iterator[tuple[Point, Point]]:
    """The sides, from the first point round to it again."""
    yield from pairwise((*polygon, polygon[0]))


def dot(point: Point, normal: Point) -> float:
    """How far a point lies in a direction of length 1."""
    return point[0] * normal[0] + point[1] * normal[1]


def between(a: Point, b: Point, part: float) -> Point:
    """The point at ``part`` (0–1) of the way."""
    return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)


def area(polygon: Polygon) -> float:
    """The area, 0 for what is none."""
    if len(polygon) < 3:
        return 0.0
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in sides(polygon))) / 2


def clip(polygon: Polygon, normal: Point, level: float) -> Polygon:
    """What of a convex polygon lies where ``point · normal <= level`` (Sutherland–Hodgman)."""
    kept: list[Point] = []
    for a, b in sides(polygon) if polygon else ():
        da, db = dot(a, normal) - level, dot(b, normal) - level
        if da <= 0:
            kept.append(a)
        if da * db < 0:
            kept.append(between(a, b, da / (da - db)))
    return tuple(kept)


def inset(polygon: Polygon, margin: float) -> Polygon:
    """A convex polygon, clockwise on screen, each side moved inwards by ``margin``; a polygon
    too small for that is left as it is."""
    inner = polygon
    for a, b in sides(polygon):
        length = math.dist(a, b)
        if length > 1e-9:
            outwards = ((b[1] - a[1]) / length, -(b[0] - a[0]) / length)
            inner = clip(inner, outwards, dot(a, outwards) - margin)
    return inner if len(inner) > 2 else polygon


def at(point: Point) -> str:
    """A point as SVG's paths have it."""
    return f"{point[0]:.2f} {point[1]:.2f}"


def outline(polygon: Polygon) -> str:
    """A polygon as an SVG path."""
    return "M" + "L".join(at(point) for point in polygon) + "Z"
