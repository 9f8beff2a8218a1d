"""No word lost, none added, none doubled, none moved: in HTML that this test makes itself."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import proof
from flows.rendition import File, Rendition
from flows.words import say
from tests.proof.proof_samples import HOUSE, IMPRINT, everything

PAGE = """<!doctype html><html lang="fr"><head><title>Et mon territoire ? – Conseil de développement
</title><style>p { color: red }</style></head><body><p>Conseil de développement</p>
<p>Conférences · 16 août 2018</p><nav><ol><li><a href="#a">Les usages</a> … 3</li>
<li>Et demain 4</li></ol></nav><!--[if mso]>Outlook<![endif]-->
<svg aria-hidden="true"><text>décor</text></svg>
<h1>Et mon territoire&nbsp;?</h1><p>Trois usages, un lieu&#8239;: la place du village.</p>
<p>Le 1<sup>er</sup> mars, la territoriali<em>sation</em><sup><a
href="#n1" role="doc-noteref">1</a></sup>
des pratiques a commencé&#8239;; <a href="https://exemple.org/etude?annee=2015">une étude</a> le
montre, peut-être.</p><h2 id="a">Les usages</h2><p>Première ligne<br>seconde ligne.</p>
<ul><li>des drives</li><li>des tiers-lieux</li></ul>
<ol start="3"><li>d’abord</li><li>ensuite</li></ol>
<blockquote><p>«&nbsp;Le lien compte plus que le lieu.&nbsp;»</p></blockquote>
<figure><blockquote>Habiter, c’est relier.</blockquote>
<figcaption>Une habitante</figcaption></figure>
<aside><h3>Le saviez-vous&#8239;?</h3>
<p>Le mot <span lang="en">commons</span> dit le partage.</p></aside>
<figure><img src="carte.png" alt="Une carte">
<figcaption>Les communes du littoral.</figcaption></figure>
<table><caption>Ce que l’on fait en ligne</caption><tr><th>Usage</th><th>Part</th></tr>
<tr><th>Achats</th><td>42&nbsp;%</td></tr><tr><th>Échanges</th><td>7&nbsp;%</td></tr></table>
<h3>Et demain</h3><p>Rien n’est écrit.<sup>2</sup> Tout reste à faire.</p>
<ol><li>Un mot de <strong>treize</strong> lettres. ↩</li><li>Sauf ceci.</li></ol>
<p>Conseil de développement · Révision 2 · https://conseil.example/2018/territoire/</p></body></html>"""
ARTICLE = slice(PAGE.index("<h1>"), PAGE.index("<p>Conseil de développement · Révision"))


def prove(html: str) -> proof.Check:
    page = File("public/page.html", "text/html", html.encode())
    checks = proof.prove_rendition(everything(), IMPRINT, HOUSE, Rendition("page", (page,)))
    (check,) = [check for check in checks if check.id == "words"]
    return check


def refusal(html: str) -> dict[str, str]:
    check = prove(html)
    assert not check.passed
    assert check.fault is not None
    for language in ("fr", "en"):
        assert all(say(check.fault, language))
    return {"rule": check.fault.rule, **dict(check.fault.values)}


def test_a_page_with_all_the_words_passes_and_says_how_many():
    check = prove(PAGE)
    assert check.passed, check.fault
    assert re.fullmatch(r"(\d+)/\1", check.figure)


def test_a_lost_word_is_named_with_its_place():
    found = refusal(PAGE.replace("pratiques a commencé", "pratiques commencé"))
    assert (found["rule"], found["word"]) == ("word-missing", "a")
    assert found["where"] == "paragraphe « Le 1er mars, la territorialisation… », mot 8"
    assert found["after"].endswith("des pratiques")


def test_a_doubled_word_is_named():
    found = refusal(PAGE.replace("la place du", "la la place du"))
    assert (found["rule"], found["word"]) == ("word-added", "la")


def test_two_swapped_words_are_refused():
    assert refusal(PAGE.replace("des pratiques a", "pratiques des a"))["rule"].startswith("word-")


def test_a_foreign_word_between_blocks_is_named():
    found = refusal(PAGE.replace("<h2", "<p>Publicité</p><h2"))
    assert (found["rule"], found["word"]) == ("word-added", "Publicité")


def test_a_word_of_the_metadata_is_foreign_in_the_middle_of_a_text():
    assert refusal(PAGE.replace("a commencé", "a numérique commencé"))["word"] == "numérique"


def test_a_heading_that_is_doubled_in_its_own_line_is_refused():
    assert refusal(PAGE.replace("<h3>Et demain", "<h3>Et demain Et demain"))["rule"] == "word-added"


def test_a_lost_note_is_refused_though_its_call_stands():
    assert refusal(PAGE.replace("<li>Sauf ceci.</li>", ""))["word"] == "Sauf"


def test_a_wrong_note_number_glued_to_a_word_is_refused():
    assert refusal(PAGE.replace('noteref">1<', 'x">7<'))["found"] == "territorialisation7"


def test_lost_punctuation_is_refused():
    assert refusal(PAGE.replace("peut-être.", "peut-être"))["word"] == "."


def test_a_word_in_other_letters_is_refused():
    found = refusal(PAGE.replace("village", "villages"))
    assert (found["rule"], found["found"], found["word"]) == ("word-changed", "villages", "village")


def test_a_title_in_capitals_by_style_is_the_title():
    assert prove(PAGE.replace('<h2 id="a">Les usages', "<h2>LES USAGES")).passed


def test_the_last_words_must_be_there():
    assert refusal(PAGE[: PAGE.index("Sauf")])["word"] == "Sauf"


def test_an_empty_file_is_refused_with_the_first_word_due():
    assert refusal("")["word"] == "Et"


def test_a_rendition_without_any_text_is_refused():
    (check,) = proof.prove_rendition(everything(), IMPRINT, HOUSE, Rendition("empty", ()))
    assert check.fault is not None
    assert check.fault.rule == "nothing-to-read"


WORDS = [m.span() for m in re.finditer(r"(?<![&\w#])[^\W\d_]{2,}(?![^<>]*>)", PAGE[ARTICLE])]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(["drop", "double", "swap", "add"]))
def test_whatever_happens_to_a_word_it_is_refused(span: tuple[int, int], fate: str):
    start, end = (ARTICLE.start + k for k in span)
    word = PAGE[start:end]
    match fate:
        case "drop":
            changed = ""
        case "double":
            changed = f"{word} {word}"
        case "swap":
            changed = f"étrangement {word}"
        case _:
            changed = f"{word} étrangement"
    assert not prove(PAGE[:start] + changed + PAGE[end:]).passed


@pytest.mark.parametrize("blocks", [400])
def test_a_long_wrong_page_is_refused_without_a_long_search(blocks: int):
    """Headings that repeat everywhere are the worst case: each could be contents or text."""
    from dataclasses import replace

    from flows.edition import Heading, Paragraph
    from tests.proof.proof_samples import t

    body = (Heading(1, t("Encore")), Paragraph(t("Encore"))) * blocks
    edition = replace(everything(), blocks=(*body, Paragraph(t("Fin."))))
    html = "<h1>Et mon territoire ?</h1><p>Trois usages, un lieu : la place du village.</p>"
    page = File("public/p.html", "text/html", (html + "<p>Encore</p>" * 3 * blocks).encode())
    check, _gate = proof.prove_rendition(edition, IMPRINT, HOUSE, Rendition("page", (page,)))
    assert check.fault is not None
    assert dict(check.fault.values)["word"] == "Fin"
