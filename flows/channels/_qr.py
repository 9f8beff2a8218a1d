"""A QR code as vector art (ISO/IEC 18004), for the way from paper to the page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(address: str, colour: str) -> Markup:
    """The code of ``address`` as one ``<svg>`` without a size of its own; it needs a box around
    it that has one. Error correction is at least M: it is read off a crumpled page. The quiet
    zone, four modules of plain light ground, is the page's to leave."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=0, dark=colour, light=None, omitsize=True))  # noqa: S704
