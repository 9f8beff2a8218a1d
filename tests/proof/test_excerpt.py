"""An excerpt may leave out what it wants, and may say nothing that the edition does not say."""

from __future__ import annotations

import pytest

from flows.edition import Edition, Note, Paragraph, Text
from flows.proof.align import Furniture, Spoken, spoken
from flows.proof.excerpt import prove_excerpt

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
