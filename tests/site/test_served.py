"""The site as a browser gets it from ``parution serve``: under its headers, by day and by night,
on a wide screen and on a narrow one, and every page of it usable by everybody (WCAG 2.2 AA)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.site import whole

pytestmark = pytest.mark.slow

#: An address of each kind of page.
PAGES = {
    "front": "/",
    "numbered": "/page/1/",
    "year": "/2025/",
    "year-page": "/2025/page_1/",
    "edition": whole.RIVER,
    "english": whole.BUS,
    "search": "/search/?q=rivi%C3%A8res",
    "nothing-found": "/search/?q=zzzz",
    "missing": "/nowhere/",
    "tombstone": whole.WITHDRAWN,
}
#: What axe does not look for by itself: the size of targets (WCAG 2.5.8).
RULES = {"rules": {"target-size": {"enabled": True}}}
#: WCAG 1.4.12, with more air than it asks for.
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    content, output = whole.build(tmp_path_factory.mktemp("site"), many=201)
    with whole.answering(content, output) as address:
        yield address


@pytest.fixture(scope="module")
def galley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of the page that asks for a yes, and of what it shows, by name."""
    content, output, asked = whole.ask_for_a_yes(tmp_path_factory.mktemp("galley"))
    page, files = whole.looks(output, asked)
    with whole.answering(content, output) as address:
        edition = f"{address}{files}site{whole.RIVER}"
        yield {
            "approval": address + page,
            "galley": f"{edition}index.html",
            "galley-mail": f"{edition}newsletter.html",
            "galley-item": f"{edition}feed-item.html",
            "proof": f"{address}{files}proof.html",
        }


def opened(browser: Any, address: str, **context: Any) -> tuple[Any, list[str]]:
    """A page when it has come to rest, and what its console said against it, but for what has no
    network here: a letter's pictures stand at the house's own address."""
    page = browser.new_context(**context).new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address, wait_until="networkidle")
    return page, [s for s in said if "ERR_" not in s and "the server responded with" not in s]


@pytest.mark.parametrize("kind", [*PAGES, "mail", "feed.xml", "atom.xml"])
def test_no_page_breaks_its_own_policy(browser: Any, site: str, kind: str) -> None:
    others = {"mail": f"{whole.RIVER}newsletter.html", "feed.xml": "/feed.xml"}
    address = site + {**PAGES, **others, "atom.xml": "/atom.xml"}[kind]
    page, said = opened(browser, address)
    assert said == []
    page.context.close()


@pytest.mark.parametrize("kind", ["approval", "galley", "galley-mail", "galley-item", "proof"])
def test_nothing_that_is_shown_for_a_yes_breaks_its_policy(
    browser: Any, galley: dict[str, str], kind: str
) -> None:
    page, said = opened(browser, galley[kind])
    assert said == []
    page.context.close()


def test_a_letter_looks_under_its_policy_as_it_does_without(browser: Any, site: str) -> None:
    kept = []
    for bypass in (False, True):
        page, _ = opened(browser, f"{site}{whole.BUS}newsletter.html", bypass_csp=bypass)
        kept.append(page.screenshot(full_page=True))
        page.context.close()
    assert kept[0] == kept[1]


def test_markup_that_slipped_into_a_page_would_not_run(browser: Any, site: str) -> None:
    page, _ = opened(browser, site)
    ran = page.evaluate(
        """() => { const script = document.createElement("script");
            try { script.text = "window.ran = true" } catch {}
            document.body.append(script);
            const styled = document.createElement("p");
            styled.setAttribute("style", "position: fixed"); document.body.append(styled);
            return [Boolean(window.ran), getComputedStyle(styled).position]; }"""
    )
    assert ran == [False, "static"]
    page.context.close()


def test_what_a_page_says_to_machines_is_read_under_its_policy(browser: Any, site: str) -> None:
    page, _ = opened(browser, site + whole.RIVER)
    kinds = page.evaluate(
        """() => JSON.parse(document.querySelector('script[type="application/ld+json"]').text)
            ["@graph"].map(node => node["@type"])"""
    )
    assert kinds == ["Organization", "Article", "Event", "BreadcrumbList"]
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", [*PAGES, "approval", "proof"])
def test_axe_finds_nothing(
    browser: Any, site: str, galley: dict[str, str], kind: str, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    address = galley[kind] if kind in galley else site + PAGES[kind]
    page, _ = opened(
        browser,
        address,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # for axe itself
    )
    result = axe.Axe().run(page, options=RULES)
    faults = [(v["id"], [n["html"] for n in v["nodes"]]) for v in result.response["violations"]]
    page.context.close()
    assert faults == []


@pytest.mark.parametrize("kind", [*PAGES, "approval", "proof"])
def test_a_page_reflows_at_320_pixels_with_its_text_spaced_out(
    browser: Any, site: str, galley: dict[str, str], kind: str
) -> None:
    address = galley[kind] if kind in galley else site + PAGES[kind]
    page, _ = opened(browser, address, viewport={"width": 320, "height": 640}, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.add_style_tag(content=SPACED)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.context.close()


@pytest.mark.parametrize("kind", ["front", "year", "edition", "search", "missing", "tombstone"])
def test_the_keyboard_reaches_all_there_is_the_text_first_and_sees_where_it_is(
    browser: Any, site: str, kind: str
) -> None:
    page, _ = opened(browser, site + PAGES[kind])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _each in range(page.locator("a[href], button, input, [tabindex='0']").count() + 1):
        found = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                return e === document.body ? null : [s.outlineStyle, s.outlineWidth] }"""
        )
        if found is None:
            break
        seen.append(found)
        page.keyboard.press("Tab")
    assert (
        len(seen) == page.locator("a[href]:visible, button:visible, input, [tabindex='0']").count()
    )
    assert {tuple(one) for one in seen} == {("solid", "3px")}
    page.context.close()


@pytest.mark.parametrize("kind", [*PAGES, "approval"])
def test_every_page_has_a_title_a_language_and_no_new_window(
    browser: Any, site: str, galley: dict[str, str], kind: str
) -> None:
    page, _ = opened(browser, galley[kind] if kind in galley else site + PAGES[kind])
    assert page.title()
    assert page.evaluate("document.documentElement.lang") in ("fr", "en")
    assert page.locator("[target], a[title]").count() == 0
    page.context.close()
