"""The search in a browser: what is asked for is found, in whatever spelling, however long ago it
was published, at whatever address the site lies; and everybody is told what was found."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.site import whole

pytestmark = pytest.mark.slow
#: Editions beside the three of the sample, enough for six numbered pages.
MANY = 350


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole.build(tmp_path_factory.mktemp("site"), many=MANY)[1]


@pytest.fixture(scope="module")
def site(output: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site below a folder of a plain file server, as somebody's web space has it."""
    root = tmp_path_factory.mktemp("web")
    (root / "cahiers").symlink_to(output / "site")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/cahiers/"
    server.shutdown()
    thread.join()
    server.server_close()


class Search:
    """The search page with an answer on it, and what it fetched for that."""

    def __init__(self, browser: Any, address: str) -> None:
        self.page = browser.new_page()
        self.fetched: list[str] = []
        self.page.on("requestfinished", lambda request: self._note(request.url))
        self.page.goto(address)
        self.come()

    def _note(self, url: str) -> None:
        if url.endswith(".json"):
            self.fetched.append(url.partition("/cahiers/")[2])

    def come(self) -> None:
        said = "document.getElementById('search_status').textContent"
        self.page.wait_for_function(f"{said} && !{said}.endsWith('…')")

    @property
    def titles(self) -> list[str]:
        return self.page.locator("#search_found .name").all_inner_texts()

    @property
    def status(self) -> str:
        return self.page.locator("[role=status]").inner_text()


@pytest.fixture
def ask(browser: Any, site: str) -> Iterator[Any]:
    opened: list[Search] = []

    def asked(words: str) -> Search:
        opened.append(Search(browser, f"{site}search/?q={quote(words)}"))
        return opened[-1]

    yield asked
    for search in opened:
        search.page.close()


RIVER, TERRITORY = "La rivière n’a pas de robinet", "Un territoire connecté, et après ?"
BUS = "The bus that waits for no one"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("rivière", RIVER),
        ("RIVIERES", RIVER),
        ("l’eau de la rivière", RIVER),
        ("hydrolog", RIVER),  # the beginning of a word
        ("Maelle Tanguy", RIVER),  # a speaker
        ("sécheresse", RIVER),  # a tag
        ("numerique territorie", TERRITORY),  # a slip
        ("the timetables", BUS),
        ("Lavandières", RIVER),  # a word of the text, and of nothing else
    ],
)
def test_what_is_said_is_found_in_any_spelling(ask: Any, words: str, title: str) -> None:
    found = ask(words)
    # No-break spaces are the page's affair.
    assert found.titles[0].replace("\u202f", " ").replace("\u00a0", " ") == title


def test_what_was_found_leads_to_the_edition_in_its_language(ask: Any, site: str) -> None:
    found = ask("timetables")
    link = found.page.locator("#search_found a").first
    assert link.get_attribute("hreflang") == "en"
    assert found.page.locator("#search_found [lang=en]").count() > 0
    link.click()
    assert found.page.url == f"{site}2025/the-bus-that-waits-for-no-one/"
    assert found.page.locator("h1").inner_text() == BUS


def test_a_title_is_found_in_the_whole_archive_before_any_old_text_is_read(ask: Any) -> None:
    found = ask("00001")
    assert found.titles == ["Edition 00001"]
    assert "page/1/search.json" not in found.fetched
    assert "seuls les titres" in found.status


def test_older_texts_are_read_when_a_reader_asks_for_them(ask: Any) -> None:
    found = ask("word")  # each of the many says it
    assert "page/1/search.json" not in found.fetched
    before = len(found.titles)
    found.page.click("#search_further")
    found.come()
    assert len(found.titles) > before
    while found.page.locator("#search_further").is_visible():
        found.page.click("#search_further")
        found.come()
    assert f"{MANY - 1} éditions" in found.status  # one is withdrawn
    assert "Les 100 plus proches" in found.status
    assert len(found.titles) == 100
    assert "seuls les titres" not in found.status
    assert found.page.evaluate("document.activeElement.tagName") == "A"


def test_what_was_withdrawn_is_not_found(ask: Any) -> None:
    assert "Edition 00005" not in ask("00005").titles


def test_nothing_found_is_said(ask: Any) -> None:
    found = ask("zzzz")
    assert found.titles == []
    assert found.status.startswith("Rien n’a été trouvé pour « zzzz »")


def test_the_form_asks_from_the_front_page_and_again_and_one_goes_back(
    browser: Any, site: str
) -> None:
    search = Search(browser, f"{site}search/?q=bus")
    page = search.page
    page.goto(site)
    page.fill("#q", "rivière")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    search.come()
    assert RIVER in search.titles
    page.fill("#q", "timetables")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#search_found a')?.hreflang === 'en'")
    page.go_back()
    page.wait_for_function("document.getElementById('q').value === 'rivière'")
    page.wait_for_function(
        f"document.getElementById('search_found').textContent.includes('{RIVER}')"
    )
    page.close()


def test_words_that_look_like_markup_are_words(ask: Any) -> None:
    found = ask("<img src=x onerror=alert(1)> $& {count}")
    assert found.page.locator("main img").count() == 0
    assert "<img src=x onerror=alert(1)> $& {count}" in found.status


def test_an_index_that_cannot_be_read_is_told(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.route("**/*.json", lambda route: route.abort())
    page.goto(f"{site}search/?q=bus")
    page.wait_for_function("document.getElementById('search_status').textContent.includes('index')")
    assert "n’a pas pu être lue" in page.locator("[role=status]").inner_text()
    page.close()


def test_without_a_script_the_page_says_so_and_leads_on(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}search/")
    assert "demande JavaScript" in page.locator("main").inner_text()
    page.click("text=2025")
    assert page.url == f"{site}2025/"
    context.close()
