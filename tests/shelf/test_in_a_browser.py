"""Subjects, languages and feeds as people open them: valid, legible, at any width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.house import House
from flows.looks import feed_stylesheet
from flows.shelf import PAGE, Collection, Item, collection, collections, front, page
from tests.site.test_pages import checked

pytestmark = pytest.mark.slow
WATER = Collection("tags/l-eau/", "L’eau en partage", "fr")
ENGLISH = Collection("languages/en/", "English", "en")
HOUSE = House(
    name="Conseil du Val",
    address="https://val.example.org",
    tagline="Ce qui s’est dit, écrit pour rester",
    email="bonjour@val.example.org",
)
PAGES = ("tags/index.html", "tags/l-eau/index.html", "tags/l-eau/page/1/index.html",
         "languages/en/index.html", "languages/index.html")  # fmt: skip
FEEDS = ("feed.xml", "atom.xml", "tags/l-eau/atom.xml", "tags/l-eau/page/1/feed.xml",
         "tags/l-eau/page/1/atom.xml")  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, edition: Any) -> Path:
    root = tmp_path_factory.mktemp("site")
    items: list[Item] = [edition(n) for n in range(PAGE)]
    files = (
        *front(items, len(items), [2018], HOUSE, [WATER, ENGLISH]),
        *collection(WATER, items, 2 * PAGE, HOUSE),
        *page(1, items, HOUSE, WATER),
        *collection(ENGLISH, [edition(1, language="en")], 1, HOUSE),
        collections("tags", [WATER, Collection("tags/maps/", "Maps", "en")], HOUSE)[0],
        collections("languages", [ENGLISH], HOUSE)[0],
    )
    for file in files:
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_bytes(file.data)
    return root


def test_the_pages_are_valid_html(site: Path) -> None:
    assert checked(*(site / name for name in (*PAGES, "index.html"))) == []


def test_the_feeds_stylesheet_is_valid_css(site: Path) -> None:
    assert checked(site / feed_stylesheet(HOUSE).path) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(site: Path, browser: Any, name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(color_scheme=scheme, offline=True)
    shown = context.new_page()
    shown.goto((site / name).as_uri())
    result = axe.Axe().run(shown)
    faults = [(v["id"], [n["html"] for n in v["nodes"]]) for v in result.response["violations"]]
    context.close()
    assert faults == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", [*PAGES, *FEEDS])
def test_nothing_scrolls_sideways(site: Path, browser: Any, name: str, width: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 900})
    shown.goto((site / name).as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    shown.close()


#: What people see of a feed, from above to below: each element that has room on the page, with what
#: the stylesheet says before and after it, as it writes it.
SEEN = """() => {
  const said = (element, part) => getComputedStyle(element, part).content.replace(/^none$/, "");
  return [...document.querySelectorAll("*")]
    .filter(e => e.getBoundingClientRect().height && !e.children.length)
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    .map(e => said(e, "::before") + e.textContent + said(e, "::after"));
}"""


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_opened_in_a_browser_says_what_it_is_and_how_to_follow_it(
    site: Path, browser: Any, name: str
) -> None:
    shown = browser.new_page(viewport={"width": 1000, "height": 900})
    shown.goto((site / name).as_uri())
    seen = shown.evaluate(SEEN)
    ground = shown.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    shown.close()
    words = "\n".join(seen)
    assert seen[0] == f'"Flux"Conseil du Val{" · L’eau en partage" * ("l-eau" in name)}'
    assert ground != "rgba(0, 0, 0, 0)"
    is_archive = "/page/" in name
    address = HOUSE.url(name.replace("page/1/", ""))
    assert address in words
    assert ("archive du flux" in words) is is_archive
    assert ("collez-la dans votre lecteur de flux" in words) is not is_archive
    assert "Le chapeau de l’édition 7." in words
    assert "<p>" not in words
