"""How wide text is in a typeface, letter by letter: HarfBuzz, which WeasyPrint's Pango shapes with.

What a face cannot set is not measured here; WeasyPrint breaks such a paragraph itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from flows.channels.brochure.stock import FACES

if TYPE_CHECKING:
    import uharfbuzz

#: U+2010 is in one face only, which lends it to all the others.
_HYPHEN, _LENDER = "\u2010", ("Parution Hyphen", 400, "normal")


class UnshapableError(ValueError):
    """A character that the face does not have."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a run of text is set: the family as CSS calls it, size in points, weight and slant,
    whether figures are lining, the language (BCP 47)."""

    family: str
    size: float
    language: str
    weight: int = 400
    style: str = "normal"
    lining: bool = False

    def strong(self) -> Voice:
        return replace(self, weight=600)

    def emphasised(self) -> Voice:
        return replace(self, style="normal" if self.style == "italic" else "italic")

    def smaller(self, share: float) -> Voice:
        return replace(self, size=self.size * share)

    def speaking(self, language: str) -> Voice:
        return replace(self, language=language)


def hyphen(voice: Voice) -> float:
    """The advance of a hyphen at the end of a line, in points."""
    return _shaped(_HYPHEN, _LENDER, voice.lining, voice.language, ligatures=True)[0] * voice.size


def advances(text: str, voice: Voice, *, ligatures: bool = True) -> list[float]:
    """The advance of each character of ``text``, in points; a ligature's is shared out.

    Raises :class:`UnshapableError`.
    """
    face = (voice.family, voice.weight, voice.style)
    ems = _shaped(text, face, voice.lining, voice.language, ligatures=ligatures)
    return [em * voice.size for em in ems]


def _shaped(
    text: str, face: tuple[str, int, str], lining: bool, language: str, *, ligatures: bool
) -> Sequence[float]:
    import uharfbuzz

    font, units = _font(*face)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = language
    features = {"lnum" if lining else "onum": True, "pnum": True, "kern": True}
    features |= dict.fromkeys(("liga", "clig"), ligatures)
    uharfbuzz.shape(font, buffer, features)
    found = [0.0] * len(text)
    infos = buffer.glyph_infos
    starts = [info.cluster for info in infos] + [len(text)]
    for k, (info, position) in enumerate(zip(infos, buffer.glyph_positions, strict=True)):
        if info.codepoint == 0:
            raise UnshapableError(text[info.cluster])
        cluster = range(info.cluster, max(starts[k + 1], info.cluster + 1))
        for index in cluster:
            found[index] += position.x_advance / units / len(cluster)
    return found


@cache
def _font(family: str, weight: int, style: str) -> tuple[uharfbuzz.Font, int]:
    import uharfbuzz

    face = next(f for f in FACES if (f.family, f.weight, f.style) == (family, weight, style))
    loaded = uharfbuzz.Face(face.read())
    return uharfbuzz.Font(loaded), loaded.upem
