"""The lists of editions: each edition stands on exactly one page, and no page asks for the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from flows.house import TRIAL, House
from flows.looks import site_assets
from flows.shelf import PAGE, Item, front, page, split, year
from flows.shelf.pages import YEAR_PAGE, front_page, not_found

Editions = Callable[..., Item]
#: One edition of each place that pages have in the site.
PAGES = {"index.html": "", "page/3/index.html": "../../", "2018/index.html": "../"}


def every_page(edition: Editions, house: House) -> dict[str, lxml_html.HtmlElement]:
    items = [edition(n) for n in range(3)]
    lines = [i.line for i in items]
    made = [
        front_page(items, 203, [2018, 2015], house),
        page(3, items, house)[0],
        year(2018, lines, house)[0],
    ]
    return {file.path: lxml_html.document_fromstring(file.data.decode()) for file in made}


# --------------------------------------------------------------------------- the arithmetic


@settings(deadline=None)
@given(st.integers(0, 20_000))
def test_each_edition_stands_on_exactly_one_page(total: int) -> None:
    full_pages, on_front = split(total)
    numbered = [n for p in range(1, full_pages + 1) for n in range(PAGE * (p - 1), PAGE * p)]
    assert numbered + list(range(total - on_front, total)) == list(range(total))


@settings(deadline=None)
@given(st.integers(PAGE, 1_000_000))
def test_the_front_shows_fifty_to_ninety_nine(total: int) -> None:
    assert PAGE <= split(total)[1] < 2 * PAGE


@settings(deadline=None)
@given(st.integers(0, 2 * PAGE - 1))
def test_the_front_shows_all_while_they_are_few(total: int) -> None:
    assert split(total) == (0, total)


@settings(deadline=None)
@given(st.integers(0, 20_000))
def test_a_new_edition_changes_no_numbered_page_that_was_full(total: int) -> None:
    before, after = split(total)[0], split(total + 1)[0]
    assert after in (before, before + 1)


# -------------------------------------------------------------------------------- the pages


def test_the_front_shows_each_edition_newest_first(edition: Editions, house: House) -> None:
    made = every_page(edition, house)["index.html"]
    assert made.xpath("//h1/text()") == ["Conseil du Val"]
    assert made.xpath("//ol/li/h2/a/@href") == [f"2018/edition-{n}/" for n in (2, 1, 0)]
    assert made.xpath("//ol/li/h2/a/text()") == ["Édition 2", "Édition 1", "Édition 0"]
    assert "Le chapeau de l’édition 2." in made.xpath("string(//ol/li[1])")
    assert "16 août 2018 Conférences" in made.xpath("string(//ol/li[1]/p[1])")
    assert "Brochure à imprimer (PDF, 348 ko)" in made.xpath("string(//ol/li[1])")


def test_the_front_leads_to_older_pages_years_and_the_feed(edition: Editions, house: House) -> None:
    links = every_page(edition, house)["index.html"].xpath("//a/@href")
    assert {"page/3/", "2018/", "2015/", "feed.xml"} <= set(links)
    assert links.index("2018/") < links.index("2015/")


def test_the_last_numbered_page_leads_to_the_front_and_the_others_to_the_next(
    edition: Editions, house: House
) -> None:
    def leads(number: int, last: bool) -> list[str]:
        made = page(number, [edition(1)], house, last=last)[0].data.decode()
        return re.findall(r'<a rel="\w+" href="([^"]+)"', made)

    assert leads(1, last=True) == ["../../"]
    assert leads(2, last=True) == ["../../", "../1/"]
    assert leads(2, last=False) == ["../3/", "../1/"]


def test_a_page_names_its_place_and_the_site_s_assets(edition: Editions, house: House) -> None:
    stylesheet = site_assets(house)[0].path
    for path, made in every_page(edition, house).items():
        root = PAGES[path]
        assert made.xpath("//link[@rel='stylesheet']/@href") == [root + stylesheet]
        assert made.xpath("//link[@rel='alternate']/@href") == [
            f"{root}{feed}" for feed in ("feed.xml", "atom.xml", "feed.json")
        ]
        address = "https://val.example.org/" + path.removesuffix("index.html")
        assert made.xpath("//link[@rel='canonical']/@href") == [address]


def test_a_page_has_one_title_one_main_and_a_way_past_the_head(
    edition: Editions, house: House
) -> None:
    for made in every_page(edition, house).values():
        assert len(made.xpath("//h1")) == len(made.xpath("//main")) == 1
        first = made.xpath("//body//a/@href")[0]
        assert made.xpath("//main/@id") == [first.removeprefix("#")]
        assert not made.xpath("//script[not(@type='application/ld+json')] | //@style")


def test_what_stands_in_another_language_says_so(edition: Editions, house: House) -> None:
    made = front_page([edition(1, language="en")], 1, [2018], house).data.decode()
    assert '<html lang="fr">' in made
    assert '<h2 lang="en"><a' in made
    assert '<p lang="en">Le chapeau' in made
    assert '<span lang="en">Conférences' in made


def test_a_link_to_an_edition_in_another_language_says_so(edition: Editions, house: House) -> None:
    items = [edition(1, language="en"), edition(2)]
    made = [front_page(items, 2, [2018], house), year(2018, [i.line for i in items], house)[0]]
    for file in made:
        links = lxml_html.document_fromstring(file.data.decode()).xpath("//ol//a")
        told = {(a.get("href").rsplit("edition-")[1][0], a.get("hreflang")) for a in links}
        assert told == {("1", "en"), ("2", None)}


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_a_year_shows_each_of_its_editions_once_and_no_page_is_long(
    edition: Editions, house: House, total: int
) -> None:
    lines = [replace(edition(n).line, path=f"2018/edition-{n}") for n in range(total)]
    pages = [f for f in year(2018, lines, house) if f.path.endswith(".html")]
    shown = [re.findall(r'"[./]*2018/edition-(\d+)/"', page.data.decode()) for page in pages]
    assert sorted(int(n) for page in shown for n in page) == list(range(total))
    assert all(len(page) < 2 * YEAR_PAGE for page in shown)
    assert all(len(page) == YEAR_PAGE for page in shown[1:])


def test_the_pages_of_a_year_lead_from_one_to_the_next(edition: Editions, house: House) -> None:
    lines = [replace(edition(n).line, path=f"2018/edition-{n}") for n in range(330)]
    leads = {
        file.path: re.findall(r'<a rel="(\w+)" href="([^"]+)"', file.data.decode())
        for file in year(2018, lines, house)
        if file.path.endswith(".html")
    }
    assert leads == {
        "2018/index.html": [("next", "page_2/")],
        "2018/page_1/index.html": [("prev", "../page_2/")],
        "2018/page_2/index.html": [("prev", "../"), ("next", "../page_1/")],
    }


def test_the_front_tells_machines_who_publishes_and_how_to_search(
    edition: Editions, house: House
) -> None:
    made = every_page(edition, house)["index.html"]
    [text] = made.xpath("//script[@type='application/ld+json']/text()")
    site, organisation = json.loads(text)["@graph"]
    assert (site["name"], site["inLanguage"]) == ("Conseil du Val", "fr")
    assert site["publisher"]["@id"] == organisation["@id"]
    where = site["potentialAction"]["target"]["urlTemplate"]
    assert where == "https://val.example.org/search/?q={words}"
    assert made.xpath("//form[@role='search']/@action") == ["search/"]


def test_every_page_that_is_indexed_says_what_it_is_about(edition: Editions, house: House) -> None:
    silent = house.model_copy(update={"tagline": ""})
    for at in (house, silent):
        for made in every_page(edition, at).values():
            [description] = made.xpath("//meta[@name='description']/@content")
            assert description
            assert made.xpath("//meta[@property='og:title']/@content") == [
                made.findtext(".//title")
            ]


def test_a_house_whose_language_has_no_catalogue_is_served_in_english() -> None:
    made = front_page([], 0, [], House(name="Rat der Heide", language="de")).data.decode()
    assert '<html lang="en">' in made
    assert '<h1 lang="de">Rat der Heide</h1>' in made
    assert "No edition is online." in made


def test_a_correction_is_dated_in_the_list(edition: Editions, house: House) -> None:
    one = edition(1, updated=edition(30).line.updated)
    assert "corrigée le 3 octobre 2018" in front_page([one], 1, [2018], house).data.decode()


def test_the_page_for_what_is_not_there_works_at_any_address(house: House) -> None:
    below = house.model_copy(update={"address": "https://val.example.org/cahiers"})
    for at, prefix in ((house, "/"), (below, "/cahiers/")):
        made = lxml_html.document_fromstring(not_found(at).data.decode())
        links = made.xpath("//a/@href[not(starts-with(., '#'))] | //link/@href")
        assert links
        assert all(link.startswith(prefix) for link in links)
        assert made.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_trial_says_so_on_every_page_and_is_not_indexed(edition: Editions) -> None:
    for made in every_page(edition, TRIAL).values():
        assert made.xpath("//header/p/text()")[0] == "Essai – ce document n’est pas une publication"
        assert made.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_house_that_publishes_is_indexed(edition: Editions, house: House) -> None:
    for made in every_page(edition, house).values():
        assert not made.xpath("//meta[@name='robots']")


def test_the_root_holds_these_files(edition: Editions, house: House) -> None:
    paths = [file.path for file in front([edition(1)], 1, [2018], house)]
    feeds = ["feed.xml", "atom.xml", "feed.json"]
    assert paths[:8] == [
        *feeds,
        "index.html",
        "404.html",
        "robots.txt",
        "sitemap.xml",
        "events.ics",
    ]
    assert paths[8:10] == ["search/index.html", "search/newest.json"]
    assert all(path.startswith("assets/") for path in paths[10:])
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "1 ko"), (348_499, "348 ko"), (1_240_000, "1,2 Mo")]
)
def test_sizes_are_told_as_a_reader_counts_them(
    edition: Editions, house: House, count: int, shown: str
) -> None:
    made = front_page([edition(1, enclosure_length=count)], 1, [2018], house).data.decode()
    assert f"(PDF, {shown})" in made


@settings(deadline=None)
@example(title="\ud800<b>\x00", name="\x0b<i>")
@given(title=st.text(st.characters(), min_size=1, max_size=30), name=st.text(max_size=20))
def test_any_text_at_all_is_words_and_never_markup(
    edition: Editions, title: str, name: str
) -> None:
    house = House.model_construct(name=f"x{name}", tagline=name, publisher=name)
    made = front_page([edition(1, title=f"{title}<script>", summary=title)], 1, [2018], house)
    assert "<script>" not in made.data.decode()
