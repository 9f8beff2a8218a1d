"""An excerpt may leave out what it wants, and may say nothing that the edition does not say."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from flows import channels, proof
from flows.edition import Edition, Note, Paragraph, Text
from flows.proof.align import Furniture, Spoken, spoken
from flows.proof.excerpt import prove_excerpt
from flows.rendition import Rendition
from flows.words import say
from tests.proof.proof_samples import HOUSE, IMPRINT, everything, t

SAYS_SO = "Ce dépliant donne des extraits."
EDITION = Edition(
    "essai",
    "fr",
    "Un titre",
    (
        Paragraph((Text("La rive se partage"), Note((Text("Une note."),)), Text(" à deux."))),
        Paragraph((Text("Chacun compte à sa façon."),)),
    ),
)


def rule_of(*blocks: str) -> str:
    around = Furniture()
    around.beside("Avec", "et")
    around.apart(SAYS_SO, "Zoé Le Gall", "Maëlle Auffray")
    check = prove_excerpt("x.pdf", spoken(blocks), EDITION, around, SAYS_SO)
    return check.fault.rule if check.fault else ""


@pytest.mark.parametrize(
    "passage",
    [
        "Un titre",
        "La rive se partage à deux.",
        "Chacun compte",
        "Cha cun compte à sa façon.",
        "Avec Maëlle Auffray, Zoé Le Gall et Zoé Le Gall",
    ],
)
def test_whole_runs_of_words_and_those_of_the_template_are_an_excerpt(passage: str) -> None:
    assert rule_of(SAYS_SO, passage) == ""


@pytest.mark.parametrize(
    "passage",
    [
        "La rive se partage en deux.",
        "Chacun compte façon.",
        "a rive se partage",
        "Chacun compte à sa faç",
        "Par Maëlle Auffray",
    ],
)
def test_anything_else_is_refused(passage: str) -> None:
    assert rule_of(SAYS_SO, passage) == "excerpt-differs"


def test_a_word_may_be_divided_at_the_end_of_a_line() -> None:
    tokens = ("Chacun", "comp", "-", "te", "à", "sa", "façon", ".")
    around = Furniture()
    around.apart(SAYS_SO)
    both = spoken([SAYS_SO]).tokens
    edge = len(both)
    said = Spoken((*both, *tokens), frozenset((0, edge, edge + 8)), frozenset((edge + 3,)))
    assert prove_excerpt("x.pdf", said, EDITION, around, SAYS_SO).passed


def test_an_excerpt_says_that_it_is_one() -> None:
    assert rule_of("La rive se partage à deux.") == "excerpt-unsaid"


# ------------------------------------------------------------------------- a letter's beginning


@cache
def heavy() -> Edition:
    """Every kind of block, so often that a letter is sent as its beginning."""
    blocks = [
        replace(block, anchor=f"{block.anchor}-{turn}") if getattr(block, "anchor", "") else block
        for turn in range(50)
        for block in everything().blocks
    ]
    return replace(everything(), blocks=tuple(blocks))


@cache
def sent() -> Rendition:
    return channels.render("newsletter", heavy(), IMPRINT, HOUSE)


def rules(rendition: Rendition) -> set[tuple[str, str]]:
    """What the proof says of a newsletter, brochures apart."""
    checks = (
        *proof.prove_rendition(heavy(), IMPRINT, HOUSE, rendition),
        *proof.prove_links(heavy(), IMPRINT, HOUSE, [rendition]),
    )
    return {
        (check.subject, check.fault.rule)
        for check in checks
        if check.fault and check.fault.rule != "link-dead"
    }


def spoiled(path: str, **changes: object) -> Rendition:
    files = (replace(f, **changes) if f.path == path else f for f in sent().files)  # type: ignore[arg-type]
    return replace(sent(), files=tuple(files))


PARTS = ("public/newsletter.html", "public/newsletter.txt")


def test_a_letter_with_the_beginning_is_proved_word_for_word_as_far_as_it_goes() -> None:
    assert rules(sent()) == set()
    checks = proof.prove_rendition(heavy(), IMPRINT, HOUSE, sent())
    proved = {(check.id, check.subject) for check in checks}
    assert {(id, path) for id in ("words", "excerpt") for path in PARTS} <= proved
    assert ("excerpt", "public/index.html") not in proved


@pytest.mark.parametrize("path", PARTS)
@pytest.mark.parametrize("more", [-1, 1])
def test_a_beginning_ends_where_it_says(path: str, more: int) -> None:
    count = sent().file(path).blocks
    assert count
    found = rules(spoiled(path, blocks=count + more))
    assert found & {(path, "word-missing"), (path, "word-changed")}


@pytest.mark.parametrize("path", PARTS)
@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("Habiter, c’est relier", "Habiter, c’est lier", "word-changed"),
        ("Le lien compte plus", "Le lien compte bien plus", "word-added"),
        ("la suite est", "le reste est", "excerpt-unsaid"),
        ("annee=2015", "annee=2016", "link-lost"),
    ],
)
def test_a_beginning_that_is_spoiled_is_refused(
    path: str, before: str, after: str, rule: str
) -> None:
    data = sent().file(path).data.decode()
    assert before in data
    assert (path, rule) in rules(spoiled(path, data=data.replace(before, after).encode()))


def test_a_letter_that_is_too_heavy_even_so_is_refused_in_a_sentence() -> None:
    edition = replace(everything(), standfirst=t("Trois usages, un lieu. " * 5_000))
    made = channels.render("newsletter", edition, IMPRINT, HOUSE)
    assert made.file(PARTS[0]).blocks == 0
    (fault,) = (c.fault for c in proof.prove_rendition(edition, IMPRINT, HOUSE, made) if c.fault)
    assert fault.rule == "mail-too-heavy"
    assert "122\u202f" in say(fault, "en")[0]
