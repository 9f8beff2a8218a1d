"""The file for a print shop: PDF/X-4 (ISO 15930-7), made of pages that are laid out already.

Colours become inks, boxes say where the paper is cut, marks stand beyond the bleed. What only a
screen has use for (links, tags) is not in the pages that come in.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator

from flows.channels.brochure.paper import MM
from flows.inks import QUALITY, Press

#: From the trimmed edge to where a mark begins and where it ends, and its strength, in points.
#: A mark keeps clear of the bleed.
_MARK_FROM, _MARK_TO, _MARK = 4 * MM, 9 * MM, 0.25
#: Paper around the trimmed page, for the marks.
_AROUND = 10 * MM
#: The operators that set a colour of the screen, to fill and to stroke, and those that set inks.
_IN_INKS = {"rg": "k", "RG": "K"}
_SHOWS = frozenset(("f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do"))


class Job(NamedTuple):
    """What a print shop reads of a file before it opens it."""

    title: str
    created: datetime
    modified: datetime


def for_press(pages: bytes, press: Press, job: Job) -> bytes:
    """The pages as PDF/X-4: the same bytes for the same pages, profile and job."""
    with pikepdf.open(BytesIO(pages)) as pdf:
        done: set[tuple[int, int]] = set()
        for page in pdf.pages:
            _convert(pdf, page.obj, press, done)
            _frame(page)
        _say_what_it_is(pdf, press, job, hashlib.sha256(pages).digest())
        written = BytesIO()
        pdf.save(
            written,
            min_version="1.6",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            fix_metadata_version=False,
        )
        return written.getvalue()


# ------------------------------------------------------------------------------------- colours


def _convert(pdf: pikepdf.Pdf, holder: Any, press: Press, done: set[tuple[int, int]]) -> None:
    """Turn the colours of a page or a form, and of all that it draws, into inks."""
    resources = holder.get("/Resources", Dictionary())
    steps = list(_in_inks(pikepdf.parse_content_stream(holder), press))
    content = pikepdf.unparse_content_stream(steps)
    if isinstance(holder, pikepdf.Stream):
        holder.write(content)
    else:
        holder.Contents = pdf.make_stream(content)
    if "/Group" in holder:
        holder.Group.CS = Name.DeviceCMYK
    if resources.objgen != (0, 0):
        if resources.objgen in done:
            return
        done.add(resources.objgen)
    if "/ColorSpace" in resources:
        del resources["/ColorSpace"]
    forms = [*resources.get("/XObject", {}).items(), *resources.get("/Pattern", {}).items()]
    for _, drawn in forms:
        if drawn.objgen in done:
            continue
        done.add(drawn.objgen)
        if str(drawn.get("/Subtype", "")) == "/Image":
            _convert_picture(drawn, press)
        elif isinstance(drawn, pikepdf.Stream):
            _convert(pdf, drawn, press, done)


def _in_inks(steps: Sequence[Any], press: Press) -> Iterator[Any]:
    is_text = False
    for at, step in enumerate(steps):
        operator = str(step.operator)
        if operator in ("BT", "ET"):
            is_text = operator == "BT"
        if operator in _IN_INKS:
            red, green, blue = map(float, step.operands)
            text = is_text or _is_for_text(steps, at)
            inks = press.solid(red, green, blue, text=text)
            yield pikepdf.ContentStreamInstruction(
                [_number(ink) for ink in inks], Operator(_IN_INKS[operator])
            )
        else:
            yield step


def _is_for_text(steps: Sequence[Any], at: int) -> bool:
    """Whether what is coloured next is text."""
    for step in steps[at + 1 :]:
        operator = str(step.operator)
        if operator == "BT":
            return True
        if operator in _SHOWS or operator == "Q":
            return False
    return False


def _number(ink: float) -> Any:
    return int(ink) if ink.is_integer() else round(ink, 3)


def _convert_picture(picture: Any, press: Press) -> None:
    """A photograph stays a JPEG, a drawing stays exact; greys stay as they are."""
    space = str(picture.get("/ColorSpace", ""))
    if space in ("/DeviceGray", "/DeviceCMYK"):
        return
    is_photograph = str(picture.get("/Filter", "")) == "/DCTDecode"
    inks = press.picture(pikepdf.PdfImage(picture).as_pil_image())
    picture.ColorSpace = Name.DeviceCMYK
    for key in ("/DecodeParms", "/Decode"):
        if key in picture:
            del picture[key]
    if is_photograph:
        made = BytesIO()
        inks.save(made, "JPEG", quality=QUALITY, subsampling=0)
        picture.write(made.getvalue(), filter=Name.DCTDecode)
        # Pillow writes inks as Adobe does, upside down (Adobe TN 5116, 18).
        picture.Decode = Array([1, 0] * 4)
    else:
        picture.write(inks.tobytes())


# --------------------------------------------------------------------------------------- boxes


def _frame(page: pikepdf.Page) -> None:
    """Set the page on a larger sheet, from the origin on, with marks where it is cut."""
    left, bottom, right, top = map(float, page.trimbox)
    bleed = [float(edge) for edge in page.obj.get("/BleedBox", page.trimbox)]
    x, y = _AROUND - left, _AROUND - bottom
    sheet = (right - left + 2 * _AROUND, top - bottom + 2 * _AROUND)
    trim = (_AROUND, _AROUND, sheet[0] - _AROUND, sheet[1] - _AROUND)
    moved = (bleed[0] + x, bleed[1] + y, bleed[2] + x, bleed[3] + y)
    page.contents_add(f"q 1 0 0 1 {x:.4f} {y:.4f} cm".encode(), prepend=True)
    page.contents_add(b"Q " + _marks(*trim))
    page.contents_coalesce()
    page.obj.MediaBox = _box(0, 0, *sheet)
    page.obj.TrimBox, page.obj.BleedBox = _box(*trim), _box(*moved)
    for key in ("/CropBox", "/ArtBox", "/Annots", "/StructParents", "/Tabs"):
        if key in page.obj:
            del page.obj[key]


def _box(*edges: float) -> Array:
    return Array([round(edge, 4) for edge in edges])


def _marks(left: float, bottom: float, right: float, top: float) -> bytes:
    edges, heads = ((left, -1), (right, 1)), ((bottom, -1), (top, 1))
    lying = [(x + o * _MARK_FROM, y, x + o * _MARK_TO, y) for x, o in edges for y, _ in heads]
    standing = [(x, y + o * _MARK_FROM, x, y + o * _MARK_TO) for y, o in heads for x, _ in edges]
    lines = lying + standing
    drawn = "".join(f"{a:.3f} {b:.3f} m {c:.3f} {d:.3f} l S " for a, b, c, d in lines)
    return f"q 0 0 0 1 K {_MARK} w {drawn}Q".encode()


# ------------------------------------------------------------------------------------ metadata


def _say_what_it_is(pdf: pikepdf.Pdf, press: Press, job: Job, seed: bytes) -> None:
    """Output intent, metadata and trapping, as PDF/X-4 asks (ISO 15930-7, 6.2 and 6.16)."""
    profile = pdf.make_stream(press.profile.data, N=4, Alternate=Name.DeviceCMYK)
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFX,
                OutputConditionIdentifier=press.profile.name or "Custom",
                Info=press.profile.name or press.profile.description,
                DestOutputProfile=pdf.make_indirect(profile),
            )
        ]
    )
    if press.profile.name:  # else the file speaks for itself, and no registry for it
        pdf.Root.OutputIntents[0].RegistryName = pikepdf.String("http://www.color.org")
    for key in ("/Outlines", "/Names", "/OpenAction"):
        if key in pdf.Root:
            del pdf.Root[key]
    document = f"uuid:{uuid.UUID(bytes=seed[:16], version=4)}"
    created, modified = (m.astimezone(UTC) for m in (job.created, job.modified))
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=job.title,
            Creator="Parution",
            Producer="Parution",
            CreationDate=pdf_date(created),
            ModDate=pdf_date(modified),
            Trapped=Name("/False"),
        )
    )
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for key in list(metadata):
            del metadata[key]
        metadata.register_xml_namespace("http://www.npes.org/pdfx/ns/id/", "pdfxid")
        metadata["pdfxid:GTS_PDFXVersion"] = "PDF/X-4"
        metadata["dc:title"] = job.title
        metadata["pdf:Trapped"] = "False"
        metadata["pdf:Producer"] = metadata["xmp:CreatorTool"] = "Parution"
        metadata["xmp:CreateDate"] = created.isoformat(timespec="seconds")
        for key in ("xmp:ModifyDate", "xmp:MetadataDate"):
            metadata[key] = modified.isoformat(timespec="seconds")
        metadata["xmpMM:DocumentID"] = document
        metadata["xmpMM:VersionID"] = "1"
        metadata["xmpMM:RenditionClass"] = "default"


def pdf_date(moment: datetime) -> str:
    """A date as PDF writes it (ISO 32000-1, 7.9.4)."""
    return moment.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
