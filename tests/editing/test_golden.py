"""Each rule has a case: a manuscript in ``in/``, and in ``golden/`` what editing makes of it.

``PARUTION_SAVE_GOLDEN=1`` writes the goldens anew: read them before you keep them.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from flows.editing import RULES, edit
from flows.edition import (
    Block,
    Edited,
    Edition,
    Figure,
    Heading,
    Inlines,
    Link,
    Note,
    Paragraph,
    Picture,
    Place,
    SideBox,
    Table,
    Text,
)
from flows.house import House
from flows.manuscript import Manuscript, Placed
from flows.reading import inline_runs, walk
from flows.words import TEMPLATES, say

GOLDEN = Path(__file__).parent / "golden"
RULES_PAGE = TEMPLATES.parent / "docs" / "rules.md"
IDS = [rule.id for rule in RULES]
CASES = sorted(path.name for path in GOLDEN.iterdir())
HOUSE = House(name="Conseil d’essai")


@pytest.mark.parametrize("case", CASES)
def test_editing_gives_what_its_golden_case_says(case: str) -> None:
    manuscript = read_case(GOLDEN / case / "in" / "manuscript.toml")
    written = shown(edit(manuscript, HOUSE))
    golden = GOLDEN / case / "golden" / "edited.txt"
    if os.environ.get("PARUTION_SAVE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", IDS)
def test_every_rule_speaks_up_in_its_golden_case(rule: str) -> None:
    edited = edit(read_case(GOLDEN / rule / "in" / "manuscript.toml"), HOUSE)
    assert rule in [finding.rule for finding in edited.findings]


@pytest.mark.parametrize("rule", IDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rule_can_say_what_is_so_and_what_to_do(rule: str, language: str) -> None:
    edited = edit(read_case(GOLDEN / rule / "in" / "manuscript.toml"), HOUSE)
    (finding, *_) = (f for f in edited.findings if f.rule == rule)
    message, remedy = say(finding, language)
    assert message[-1] in ".…"
    assert remedy[-1] == "."


@pytest.mark.parametrize("rule", IDS)
def test_every_rule_has_a_line_in_the_rules_page(rule: str) -> None:
    assert f"`{rule}`" in RULES_PAGE.read_text(encoding="utf-8")


def test_no_two_rules_share_an_id() -> None:
    assert len(set(IDS)) == len(IDS)


def test_no_golden_case_is_left_of_a_rule_that_is_gone() -> None:
    assert sorted(IDS) == CASES


# ------------------------------------------------------------------------------ reading a case


def read_case(path: Path) -> Manuscript:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    file = case.get("file", "essai.txt")
    placed = []
    for number, row in enumerate(case.get("blocks", ())):
        block = block_of(row)
        first = next(walk((block,)), block)
        words = spoken(next(inline_runs(first), ()))[:40]
        placed.append(Placed(block, Place(file, row.get("line", 2 * number + 5), 0, words)))
    metadata = tuple(case.get("metadata", {}).items())
    places = tuple((key, Place(file, n)) for n, (key, _) in enumerate(metadata, start=1))
    kind = case.get("media_type", "text/plain")
    return Manuscript(file, kind, tuple(placed), metadata, places)


def block_of(row: dict[str, Any]) -> Block:
    if "box" in row:
        paragraphs = tuple(Paragraph(inlines(text)) for text in row["box"])
        return SideBox(inlines(row.get("heading", "")), paragraphs)
    if "heading" in row:
        return Heading(row.get("level", 1), inlines(row["heading"]), row.get("anchor", ""))
    if "picture" in row:
        picture = Picture(row["picture"], "image/png", *row.get("size", (1, 1)), b"")
        return Figure(picture, row.get("alt", ""), inlines(row.get("caption", "")))
    if "rows" in row:
        return Table((), ((inlines(row["table"]),),) * row["rows"])
    notes = (Note(inlines(row.get("note", ""))),) * row.get("notes", 0)
    return Paragraph(inlines(row["paragraph"]) * row.get("times", 1) + notes)


def inlines(said: str | list[Any]) -> Inlines:
    parts = [said] if isinstance(said, str) else said
    return tuple(
        Text(part) if isinstance(part, str) else Link(part["to"], (Text(part["link"]),))
        for part in parts
        if part
    )


# ------------------------------------------------------------------------------ showing a result


def shown(edited: Edited) -> str:
    """What was made, one thing a line, with each space that is not a plain one spelled out."""
    lines = [
        f"{f.severity.value}[{f.rule}] {f.place} « {f.place.words} »\n    "
        + "\n    ".join(say(f, "fr"))
        for f in edited.findings
    ]
    lines += [f"changed[{c.rule}] {c.place} {c.before!r} → {c.after!r}" for c in edited.changes]
    if edited.edition is None:
        lines.append("no edition")
    else:
        lines += edition_lines(edited.edition)
    return spelled("\n".join(lines)) + "\n"


def edition_lines(edition: Edition) -> list[str]:
    lines = [
        f"{key}: {value}"
        for key in (
            "slug",
            "language",
            "title",
            "date",
            "section",
            "category",
            "publish_at",
            "event",
        )
        if (value := getattr(edition, key))
    ]
    if edition.standfirst:
        lines.append(f"standfirst: {spoken(edition.standfirst)}")
    for block in walk(edition.blocks):
        match block:
            case Heading(level, children, anchor):
                lines.append(f"heading {level} #{anchor}: {spoken(children)}")
            case SideBox(heading, _, anchor):
                lines.append(f"side box #{anchor}: {spoken(heading)}")
            case Figure(picture, alt, caption):
                lines.append(f"figure {picture.name} [{alt}]: {spoken(caption)}")
            case Paragraph(children):
                said = spoken(children)
                lines.append(f"paragraph: {said if len(said) < 800 else said[:60] + ' …'}")
            case _:
                lines.append(block.kind)
    return lines


def spoken(children: Inlines) -> str:
    parts = []
    for child in children:
        match child:
            case Text(value):
                parts.append(value)
            case Link(href, inner):
                parts.append(f"[{spoken(inner)}]({href})")
            case _:
                parts.append(f"<{child.kind}>{spoken(getattr(child, 'children', ()))}</>")
    return "".join(parts)


def spelled(text: str) -> str:
    return text.translate({ord(c): f"{{{ord(c):04X}}}" for c in "\u00a0\u202f\u00ad\u200b\u200d"})
