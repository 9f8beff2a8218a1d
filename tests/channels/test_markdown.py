"""The Markdown that a PDF carries: what is read from it is the edition."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.channels._markdown import markdown
from flows.editing import edit
from flows.edition import (
    Edition,
    Emphasis,
    Figure,
    Heading,
    ItemList,
    LineBreak,
    Link,
    Note,
    Paragraph,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Superscript,
    Table,
    Text,
)
from flows.proof.words import edition_words
from flows.reading import plain
from flows.sources import entries, read
from tests.channels import demo


def read_back(edition: Edition, content: Path) -> Edition:
    folder = content / "edition"
    folder.mkdir()
    (folder / "edition.md").write_text(markdown(edition), encoding="utf-8")
    for block in edition.blocks:
        if isinstance(block, Figure):
            (folder / block.picture.name).write_bytes(block.picture.data)
    [entry] = entries(content)
    edited = edit(read(entry, content), demo.HOUSE)
    assert edited.edition is not None, edited.findings
    return edited.edition


@pytest.mark.parametrize("edition", [demo.FRENCH, demo.ENGLISH], ids=["french", "english"])
def test_the_edition_is_read_back_word_for_word(edition: Edition, tmp_path: Path) -> None:
    again = read_back(edition, tmp_path)
    assert edition_words(again, "call").tokens == edition_words(edition, "call").tokens
    assert [b.kind for b in again.blocks] == [b.kind for b in edition.blocks]
    assert plain(again.title) == plain(edition.title)
    for name in ("slug", "language", "date", "section", "category", "speakers", "tags"):
        assert getattr(again, name) == getattr(edition, name), name


def text(value: str) -> tuple[Text]:
    return (Text(value),)


HARD = Edition(
    "dur",
    "en",
    "Hard: a *title* with # marks",
    (
        Paragraph(text("1. not a list, nor *this* or _that_, [a link](x) or `code`.")),
        Paragraph(text("# no heading; 1 < 2 & no a | b; 10^3^; ~x~; $y$; @me; !no")),
        Paragraph(text("- no item, nor + one, nor … dots")),
        Paragraph(text("::: no box")),
        Paragraph((Text("one"), LineBreak(), Text("two"))),
        ItemList(((Paragraph(text("a")), Paragraph(text("b"))), (Paragraph(text("c")),))),
        ItemList(((Paragraph(text("d")),),), ordered=True, start=4),
        Quote((Paragraph(text("q")), Paragraph(text("r")))),
        PullQuote(text("Loud."), text("A. Body")),
        SideBox(text("Beside"), (Paragraph(text("Inside.")),)),
        Heading(1, (Text("A "), Emphasis(text("heading")))),
        Paragraph(
            (
                Strong(text("bold")),
                Text(" and "),
                Link("https://example.org/a_(b)", text("there")),
                Note(text("a note")),
                Text(", 10"),
                Superscript(text("3")),
            )
        ),
        Table((text("Head | er"), text("n")), ((text("x"), text("1")), ((), text("2"))),
              caption=text("Caption")),
    ),
)  # fmt: skip


def test_what_looks_like_markup_is_text(tmp_path: Path) -> None:
    again = read_back(HARD, tmp_path)
    assert edition_words(again, "call").tokens == edition_words(HARD, "call").tokens
    assert [b.kind for b in again.blocks] == [b.kind for b in HARD.blocks]


def test_lines_end_in_line_feeds_and_the_same_edition_gives_the_same_text() -> None:
    assert "\r" not in markdown(demo.FRENCH)
    assert markdown(demo.FRENCH) == markdown(replace(demo.FRENCH))
