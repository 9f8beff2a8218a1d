"""The words of a PDF are those of its structure tree, whatever its lines and columns do."""

import pytest

from flows import proof
from flows.proof.pdf import pdf_words
from flows.rendition import File, Rendition
from tests.proof.proof_samples import HOUSE, IMPRINT, everything

weasyprint = pytest.importorskip("weasyprint")

SHEET = """@page { size: 60mm 90mm; margin: 10mm; @bottom-center { content: counter(page) } }
body { font: 10pt 'DejaVu Serif'; hyphens: auto; overflow-wrap: anywhere } sup { font-size: 60% }
.two { columns: 2; column-gap: 3mm; text-align: justify }"""


def pdf(body: str) -> bytes:
    page = f'<html lang="fr"><title>t</title><style>{SHEET}</style><body>{body}</html>'
    made = weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(made, bytes)
    return made


def said(body: str) -> str:
    return " ".join(pdf_words(pdf(body)).tokens)


def test_pieces_on_one_line_are_one_word():
    assert said("<p>Le 1<sup>er</sup> mot, en<em>semb</em>le.</p>") == "Le 1er mot , ensemble ."


def test_blocks_part_words():
    assert said("<p>un</p><p>deux<br>trois</p>") == "un deux trois"


def test_folios_and_running_heads_are_not_read():
    assert said("<p>seul</p>") == "seul"


def test_ligatures_and_emoji_come_back():
    assert said("<p>L’office affirme 😀 l’œuvre.</p>") == "L ’ office affirme 😀 l ’ œuvre ."


def test_right_to_left_words_come_back_in_the_order_of_reading():
    assert said('<p>Il dit <span lang="he">שלום עולם</span> ici.</p>') == "Il dit שלום עולם ici ."


def prove(body: str) -> proof.Check:
    file = File("public/brochure.pdf", "application/pdf", pdf(body))
    checks = proof.prove_rendition(everything(), IMPRINT, HOUSE, Rendition("page", (file,)))
    return next(check for check in checks if check.id == "words")


ARTICLE = """<h1>Et mon territoire&nbsp;?</h1>
<p>Trois usages, un lieu&#8239;: la place du village.</p>
<div class="two"><p>Le 1<sup>er</sup> mars, la territoriali<em>sation</em><sup>1</sup></p>
<p>1. Un mot de treize lettres.</p><p> des pratiques a commencé&#8239;; une étude
(https://exemple.org/etude?annee=2015) le montre, peut-être.</p><h2>Les usages</h2>
<p>Première ligne<br>seconde ligne.</p><ul><li>des drives<li>des tiers-lieux</ul>
<ol start="3"><li>d’abord<li>ensuite</ol><p>« Le lien compte plus que le lieu. »</p>
<p>Habiter, c’est relier.</p><p>Une habitante</p><h3>Le saviez-vous&#8239;?</h3>
<p>Le mot commons dit le partage.</p><p>Les communes du littoral.</p></div>
<table><caption>Ce que l’on fait en ligne</caption><tr><th>Usage<th>Part<tr><th>Achats<td>42&nbsp;%
<tr><th>Échanges<td>7&nbsp;%</table><h3>Et demain</h3><p>Rien n’est écrit.<sup>2</sup></p>
<p>2. Sauf ceci.</p><p>Tout reste à faire.</p>"""


def test_hyphens_columns_pages_and_long_addresses_lose_nothing():
    check = prove(ARTICLE)
    assert check.passed, check.fault


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("territoriali", "territoriale", "word-changed"),
        ("pratiques a", "pratiques", "word-missing"),
        ("le partage", "le le partage", "word-added"),
        ("peut-être", "peut être", "word-missing"),
        ("Sauf ceci.", "", "word-missing"),
    ],
)
def test_a_word_that_differs_in_the_pdf_is_named(before: str, after: str, rule: str):
    fault = prove(ARTICLE.replace(before, after)).fault
    assert fault is not None
    assert fault.rule == rule


def standards(file: File) -> list[proof.Check]:
    """What is said of a file's words and of the two standards."""
    checks = proof.prove_rendition(everything(), IMPRINT, HOUSE, Rendition("page", (file,)))
    return [check for check in checks if not check.id.startswith("print-")]


def test_a_pdf_without_a_structure_tree_is_refused():
    made = weasyprint.HTML(string="<p>mot").write_pdf()
    file = File("public/brochure.pdf", "application/pdf", made)
    words, ua, a = standards(file)
    assert words.fault is not None
    assert words.fault.rule == "file-unreadable"
    assert ua.fault is not None
    assert ua.fault.rule == "pdf-ua"
    assert a.fault is not None
    assert a.fault.rule == "pdf-a"


def test_a_file_that_is_no_pdf_is_refused():
    file = File("public/brochure.pdf", "application/pdf", b"%PDF-1.7 nothing more")
    assert [check.passed for check in standards(file)] == [False, False, False]


def test_characters_that_no_font_has_are_refused_in_plain_words():
    file = File(
        "public/brochure.pdf", "application/pdf", pdf("<p>mot \U000e0fff\U0001fad8\u1b83</p>")
    )
    _, ua, _ = standards(file)
    assert ua.fault is not None
    assert ua.fault.rule == "characters-without-font"
