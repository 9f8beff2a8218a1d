"""What a print shop looks at before it prints: typefaces, pictures, boxes, inks, the code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from flows.looks import LEGIBLE, contrast_of, luminance
from flows.proof.check import Check, Mark, fails, holds, share
from flows.proof.shown import Leaf, Placed

#: Dots per inch under which a picture shows its pixels.
FEW_DOTS = 150
#: Percent of the four inks upon each other that paper can bear.
MOST_INK = 300
#: Points of bleed that a cut may miss the edge by (3 mm).
_BLEED = 8.5
_SCREEN_COLOURS = ("rg", "RG")


def typefaces(path: str, pages: Sequence[Leaf]) -> Check:
    """Each typeface is in the file, and none is of Type 3, which is no outline."""
    used = [shown.font.object for leaf in pages for shown in leaf.shown]
    fonts = {font.objgen: font for font in used}
    bad = [str(font.get("/BaseFont", "?")) for font in fonts.values() if not _is_embedded(font)]
    figure = share(len(fonts) - len(bad), len(fonts))
    if bad:
        return fails("print-typefaces", path, figure, "typeface-not-embedded", what=bad[0])
    return holds("print-typefaces", path, figure)


def _is_embedded(font: Any) -> bool:
    if str(font.get("/Subtype")) == "/Type3":
        return False
    descendants = font.get("/DescendantFonts")
    own = font if descendants is None else descendants[0]
    descriptor = own.get("/FontDescriptor", {})
    return any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))


def pictures(path: str, pages: Sequence[Leaf]) -> Check | None:
    """How fine the pictures are in the size in which they are printed; None without any."""
    placed = [p for leaf in pages for p in leaf.placed if p.width > 1 and p.height > 1]
    if not placed:
        return None
    coarse = [Mark("few-dots", p.page, (0, 0, 0, 0), f"{dots(p):.0f} dpi")
              for p in placed if dots(p) < FEW_DOTS]  # fmt: skip
    return holds("print-pictures", path, f"{min(map(dots, placed)):.0f} dpi", coarse)


def dots(placed: Placed) -> float:
    """A picture's dots per inch on paper."""
    across = float(placed.picture.Width) / placed.width
    down = float(placed.picture.Height) / placed.height
    return min(across, down) * 72


def contrasts(path: str, pages: Sequence[Leaf]) -> Check:
    """Text stands out from its ground, as WCAG measures it (2.2, 1.4.3), whatever its size, and
    nothing is painted over it."""
    least, faint = 21.0, None
    measured: dict[tuple[Any, Any], float] = {}
    for shown in (s for leaf in pages for s in leaf.shown if s.text.strip()):
        for pair in shown.colours:
            if pair not in measured:
                measured[pair] = contrast_of(*map(luminance, pair))
        ratio = 1.0 if shown.is_covered else min(measured[pair] for pair in shown.colours)
        if ratio < least:
            least, faint = ratio, shown
    figure = f"{least:.1f}"
    if faint and round(least, 2) < LEGIBLE:
        where, words = str(faint.page + 1), faint.text.strip()[:60]
        return fails("print-contrast", path, figure, "faint", where=where, words=words, what=figure)
    return holds("print-contrast", path, figure)


def boxes(path: str, pdf: Any, *, for_press: bool) -> Check:
    """The trimmed page lies in its bleed, and that in the sheet; all pages are of one size, and
    as many as a folded sheet has."""
    sizes = {tuple(round(float(v), 2) for v in page.trimbox) for page in pdf.pages}
    figure = f"{len(pdf.pages)} p."
    if len(sizes) > 1:
        return fails("print-boxes", path, figure, "boxes-wrong", what="TrimBox")
    if for_press:
        if len(pdf.pages) % 4:
            return fails("print-boxes", path, figure, "boxes-wrong", what=figure)
        for page in pdf.pages:
            media, bleed, trim = (
                [float(v) for v in page.obj[key]] for key in ("/MediaBox", "/BleedBox", "/TrimBox")
            )
            if not (_lies_in(bleed, media, 0) and _lies_in(trim, bleed, _BLEED)):
                return fails("print-boxes", path, figure, "boxes-wrong", what="BleedBox")
    return holds("print-boxes", path, figure)


def _lies_in(inner: Sequence[float], outer: Sequence[float], margin: float) -> bool:
    near = 0.05
    return (
        inner[0] >= outer[0] + margin - near
        and inner[1] >= outer[1] + margin - near
        and inner[2] <= outer[2] - margin + near
        and inner[3] <= outer[3] - margin + near
    )


def inks(path: str, pages: Sequence[Leaf]) -> Check:
    """No colour of the screen is left, and no spot takes more ink than the paper bears."""
    most = 0.0
    for leaf in pages:
        for operator, values in leaf.colours:
            if operator in _SCREEN_COLOURS:
                return fails("print-inks", path, "", "screen-colour", what=operator)
            most = max(most, 100 * sum(values))
    for picture in {p.picture.objgen: p.picture for leaf in pages for p in leaf.placed}.values():
        space = str(picture.get("/ColorSpace", ""))
        if space not in ("/DeviceCMYK", "/DeviceGray"):
            return fails("print-inks", path, "", "screen-colour", what=space[:40])
        if space == "/DeviceCMYK":
            most = max(most, _most_ink(picture))
    figure = f"{most:.0f} %"
    if most > MOST_INK:
        return fails("print-inks", path, figure, "too-much-ink", what=figure)
    return holds("print-inks", path, figure)


def _most_ink(picture: Any) -> float:
    """The most ink on one dot of a picture in four inks, in percent of one."""
    import pikepdf
    from PIL import Image

    from flows.proof.preflight.separations import most_ink

    if str(picture.get("/Filter", "")) == "/DCTDecode":
        # Pillow turns Adobe's inks, which are written upside down, back by itself.
        opened: Image.Image = Image.open(BytesIO(picture.read_raw_bytes()))
    else:
        opened = pikepdf.PdfImage(picture).as_pil_image()
    return most_ink(opened.convert("CMYK").split())


def code(path: str, data: bytes, address: str) -> Check:
    """The QR code, read off the page as a telephone reads it, leads to the edition's page."""
    found = list(_codes(data))
    if address in found:
        return holds("print-code", path)
    return fails("print-code", path, "", "code-astray", found=", ".join(found), address=address)


def _codes(data: bytes) -> Iterator[str]:
    """What the codes on the last page and on the first one say."""
    from pypdfium2 import PdfDocument
    from zxingcpp import BarcodeFormat, BarcodeFormats, read_barcodes

    document = PdfDocument(data)
    try:
        for number in (len(document) - 1, 0):
            page = document[number].render(scale=2, grayscale=True).to_pil()
            yield from (
                code.text
                for code in read_barcodes(page, formats=BarcodeFormats(BarcodeFormat.QRCode))
            )
    finally:
        document.close()
