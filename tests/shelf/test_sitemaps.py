"""Sitemaps say by year what is published; robots are kept away from a trial."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from flows.house import TRIAL, House
from flows.shelf import Collection, Item, collections, front, year
from flows.shelf.sitemaps import (
    MOST,
    NAMESPACE,
    robots,
    sitemap_index,
    sitemap_of_collections,
)

NS = {"s": NAMESPACE}


def test_the_index_names_the_sitemap_of_each_year_the_latest_first(house: House) -> None:
    root = etree.fromstring(sitemap_index([2015, 2018], house).data)
    assert etree.QName(root).localname == "sitemapindex"
    assert root.xpath("s:sitemap/s:loc/text()", namespaces=NS) == [
        "https://val.example.org/2018/sitemap.xml",
        "https://val.example.org/2015/sitemap.xml",
    ]


def test_a_year_s_sitemap_dates_each_edition_by_its_last_change(
    edition: Callable[..., Item], house: House
) -> None:
    lines = [edition(1).line, edition(2, updated=edition(9).line.updated).line]
    root = etree.fromstring(year(2018, lines, house)[1].data)
    assert root.xpath("s:url/s:loc/text()", namespaces=NS) == [
        "https://val.example.org/2018/",
        "https://val.example.org/2018/edition-2/",
        "https://val.example.org/2018/edition-1/",
    ]
    assert root.xpath("s:url/s:lastmod/text()", namespaces=NS) == [
        "2018-09-12T07:00:00Z",
        "2018-09-04T07:00:00Z",
    ]


def test_subjects_and_languages_have_sitemaps_of_their_own(house: House) -> None:
    listed = [
        *(Collection(f"tags/{slug}/", slug, "fr") for slug in ("eau", "ecole")),
        Collection("languages/fr/", "français", "fr"),
    ]
    root = etree.fromstring(sitemap_index([2018], house, listed).data)
    assert root.xpath("s:sitemap/s:loc/text()", namespaces=NS) == [
        "https://val.example.org/2018/sitemap.xml",
        "https://val.example.org/languages/sitemap.xml",
        "https://val.example.org/tags/sitemap.xml",
    ]
    page, sitemap = collections("tags", listed[:2], house)
    assert (page.path, sitemap.path) == ("tags/index.html", "tags/sitemap.xml")
    assert etree.fromstring(sitemap.data).xpath("s:url/s:loc/text()", namespaces=NS) == [
        "https://val.example.org/tags/",
        "https://val.example.org/tags/eau/",
        "https://val.example.org/tags/ecole/",
    ]


def test_a_sitemap_has_no_more_addresses_than_its_standard_allows(house: House) -> None:
    listed = [Collection(f"tags/t{n:05d}/", f"t{n}", "fr") for n in range(MOST)]
    root = etree.fromstring(sitemap_of_collections("tags", listed, house).data)
    assert len(root) == MOST


def test_a_site_without_an_edition_still_has_a_valid_sitemap(house: House) -> None:
    root = etree.fromstring(sitemap_index([], house).data)
    assert root.xpath("s:url/s:loc/text()", namespaces=NS) == ["https://val.example.org/"]


def test_robots_may_come_to_a_house_and_not_to_a_trial(house: House) -> None:
    assert robots(house).data.decode().splitlines() == [
        "User-agent: *",
        "Disallow:",
        "",
        "Sitemap: https://val.example.org/sitemap.xml",
    ]
    assert robots(TRIAL).data.decode().splitlines() == ["User-agent: *", "Disallow: /"]


def test_what_stands_at_the_root_depends_on_what_is_given_alone(
    edition: Callable[..., Item], house: House
) -> None:
    items = [edition(n) for n in range(3)]
    assert front(items, 3, [2018], house) == front(items[::-1], 3, [2018], house)
