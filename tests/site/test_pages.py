"""The site in the hands of its judges: the W3C's HTML checker, and axe in a browser, day and night.

Where a tool is missing these tests skip with the reason; under ``CI=true`` nothing skips.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flows.channels import newsletter
from tests.channels import demo
from tests.needs import lacking

pytestmark = pytest.mark.slow
VNU = Path(__file__).parents[1] / "tools/node_modules/vnu-jar/build/dist/vnu.jar"
CASES = {
    "french": (demo.FRENCH, demo.CORRECTED, demo.HOUSE),
    "english": (demo.ENGLISH_IN_FULL, demo.ENGLISH_IMPRINT, demo.HOUSE),
    "english-on-trial": (demo.ENGLISH, demo.ON_TRIAL, demo.BARE),
    "announcing": (demo.ANNOUNCING, demo.ANNOUNCING_IMPRINT, demo.HOUSE),
    "excerpt": (demo.TOO_HEAVY, demo.HEAVY_IMPRINT, demo.THREADS),
}
#: VoiceOver takes a list without bullets for none, unless it says that it is one.
VOICEOVER = "The “list” role is unnecessary for element “ul”."
#: What classic Outlook needs and the HTML standard has left behind, or never had.
OUTLOOK = ("“xmlns:o”", "is obsolete")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    for edition, imprint, house in CASES.values():
        for file in newsletter.render(edition, imprint, house).files:
            shared = file.path.startswith("assets/")
            place = file.path if shared else f"{imprint.path}/{file.path.removeprefix('public/')}"
            path = root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    return root


def checked(*files: Path) -> list[dict[str, Any]]:
    """The messages of the W3C's checker on HTML and CSS files."""
    if shutil.which("java") is None or not VNU.is_file():
        lacking("no Java or no vnu.jar: tests/tools/setup installs them")
    kind = ["--css"] if files[0].suffix == ".css" else []
    done = subprocess.run(
        ["java", "-jar", VNU, *kind, "--exit-zero-always", "--format", "json", "--stdout", *files],
        capture_output=True,
        check=True,
    )
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return messages


def test_the_pages_are_valid_html(site: Path) -> None:
    pages = [site / imprint.path / "index.html" for _, imprint, _ in CASES.values()]
    assert {m["message"] for m in checked(*pages)} <= {VOICEOVER}


def test_the_mail_is_valid_html_but_for_what_outlook_needs(site: Path) -> None:
    mails = [site / imprint.path / "newsletter.html" for _, imprint, _ in CASES.values()]
    faults = [m["message"] for m in checked(*mails)]
    allowed = (VOICEOVER, *OUTLOOK)
    assert [fault for fault in faults if not any(word in fault for word in allowed)] == []


@pytest.mark.parametrize("name", ["index.html", "newsletter.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("case", sorted(CASES))
def test_axe_finds_nothing(
    site: Path, browser: Any, case: str, width: int, scheme: str, name: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page = context.new_page()
    page.goto((site / CASES[case][1].path / name).as_uri())
    # A letter is read inside the client's own page, which has the landmarks.
    landmarks = {"region": {"enabled": name == "index.html"}}
    landmarks["landmark-one-main"] = landmarks["region"]
    result = axe.Axe().run(page, options={"rules": landmarks})
    faults = [(v["id"], [n["html"] for n in v["nodes"]]) for v in result.response["violations"]]
    context.close()
    assert faults == []


@pytest.mark.parametrize("name", ["index.html", "newsletter.html"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(site: Path, browser: Any, width: int, name: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((site / demo.CORRECTED.path / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_a_line_of_the_article_holds_about_66_characters(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / demo.CORRECTED.path / "index.html").as_uri())
    page.evaluate("document.fonts.ready")
    measures = page.evaluate(
        """() => [...document.querySelectorAll(".text > p")].map(p => {
            const range = document.createRange(); range.selectNodeContents(p);
            const height = parseFloat(getComputedStyle(p).lineHeight);
            return p.textContent.length / Math.round(p.getBoundingClientRect().height / height);
        })"""
    )
    page.close()
    assert 55 <= max(measures) <= 72
