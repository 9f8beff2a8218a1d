"""The picture that goes with a link to an edition on other people's sites: its cover, and no word.

What is painted cannot be read back word by word, so the title stays where it can: beside it.
"""

from __future__ import annotations

from io import BytesIO

from flows.channels._cover import cover_svg
from flows.edition import Edition
from flows.house import House
from flows.looks import palette
from flows.rendition import Imprint

#: Pixels, in the ratio that the Open Graph's readers cut to, and the ground around the cover.
SIZE = (1200, 630)
_MARGIN = 48
#: Flat colours and their edges: more of them only make the file larger.
_COLOURS = 8


def social_png(edition: Edition, imprint: Imprint, house: House) -> bytes:
    """The cover on the house's paper, as a PNG of :data:`SIZE`."""
    from PIL import Image
    from pypdfium2 import PdfDocument
    from weasyprint import HTML

    width, height = SIZE
    art = cover_svg(edition, imprint, house, width - 2 * _MARGIN, height - 2 * _MARGIN)
    style = (
        f"@page {{ size: {width}px {height}px; margin: {_MARGIN}px; "
        f"background: {palette(house).paper} }} body {{ margin: 0 }} svg {{ display: block }}"
    )
    pdf = HTML(string=f"<style>{style}</style>{art}").write_pdf()
    with PdfDocument(pdf) as document:
        painted = document[0].render(scale=96 / 72).to_pil().convert("RGB")
    flat = painted.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    file = BytesIO()
    flat.save(file, "PNG")
    return file.getvalue()
