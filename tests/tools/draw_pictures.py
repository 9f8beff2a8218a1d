"""Draws the pictures of content/2024-riviere: a map, a chart and a schematic.

    python tests/tools/draw_pictures.py

Everything is drawn at four times the size and scaled down, then reduced to one palette, so that a
picture of 1600 pixels weighs a few dozen kilobytes. Fixed seeds: the same pictures each time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import font_source_sans_pro as sans
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parents[2] / "content" / "2024-riviere"
SIZE = (1600, 900)
SCALE = 4

STRONG, DEEP, PAPER = (15, 92, 99), (29, 43, 51), (245, 241, 232)
CLAY = (178, 94, 54)
Point = tuple[float, float]
Colour = tuple[int, int, int]


def tint(colour: Colour, amount: float, ground: Colour = PAPER) -> Colour:
    """``colour`` at ``amount`` (0–1) over ``ground``."""
    mixed = (round(g + (c - g) * amount) for c, g in zip(colour, ground, strict=True))
    red, green, blue = mixed
    return red, green, blue


def font(size: int, weight: str = "") -> ImageFont.FreeTypeFont:
    """Source Sans at ``size`` pixels of the finished picture."""
    return ImageFont.truetype(getattr(sans, f"SourceSansPro{weight}"), size * SCALE)


class Sheet:
    """A picture being drawn, in finished pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A stroke of even width: its two edges are offset along the normals, as one shape."""
        edges: tuple[list[Point], list[Point]] = ([], [])
        for before, (x, y), after in zip(
            [points[0], *points], points, [*points[1:], points[-1]], strict=False
        ):
            dx, dy = after[0] - before[0], after[1] - before[1]
            half = width / 2 / (math.hypot(dx, dy) or 1)
            edges[0].append((x - dy * half, y + dx * half))
            edges[1].append((x + dy * half, y - dx * half))
        self.area([*edges[0], *reversed(edges[1])], colour)

    def words(
        self,
        at: Point,
        text: str,
        size: int,
        colour: Colour = DEEP,
        weight: str = "",
        anchor: str = "ls",
    ) -> None:
        place = (at[0] * SCALE, at[1] * SCALE)
        self.draw.text(place, text, font=font(size, weight), fill=colour, anchor=anchor)

    def save(self, name: str) -> None:
        small = self.image.resize(SIZE, Image.Resampling.LANCZOS)
        flat = small.quantize(
            96, kmeans=3, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        flat.save(FOLDER / name, optimize=True)


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    slope, bend = c - a, 2 * a - 5 * b + 4 * c - d
    return 0.5 * (2 * b + slope * t + bend * t * t + (3 * b - a - 3 * c + d) * t**3)


def smooth(points: Sequence[Point], steps: int = 16) -> list[Point]:
    """A Catmull-Rom curve through ``points``, without overshoot at its two ends."""
    padded = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            x, y = (_catmull(*four, t) for four in zip(p0, p1, p2, p3, strict=True))
            curve.append((x, y))
    return [*curve, points[-1]]


# ------------------------------------------------------------------------------------------ map


def river(x: float) -> float:
    """The river's height on the sheet at ``x``: two swings of unlike length."""
    return 470 + 120 * math.sin(x / 205 + 0.6) + 52 * math.sin(x / 83)


def split(parcel: list[Point], dice: random.Random, deep: int) -> list[list[Point]]:
    """Cuts a quadrilateral across its longer side until its parts are the size of a field."""
    a, b, c, d = parcel
    across, down = math.dist(a, b) + math.dist(c, d), math.dist(b, c) + math.dist(d, a)
    if deep == 0 or (across + down < 420 and dice.random() < 0.45) or across + down < 230:
        return [parcel]
    near, far = dice.uniform(0.34, 0.66), dice.uniform(0.34, 0.66)

    def along(p: Point, q: Point, t: float) -> Point:
        return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t

    if across > down:
        m, n = along(a, b, near), along(d, c, far)
        parts = [[a, m, n, d], [m, b, c, n]]
    else:
        m, n = along(b, c, near), along(a, d, far)
        parts = [[a, b, m, n], [n, m, c, d]]
    return [field for part in parts for field in split(part, dice, deep - 1)]


def furrows(sheet: Sheet, parcel: list[Point], colour: Colour, count: int) -> None:
    """Lines from one side of a field to the other, as a plough leaves them."""
    a, b, c, d = parcel
    for index in range(1, count):
        t = index / count
        start = (a[0] + (d[0] - a[0]) * t, a[1] + (d[1] - a[1]) * t)
        end = (b[0] + (c[0] - b[0]) * t, b[1] + (c[1] - b[1]) * t)
        sheet.line([start, end], colour, 1.5)


def draw_map() -> None:
    """The valley: meadows by the water, fields above, woods on the rim, and one town."""
    sheet, dice = Sheet(), random.Random(47)
    for parcel in split([(-40, -40), (1640, -60), (1660, 940), (-60, 960)], dice, 8):
        x, y = sum(p[0] for p in parcel) / 4, sum(p[1] for p in parcel) / 4
        inset = [(x + (px - x) * 0.965, y + (py - y) * 0.955) for px, py in parcel]
        far = abs(y - river(x))
        if far < 95:
            sheet.area(inset, tint(STRONG, dice.uniform(0.26, 0.36)))
        elif far > 300 and dice.random() < 0.5:
            sheet.area(inset, tint(DEEP, dice.uniform(0.5, 0.62), tint(STRONG, 0.6)))
        else:
            ground = dice.choice([tint(CLAY, 0.13), tint(CLAY, 0.22), tint(STRONG, 0.13), PAPER])
            sheet.area(inset, tint(DEEP, 0.04, ground))
            if dice.random() < 0.45:
                furrows(sheet, inset, tint(DEEP, 0.2, ground), dice.choice([5, 7, 9]))
    course = [(float(x), river(x)) for x in range(-20, 1641, 4)]
    sheet.line(course, PAPER, 46)
    sheet.line(course, STRONG, 30)
    _town(sheet, dice, 905)
    _caption(sheet)
    sheet.save("carte.png")


def _town(sheet: Sheet, dice: random.Random, x: float) -> None:
    """Houses gathered on the north bank, and the bridge that they gathered for."""
    bank = river(x)
    sheet.line([(x - 26, -10), (x, bank - 110), (x, bank + 170), (x + 40, 840)], PAPER, 11)
    sheet.line([(x - 210, bank - 60), (x, bank - 92), (x + 190, bank - 74)], PAPER, 8)
    for row, lift in enumerate((-64, -110, -132, -154)):
        for step in range(-11, 12):
            hx, wide = x + step * 17 + dice.uniform(-2, 2), dice.uniform(9, 14)
            hy = bank + lift + abs(step) * 2.2 + dice.uniform(-3, 3)
            if abs(hx - x) < 15 or hy > river(hx) - 32 or dice.random() < abs(step) / 13 + row / 16:
                continue
            high = dice.uniform(8, 13)
            west, east, top, foot = hx - wide / 2, hx + wide / 2, hy - high / 2, hy + high / 2
            sheet.area([(west, top), (east, top), (east, foot), (west, foot)], CLAY)
    sheet.line([(x, bank - 30), (x, bank + 30)], DEEP, 13)


def _caption(sheet: Sheet) -> None:
    """The key, on a strip of paper along the foot."""
    sheet.area([(0, 836), (1600, 836), (1600, 900), (0, 900)], PAPER)
    wood = tint(DEEP, 0.56, tint(STRONG, 0.6))
    keys = [
        ("prés humides", tint(STRONG, 0.31)),
        ("champs", tint(CLAY, 0.22)),
        ("bois", wood),
        ("bourg de Saint-Avel", CLAY),
        ("l’Avelle", STRONG),
    ]
    x = 48.0
    for text, colour in keys:
        sheet.area([(x, 856), (x + 34, 856), (x + 34, 880), (x, 880)], colour)
        sheet.words((x + 46, 877), text, 28)
        x += 46 + font(28).getlength(text) / SCALE + 52


# ---------------------------------------------------------------------------------------- chart

MEAN = (4.8, 4.5, 3.6, 2.6, 1.8, 1.1, 0.7, 0.5, 0.6, 1.2, 2.5, 3.9)
DRY = (3.1, 2.7, 2.0, 1.3, 0.8, 0.4, 0.22, 0.14, 0.18, 0.5, 1.6, 3.0)
THRESHOLD = 0.3


def draw_flow() -> None:
    """Two years of flow over a threshold; the days below it are the only thing in clay."""
    sheet = Sheet()

    def at(month: float, flow: float) -> Point:
        return 110 + month * 122, 790 - flow * 140

    for flow in range(1, 6):
        sheet.line([at(0, flow), at(11, flow)], tint(DEEP, 0.14), 1.5)
        sheet.words((84, at(0, flow)[1] + 10), str(flow), 28, tint(DEEP, 0.75), anchor="rs")
    mean = smooth([at(m, flow) for m, flow in enumerate(MEAN)])
    dry = smooth([at(m, flow) for m, flow in enumerate(DRY)])
    sheet.area([*mean, *reversed(dry)], tint(STRONG, 0.17))
    bar = at(0, THRESHOLD)[1]
    below = [p for p in dry if p[1] > bar]
    sheet.area([(below[0][0], bar), *below, (below[-1][0], bar)], CLAY)
    sheet.line([at(0, THRESHOLD), at(11, THRESHOLD)], CLAY, 3)
    sheet.line(mean, STRONG, 7)
    sheet.line(dry, DEEP, 7)
    sheet.line([at(0, 0), at(11, 0)], DEEP, 2)
    for month, letter in enumerate("JFMAMJJASOND"):
        sheet.words((at(month, 0)[0], 836), letter, 30, anchor="ms")
    sheet.words((56, 56), "mètres cubes par seconde", 28, tint(DEEP, 0.75))
    sheet.words((at(2.25, 0)[0], at(0, 3.52)[1]), "année moyenne", 34, STRONG, "Semibold")
    sheet.words((at(0.35, 0)[0], at(0, 1.86)[1]), "2022", 34, DEEP, "Semibold")
    sheet.words((at(0, 0)[0] + 4, bar - 14), "seuil : 0,3", 28, CLAY, "Semibold")
    middle = (below[0][0] + below[-1][0]) / 2
    sheet.line([(middle, bar - 150), (middle, bar + 10)], CLAY, 2)
    sheet.words((middle, bar - 164), "près de cent jours", 34, CLAY, "Semibold", "ms")
    sheet.save("debits.png")


# ------------------------------------------------------------------------------------ schematic

USES = (
    ("maisons", 3.8, 2.9),
    ("cultures et élevage", 2.6, 0.2),
    ("laiteries et ateliers", 1.1, 0.9),
    ("jardins et lavage", 0.5, 0.1),
)
UNIT = 74.0  # pixels of ribbon for a million cubic metres


def ribbon(sheet: Sheet, start: Point, end: Point, flow: float, colour: Colour) -> None:
    """A band of constant thickness that leaves and arrives level."""
    (x0, y0), (x1, y1) = start, end

    def edge(offset: float) -> list[Point]:
        steps = [index / 60 for index in range(61)]
        return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t * t * (3 - 2 * t) + offset) for t in steps]

    sheet.area([*edge(0), *reversed(edge(flow * UNIT))], colour)


def comma(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def draw_shares() -> None:
    """Who takes what, and what comes back: ribbons as wide as their water."""
    sheet = Sheet()
    left, middle, right = 150.0, 640.0, 1260.0
    source, given, kept = 154.0, 118.0, 530.0
    place = 64.0
    for name, taken, back in USES:
        ribbon(sheet, (left, source), (middle, place), taken, tint(STRONG, 0.3))
        if taken > back:
            ribbon(
                sheet, (middle, place + back * UNIT), (right, kept), taken - back, tint(CLAY, 0.42)
            )
        ribbon(sheet, (middle, place), (right, given), back, tint(STRONG, 0.62))
        _bar(sheet, middle, place, taken, DEEP)
        sheet.words(
            (middle - 24, place + taken * UNIT / 2 + 10),
            f"{name}, {comma(taken)}",
            30,
            DEEP,
            "Semibold",
            "rs",
        )
        source, place = source + taken * UNIT, place + taken * UNIT + 58
        given, kept = given + back * UNIT, kept + (taken - back) * UNIT
    _bar(sheet, left, 154, 8.0, STRONG)
    _bar(sheet, right, 118, 4.1, STRONG)
    _bar(sheet, right, 530, 3.9, CLAY)
    _side(sheet, (56, 118), "8,0", "prélevés", STRONG)
    _side(sheet, (right + 32, 270), "4,1", "rendus à l’Avelle", STRONG)
    _side(sheet, (right + 32, 674), "3,9", "qui ne reviennent pas", CLAY)
    sheet.words((56, 866), "millions de mètres cubes, 2023", 28, tint(DEEP, 0.75))
    sheet.save("partage.png")


def _bar(sheet: Sheet, x: float, y: float, flow: float, colour: Colour) -> None:
    foot = y + flow * UNIT
    sheet.area([(x - 6, y), (x + 6, y), (x + 6, foot), (x - 6, foot)], colour)


def _side(sheet: Sheet, at: Point, figure: str, words: str, colour: Colour) -> None:
    x, y = at
    sheet.words((x, y), figure, 64, colour, "Semibold")
    beside = x < SIZE[0] / 2
    sheet.words((x + 104, y) if beside else (x, y + 44), words, 30)


DRAWINGS: tuple[Callable[[], None], ...] = (draw_map, draw_flow, draw_shares)

if __name__ == "__main__":
    for drawing in DRAWINGS:
        drawing()
