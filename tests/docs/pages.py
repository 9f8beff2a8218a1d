"""The documentation as tests see it: its pages, their links, and the command lines they show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from flows.cli import app

REPO = Path(__file__).parents[2]
DOCS = REPO / "docs"
PAGES = sorted(
    [*REPO.glob("*.md"), *DOCS.rglob("*.md"), *(REPO / "content").glob("*.md")],
)
COMMANDS: dict[str, Any] = dict(sorted(typer.main.get_command(app).commands.items()))  # type: ignore[attr-defined]
#: Columns of a help text: what fits a page and a terminal.
WIDTH = 96

_FENCE = re.compile(r"^(`{3,})([a-z]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:\.venv/bin/)?(?:parution|make) [^`\n]+)`")
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_ASSIGNMENT = re.compile(r"[A-Z_]+=\S*$")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for _fence, name, body in _FENCE.findall(text) if name == language]


def prose(text: str) -> str:
    """A page without its fenced blocks, where brackets are no links."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    return _LINK.findall(_CODE.sub("", prose(text)))


def anchors(text: str) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", head.lower()) for head in heads)
    return {re.sub(r"\s", "-", word.strip()) for word in words}


def command_lines(text: str) -> Iterator[list[str]]:
    """Each ``parution …`` and ``make …`` that a page shows, as words, without assignments."""
    shown = [line for body in blocks(text, "sh") for line in body.splitlines()]
    shown += _INLINE.findall(prose(text))
    for line in shown:
        words = shlex.split(line, comments=True)
        while words and _ASSIGNMENT.match(words[0]):
            words.pop(0)
        if words and Path(words[0]).name in ("parution", "make"):
            yield [Path(words[0]).name, *words[1:]]


def help_text(name: str) -> str:
    """What ``parution NAME --help`` prints."""
    done = CliRunner().invoke(app, [name, "--help"], prog_name="parution", terminal_width=WIDTH)
    assert done.exit_code == 0
    return "\n".join(line.rstrip() for line in done.output.strip().splitlines())


def options(name: str) -> Iterator[str]:
    """The options of a command, as they are typed."""
    for parameter in COMMANDS[name].params:
        yield from (o for o in parameter.opts if o.startswith("-"))
