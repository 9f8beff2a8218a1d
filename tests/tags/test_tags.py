"""A subject has one address for ever, made from its words alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.tags import LENGTH, subjects, tag_slug

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("spellings", "slug"),
    [
        (("Numérique", "numérique", " NUMÉRIQUE ", "nume\u0301rique", "numerique"), "numerique"),
        (("L’eau", "l'eau", "L\u2019Eau"), "l-eau"),
        (("Île-de-France", "île de France", "Île\u00a0de\u00a0France"), "ile-de-france"),
        (("cœur", "Cœur", "coeur"), "coeur"),
        (("Straße", "STRASSE"), "strasse"),
    ],
)
def test_spellings_of_one_word_are_one_subject(spellings: tuple[str, ...], slug: str) -> None:
    assert {tag_slug(spelling) for spelling in spellings} == {slug}


@pytest.mark.parametrize(
    "names",
    [
        ("C", "C++", "C#"),
        ("中国", "日本", "中 国"),
        ("الماء", "الهواء"),
        ("🌊", "🔥", "?"),
        ("a" * LENGTH, "a" * LENGTH + "b", "a" * LENGTH + "c"),
        ("con", "com1", "nul"),
    ],
)
def test_what_latin_letters_cannot_say_whole_is_told_from_its_like(names: tuple[str, ...]) -> None:
    slugs = {tag_slug(name) for name in names}
    assert len(slugs) == len(names)
    assert not slugs & {"con", "com1", "nul"}


@given(st.text(st.characters(), max_size=200))
def test_any_words_at_all_give_a_name_that_a_folder_can_have(name: str) -> None:
    assert SLUG.fullmatch(tag_slug(name))
    assert len(tag_slug(name)) <= LENGTH + 9


@given(st.text(st.characters(), max_size=40))
def test_blanks_and_case_make_no_difference(name: str) -> None:
    assert tag_slug(f" {name}\n") == tag_slug(name)
    if name.casefold() == name.upper().casefold():
        assert tag_slug(name.upper()) == tag_slug(name)


def test_an_edition_s_subjects_are_its_section_its_category_and_its_tags_each_once() -> None:
    said = subjects(("Conférences", "Numérique", "numérique", "", "  ", "Eau"))
    assert said == {"conferences": "Conférences", "numerique": "Numérique", "eau": "Eau"}
