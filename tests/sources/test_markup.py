"""What the readers of Markdown, HTML and office files make of titles, levels and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.edition import Heading, Paragraph, Table
from flows.manuscript import Manuscript
from flows.reading import inline_text
from flows.sources import Entry, read


def read_text(content: Path, text: str, name: str = "a.md") -> Manuscript:
    (content / name).write_text(text, encoding="utf-8")
    return read(Entry(name, content / name, (content / name,)), content)


def title(manuscript: Manuscript) -> str | None:
    return dict(manuscript.metadata).get("title")


def headings(manuscript: Manuscript) -> list[tuple[int, str]]:
    return [
        (p.block.level, inline_text(p.block.children))
        for p in manuscript.placed
        if isinstance(p.block, Heading)
    ]


@pytest.mark.parametrize(
    ("text", "name", "levels"),
    [
        ("# T\n\n## A\n\n### B\n\n###### C\n\nx", "T", [(1, "A"), (2, "B"), (3, "C")]),
        ("---\ntitle: T\n---\n\n# A\n\n## B\n\nx", "T", [(1, "A"), (2, "B")]),
        ("---\ntitle: Du pain, du feu\n---\n\n# Du pain\n\nx", "Du pain, du feu", [(1, "Du pain")]),
        ("---\ntitle: T\n---\n\n# T\n\n## A\n\nx", "T", [(1, "A")]),
        ("## T\n\nx\n\n## A\n\nx", "T", [(1, "A")]),
        ("Sans marque\n\n# A\n\nx\n\n# B\n\nx", "Sans marque", [(1, "A"), (1, "B")]),
    ],
)  # fmt: skip
def test_the_title_is_found_and_what_is_below_it_begins_at_level_one(
    tmp_path: Path, text: str, name: str, levels: list[tuple[int, str]]
) -> None:
    manuscript = read_text(tmp_path, text)
    assert (title(manuscript), headings(manuscript)) == (name, levels)


def test_a_page_is_called_by_its_heading_and_by_its_head_only_without_one(tmp_path: Path) -> None:
    head = "<!doctype html><title>Page – Site</title>"
    long = "<p>Un paragraphe, qui finit par un point.</p>" * 2
    assert title(read_text(tmp_path, f"{head}<h1>Autre</h1>{long}", "a.html")) == "Autre"
    assert title(read_text(tmp_path, head + long, "a.html")) == "Page – Site"


def test_what_was_typed_stays_what_it_is(tmp_path: Path) -> None:
    words = 'Il dit "oui" -- {{ 7*7 }}, 5 $ et 6 $, @nom, \\macro, (@) et 3 < 4'
    manuscript = read_text(tmp_path, f"# T\n\n{words}")
    block = manuscript.placed[0].block
    assert isinstance(block, Paragraph)
    assert inline_text(block.children) == words


def test_each_row_of_a_table_has_as_many_cells_as_its_head(tmp_path: Path) -> None:
    rows = (
        "<tr><th>a</th><th>b</th><th>c</th></tr><tr><td rowspan=2 colspan=2>d</td><td>e</td></tr>"
    )
    html = f"<!doctype html><h1>T</h1><table>{rows}<tr><td>f</td></tr></table>"
    block = read_text(tmp_path, html, "a.html").placed[0].block
    assert isinstance(block, Table)
    found = [[inline_text(cell) for cell in row] for row in (block.head, *block.rows)]
    assert found == [["a", "b", "c"], ["d", "", "e"], ["", "", "f"]]


def test_places_are_the_lines_of_the_source_below_its_front_matter(tmp_path: Path) -> None:
    text = (
        "---\ntitle: T\n---\n\nUn.\n\n- *Deux*\n- trois\n\n> Quatre, [cinq](https://example.org)\n"
    )
    places = [p.place.line for p in read_text(tmp_path, text).placed]
    assert places == [5, 7, 10]
