"""Each link resolves, each anchor exists once, and no link of the edition is lost."""

from dataclasses import replace

import pytest

from flows import proof
from flows.edition import Link, Paragraph
from flows.rendition import File, Rendition
from flows.words import say
from tests.proof.proof_samples import HOUSE, IMPRINT, everything, t

PAGE = """<!doctype html><link rel="stylesheet" href="../../assets/site-1a2b3c4d.css"><body>
<a href="/">maison</a> <a href="../">année</a> <a href="/feed.xml">flux</a> <a href="#n1">1</a>
<a href="https://conseil.example/2018/territoire/brochure.pdf">PDF</a> <p id="n1">note</p>
<a href="https://exemple.org/etude?annee=2015">étude</a> <a href="mailto:a@b.example">écrire</a>
<img src="pictures/carte.png" alt="carte" srcset="pictures/carte.png 2x">"""
MAIL = """<a href="https://exemple.org/etude?annee=2015">étude</a>
<img src="https://conseil.example/2018/territoire/pictures/carte.png">"""
EDITION = everything()


def faults(page: str = PAGE, mail: str = MAIL, edition=EDITION) -> list[tuple[str, str, str]]:
    files = (
        File("public/index.html", "text/html", page.encode()),
        File("public/newsletter.html", "text/html; charset=utf-8", mail.encode()),
        File("public/pictures/carte.png", "image/png", b"png"),
        File("assets/site-1a2b3c4d.css", "text/css", b"a { src: url('serif.woff2') }"),
        File("assets/serif.woff2", "font/woff2", b"font"),
    )
    brochure = Rendition("brochure", (File("public/brochure.pdf", "text/x", b""),))
    checks = proof.prove_links(edition, IMPRINT, HOUSE, [Rendition("newsletter", files), brochure])
    found = [check.fault for check in checks if check.fault]
    assert all(say(fault, language) for fault in found for language in ("fr", "en"))
    return [(f.rule, f.place.file, dict(f.values)["address"]) for f in found]


def test_links_that_all_resolve_pass():
    assert faults() == []


def test_a_page_may_lead_to_the_subjects_of_its_edition_and_to_no_others():
    edition = replace(EDITION, section="Conférences", tags=("L’eau",))
    ways = '<a href="/tags/conferences/">sujet</a> <a href="../../tags/l-eau/">sujet</a>'
    assert faults(page=PAGE + ways, edition=edition) == []
    [(rule, _file, address)] = faults(page=f'{PAGE}<a href="/tags/feu/">x</a>', edition=edition)
    assert (rule, address) == ("link-dead", "/tags/feu/")


@pytest.mark.parametrize(
    ("before", "after", "rule", "address"),
    [
        ('href="/"', 'href="/boutique"', "link-dead", "/boutique"),
        ("brochure.pdf", "brochure-a3.pdf", "link-dead", None),
        ("../../assets/site-1a2b3c4d.css", "../assets/site-1a2b3c4d.css", "link-dead", None),
        ('src="pictures/carte.png"', 'src="carte.png"', "link-dead", "carte.png"),
        ('href="#n1"', 'href="#n2"', "anchor-missing", "#n2"),
        ('<p id="n1">', '<p id="n1"><b id="n1">', "anchor-twice", "n1"),
        ("annee=2015", "annee=2016", "link-lost", "https://exemple.org/etude?annee=2015"),
    ],
)
def test_a_fault_in_the_page_is_named(before: str, after: str, rule: str, address: str | None):
    found = faults(page=PAGE.replace(before, after))
    assert (rule, "public/index.html") in [f[:2] for f in found]
    if address:
        assert address in [f[2] for f in found]


def test_a_mail_has_no_relative_link():
    found = faults(mail=MAIL.replace("https://conseil.example/2018/territoire/", ""))
    assert ("link-relative", "public/newsletter.html", "pictures/carte.png") in found


def test_a_picture_of_the_edition_that_a_page_does_not_show_is_named():
    assert ("picture-lost", "public/newsletter.html", "carte.png") in faults(
        mail=MAIL.replace("png", "gif")
    )


def test_a_style_sheet_that_names_a_font_that_is_not_there_is_refused():
    styles = File("assets/site.css", "text/css", b"@font-face { src: url(lost.woff2) }")
    (check,) = proof.prove_links(EDITION, IMPRINT, HOUSE, [Rendition("page", (styles,))])
    assert check.fault is not None
    assert check.fault.rule == "link-dead"


def test_a_link_within_the_edition_must_lead_to_a_heading_that_exists():
    linked = Paragraph((Link("#les_usages", t("plus haut")),))
    edition = replace(EDITION, blocks=(*EDITION.blocks, linked))
    assert ("link-lost", "public/index.html", "#les_usages") in faults(edition=edition)
    page = PAGE + '<h2 id="les_usages">Les usages</h2><a href="#les_usages">plus haut</a>'
    mail = MAIL + '<a href="https://conseil.example/2018/territoire/#les_usages">plus haut</a>'
    assert faults(page, mail, edition) == []


def test_addresses_of_others_are_taken_as_they_are():
    assert faults(page=PAGE + '<a href="https://nowhere.invalid/x#y">ailleurs</a>') == []


def test_links_out_of_a_pdf_and_within_it_are_followed():
    weasyprint = pytest.importorskip("weasyprint")
    body = """<html lang="fr"><title>t</title><h1 id="h">t</h1><a href="#h">h</a>
    <a href="https://exemple.org/etude?annee=2015">étude</a><a href="https://conseil.example/x">x</a>"""
    data = weasyprint.HTML(string=body).write_pdf()
    brochure = Rendition("brochure", (File("public/brochure.pdf", "application/pdf", data),))
    anchors, links, kept = proof.prove_links(EDITION, IMPRINT, HOUSE, [brochure])
    assert (anchors.passed, anchors.figure) == (True, "1/1")
    assert links.fault is not None
    assert dict(links.fault.values)["address"] == "https://conseil.example/x"
    assert kept.passed
