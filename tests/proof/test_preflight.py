"""Preflight finds what a printer, a typographer and a proofreader would: each fault once, put into
a page on purpose."""

from __future__ import annotations

import base64
import io

import pikepdf
import pytest
import segno
import weasyprint
from PIL import Image

from flows.channels.brochure.tags import finish
from flows.proof import Check
from flows.proof.preflight import preflight
from flows.proof.preflight.typesetting import Setting
from flows.rendition import File

HERE = "https://house.example/2026/essai/"
SHEET = """@page { size: 100mm 100mm; margin: 15mm }
body { margin: 0; font: 10pt/14pt 'DejaVu Serif'; orphans: 1; widows: 1 }
p, h2, figure { margin: 0 } h2 { font-size: 14pt; line-height: 28pt }
.even { text-align: justify } svg { width: 25mm }"""
LINE = "Un mot et un autre mot et encore un. "


def pdf(body: str, sheet: str = "") -> bytes:
    page = f'<html lang="fr"><title>t</title><style>{SHEET}{sheet}</style><body>{body}</html>'
    made = weasyprint.HTML(string=page).write_pdf(finisher=finish, pdf_variant="pdf/ua-1")
    assert isinstance(made, bytes)
    return made


def picture() -> str:
    """A small picture as an address of its own."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#886").save(made, "PNG")
    return "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()


def code(address: str) -> str:
    drawn = str(segno.make(address, micro=False).svg_inline(border=4))
    return f"<div>{drawn.replace('>', '><title>Code</title>', 1)}</div>"


def checks(data: bytes, path: str = "public/brochure.pdf") -> dict[str, Check]:
    found = preflight(File(path, "application/pdf", data), HERE)
    return {check.id.removeprefix("print-"): check for check in found}


def marks(body: str, sheet: str = "") -> set[str]:
    return {m.rule for check in checks(pdf(body, sheet)).values() for m in check.marks}


FAULTS = {
    "off-grid": f"<p>{LINE * 9}</p><p style='margin-top: 5pt'>{LINE * 3}</p>",
    "hole": f"<p class=even>{LINE * 4}</p><p class=even>Voici anticonstitutionnellement écrit"
    f" incompréhensiblement là. {LINE * 5}</p>",
    "stranded-heading": f"<p>{LINE * 24}</p><h2>Un titre</h2>"
    "<p style='break-before: page'>Un mot</p>",
    "one-word-line": f"<p>{LINE}<br>fin.</p>",
    "outside-column": f"<p class=even>{LINE * 9}</p><p style='white-space: nowrap'>{LINE}Un</p>",
    "few-dots": f"<figure><img src='{picture()}' alt='x' style='width: 60mm'></figure><p>Mot</p>",
    "torn-apart": "<p>La vallée compte soixante-deux<br>% de prés.</p>",
    "orphan": f"<p>{LINE * 5}</p>" * 8,
    "widow": f"<p>{LINE * 5}</p>" * 8,
}
LOW = "@page { size: 100mm 66mm }"


@pytest.mark.parametrize("rule", FAULTS)
def test_each_fault_is_marked(rule: str) -> None:
    sheet = LOW if rule in ("orphan", "widow") else ""
    assert rule in marks(FAULTS[rule], sheet)


def test_a_page_without_a_fault_has_no_mark() -> None:
    assert marks(f"<h2>Un titre</h2><p>{LINE * 4}</p><p>{LINE * 3}</p>") <= {"one-word-line"}


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("off-paper", "<p style='margin-left: -40pt; text-indent: -20pt'>Hors du papier</p>"),
        ("overlap", f"<p>{LINE * 2}</p><p style='margin-top: -26pt'>{LINE}</p>"),
    ],
)
def test_text_beyond_the_paper_or_upon_other_text_refuses(rule: str, body: str) -> None:
    place = checks(pdf(body))["place"]
    assert place.fault is not None
    assert place.fault.rule == rule


@pytest.mark.parametrize(
    ("style", "holds"),
    [
        ("color: #767676", True),
        ("color: #7a7a7a", False),
        ("color: #ffffff; background: #1f2a36", True),
        ("color: #767676; background: #eeeeee", False),
        ("font-size: 40pt; color: #949494", False),
        ("color: #000000; opacity: 0.3", False),
        ("color: rgb(0 0 0 / 20%)", False),
    ],
)
def test_text_that_does_not_stand_out_from_its_ground_refuses(style: str, holds: bool) -> None:
    found = checks(pdf(f"<p>Mot</p><p style='{style}'>Un mot pâle</p><p>Mot</p>"))["contrast"]
    assert found.passed is holds
    if found.fault:
        assert found.fault.rule == "faint"
        assert dict(found.fault.values)["words"].startswith("Un mot")


def test_text_that_something_is_painted_over_refuses() -> None:
    cover = "position: relative; top: -14pt; height: 14pt; background: #ffffff"
    found = checks(pdf(f"<p>Un mot couvert</p><div style='{cover}'></div><p>Mot</p>"))["contrast"]
    assert found.fault is not None
    assert found.fault.rule == "faint"


@pytest.mark.parametrize(("address", "holds"), [(HERE, True), ("https://other.example/", False)])
def test_the_code_is_read_off_the_page(address: str, holds: bool) -> None:
    assert checks(pdf(f"<p>Mot</p>{code(address)}"))["code"].passed is holds


def test_a_page_without_a_code_is_told() -> None:
    found = checks(pdf("<p>Mot</p>"))["code"]
    assert found.fault is not None
    assert found.fault.rule == "code-astray"


def test_typefaces_that_are_not_in_the_file_refuse() -> None:
    with pikepdf.open(io.BytesIO(pdf("<p>Mot</p>"))) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary):
                for key in ("/FontFile2", "/FontFile3"):
                    if key in thing:
                        del thing[key]
        bare = io.BytesIO()
        opened.save(bare)
    found = checks(bare.getvalue())["typefaces"]
    assert found.fault is not None
    assert found.fault.rule == "typeface-not-embedded"


def test_a_press_file_in_the_colours_of_a_screen_refuses() -> None:
    found = checks(pdf("<p style='color: #b3261e'>Mot</p>"), "public/brochure-press.pdf")
    assert found["inks"].fault is not None
    assert found["inks"].fault.rule == "screen-colour"
    assert found["boxes"].fault is not None


def test_the_measures_do_not_fall_over_an_empty_file() -> None:
    from flows.proof.preflight.lines import Print

    setting = Setting(Print((), (), ()))
    assert setting.on_grid() == (0, [])
    assert setting.justified() == (0, 0)
    assert list(setting.torn()) == list(setting.loose_ends()) == []
