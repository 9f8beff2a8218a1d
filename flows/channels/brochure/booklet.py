"""The booklet: A5 pages two by two on A4, in the order in which a printer that prints on both
sides, turned over the short edge, makes a stack to be folded and stapled once.

The inner sheets of a folded stack stand out by the thickness of those around them; their pages
are moved towards the spine by as much, so that the margins look alike on all (creep).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

from flows.channels.brochure.paper import MM
from flows.channels.brochure.press import Job, pdf_date

#: A4, lying; and the thickness of office paper (80 g/m²).
_SHEET = (297 * MM, 210 * MM)
_THICKNESS = 0.1 * MM
#: Where to fold: two hairlines on the spine, outside, that keep clear of what is printed.
_FOLD, _HAIRLINE, _LIGHT = 6 * MM, 0.25, 0.45


class Side(NamedTuple):
    """One side of a sheet: its pages from 0, and by how much they are moved to the spine."""

    left: int
    right: int
    creep: float


def sides(pages: int) -> Iterator[Side]:
    """The sides in the order in which they are printed: front and back of the outermost sheet,
    and so on to the middle. ``pages`` is a multiple of four."""
    for sheet in range(pages // 4):
        creep = sheet * _THICKNESS
        first, last = 2 * sheet, pages - 1 - 2 * sheet
        yield Side(last, first, creep)
        yield Side(first + 1, last - 1, creep)


def booklet(pages: bytes, job: Job) -> bytes:
    """The pages, whose number is a multiple of four, imposed for an office printer."""
    with pikepdf.open(BytesIO(pages)) as source, pikepdf.new() as pdf:
        forms = [pdf.copy_foreign(page.as_form_xobject()) for page in source.pages]
        sizes = [page.trimbox for page in source.pages]
        width = float(sizes[0][2]) - float(sizes[0][0])
        height = float(sizes[0][3]) - float(sizes[0][1])
        for number, side in enumerate(sides(len(forms))):
            _set_side(pdf, side, forms, width, height, is_outside=number == 0)
        _tell_the_printer(pdf, job)
        written = BytesIO()
        pdf.save(written, min_version="1.7", deterministic_id=True)
        return written.getvalue()


def _set_side(
    pdf: pikepdf.Pdf,
    side: Side,
    forms: Sequence[pikepdf.Object],
    width: float,
    height: float,
    *,
    is_outside: bool,
) -> None:
    middle, above = _SHEET[0] / 2, (_SHEET[1] - height) / 2
    left, right = middle - width + side.creep, middle - side.creep
    drawn = (
        # What is moved over the spine is cut off there: it is the other page's place.
        f"q 0 0 {middle:.4f} {_SHEET[1]:.4f} re W n 1 0 0 1 {left:.4f} {above:.4f} cm /Left Do Q "
        f"q {middle:.4f} 0 {middle:.4f} {_SHEET[1]:.4f} re W n"
        f" 1 0 0 1 {right:.4f} {above:.4f} cm /Right Do Q"
    )
    if is_outside:
        top = _SHEET[1]
        drawn += (
            f" q {_HAIRLINE} w {_LIGHT} G {middle:.4f} 0 m {middle:.4f} {_FOLD:.4f} l S"
            f" {middle:.4f} {top:.4f} m {middle:.4f} {top - _FOLD:.4f} l S Q"
        )
    page = pdf.add_blank_page(page_size=_SHEET)
    page.obj.MediaBox = Array([0, 0, *(round(edge, 4) for edge in _SHEET)])
    page.Resources = Dictionary(XObject=Dictionary(Left=forms[side.left], Right=forms[side.right]))
    page.Contents = pdf.make_stream(drawn.encode())


def _tell_the_printer(pdf: pikepdf.Pdf, job: Job) -> None:
    """Both sides, turned over the short edge, at full size (ISO 32000-1, 12.2)."""
    pdf.Root.ViewerPreferences = Dictionary(
        Duplex=Name.DuplexFlipShortEdge,
        PrintScaling=Name("/None"),
        PickTrayByPDFSize=True,
        DisplayDocTitle=True,
    )
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=job.title,
            Creator="Parution",
            CreationDate=pdf_date(job.created),
            ModDate=pdf_date(job.modified),
        )
    )
