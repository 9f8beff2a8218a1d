"""The themes: which typefaces, which kind of cover, and the colours where a house names none."""

from __future__ import annotations

from typing import NamedTuple

SERIF, SOURCE = "Parution Serif", "Parution Sans"
HUMANIST, LARGE = "Parution Humanist", "Parution Large"


class Faces(NamedTuple):
    """The families, as CSS calls them, of titles, of the running text, and of what stands beside
    it: headings, boxes, captions. ``credit`` is the key of the colophon's sentence about them."""

    title: str
    text: str
    sans: str
    credit: str


class Theme(NamedTuple):
    """A theme; its colours as ``#rrggbb``."""

    strong: str
    deep: str
    paper: str
    faces: Faces


THEMES = {
    "parcels": Theme(
        "#9b2d1f", "#1f2a36", "#f6f2ea", Faces(SERIF, SERIF, SOURCE, "typefaces_source")
    ),
    "threads": Theme(
        "#2d5b8a", "#2a2533", "#f3f3ee", Faces(HUMANIST, SERIF, HUMANIST, "typefaces_lato")
    ),
}
#: For tired eyes, whatever the theme.
LARGE_PRINT = Faces(LARGE, LARGE, LARGE, "typefaces_large")
