"""The documentation tells of every command and every option, and shows none that is not there.

``PARUTION_SAVE_GOLDEN=1`` writes the help texts of docs/commands.md anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.docs import pages

PAGE = pages.DOCS / "commands.md"
_BLOCK = re.compile(r"(<!-- help (\w+) -->\n```\n).*?(\n```\n<!-- end -->)", re.DOTALL)
SHOWN = [(p, line) for p in pages.PAGES for line in pages.command_lines(pages.text_of(p))]


def with_help(text: str) -> str:
    return _BLOCK.sub(lambda m: f"{m[1]}{pages.help_text(m[2])}{m[3]}", text)


def test_the_help_of_each_command_stands_on_the_page_as_the_command_prints_it():
    text = pages.text_of(PAGE)
    if os.environ.get("PARUTION_SAVE_GOLDEN"):
        PAGE.write_text(with_help(text), encoding="utf-8")
        text = pages.text_of(PAGE)
    assert text == with_help(text)
    assert [name for _, name, _ in _BLOCK.findall(text)] == list(pages.COMMANDS)


@pytest.mark.parametrize("name", pages.COMMANDS)
def test_every_option_is_explained_in_words_of_its_own(name: str):
    words = pages.prose(pages.text_of(PAGE))
    section = words.split(f"## parution {name}\n")[1].split("\n## ")[0]
    for option in pages.options(name):
        assert f"`{option}" in section


@pytest.mark.parametrize("name", pages.COMMANDS)
def test_the_readme_shows_every_command(name: str):
    text = pages.text_of(pages.REPO / "README.md")
    assert any(words[:2] == ["parution", name] for words in pages.command_lines(text))


@pytest.mark.parametrize(
    ("page", "words"), SHOWN, ids=[f"{p.name}: {' '.join(w)}" for p, w in SHOWN]
)
def test_every_command_line_shown_could_be_typed(page: Path, words: list[str]):
    program, *arguments = words
    if program == "parution":
        name, *rest = arguments
        if "--help" not in rest:
            pages.COMMANDS[name].make_context(name, rest)  # raises where it is wrong use
        return
    makefile = (pages.REPO / "Makefile").read_text(encoding="utf-8")
    targets = [a for a in arguments if "=" not in a]
    assert targets, page
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_command_lines_are_found_where_pages_show_them():
    text = "Type `make lint`.\n\n```sh\nA=b .venv/bin/parution check x\nls\n```\n"
    assert list(pages.command_lines(text)) == [["parution", "check", "x"], ["make", "lint"]]
