"""What the pages say is so: links resolve, pictures are light, excerpts are real."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import sources
from flows.cli import app
from flows.edition import Foreign, Paragraph
from flows.house import House, Looks, Rules, Schedule
from flows.manuscript import METADATA_KEYS
from flows.reading import walk
from tests.docs import pages

IDS = [str(page.relative_to(pages.REPO)) for page in pages.PAGES]
GUIDE = pages.DOCS / "guide-de-la-redaction.md"


@pytest.mark.parametrize("page", pages.PAGES, ids=IDS)
def test_every_relative_link_and_picture_is_there(page: Path):
    for link in pages.links(pages.text_of(page)):
        address, _, anchor = link.partition("#")
        if "://" in address:
            continue
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), link
        if anchor:
            assert anchor in pages.anchors(pages.text_of(target)), link


@pytest.mark.parametrize(
    "room",
    sorted(p.name for p in (pages.REPO / "flows").iterdir() if p.name[0] not in "_."),
)
def test_every_room_is_on_the_map(room: str):
    rooms = pages.text_of(pages.REPO / "README.md").split("## The rooms")[1].split("\n## ")[0]
    assert f"`{room}`" in rooms or f"`{room}/`" in rooms


@pytest.mark.parametrize(
    "picture", sorted((pages.DOCS / "pictures").iterdir()), ids=lambda p: p.name
)
def test_pictures_are_light_and_used(picture: Path):
    assert picture.stat().st_size <= 150_000
    assert f"docs/pictures/{picture.name}" in pages.text_of(pages.REPO / "README.md")


@pytest.mark.parametrize(
    ("page", "language"), [(pages.REPO / "README.md", "en"), (GUIDE, "fr")], ids=["en", "fr"]
)
def test_the_findings_shown_are_those_that_check_prints(
    page: Path, language: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(pages.REPO)
    done = CliRunner().invoke(app, ["check"], env={"PARUTION_LANG": language})
    printed = [line.split() for line in done.output.splitlines()]  # no-break spaces are blanks
    shown = [
        line.split()
        for body in pages.blocks(pages.text_of(page), "")
        if body.startswith("content/2015")
        for line in body.splitlines()
    ]
    assert shown
    assert [line for line in shown if line not in printed] == []


def test_the_guide_tells_of_every_key_and_no_other():
    table = pages.text_of(GUIDE).split("| clé |")[1].split("\n\n")[0]
    told = [
        word.strip("`, ") for row in table.splitlines()[2:] for word in row.split("|")[1].split()
    ]
    assert sorted(told) == sorted(METADATA_KEYS)


def test_the_guide_goes_through_every_setting_of_the_house():
    steps = pages.text_of(GUIDE).split("pas à pas")[1].split("\n## ")[0]
    for part in (House, Looks, Schedule, Rules):
        for key in part.model_fields:
            names = (f"`{key}`", f"`[{key}]`")
            assert key == "trial" or part is Looks or any(name in steps for name in names)


def test_the_markdown_of_the_guide_is_read_as_the_guide_says(tmp_path: Path):
    (example,) = pages.blocks(pages.text_of(GUIDE), "markdown")
    folder = tmp_path / "exemple"
    folder.mkdir()
    (folder / "texte.md").write_text(example, encoding="utf-8")
    picture = pages.REPO / "content" / "2024-riviere" / "carte.png"
    (folder / "carte.png").write_bytes(picture.read_bytes())
    (entry,) = sources.entries(tmp_path)
    manuscript = sources.read(entry, tmp_path)
    found = [placed.block for placed in manuscript.placed]
    assert manuscript.findings == ()
    assert [b.kind for b in found] == [
        *("heading", "paragraph", "figure", "pull_quote", "side_box", "paragraph"),
    ]
    figure, quote, box = found[2:5]
    assert (figure.alt, bool(figure.caption)) == ("Ce que l’image montre.", True)  # type: ignore[union-attr]
    assert quote.attribution  # type: ignore[union-attr]
    assert box.heading  # type: ignore[union-attr]
    last = list(walk(found))[-1]
    assert isinstance(last, Paragraph)
    assert any(isinstance(child, Foreign) for child in last.children)
