"""The search's files: what is said is found, and one new edition changes two of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from flows.edition import FORBIDDEN
from flows.house import House
from flows.looks import search_scripts
from flows.shelf import Item, front, page, year
from flows.shelf.search import distinct_words, folded, search_page
from flows.words import TEMPLATES
from tests.needs import lacking
from tests.tools import build_search

Editions = Callable[..., Item]


def said(files: tuple[Any, ...], path: str) -> list[dict[str, str]]:
    [file] = [file for file in files if file.path == path]
    found: list[dict[str, str]] = json.loads(file.data)
    return found


def test_an_edition_is_known_by_all_that_it_says(edition: Editions, house: House) -> None:
    text = '<h2>Les crues d’été</h2><p lang="en">Water &amp; <em>œuvre</em>. Été, été !</p>'
    [found] = said(front([edition(1, content_html=text)], 1, [2018], house), "search/newest.json")
    assert found["title"] == "Édition 1"
    assert found["summary"] == "Le chapeau de l’édition 1."
    assert found["speakers"] == "Ada Lovelace Grace Hopper"
    assert found["topics"] == "Conférences Numérique numérique"
    assert found["headings"] == "Les crues d’été"
    assert found["words"] == "crues ete les oeuvre water"
    assert (found["day"], found["when"]) == ("2018-08-16", "16 août 2018")


def test_a_year_s_titles_are_small_and_need_no_more_than_its_lines(
    edition: Editions, house: House
) -> None:
    lines = [edition(n).line for n in range(3)]
    found = said(year(2018, lines, house), "2018/search.json")
    assert [one["title"] for one in found] == ["Édition 2", "Édition 1", "Édition 0"]
    assert all("words" not in one for one in found)


def test_a_numbered_page_has_its_own_fifty_and_no_others(edition: Editions, house: House) -> None:
    found = said(page(3, [edition(7)], house), "page/3/search.json")
    assert [one["path"] for one in found] == ["2018/edition-7"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’Été à l’œuvre", ["ete", "oeuvre"]),
        ("ŒUVRE Straße İstanbul ﬁn", ["fin", "istanbul", "oeuvre", "strasse"]),
        ("deux deux 2024 x_y", ["2024", "deux"]),
        ("Москва ماء 水力", ["москва", "ماء", "水力"]),
    ],
)
def test_words_are_compared_without_case_and_accents(text: str, words: list[str]) -> None:
    assert distinct_words(text) == words


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_folding_twice_changes_no_word(text: str) -> None:
    assert distinct_words(" ".join(distinct_words(text))) == distinct_words(text)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_any_text_at_all_is_carried(edition: Editions, house: House, text: str) -> None:
    carried = FORBIDDEN.sub("", text)
    files = front([edition(1, title=carried, summary=carried)], 1, [2018], house)
    assert said(files, "search/newest.json")[0]["title"] == carried


def test_the_page_says_where_the_index_is_and_what_to_do_without_a_script(house: House) -> None:
    page = lxml_html.document_fromstring(search_page([2018, 2020], 7, house).data.decode())
    [form] = page.xpath("//form[@role='search']")
    assert (form.get("data-years"), form.get("data-older")) == ("2020 2018", "7")
    assert page.xpath("//noscript//text()")
    assert page.xpath("//a/@href[contains(., '2018/')]") == ["../2018/"]
    assert page.xpath("//*[@role='status']")
    scripts = [f"../{file.path}" for file in search_scripts()]
    assert page.xpath("//script/@src | //link[@rel='modulepreload']/@href") == scripts[::-1]


def test_the_script_folds_letters_as_the_index_does() -> None:
    script = search_scripts()[0].data.decode()
    pairs = dict(re.findall(r'(\w): "(\w+)"', re.findall(r"const APART = (.+);", script)[0]))
    assert pairs == {letter: folded(letter) for letter in pairs}
    assert set("œæßøłđ") == set(pairs)


def test_the_library_is_what_its_package_gives() -> None:
    if not (build_search.MODULES / "minisearch").is_dir():
        lacking("no npm packages: tests/tools/setup installs them")
    assert (Path(TEMPLATES) / "site/scripts/minisearch.js").read_bytes() == build_search.made()
