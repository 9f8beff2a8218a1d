"""Typography: the spacing of a language, and never another word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.editing import spacing
from flows.editing.typography import set_run, set_text
from flows.edition import (
    Emphasis,
    Foreign,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Note,
    Strong,
    Superscript,
    Text,
)
from flows.reading import inline_text

NBSP, NARROW = "\u00a0", "\u202f"


def french(*children: Inline | str) -> Inlines:
    return set_run(tuple(Text(c) if isinstance(c, str) else c for c in children), "fr")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Vraiment ?", f"Vraiment{NARROW}?"),
        ("Vraiment?", f"Vraiment{NARROW}?"),
        ("Vraiment\u2009 ?", f"Vraiment{NARROW}?"),
        ("Oui\u00a0!", f"Oui{NARROW}!"),
        ("D’abord ; ensuite", f"D’abord{NARROW}; ensuite"),
        ("Voici : rien", f"Voici{NBSP}: rien"),
        ('Un "mot" dit', f"Un «{NBSP}mot{NBSP}» dit"),
        ("«\u2009mot »", f"«{NBSP}mot{NBSP}»"),
        ("l'eau", "l’eau"),
        ("et puis...", "et puis…"),
        ("50 % de 12 000 000", f"50{NBSP}% de 12{NARROW}000{NARROW}000"),
        ("à 10 km, vers 9 h", f"à 10{NBSP}km, vers 9{NBSP}h"),
        ("M. Dupont, J.-P. Martin", f"M.{NBSP}Dupont, J.-P.{NBSP}Martin"),
        ("voir p. 12", f"voir p.{NBSP}12"),
        ("le 16 août 2018", f"le 16{NBSP}août 2018"),
        ("en 2015 810 projets", "en 2015 810 projets"),
        ("— Bonjour", f"—{NBSP}Bonjour"),
        ("à 10:30 précises", "à 10:30 précises"),
    ],
)
def test_french_is_spaced_as_french_sets_it(typed: str, printed: str) -> None:
    assert set_text(typed, "fr") == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('He said "yes" ?', "He said “yes”?"),
        ("It's p. 12, 5 May", f"It’s p.{NBSP}12, 5{NBSP}May"),
    ],
)
def test_english_is_spaced_as_english_sets_it(typed: str, printed: str) -> None:
    assert set_text(typed, "en") == printed


def test_quotes_and_spaces_work_across_emphasis() -> None:
    done = french("Un ", Emphasis((Text("mot"),)), '? "', Strong((Text("Deux"),)), '" : non')
    assert inline_text(done) == f"Un mot{NARROW}? «{NBSP}Deux{NBSP}»{NBSP}: non"
    assert done[1] == Emphasis((Text("mot"),))
    assert done[3] == Strong((Text("Deux"),))


def test_a_new_space_stands_with_the_mark_that_asked_for_it() -> None:
    assert french("« ", Strong((Text("a"),)), " »") == french('"', Strong((Text("a"),)), '"')


def test_a_foreign_passage_is_set_in_its_own_language() -> None:
    done = french("la « ", Foreign("en", (Text('so-called "smart city" ?'),)), " » !")
    assert done[1] == Foreign("en", (Text("so-called “smart city”?"),))
    assert inline_text((done[0], done[2])) == f"la «{NBSP}{NBSP}»{NARROW}!"


@pytest.mark.parametrize(
    "address",
    ["https://exemple.fr/a?b=c;d:e!f", "www.exemple.fr/1er", "leboncoin.fr", "a.b+c@exemple.fr"],
)
def test_an_address_is_never_touched(address: str) -> None:
    assert french(f"Voir {address} ; merci")[0] == Text(f"Voir {address}{NARROW}; merci")
    if address.startswith("http"):
        assert french(Link(address, (Text(address),))) == (Link(address, (Text(address),)),)


@pytest.mark.parametrize(
    ("typed", "raised"),
    [
        ("le 1er mai", ["er"]),
        ("la 1re, la 1ère", ["re", "ère"]),
        ("la 2e, les 3es, la 2nde", ["e", "es", "nde"]),
        ("le XXe siècle, le Ier, la Ve", ["e", "er", "e"]),
        ("Ce que Les VIE et Ces", []),
        ("en 2e5 ou www.a.fr/1er", []),
    ],
)
def test_french_ordinals_are_raised(typed: str, raised: list[str]) -> None:
    done = french(typed)
    assert [inline_text(c.children) for c in done if isinstance(c, Superscript)] == raised
    assert inline_text(done).replace(NBSP, " ") == typed


def test_what_is_raised_already_stays() -> None:
    done = french("le XX", Superscript((Text("e"),)), " siècle")
    assert done == (Text("le XX"), Superscript((Text("e"),)), Text(f"{NBSP}siècle"))


def test_the_braces_of_a_program_stay_as_typed() -> None:
    assert set_text("Soit {{ 7*7 }} ?", "fr") == f"Soit {{{{ 7*7 }}}}{NARROW}?"


@pytest.mark.parametrize("language", ["ar", "xx", "br"])
def test_a_language_whose_rules_nobody_wrote_down_stays_as_typed(language: str) -> None:
    assert set_text('a "b" ? ...', language) == 'a "b" ? ...'


# ------------------------------------------------------------------------------------------ laws

MARKS = " \u00a0\u202f\u2009«»“”\"'’.…-—–?!;:,()%/&\U0001d535"
PHRASES = (
    "...",
    " ? ",
    "« ",
    " »",
    "1er",
    "XXe",
    "10 km",
    "12 000",
    "M. ",
    "mot",
    "Mot",
    "l'",
    "é",
)
ODDITIES = ("👩\u200d👧", "سلام", "a.fr", "https://a.fr/?b ", "\n")
SNIPPETS = st.sampled_from([*MARKS, *PHRASES, *ODDITIES])
STRINGS = st.lists(SNIPPETS, max_size=12).map("".join)
TEXTS = STRINGS.map(Text)


def wrapped(children: st.SearchStrategy[Inline]) -> st.SearchStrategy[Inline]:
    runs = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        runs.map(Emphasis),
        runs.map(Strong),
        runs.map(Note),
        runs.map(lambda run: Link("https://exemple.fr/", run)),
        runs.map(lambda run: Foreign("en", run)),
    )


INLINES: st.SearchStrategy[Inline] = st.recursive(
    st.one_of(TEXTS, st.just(LineBreak())), wrapped, max_leaves=6
)
RUNS = st.lists(INLINES, max_size=5).map(tuple)
LANGUAGES = st.sampled_from(["fr", "en", "de", "en-GB", "ar"])


def letters(children: Inlines) -> str:
    return re.sub(r"[\W_]+", "", inline_text(children, notes=True))


@settings(max_examples=150, deadline=None)
@given(RUNS, LANGUAGES)
def test_typography_never_changes_a_word(run: Inlines, language: str) -> None:
    assert letters(set_run(run, language)) == letters(run)


@settings(max_examples=150, deadline=None)
@given(RUNS, st.sampled_from(["fr", "en"]))
def test_setting_again_changes_nothing(run: Inlines, language: str) -> None:
    once = set_run(run, language)
    assert set_run(once, language) == once


@settings(max_examples=100, deadline=None)
@given(STRINGS, st.sampled_from(["fr", "en"]))
def test_cutting_a_text_up_gives_what_the_whole_would(text: str, language: str) -> None:
    cut_up = spacing.set_string(text, language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spacing, "_CUT_UP", ())
        assert spacing.set_string(text, language) == cut_up
