"""The papers of the brochure, and what follows from them. Lengths are points unless said.

The height of a line is the grid: all vertical measures are multiples of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from flows.themes import LARGE_PRINT, THEMES, Faces, Theme

#: Points in a millimetre (a point is 1/72 inch, as in CSS and PDF).
MM = 72 / 25.4
#: Below this a picture shows its pixels on paper.
_DOTS_PER_INCH = 150


@dataclass(frozen=True, slots=True)
class Paper:
    """A page of ``lines`` lines; margins in millimetres; ``ratio`` is the type scale's step.

    ``bleed_mm`` is what is printed beyond the trimmed edge; ``spare`` pages for notes by hand
    stand before the last, of which print takes what makes up a multiple of four. No type is
    smaller than ``least``; where ``is_ragged``, lines are not justified and words never divided.
    """

    name: str
    width_mm: int
    height_mm: int
    inner_mm: float
    top_mm: float
    outer_mm: float
    text: float
    line: float
    lines: int
    ratio: float
    columns: int
    gutter: float
    bleed_mm: float = 0
    spare: int = 0
    faces: Faces = THEMES["parcels"].faces
    least: float = 0
    is_ragged: bool = False

    @property
    def bottom_mm(self) -> float:
        return self.height_mm - self.top_mm - self.lines * self.line / MM

    @property
    def block(self) -> float:
        """The width of the type area."""
        return (self.width_mm - self.inner_mm - self.outer_mm) * MM

    @property
    def column(self) -> float:
        """The width of one column."""
        return (self.block - (self.columns - 1) * self.gutter) / self.columns

    def size(self, step: int) -> float:
        """The type size ``step`` steps up (or down) the scale from the text's."""
        return max(self.least, round(self.text * self.ratio**step, 2))

    def picture(self, width: int, height: int) -> tuple[float, float]:
        """The size at which a picture of so many pixels is printed: as wide as the column unless
        that shows its pixels or takes more than two thirds of the page."""
        most = self.lines * self.line * 2 / 3
        printed = min(self.column, width / _DOTS_PER_INCH * 72, most * width / height)
        return printed, printed * height / width

    def dressed(self, theme: Theme) -> Paper:
        """This paper in a theme's faces, unless it has its own."""
        return self if self.faces is LARGE_PRINT else replace(self, faces=theme.faces)

    def on_grid(self, length: float) -> float:
        """The next whole number of lines."""
        return ceil(length / self.line - 1e-6) * self.line


A4 = Paper("a4", 210, 297, 24, 28, 36, 10, 14, 46, 1.25, 2, 17)
LARGE = Paper(
    *("large", 210, 297, 22, 26, 22, 17, 24, 28, 1.2, 1, 0),
    faces=LARGE_PRINT,
    least=16,
    is_ragged=True,
)
A5 = Paper("a5", 148, 210, 16, 22, 30, 9.5, 13, 33, 1.2, 1, 0, bleed_mm=3, spare=3)
