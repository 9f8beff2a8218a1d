"""What the brochure promises: a cover, true page numbers, and a PDF that anybody can read."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import NamedTuple

import page
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from flows.channels import brochure
from flows.channels._cover import cover_svg
from flows.channels.brochure.paper import A4, A5, LARGE, MM, Paper
from flows.channels.brochure.plates import plates
from flows.channels.brochure.stock import fetcher, typefaces_with
from flows.edition import (
    Block,
    Edition,
    Figure,
    Heading,
    Inlines,
    ItemList,
    Note,
    Paragraph,
    Picture,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Table,
    Text,
)
from flows.house import House
from flows.proof import prove_rendition
from flows.reading import plain, walk
from flows.rendition import File, Imprint, Rendition
from flows.words import catalogue
from tests.channels import demo
from tests.cli.command import parution

GOLDEN = Path(__file__).parent / "brochure"
#: What people read, and the paper that it is set on.
FILES = {
    "public/brochure.pdf": A4,
    "public/brochure-a5.pdf": A5,
    "public/brochure-large.pdf": LARGE,
}
CASES: dict[str, tuple[Edition, Imprint, House]] = {
    "french": (demo.FRENCH, demo.CORRECTED, demo.HOUSE),
    "english-on-trial": (demo.ENGLISH, demo.ON_TRIAL, demo.BARE),
    "in-threads": (demo.FRENCH, demo.IMPRINT, demo.THREADS),
}
each_case = pytest.mark.parametrize("case", CASES)
each_file = pytest.mark.parametrize("path", FILES)


@cache
def rendered(case: str) -> Rendition:
    return brochure.render(*CASES[case])


def pages(data: bytes) -> list[str]:
    """The text of each page, as a viewer copies it."""
    document = pypdfium2.PdfDocument(data)
    return [sheet.get_textpage().get_text_range() for sheet in document]


class Element(NamedTuple):
    """A structure element: its type, its alternative text, its id."""

    kind: str
    alt: str
    name: str


def structure(data: bytes) -> Iterator[Element]:
    """The structure elements, in reading order."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        stack = [pdf.Root.StructTreeRoot.K[0]]
        while stack:
            element = stack.pop()
            if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
                continue
            values = (str(element.get(key, "")) for key in ("/S", "/Alt", "/ID"))
            yield Element(*values)
            kids = element.get("/K", [])
            stack.extend(reversed(list(kids) if isinstance(kids, pikepdf.Array) else [kids]))


# ------------------------------------------------------------------------------ for everybody


@each_case
@each_file
def test_both_sizes_are_pdf_ua(case: str, path: str) -> None:
    found = page.validate_pdf_bytes(rendered(case).file(path).data, profile="ua1")
    assert "Result: no failures" in str(found), str(found)


@each_case
def test_every_word_is_read_in_order(case: str) -> None:
    for check in prove_rendition(*CASES[case], rendered(case)):
        assert check.passed, (check.subject, check.fault)


@each_case
@each_file
def test_headings_nest_without_a_gap_below_one_title(case: str, path: str) -> None:
    data = rendered(case).file(path).data
    ranks = [int(e.kind[2]) for e in structure(data) if re.fullmatch("/H[1-6]", e.kind)]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))


@each_file
def test_a_note_is_read_where_it_is_called(path: str) -> None:
    data = rendered("french").file(path).data
    names = [e.name for e in structure(data) if e.kind == "/Note"]
    assert names == [f"note-{number}" for number in range(1, notes_of(demo.FRENCH) + 1)]


def notes_of(edition: Edition) -> int:
    def count(value: object) -> int:
        if isinstance(value, tuple):
            return sum(map(count, value))
        names = getattr(type(value), "__dataclass_fields__", {})
        inner = sum(count(getattr(value, name)) for name in names)
        return inner + isinstance(value, Note)

    return count(edition.blocks) + count(edition.standfirst)


@each_case
@each_file
def test_every_picture_says_what_it_shows(case: str, path: str) -> None:
    data = rendered(case).file(path).data
    said = [e.alt for e in structure(data) if e.kind == "/Figure"]
    assert said, "the QR code at least"
    assert all(said)


def test_a_picture_without_alternative_text_is_called_by_its_caption_or_its_file() -> None:
    silent = replace(
        demo.ENGLISH,
        blocks=(
            Figure(demo.picture("old_harbour-plan.png", 60, 40)),
            Figure(demo.picture("b.png", 60, 40), "", (Text("The harbour in winter"),)),
        ),
    )
    data = brochure.render(silent, demo.IMPRINT, demo.HOUSE).files[1].data
    said = [e.alt for e in structure(data) if e.kind == "/Figure"]
    assert said[:2] == ["old harbour plan", "The harbour in winter"]


# ------------------------------------------------------------------------------- on every page


@each_case
@each_file
def test_every_contents_number_is_the_page_it_leads_to(case: str, path: str) -> None:
    data = rendered(case).file(path).data
    edition = CASES[case][0]
    due = [b for b in edition.blocks if isinstance(b, Heading) and b.level < 3]
    if len(due) < 2:
        assert catalogue("brochure", edition.language)["contents"] not in pages(data)[1]
        return
    printed = [int(n) for n in re.findall(r"[ .](\d+)\s*$", contents_of(data), re.MULTILINE)]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        names = pdf.Root.Names.Dests.Names
        places = {str(names[i]): names[i + 1] for i in range(0, len(names), 2)}
        numbers = {sheet.objgen: number for number, sheet in enumerate(pdf.pages, 1)}
        led_to = [
            numbers[places[str(link.Dest)][0].objgen]
            for link in sorted(pdf.pages[1].Annots, key=lambda a: -float(a.Rect[1]))
        ]
    assert printed[: len(due)] == led_to
    for heading, number in zip(due, led_to, strict=True):
        first = plain("".join(t.value for t in heading.children if isinstance(t, Text))).split()[0]
        assert first in pages(data)[number - 1]


def contents_of(data: bytes) -> str:
    """The contents page without its folio."""
    return pages(data)[1].replace("\r\n", "\n")


@each_case
@each_file
def test_covers_have_no_folio_and_the_pages_between_have_theirs(case: str, path: str) -> None:
    first, *inner, last = pages(rendered(case).file(path).data)
    for number, text in enumerate(inner, 2):
        assert re.search(rf"^{number}\b|\b{number}\s*$", text, re.MULTILINE)
    assert not re.search(r"^\d\s*$", first, re.MULTILINE)
    assert not re.search(r"^\d\s*$", last, re.MULTILINE)


@each_file
def test_a_trial_says_so_on_each_page_and_a_publication_nowhere(path: str) -> None:
    mark = catalogue("brochure", "en")["trial"]
    assert all(mark in text for text in pages(rendered("english-on-trial").file(path).data))
    assert not any(catalogue("brochure", "fr")["trial"] in t for t in pages_of_french(path))


def pages_of_french(path: str) -> list[str]:
    return pages(rendered("french").file(path).data)


@each_case
@each_file
def test_no_text_leaves_the_paper(case: str, path: str) -> None:
    assert_inside(rendered(case).file(path).data, FILES[path])


def assert_inside(data: bytes, paper: Paper) -> None:
    edge = 5 * MM
    for sheet in pypdfium2.PdfDocument(data):
        text = sheet.get_textpage()
        for number in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(number)
            assert left > edge
            assert right < paper.width_mm * MM - edge
            assert bottom > edge
            assert top < paper.height_mm * MM - edge / 2


# --------------------------------------------------------------------------------- the colophon


@each_case
@each_file
def test_the_code_on_the_back_leads_to_the_page(case: str, path: str) -> None:
    _, imprint, house = CASES[case]
    *_, back = pypdfium2.PdfDocument(rendered(case).file(path).data)
    codes = zxingcpp.read_barcodes(back.render(scale=3).to_pil().convert("L"))
    assert [code.text for code in codes] == [house.url(f"{imprint.path}/")]


@each_file
def test_the_colophon_tells_the_revision_and_why(path: str) -> None:
    back = plain(pages_of_french(path)[-1])
    last = demo.CORRECTED.history[-1]
    words = catalogue("brochure", "fr")
    assert words["revision"].format(number=last.number) in back
    assert plain(last.note) in back
    assert demo.HOUSE.licence in back


@each_file
def test_title_language_and_dates_come_from_the_edition_and_its_imprint(path: str) -> None:
    with pikepdf.open(io.BytesIO(rendered("french").file(path).data)) as pdf:
        assert str(pdf.docinfo.Title) == plain(demo.FRENCH.title)
        assert str(pdf.Root.Lang) == "fr"
        published = demo.CORRECTED.published.strftime("%Y%m%d%H%M%S")
        assert str(pdf.docinfo.CreationDate).startswith(f"D:{published}")
        assert str(pdf.docinfo.ModDate) > str(pdf.docinfo.CreationDate)


# -------------------------------------------------------------------------------- same in, same out


def test_another_process_makes_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.channels import demo; from flows.channels import brochure\n"
        "made = brochure.render(demo.FRENCH, demo.CORRECTED, demo.HOUSE)\n"
        "print(*(file.sha256 for file in made.files))"
    )
    environment = os.environ | {
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [file.sha256 for file in rendered("french").files]


def test_what_was_printed_before_changes_nothing() -> None:
    emoji = replace(demo.ENGLISH, blocks=(Paragraph((Text("Bravo 🎉"),)),))
    before = brochure.render(emoji, demo.IMPRINT, demo.HOUSE)
    again = brochure.render(*CASES["english-on-trial"])
    assert again == rendered("english-on-trial")
    assert brochure.render(emoji, demo.IMPRINT, demo.HOUSE) == before


@each_case
def test_nothing_is_complained_of(case: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger="weasyprint"):
        brochure.render(*CASES[case])
    assert not caplog.records


def test_the_typefaces_are_the_house_s_and_embedded() -> None:
    for path in FILES:
        with pikepdf.open(io.BytesIO(rendered("french").file(path).data)) as pdf:
            fonts = {str(f.BaseFont): f for s in pdf.pages for f in s.Resources.Font.values()}
            assert fonts
            for name, font in fonts.items():
                assert re.match(r"/[A-Z]{6}\+Parution-(Serif|Sans|Large)", name)
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


def test_a_missing_typeface_is_told_of_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "font_source_serif_pro").mkdir()
    (tmp_path / "font_source_serif_pro" / "__init__.py").touch()
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "essai.txt").write_text("Un mot\n\nEt la suite.\n", "utf-8")
    arguments = ("--content", tmp_path / "content", "--output", tmp_path / "output")
    told = parution("publish", *arguments, PYTHONPATH=str(tmp_path))
    assert told.returncode
    assert "is missing from the package font_source_serif_pro" in told.stdout + told.stderr


def test_nothing_is_fetched() -> None:
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    for address in ("https://example.org/x.png", "file:///etc/hostname", "stock:unknown"):
        source = HTML(string=f'<img src="{address}" alt="x">', url_fetcher=fetcher({}))
        with pytest.raises(FatalURLFetchingError):
            source.render()


def test_weasyprint_waits_for_the_first_brochure() -> None:
    code = "import sys, flows.channels.brochure; sys.exit('weasyprint' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_squares_for_unknown_characters_are_the_same_each_time() -> None:
    from flows.channels.brochure.stock import _squares

    assert _squares([0x1F389]) == _squares([0x1F389])
    assert typefaces_with([0x1F389])[0] is not typefaces_with([0x1F389])[0]


# ------------------------------------------------------------------------------------ bad input


def p(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def notes(count: int) -> tuple[Block, ...]:
    def one(number: int) -> Paragraph:
        call = (Text(f"Phrase {number}"), Note((Text(f"Détail {number} " + "encore " * 4),)))
        return Paragraph((*call, Text(" et sa suite.")))

    return tuple(one(number) for number in range(count))


HARD: dict[str, tuple[str, tuple[Block, ...]]] = {
    "no block at all": ("Rien", ()),
    "one word": ("Mot", (p("Mot"),)),
    "three lines": ("Trois", (p("Une."), p("Deux."), p("Trois."))),
    "a word of 300 letters": (
        "z" * 300,
        (
            Heading(1, (Text("b" * 300),), "h"),
            p("a" * 300),
            PullQuote((Text("c" * 300),)),
            SideBox((Text("d" * 300),), (p("e" * 300),)),
            Table(((Text("f" * 80),), (Text("g" * 80),)), (((Text("1"),), (Text("h" * 300),)),)),
        ),
    ),
    "a heading of 40 lines": (
        "Un titre qui ne finit pas " * 12,
        (Heading(1, (Text("Une phrase qui ne finit pas " * 40),), "h"), p("Puis rien.")),
    ),
    "right to left": ("مرحبا", (p("مرحبا بالعالم"), p("Mêlé : שלום et مرحبا, fin."))),
    "an Arabic ligature": ("T", (p("Le mot السلام veut dire paix, et لا veut dire non."),)),
    "emoji": ("Fête 🎈", (p("Bravo 🎉 à tous 🇫🇷"), Heading(1, (Text("Titre 🚀"),), "h"))),
    "a table of 200 rows": (
        "Table",
        (
            Table(
                ((Text("Rang"),), (Text("Valeur"),)),
                tuple(((Text(f"rang {n}"),), (Text(str(n)),)) for n in range(200)),
            ),
        ),
    ),
    "a ragged table": (
        "Table",
        (Table(((Text("a"),), (Text("b"),)), (((Text("c"),),), ((Text("d"),),) * 3, ())),),
    ),
    "notes in every place": (
        "Notes",
        (
            *notes(12),
            SideBox((Text("Boîte"), Note((Text("une"),))), notes(1)),
            Quote(notes(1)),
            ItemList((notes(1),)),
            Paragraph((Text("Ici"), Note((Text("dehors"), Note((Text("dedans"),)), Text("fin"))))),
        ),
    ),
    "headings that jump": (
        "Sauts",
        (Heading(3, (Text("Trois"),), "a"), Heading(1, (Text("Un"),), "b"),
         Heading(3, (Text("Trois"),), "c"), p("x")),
    ),
    "pictures too tall and too small": (
        "Images",
        (Figure(demo.picture("tall.png", 40, 1600), "haute"),
         Figure(demo.picture("panorama.png", 3000, 90), "large", (Text("Vu d’en face"),)),
         Figure(demo.picture("dot.png", 2, 2), "point")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HARD)
def test_hard_input_is_printed_whole(case: str) -> None:
    title, blocks = HARD[case]
    assert_whole(Edition("cas-limite", "fr", title, blocks))


#: What no page may have, however hard the input is.
ASTRAY = ("overlap", "outside-column", "off-paper")


def assert_whole(edition: Edition) -> list[File]:
    """Word for word, and on the paper."""
    rendition = brochure.render(edition, demo.IMPRINT, demo.HOUSE)
    for check in prove_rendition(edition, demo.IMPRINT, demo.HOUSE, rendition):
        assert check.passed, (check.subject, check.fault)
        astray = [mark for mark in check.marks if mark.rule in ASTRAY]
        assert not astray, (check.subject, astray)
    files = [rendition.file(path) for path in FILES]
    for file in files:
        assert_inside(file.data, FILES[file.path])
    return files


def cell(text: str, noted: bool | int = False) -> Inlines:
    return (Text(text), Note((Text(f"Détail de {text[:20]}"),))) if noted else (Text(text),)


def test_contents_that_go_over_a_page_name_their_pages() -> None:
    words = " ".join(f"mot{k}" for k in range(14))
    blocks = tuple(
        block
        for k in range(40)
        for block in (Heading(1, cell(f"{k} {words}"), f"a{k}"), Heading(2, cell(words), f"b{k}"))
    )
    assert_whole(Edition("sommaire", "fr", "Sommaire", (*blocks, p("Fin."))))


def test_a_long_table_of_which_each_row_has_a_note_is_printed() -> None:
    words = " ".join(f"mot{k}" for k in range(25))
    rows = tuple((cell(words), (Text("fin"), Note(cell(words[:60])))) for _ in range(30))
    assert_whole(Edition("notes", "fr", "Notes", (p(words), Table((), rows))))


def test_a_picture_in_inks_is_printed_from_the_colours_of_a_screen() -> None:
    made = io.BytesIO()
    Image.new("CMYK", (800, 600), (200, 20, 200, 255)).save(made, "JPEG")
    picture = Picture("encre.jpg", "image/jpeg", 800, 600, made.getvalue())
    assert_whole(Edition("encre", "fr", "Encre", (Figure(picture, "un aplat"),)))


@pytest.mark.slow
def test_eighty_pages_are_printed_whole() -> None:
    blocks = tuple(
        replace(block, anchor=f"{block.anchor}-{n}") if isinstance(block, Heading) else block
        for n in range(54)
        for block in demo.FRENCH.blocks
    )
    edition = replace(demo.FRENCH, blocks=blocks)
    files = assert_whole(edition)
    assert len(pages(files[0].data)) >= 80


NOTED = {
    "in the head, the caption and the rows": Table(
        (cell("Rang"), cell("Valeur", 1)),
        tuple((cell(f"rang {n}"), cell(str(n), n % 9 == 0)) for n in range(90)),
        cell("Une légende", 1),
    ),
    "a note in a note": Table(
        (), ((cell("a"), (Text("b"), Note((Text("dehors"), *cell("dedans", 1))))),)
    ),
}


@pytest.mark.parametrize("case", NOTED)
@pytest.mark.parametrize("many", [False, True], ids=["footnotes", "notes at the end"])
def test_the_notes_of_a_table_are_listed_below_it_or_at_the_end(case: str, many: bool) -> None:
    blocks = (*notes(30 if many else 3), NOTED[case], SideBox(cell("Boîte"), (NOTED[case],)))
    edition = Edition("cas-limite", "fr", "Table", blocks)
    for file in assert_whole(edition):
        assert sum(e.kind == "/Note" for e in structure(file.data)) == notes_of(edition)
        assert (catalogue("brochure", "fr")["notes"] in "".join(pages(file.data))) is many


def crowd(count: int, size: int) -> tuple[Block, ...]:
    """So many notes, so many in a paragraph."""
    calls = [
        (Text(f"Phrase {n} et ses mots " * 4), Note(cell(f"Détail {n} " + "encore " * 4)))
        for n in range(count)
    ]
    return tuple(Paragraph(sum(calls[at : at + size], ())) for at in range(0, count, size))


def test_where_notes_are_many_they_stand_at_the_end_under_a_heading_of_the_contents() -> None:
    headings = (Heading(1, (Text("Un"),), "un"), Heading(1, (Text("Deux"),), "deux"))
    edition = Edition("foule", "fr", "Foule", (*headings, *crowd(60, 60)))
    for file in assert_whole(edition):
        assert sum(e.kind == "/Note" for e in structure(file.data)) == 60
        assert catalogue("brochure", "fr")["notes"] in contents_of(file.data)


def test_where_footnotes_fail_the_notes_stand_at_the_end() -> None:
    edition = Edition("cas", "fr", "Cas", crowd(24, 7))
    for file in assert_whole(edition):
        assert sum(e.kind == "/Note" for e in structure(file.data)) == 24
        assert catalogue("brochure", "fr")["notes"] in "".join(pages(file.data))


def test_notes_that_the_last_page_has_no_room_for_are_not_lost() -> None:
    table = NOTED["in the head, the caption and the rows"]
    edition = Edition(
        "cas", "fr", "Cas", (*notes(2), table, SideBox(cell("Boîte"), (table,)), *notes(1))
    )
    for file in assert_whole(edition):
        assert sum(e.kind == "/Note" for e in structure(file.data)) == notes_of(edition)


def test_a_call_leads_to_its_listed_note_and_the_note_back() -> None:
    edition = Edition("cas-limite", "fr", "Table", (NOTED["a note in a note"],))
    for file in assert_whole(edition):
        with pikepdf.open(io.BytesIO(file.data)) as pdf:
            led_to = {str(a.Dest) for s in pdf.pages for a in s.get("/Annots", []) if "/Dest" in a}
        assert led_to == {"call:1", "call:2", "note:1", "note:2"}


TALL = {
    "a tall head": Table(
        (cell("Un très long titre de colonne " * 12), cell("Autre " * 90)),
        tuple((cell(f"rang {n}"), cell(str(n))) for n in range(30)),
    ),
    "tall rows": Table(
        (cell("Rang"), cell("Valeur")),
        tuple((cell(f"rang {n}"), cell("Une phrase. " * 20)) for n in range(16)),
    ),
    "notes in nested quotes": Quote(
        (Quote((Table((cell("a"), cell("b")), ((cell("c " * 60, 1), cell("d " * 60, 1)),)),)),)
    ),
}


@pytest.mark.parametrize("case", TALL)
def test_the_head_of_a_table_is_never_lost(case: str) -> None:
    assert_whole(Edition("cas-limite", "fr", "Table", (*notes(4), TALL[case])))


def test_the_head_of_a_long_table_is_said_again_on_each_page() -> None:
    rows = tuple((cell(f"rang {n}"), cell(str(n))) for n in range(200))
    edition = Edition("longue", "fr", "Longue", (Table((cell("Rang"), cell("Valeur")), rows),))
    for file in assert_whole(edition):
        told = [text for text in pages(file.data) if "rang " in text]
        assert len(told) > 1
        assert all("Valeur" in text for text in told)


# ------------------------------------------------------------------------------------- the cover


@each_case
def test_the_cover_is_drawn_as_before(case: str) -> None:
    drawn = str(cover_svg(*CASES[case], 132, 126))
    golden = GOLDEN / case / "golden" / "cover.svg"
    if os.environ.get("PARUTION_SAVE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(drawn + "\n", encoding="utf-8")
    assert drawn == golden.read_text(encoding="utf-8").rstrip("\n")


@settings(deadline=None)
@given(
    slug=st.text(max_size=20),
    house=st.sampled_from((demo.HOUSE, demo.THREADS)),
    lengths=st.lists(st.integers(0, 900), max_size=40),
    size=st.tuples(st.floats(10, 3000), st.floats(10, 3000)),
)
def test_any_edition_has_a_cover_without_words(
    slug: str, house: House, lengths: list[int], size: tuple[float, float]
) -> None:
    blocks = tuple(
        block
        for number, length in enumerate(lengths)
        for block in (Heading(1, (Text("Partie"),), f"a{number}"), p("mot " * length))
    )
    drawn = str(cover_svg(Edition(slug, "fr", "T", blocks), demo.IMPRINT, house, *size))
    root = ET.fromstring(drawn)
    assert not "".join(root.itertext()).strip()
    assert 5 <= len(root) <= 10
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_another_edition_has_another_cover() -> None:
    def drawn(slug: str) -> str:
        return hashlib.sha256(
            cover_svg(replace(demo.FRENCH, slug=slug), demo.IMPRINT, demo.HOUSE, 9, 9).encode()
        ).hexdigest()

    assert drawn("a") == drawn("a")
    assert drawn("a") != drawn("b")


# ---------------------------------------------------------------------------------- the pages


@pytest.mark.parametrize("paper", [A4, A5], ids=["a4", "a5"])
def test_margins_widen_from_the_back_round_to_the_foot(paper: Paper) -> None:
    assert paper.inner_mm < paper.top_mm < paper.outer_mm < paper.bottom_mm


@pytest.mark.parametrize(("paper", "fewest", "most"), [(A4, 38, 48), (A5, 55, 70)])
def test_a_line_holds_as_many_characters_as_the_eye_likes(
    paper: Paper, fewest: int, most: int
) -> None:
    average = 0.455 * paper.text  # of Source Serif in French, blanks included
    assert fewest <= paper.column / average <= most


@settings(deadline=None)
@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_picture_fits_its_column_undistorted(width: int, height: int) -> None:
    for paper in (A4, A5):
        printed, tall = paper.picture(width, height)
        assert printed <= paper.column + 1e-6
        assert tall <= paper.lines * paper.line
        assert tall * width == pytest.approx(printed * height)


def test_every_kind_of_block_is_in_the_demonstration() -> None:
    kinds = {type(block) for block in walk(demo.FRENCH.blocks)}
    assert kinds == {Heading, Paragraph, ItemList, Quote, PullQuote, SideBox, Figure, Table}


def test_the_demonstration_s_pictures_are_pictures() -> None:
    assert isinstance(demo.picture(), Picture)


# ---------------------------------------------------------------------------------- pictures


@each_file
def test_pictures_are_printed_as_they_are(path: str) -> None:
    """Of a size that A4 makes smaller and A5 does not: each paper shows the same picture."""
    given_ = demo.photograph(1400, 700)
    edition = replace(demo.ENGLISH, blocks=(Figure(given_, "A slope"),))
    data = brochure.render(edition, demo.IMPRINT, demo.HOUSE).file(path).data
    [shown] = pictures_in(data)
    wanted = Image.open(io.BytesIO(given_.data)).convert("RGB").resize(shown.size)
    difference = ImageStat.Stat(ImageChops.difference(shown, wanted)).mean
    assert max(difference) < 3
    assert shown.width <= 1400


def pictures_in(data: bytes) -> list[Image.Image]:
    return [
        thing.get_bitmap().to_pil().convert("RGB")
        for sheet in pypdfium2.PdfDocument(data)
        for thing in sheet.get_objects()
        if isinstance(thing, pypdfium2.PdfImage)
    ]


def test_a_picture_that_a_camera_turned_is_upright_on_paper() -> None:
    turned = demo.photograph(3000, 1500, orientation=6)
    [(_, (_, plate))] = plates([turned], [A4]).items()
    made = Image.open(io.BytesIO(plate))
    assert made.height > made.width
    assert "exif" not in made.info


# ------------------------------------------------------------------------------- the grid

_PARAGRAPH = p("Un mot et un autre mot, et encore une fois un mot qui vient après lui. " * 4)
_FIGURES = (("41 centimes", " de plus"), ("9 jours", " de moins"), ("2 140 km", " de haies"))


def grid_of(first: str, *, head: bool) -> Table:
    rows = ((cell(first), cell("d")),) * 4
    return Table((cell("a"), cell("b")) if head else (), rows)


NEIGHBOURS: dict[str, Block] = {
    "figure": Figure(demo.picture("p.png", 900, 600), "x", cell("Une légende")),
    "table": grid_of("c", head=False),
    "headed table": grid_of("c", head=True),
    "programme": grid_of("9 h 00", head=False),
    "headed programme": grid_of("9 h 00", head=True),
    "heading": Heading(1, cell("Titre"), "un"),
    "lower heading": Heading(2, cell("Titre"), "deux"),
    "lowest heading": Heading(3, cell("Titre"), "trois"),
    "paragraph": _PARAGRAPH,
    "pull quote": PullQuote(cell("Une phrase qui porte loin")),
    "key figures": ItemList(
        tuple((Paragraph((Strong(cell(f)), Text(w))),) for f, w in _FIGURES)
    ),
    "quotation": Quote((_PARAGRAPH,)),
    "box": SideBox(cell("Boîte"), (_PARAGRAPH,)),
}  # fmt: skip


@pytest.mark.slow
def test_whatever_stands_beside_what_the_text_stays_on_the_grid() -> None:
    """No standfirst, no date: the opening leads to the grid too."""
    pairs = product(NEIGHBOURS.values(), repeat=2)
    blocks = tuple(block for a, b in pairs for block in (_PARAGRAPH, a, b, _PARAGRAPH))
    edition = Edition("grille", "fr", "Grille", blocks)
    rendition = brochure.render(edition, demo.IMPRINT, demo.HOUSE)
    for check in prove_rendition(edition, demo.IMPRINT, demo.HOUSE, rendition):
        if check.id in ("print-grid", "print-place"):
            assert check.marks == (), check.subject


@pytest.mark.parametrize("figure", ["9 jours", "41 centimes", "1 234 567,89 €", "1" * 18])
def test_no_key_figure_runs_into_the_next(figure: str) -> None:
    said = tuple((Paragraph((Strong(cell(figure)), Text(" de plus, en tout"))),) for _ in range(4))
    assert_whole(Edition("chiffres", "fr", "Chiffres", (p("Avant."), ItemList(said), p("Après."))))


def test_an_address_gains_no_hyphen() -> None:
    address = "www.association-territoirenumerique.example.fr"
    said = p(f"La page est à l’adresse {address} depuis hier, et chacun la connaît. " * 9)
    edition = Edition("adresse", "fr", "Adresse", (said,))
    for file in brochure.render(edition, demo.IMPRINT, demo.HOUSE).files[:2]:
        read = re.sub(r"[\r\n]+", "", "".join(pages(file.data)))
        assert read.count(address) >= 8, "nothing was put into it where it is broken"
