"""The structure tree of the brochure: what a screen reader hears, and in what parts."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from functools import cache

import page
import pikepdf
import pytest

from flows.channels import brochure
from flows.channels._markdown import markdown
from flows.edition import (
    Edition,
    Foreign,
    Heading,
    ItemList,
    Note,
    Paragraph,
    PullQuote,
    SideBox,
    Table,
    Text,
)
from tests.channels import demo

PATHS = ("public/brochure.pdf", "public/brochure-a5.pdf")
each_file = pytest.mark.parametrize("path", PATHS)
LONG = "La rive et la plaine se partagent une eau que chacun compte à sa façon. " * 90

SAMPLE = Edition(
    "arbre",
    "fr",
    "Un arbre",
    (
        Heading(1, (Text("Une"),), "une"),
        Paragraph((Text("Avant"), Note((Text("Une note."),)), Text(" et après."))),
        Paragraph((Text(LONG),)),
        SideBox((Text("À côté"),), (Paragraph((Text("Dedans."),)),)),
        PullQuote((Text("Une voix."),)),
        Heading(1, (Text("Deux"),), "deux"),
        ItemList(((Paragraph((Text("un"),)),), (Paragraph((Text("deux"),)),))),
        Table(
            ((Text("Rang"),), (Text("Valeur"),)),
            tuple(((Text(f"rang {n}"),), (Text(str(n)),)) for n in range(120)),
            row_heads=True,
        ),
        Paragraph((Text("Il dit "), Foreign("en", (Text("well done"),)), Text("."))),
    ),
)


@cache
def made() -> dict[str, pikepdf.Pdf]:
    files = brochure.render(SAMPLE, demo.IMPRINT, demo.HOUSE).files
    return {f.path: pikepdf.open(io.BytesIO(f.data)) for f in files}


def elements(path: str) -> Iterator[pikepdf.Dictionary]:
    stack = [made()[path].Root.StructTreeRoot.K[0]]
    while stack:
        element = stack.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element
            kids = element.get("/K", [])
            stack.extend(reversed(list(kids) if isinstance(kids, pikepdf.Array) else [kids]))


def kinds(path: str) -> list[str]:
    return [str(element.S) for element in elements(path)]


def kinds_in(element: pikepdf.Dictionary) -> list[str]:
    return [str(kid.S) for kid in element.K if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


@each_file
def test_a_paragraph_is_one_element_though_it_goes_over_columns_and_pages(path: str) -> None:
    found = [e for e in elements(path) if str(e.S) == "/P" and len(list(e.K)) > 10]
    assert len(found) == 1
    assert any(
        isinstance(kid, pikepdf.Dictionary) and str(kid.get("/Type", "")) == "/MCR"
        for kid in found[0].K
    )


@each_file
def test_what_only_served_the_layout_says_nothing(path: str) -> None:
    assert not {"/Div", "/NonStruct"} & set(kinds(path))
    spans = [e for e in elements(path) if str(e.S) == "/Span"]
    assert all("/Lang" in span for span in spans)


@each_file
def test_the_contents_are_a_table_of_contents(path: str) -> None:
    assert kinds(path).count("/TOC") == 1
    items = [e for e in elements(path) if str(e.S) == "/TOCI"]
    assert len(items) == 2
    assert all(kinds_in(item) == ["/Reference"] for item in items)


@each_file
def test_a_note_follows_the_reference_to_it_and_starts_with_its_label(path: str) -> None:
    [note] = [e for e in elements(path) if str(e.S) == "/Note"]
    siblings = kinds_in(note.P)
    assert siblings == ["/Reference", "/Note"]
    assert kinds_in(note)[0] == "/Lbl"


@each_file
def test_boxes_and_pull_quotes_have_tags_that_every_reader_knows(path: str) -> None:
    roles = made()[path].Root.StructTreeRoot.RoleMap
    assert str(roles.Aside) == "/Sect"
    assert str(roles.PullQuote) == "/BlockQuote"
    assert {"/Aside", "/PullQuote"} <= set(kinds(path))


@each_file
def test_the_items_of_a_list_have_bodies(path: str) -> None:
    [listed] = [e for e in elements(path) if str(e.S) == "/L"]
    assert kinds_in(listed) == ["/LI", "/LI"]
    assert all(kinds_in(item)[-1] == "/LBody" for item in listed.K)


@each_file
def test_a_table_s_heads_say_what_they_head_and_are_said_once(path: str) -> None:
    heads = [e for e in elements(path) if str(e.S) == "/TH"]
    assert [str(h.A.Scope) for h in heads] == ["/Column"] * 2 + ["/Row"] * 120
    assert kinds(path).count("/TR") == 121


@each_file
def test_running_heads_leaders_and_folios_are_no_part_of_what_is_read(path: str) -> None:
    pdf = made()[path]
    for sheet in list(pdf.pages)[2:-1]:
        marks = [
            str(step.operands[0])
            for step in pikepdf.parse_content_stream(sheet)
            if str(step.operator) in ("BDC", "BMC")
        ]
        assert "/Artifact" in marks


@each_file
def test_another_language_is_told_in_its_place(path: str) -> None:
    [foreign] = [e for e in elements(path) if str(e.S) == "/Span"]
    assert str(foreign.Lang) == "en"


@each_file
def test_each_piece_of_content_belongs_to_the_element_that_holds_it(path: str) -> None:
    """The parent tree and the tree of elements say the same (ISO 32000-1, 14.7.4.4)."""
    pdf = made()[path]
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    by_key = {int(numbers[k]): numbers[k + 1] for k in range(0, len(numbers), 2)}
    keys = {sheet.objgen: int(sheet.StructParents) for sheet in pdf.pages}
    count = 0
    for element in elements(path):
        for kid in element.K:
            page = element.get("/Pg")
            if isinstance(kid, pikepdf.Dictionary) and str(kid.get("/Type", "")) == "/MCR":
                page, kid = kid.Pg, int(kid.MCID)
            if isinstance(kid, int):
                owner = by_key[keys[page.objgen]][kid]
                assert owner.objgen == element.objgen
                count += 1
    assert count > 100


# ------------------------------------------------------------------------------- for the archives


def test_a_stream_that_ends_in_a_carriage_return_is_as_long_as_it_says() -> None:
    import pydyf

    from flows.channels.brochure.archive import seal

    pdf = pydyf.PDF()
    bare = pydyf.Stream([b"bare\r"])
    packed = [pydyf.Stream([b"%d" % n], compress=True) for n in range(55_000, 56_000)]
    for stream in (bare, *packed):
        pdf.add_object(stream)
    seal(pdf)
    assert bare.stream == [b"bare\r\n"]
    for number, stream in enumerate(packed, 55_000):
        assert not stream.stream[0].endswith(b"\r")
        unpacked = zlib.decompressobj()
        assert unpacked.decompress(stream.stream[0]) == b"%d" % number
    assert any(s.stream[0].endswith(b"\r\n") for s in packed), "the case is among these"


@each_file
def test_the_edition_as_markdown_is_within(path: str) -> None:
    pdf = made()[path]
    attached = pdf.attachments["arbre.md"]
    assert attached.get_file().read_bytes().decode() == markdown(SAMPLE)
    assert attached.get_file().mime_type == "text/markdown"
    assert [str(f.AFRelationship) for f in pdf.Root.AF] == ["/Source"]


@each_file
def test_it_is_pdf_ua_and_pdf_a_at_once(path: str) -> None:
    data = brochure.render(SAMPLE, demo.IMPRINT, demo.HOUSE).file(path).data
    for profile in ("ua1", "3a"):
        found = page.validate_pdf_bytes(data, profile=profile)
        assert found.is_compliant, found
    with made()[path].open_metadata() as metadata:
        claims = [metadata.get(f"pdf{name}id:part") for name in ("a", "ua")]
        assert (*claims, metadata.get("pdfaid:conformance")) == ("3", "1", "A")
