"""What is made for machines: a booklet that folds, and a file that a print shop takes."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from flows.channels import brochure
from flows.channels.brochure.booklet import sides
from flows.channels.brochure.paper import A5, MM
from flows.channels.brochure.press import Job, for_press
from flows.edition import Edition, Figure, Paragraph, Text
from flows.inks import (
    NotAPrinterProfileError,
    Press,
    Profile,
    standard_profile,
)
from flows.proof import prove_rendition
from flows.proof.shown import leaves
from flows.rendition import Rendition
from tests.channels import demo
from tests.standards import broken, most_ink, separations

BOOKLET, PRESS, SMALL = (f"public/brochure-{kind}.pdf" for kind in ("booklet", "press", "a5"))
SCREENS = ("brochure", "brochure-a5", "brochure-large", "brochure-leaflet")
PHOTO = Figure(demo.photograph(1200, 800), "A slope")
ENGLISH = replace(demo.ENGLISH, blocks=(*demo.ENGLISH.blocks, PHOTO))
CASES = {
    "french": (demo.FRENCH, demo.CORRECTED, demo.HOUSE),
    "english": (ENGLISH, demo.ON_TRIAL, demo.BARE),
}
each_case = pytest.mark.parametrize("case", CASES)


@cache
def made(case: str) -> Rendition:
    return brochure.render(*CASES[case])


def opened(case: str, path: str) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(made(case).file(path).data))


# ---------------------------------------------------------------------------------- standards


@pytest.mark.slow
@pytest.mark.parametrize("standard", ["ua1", "3a"])
def test_what_people_read_breaks_no_rule_of_verapdf(standard: str, tmp_path: Path) -> None:
    paths = []
    for case in CASES:
        for name in SCREENS:
            paths.append(tmp_path / f"{case}-{name}.pdf")
            paths[-1].write_bytes(made(case).file(f"public/{name}.pdf").data)
    assert broken(standard, paths) == []


@pytest.mark.slow
def test_verapdf_finds_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "press.pdf"
    path.write_bytes(made("french").file(PRESS).data)
    assert broken("ua1", [path])


# -------------------------------------------------------------------------------- the booklet


@given(st.integers(min_value=1, max_value=40).map(lambda n: 4 * n))
def test_a_folded_stack_reads_from_the_first_page_to_the_last(pages: int) -> None:
    """Fold it in thought: going through the fronts' right halves and the backs' left ones from
    the outside in, then back out, one meets each page once, in order."""
    printed = list(sides(pages))
    fronts, backs = printed[::2], printed[1::2]
    inwards = [p for f, b in zip(fronts, backs, strict=True) for p in (f.right, b.left)]
    outwards = [
        p for f, b in zip(reversed(fronts), reversed(backs), strict=True) for p in (b.right, f.left)
    ]
    assert inwards + outwards == list(range(pages))


@given(st.integers(min_value=1, max_value=40).map(lambda n: 4 * n))
def test_inner_sheets_are_moved_to_the_spine_by_what_lies_around_them(pages: int) -> None:
    creeps = [side.creep for side in sides(pages)]
    assert creeps == sorted(creeps)
    assert creeps[0] == 0
    assert creeps[-1] == pytest.approx((pages // 4 - 1) * 0.1 * MM)


@each_case
def test_the_booklet_is_a4_lying_and_every_sheet_is_full(case: str) -> None:
    with opened(case, BOOKLET) as pdf:
        assert len(pdf.pages) % 2 == 0
        for page in pdf.pages:
            width, height = (float(v) / MM for v in page.mediabox[2:])
            assert (width, height) == (pytest.approx(297, abs=0.1), pytest.approx(210, abs=0.1))
        assert str(pdf.Root.ViewerPreferences.Duplex) == "/DuplexFlipShortEdge"


def test_the_cover_is_outside_to_the_right_and_its_back_beside_it() -> None:
    document = pypdfium2.PdfDocument(made("french").file(BOOKLET).data)
    outside = document[0].get_textpage()
    width, height = document[0].get_size()
    right = outside.get_text_bounded(left=width / 2, bottom=0, right=width, top=height)
    left = outside.get_text_bounded(left=0, bottom=0, right=width / 2, top=height)
    assert demo.HOUSE.name in right
    assert demo.HOUSE.licence in left


def test_pages_for_notes_fill_the_booklet_up_and_are_nowhere_else() -> None:
    """French A5 has seven pages."""
    read = pypdfium2.PdfDocument(made("french").file(SMALL).data)
    folded = pypdfium2.PdfDocument(made("french").file(BOOKLET).data)
    assert len(folded) * 2 == -(-len(read) // 4) * 4
    assert len(read) % 4, "the case is one that has to be filled up"

    def has_jottings(document: pypdfium2.PdfDocument) -> bool:
        pages = (page.get_textpage().get_text_range() for page in document)
        return any(re.search(r"^Notes\s*$", text, re.MULTILINE) for text in pages)

    assert has_jottings(folded)
    assert not has_jottings(read)


# -------------------------------------------------------------------------------- the press file


def operators(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Each operator of each page, and of the forms that they draw."""

    def of(holder: pikepdf.Object) -> Iterator[str]:
        for step in pikepdf.parse_content_stream(holder):
            yield str(step.operator)
        for drawn in holder.get("/Resources", {}).get("/XObject", {}).values():
            if str(drawn.get("/Subtype")) == "/Form":
                yield from of(drawn)

    for page in pdf.pages:
        yield from of(page.obj)


@each_case
def test_no_red_green_and_blue_is_left(case: str) -> None:
    with opened(case, PRESS) as pdf:
        found = set(operators(pdf))
        assert not {"rg", "RG", "cs", "CS", "sc", "SC", "scn", "SCN", "sh"} & found
        assert "k" in found
        spaces = [
            str(thing.get("/ColorSpace"))
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Stream) and str(thing.get("/Subtype")) == "/Image"
        ]
        assert set(spaces) <= {"/DeviceCMYK", "/DeviceGray"}
        raw = b"".join(
            thing.unparse() if isinstance(thing, pikepdf.Dictionary) else b""
            for thing in pdf.objects
        )
        assert b"DeviceRGB" not in raw


@each_case
def test_boxes_and_marks_are_where_a_print_shop_looks_for_them(case: str) -> None:
    with opened(case, PRESS) as pdf:
        assert len(pdf.pages) % 4 == 0
        for page in pdf.pages:
            media, trim, bleed = (
                [float(v) / MM for v in page.obj[key]]
                for key in ("/MediaBox", "/TrimBox", "/BleedBox")
            )
            assert trim == pytest.approx([10, 10, 158, 220], abs=0.01)
            assert bleed == pytest.approx([7, 7, 161, 223], abs=0.01)
            assert media == pytest.approx([0, 0, 168, 230], abs=0.01)
            drawn = [
                [float(v) / MM for v in step.operands]
                for step in list(pikepdf.parse_content_stream(page))[-40:]
                if str(step.operator) in ("m", "l")
            ]
            assert len(drawn) >= 16
            for x, y in drawn[-16:]:
                assert not (bleed[0] < x < bleed[2] and bleed[1] < y < bleed[3])


@pytest.mark.slow
@each_case
def test_ink_is_laid_down_as_the_press_can_bear_it(case: str, tmp_path: Path) -> None:
    path = tmp_path / "press.pdf"
    path.write_bytes(made(case).file(PRESS).data)
    pages = separations(path)
    assert max(map(most_ink, pages)) <= 300
    assert max(map(most_ink, pages)) > 100, "there is a cover"


@pytest.mark.slow
def test_the_text_is_printed_with_black_alone(tmp_path: Path) -> None:
    plain = Edition("noir", "fr", "Noir", (Paragraph((Text("Un mot et puis un autre. " * 60),)),))
    path = tmp_path / "press.pdf"
    path.write_bytes(brochure.render(plain, demo.IMPRINT, demo.HOUSE).file(PRESS).data)
    text = separations(path, 100)[1]
    body = tuple(round(v / 25.4 * 100) for v in (40, 90, 120, 110))
    assert text["Black"].crop(body).getextrema()[1] == 255
    for ink in ("Cyan", "Magenta", "Yellow"):
        assert text[ink].crop(body).getextrema() == (0, 0)


@each_case
def test_it_says_that_it_is_pdf_x_4_and_for_which_paper(case: str) -> None:
    with opened(case, PRESS) as pdf:
        assert pdf.pdf_version == "1.6"
        [intent] = pdf.Root.OutputIntents
        assert str(intent.S) == "/GTS_PDFX"
        assert str(intent.OutputConditionIdentifier) == "FOGRA39"
        assert intent.DestOutputProfile.read_bytes() == standard_profile().data
        assert str(pdf.docinfo["/Trapped"]) == "/False"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfxid:GTS_PDFXVersion"] == "PDF/X-4"
            assert metadata["pdf:Trapped"] == "False"
            for key in ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"):
                assert metadata[key].startswith("20")
            assert metadata["xmpMM:VersionID"] == "1"
            assert metadata["xmpMM:RenditionClass"] == "default"
        assert "/StructTreeRoot" not in pdf.Root
        assert not any("/Annots" in page.obj for page in pdf.pages)


def test_the_document_s_id_stays_while_the_pages_stay() -> None:
    pages = made("french").file(SMALL).data
    job = Job("Essai", demo.IMPRINT.published, demo.IMPRINT.updated)
    later = job._replace(modified=job.modified + timedelta(days=1))
    press = Press(standard_profile())
    ids = []
    for each in (job, job, later):
        with (
            pikepdf.open(io.BytesIO(for_press(pages, press, each))) as pdf,
            pdf.open_metadata() as m,
        ):
            ids.append(m["xmpMM:DocumentID"])
    assert len(set(ids)) == 1
    assert re.fullmatch(r"uuid:[0-9a-f-]{36}", ids[0])
    assert for_press(pages, press, job) == for_press(pages, press, job)


def test_a_photograph_looks_on_the_press_as_on_the_screen() -> None:
    """As near as a viewer comes that knows no profile: ink for light, not upside down."""
    found = [
        (page, thing)
        for page in pypdfium2.PdfDocument(made("english").file(PRESS).data)
        for thing in page.get_objects()
        if isinstance(thing, pypdfium2.PdfImage)
    ]
    page, thing = found[-1]
    left, bottom, right, top = thing.get_bounds()
    shown = page.render(scale=1).to_pil().convert("RGB")
    edges = (left, shown.height - top, right, shown.height - bottom)
    shown = shown.crop(tuple(map(round, edges)))
    wanted = Image.open(io.BytesIO(PHOTO.picture.data)).convert("RGB").resize(shown.size)
    assert max(ImageStat.Stat(ImageChops.difference(shown, wanted)).mean) < 50
    upside_down = ImageChops.invert(wanted)
    assert max(ImageStat.Stat(ImageChops.difference(shown, upside_down)).mean) > 50


def test_colours_become_inks_by_the_profile_and_greys_black_alone() -> None:
    press = Press(standard_profile())
    assert press.solid(1, 1, 1) == (0, 0, 0, 0)
    assert press.solid(0, 0, 0) == (0, 0, 0, 1)
    assert press.solid(0.12, 0.16, 0.21, text=True) == (0, 0, 0, 1)
    red = press.solid(0.6, 0.18, 0.12)
    assert red[0] < red[1]
    assert red == press.solid(0.6, 0.18, 0.12, text=True), "letters in the house's colour stay so"
    greys = [press.solid(v / 10, v / 10, v / 10)[3] for v in range(11)]
    assert greys == sorted(greys, reverse=True)


@settings(deadline=None)  # the first colour reads the profile
@given(st.tuples(*[st.floats(min_value=0, max_value=1)] * 3), st.booleans())
def test_no_colour_takes_more_ink_than_the_press_can_bear(
    colour: tuple[float, float, float], text: bool
) -> None:
    assert sum(Press(standard_profile()).solid(*colour, text=text)) <= 3.0


def test_a_profile_that_is_none_is_refused() -> None:
    for data in (b"", b"nothing", standard_profile().data[:200]):
        with pytest.raises(NotAPrinterProfileError):
            Press(Profile("x", data)).solid(0.5, 0.1, 0.9)


def test_the_standard_profile_is_the_one_whose_licence_we_ship() -> None:
    assert hashlib.sha256(standard_profile().data).hexdigest() == (
        "b424c77f40c3423c925536f8ae08634985ccd0fe80eb253d5d229197ded7e886"
    )


# --------------------------------------------------------------------------------- the leaflet


@each_case
def test_the_leaflet_is_one_sheet_whose_code_leads_to_the_page(case: str) -> None:
    _, imprint, house = CASES[case]
    document = pypdfium2.PdfDocument(made(case).file("public/brochure-leaflet.pdf").data)
    assert len(document) == 2
    assert document[0].get_size() == (pytest.approx(297 * MM), pytest.approx(210 * MM))
    codes = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil().convert("L"))
    assert [code.text for code in codes] == [house.url(f"{imprint.path}/")]


@each_case
def test_no_line_of_the_leaflet_crosses_a_fold(case: str) -> None:
    document = pypdfium2.PdfDocument(made(case).file("public/brochure-leaflet.pdf").data)
    for page, folds in zip(document, ((97, 197), (100, 200)), strict=True):
        text = page.get_textpage()
        for number in range(text.count_rects()):
            left, _, right, _ = text.get_rect(number)
            assert not any(left < fold * MM < right for fold in folds)


def test_however_much_there_is_the_leaflet_stays_one_sheet() -> None:
    from flows.edition import PullQuote

    blocks = tuple(PullQuote((Text("Une phrase qui porte loin. " * 4),)) for _ in range(30))
    long = Edition("long", "fr", "Long", blocks, standfirst=(Text("Un chapeau. " * 60),))
    rendition = brochure.render(long, demo.IMPRINT, demo.HOUSE)
    assert len(pypdfium2.PdfDocument(rendition.file("public/brochure-leaflet.pdf").data)) == 2
    assert all(c.passed for c in prove_rendition(long, demo.IMPRINT, demo.HOUSE, rendition))


# ------------------------------------------------------------------------------- large print


@each_case
def test_no_letter_of_the_large_print_is_smaller_than_sixteen_points(case: str) -> None:
    with opened(case, "public/brochure-large.pdf") as pdf:
        small = {
            shown.text.strip()
            for leaf in leaves(pdf)
            for shown in leaf.shown
            if shown.size < 15.99 and len(shown.text.strip()) > 2
        }
    assert small == set(), "but for raised numbers and ordinals"


@each_case
def test_the_large_print_divides_no_word_and_justifies_no_line(case: str) -> None:
    text = "".join(
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(made(case).file("public/brochure-large.pdf").data)
    )
    assert "\u2010\r\n" not in text
    assert "\ufffe" not in text


def test_the_paper_says_so() -> None:
    assert (A5.bleed_mm, A5.spare) == (3, 3)
