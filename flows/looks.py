"""The looks: a house's three colours and what is derived from them, and the site's own assets.

Text is legible whatever the house chose: the colours that carry text are moved towards black or
white until they reach :data:`LEGIBLE` (WCAG 2.2, success criterion 1.4.3) on each ground that they
stand on. ``strong``, ``deep`` and ``paper`` themselves are for surfaces, rules and drawings.
"""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from types import MappingProxyType

from markupsafe import Markup

from flows.house import House
from flows.house import Looks as Colours
from flows.rendition import File
from flows.themes import HUMANIST, THEMES
from flows.words import TEMPLATES, catalogue, environment, served

#: The least contrast of text with its ground, as WCAG measures it.
LEGIBLE = 4.5
BLACK, WHITE = "#000000", "#ffffff"
#: A paper on which black has less contrast than this is no paper: it is lightened.
_PAPER_CONTRAST = 14.0
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of one mode, light or dark, each ``#rrggbb``.

    ``text``, ``soft`` (small lines, captions) and ``link`` (links, headings in the house colour)
    reach 4.5 on ``paper`` and on ``box``, and those of the light mode on white too. ``rule`` is
    the hairline, ``box`` the tint of side boxes. ``button`` with ``on_button`` reaches 4.5.
    """

    paper: str
    text: str
    soft: str
    link: str
    box: str
    rule: str
    button: str
    on_button: str


@dataclass(frozen=True, slots=True)
class Palette:
    """A house's colours, each ``#rrggbb``: the given ones, and the shades of both modes.

    ``strong`` and ``deep`` are as given, ``paper`` is lightened where black would not read well
    on it. ``on_strong`` and ``on_deep`` are legible on them. ``box_on_white`` is the side box's
    tint where the ground is white, as in print. ``text`` … are the light mode's, for short.
    """

    strong: str
    deep: str
    paper: str
    on_strong: str
    on_deep: str
    box_on_white: str
    light: Shades
    dark: Shades

    @property
    def text(self) -> str:
        return self.light.text

    @property
    def soft(self) -> str:
        return self.light.soft

    @property
    def link(self) -> str:
        return self.light.link

    @property
    def box(self) -> str:
        return self.light.box

    @property
    def rule(self) -> str:
        return self.light.rule


def palette(house: House) -> Palette:
    """The colours of a house; the same object for the same looks."""
    return _palette(house.looks)


@cache
def _palette(colours: Colours) -> Palette:
    strong, deep = colours.strong.lower(), colours.deep.lower()
    paper = legible_ground(colours.paper.lower())
    light = _light(strong, deep, paper)
    return Palette(
        strong=strong,
        deep=deep,
        paper=paper,
        on_strong=legible(paper, strong),
        on_deep=legible(paper, deep),
        box_on_white=mix(strong, WHITE, 0.07),
        light=light,
        dark=_dark(strong, deep, paper),
    )


def _light(strong: str, deep: str, paper: str) -> Shades:
    box = mix(strong, paper, 0.07)
    grounds = (paper, box, WHITE)
    return Shades(
        paper=paper,
        text=legible(deep, *grounds, ratio=7.0),
        soft=legible(mix(deep, paper, 0.72), *grounds),
        link=legible(strong, *grounds),
        box=box,
        rule=mix(deep, paper, 0.22),
        button=legible(strong, paper, WHITE),
        on_button=WHITE,
    )


def _dark(strong: str, deep: str, paper: str) -> Shades:
    """A night of the deep colour's hue, not the day's colours turned over: the paper's warmth
    moves into the text, the strong colour is lifted until it glows without glaring."""
    night = _tone(deep, lightness=0.095, saturation=0.22)
    box = mix(strong, _tone(deep, lightness=0.145, saturation=0.20), 0.07)
    text = mix(paper, night, 0.88)
    link = legible(_tone(strong, lightness=0.72, saturation=0.62), night, box)
    return Shades(
        paper=night,
        text=legible(text, night, box, ratio=7.0),
        soft=legible(mix(paper, night, 0.66), night, box),
        link=link,
        box=box,
        rule=mix(text, night, 0.24),
        button=link,
        on_button=legible(night, link),
    )


# -------------------------------------------------------------------------------------- colour


def mix(colour: str, ground: str, share: float) -> str:
    """``share`` (0–1) of a colour laid over a ground, in sRGB: a tint as a printer means it."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hex(*(g + (c - g) * share for c, g in pairs))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1–21 (WCAG 2.2, "contrast ratio")."""
    return contrast_of(_luminance(one), _luminance(other))


def contrast_of(one: float, other: float) -> float:
    """The contrast ratio of two relative luminances, 1–21."""
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, *grounds: str, ratio: float = LEGIBLE) -> str:
    """``colour``, moved no further than needed towards black or white to reach ``ratio`` on each
    ground. Where neither can, the better of the two."""

    def worst(candidate: str) -> float:
        return min(contrast(candidate, ground) for ground in grounds)

    goal = max((BLACK, WHITE), key=worst)
    steps = (mix(goal, colour, step / _STEPS) for step in range(_STEPS + 1))
    return next((c for c in steps if worst(c) >= ratio), goal)


def legible_ground(colour: str) -> str:
    """A paper tint, lightened until black reads well on it."""
    steps = (mix(WHITE, colour, step / _STEPS) for step in range(_STEPS + 1))
    return next(c for c in steps if contrast(c, BLACK) >= _PAPER_CONTRAST)


def _tone(colour: str, *, lightness: float, saturation: float) -> str:
    """The hue of a colour at a lightness, and no more saturated than ``saturation``."""
    hue, _, own = colorsys.rgb_to_hls(*(c / 255 for c in _channels(colour)))
    return _hex(*(c * 255 for c in colorsys.hls_to_rgb(hue, lightness, min(own, saturation))))


def luminance(channels: Iterable[float]) -> float:
    """Relative luminance, 0–1, of red, green and blue from 0 to 1 (WCAG 2.2)."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _luminance(colour: str) -> float:
    return luminance(c / 255 for c in _channels(colour))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(*channels: float) -> str:
    return "#" + "".join(f"{min(255, max(0, round(c))):02x}" for c in channels)


# -------------------------------------------------------------------------------------- assets


def asset(name: str, suffix: str, media_type: str, data: bytes) -> File:
    """A file named after its bytes, served at ``/assets/…`` and shared by all who carry it."""
    return File(f"assets/{name}-{hashlib.sha256(data).hexdigest()[:8]}.{suffix}", media_type, data)


def site_assets(house: House) -> tuple[File, ...]:
    """The site's stylesheet in the house's colours, its icon, then the fonts that it names."""
    return _site_assets(house.looks)


@cache
def _site_assets(colours: Colours) -> tuple[File, ...]:
    faces = THEMES[colours.theme].faces
    sans = "humanist" if faces.sans == HUMANIST else "sans"
    stems = ("serif-", f"{sans}-")
    used = {stem: font for stem, font in _fonts().items() if stem.startswith(stems)}
    names = {stem: font.path.removeprefix("assets/") for stem, font in used.items()}
    shades = _palette(colours)
    css = (
        environment("site")
        .get_template("site.css")
        .render(
            fonts=names,
            sans=sans,
            titles_in_sans=faces.title == faces.sans,
            light=asdict(shades.light),
            dark=asdict(shades.dark),
            palette=shades,
            mix=mix,
        )
    )
    stylesheet = asset("site", "css", "text/css", css.encode())
    icon = environment("site").get_template("icon.svg").render(palette=shades)
    return stylesheet, asset("icon", "svg", "image/svg+xml", icon.encode()), *used.values()


@cache
def search_scripts() -> tuple[File, File]:
    """The script of the search page, and the library that it names beside it (MiniSearch)."""
    data = (TEMPLATES / "site" / "scripts" / "minisearch.js").read_bytes()
    library = asset("minisearch", "js", "text/javascript", data)
    name = library.path.removeprefix("assets/")
    text = environment("site").get_template("scripts/search.js").render(minisearch=name)
    return asset("search", "js", "text/javascript", text.encode()), library


@cache
def _fonts() -> Mapping[str, File]:
    """The web fonts by the stem of their file: ``serif-regular`` …"""
    paths = sorted((TEMPLATES / "site" / "fonts").glob("*.woff2"))
    return MappingProxyType(
        {path.stem: asset(path.stem, "woff2", "font/woff2", path.read_bytes()) for path in paths}
    )


def feed_stylesheet(house: House) -> File:
    """What people see who open a feed in a browser, in the house's colours and language."""
    return _feed_stylesheet(house.looks, served(house.language))


@cache
def _feed_stylesheet(colours: Colours, language: str) -> File:
    faces = THEMES[colours.theme].faces
    shades = _palette(colours)
    css = (
        environment("shelf")
        .get_template("feed.css")
        .render(
            words={key: _css(said) for key, said in catalogue("shelf", language).items()},
            fonts={stem: f.path.removeprefix("assets/") for stem, f in _fonts().items()},
            sans="humanist" if faces.sans == HUMANIST else "sans",
            titles_in_sans=faces.title == faces.sans,
            light=asdict(shades.light),
            dark=asdict(shades.dark),
        )
    )
    return asset("feed", "css", "text/css", css.encode())


def _css(text: str) -> Markup:
    """A string as CSS writes it (CSS Syntax 3, §4.3.5)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return Markup(f'"{escaped}"')  # noqa: S704 – words of our own catalogue
