"""Proportions: what has an unusual size, which an editor may know of before it is printed.

No word is changed here. What is likely a slip (a paragraph taken for a heading) is a doubt; what a
brochure only sets in another way is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.editing.draft import Draft, Outcome, doubt, excerpt, note, rule
from flows.editing.typography import ADDRESS
from flows.edition import Block, Figure, Finding, Heading, Note, Place, Table
from flows.reading import count_of, inline_runs, inline_text, plain, walk

#: Characters of a heading, and letters of a word, beyond which it is hardly one.
HEADING_LENGTH, WORD_LENGTH = 120, 40
#: Width by height of the widest and of the tallest picture that a column shows well.
WIDEST, TALLEST = 4.0, 0.4
#: Rows of a table that a brochure should bear; footnotes that find their page.
TABLE_ROWS, FOOTNOTES = 60, 24
#: Words of a text that is a book.
MANY_WORDS = 20_000
_WORD = re.compile(rf"[^\W\d_]{{{WORD_LENGTH + 1},}}")


def _blocks(draft: Draft) -> Iterator[tuple[Place, Block]]:
    for placed in draft.placed:
        for block in walk((placed.block,)):
            yield placed.place, block


@rule("long-heading")
def long_heading(draft: Draft, name: str) -> Outcome:
    """A heading as long as a paragraph: likely one, in the wrong style."""
    findings = []
    for place, block in _blocks(draft):
        if isinstance(block, Heading):
            words = plain(inline_text(block.children))
            if len(words) > HEADING_LENGTH:
                values = {"length": str(len(words)), "words": excerpt(words)}
                findings.append(doubt(name, place, **values))
    return Outcome(draft, tuple(findings))


@rule("long-word")
def long_word(draft: Draft, name: str) -> Outcome:
    """Letters without a space that no line has room for, addresses apart."""
    findings: list[Finding] = []
    for place, text in draft.runs():
        for found in _WORD.finditer(ADDRESS.sub(" ", text)):
            word = found.group()
            values = {"length": str(len(word)), "words": f"{word[:24]}…"}
            findings.append(doubt(name, place, **values))
    return Outcome(draft, tuple(findings))


@rule("odd-picture")
def odd_picture(draft: Draft, name: str) -> Outcome:
    """A panorama or a strip: printed as wide as a column, it is a hand high, or nothing is seen."""
    findings = []
    for place, block in _blocks(draft):
        if isinstance(block, Figure) and block.picture.width and block.picture.height:
            picture = block.picture
            ratio = picture.width / picture.height
            if not TALLEST <= ratio <= WIDEST:
                size = f"{picture.width} × {picture.height}"
                findings.append(doubt(name, place, picture=picture.name, size=size))
    return Outcome(draft, tuple(findings))


@rule("long-table")
def long_table(draft: Draft, name: str) -> Outcome:
    """A table that takes pages of its own, and that nobody reads on a telephone."""
    findings = [
        doubt(name, place, rows=str(len(block.rows)), most=str(TABLE_ROWS))
        for place, block in _blocks(draft)
        if isinstance(block, Table) and len(block.rows) > TABLE_ROWS
    ]
    return Outcome(draft, tuple(findings))


@rule("many-notes")
def many_notes(draft: Draft, name: str) -> Outcome:
    """More notes than the feet of pages have room for: the brochure lists them at its end."""
    runs = [draft.standfirst, *(r for p in draft.placed for r in inline_runs(p.block))]
    count = sum(count_of(Note, run) for run in runs)
    if count <= FOOTNOTES:
        return Outcome(draft)
    return Outcome(draft, (note(name, Place(draft.source.file), count=str(count)),))


@rule("long-edition")
def long_edition(draft: Draft, name: str) -> Outcome:
    """A book: the brochure takes dozens of pages, and minutes to be set."""
    count = sum(len(text.split()) for _, text in draft.runs())
    if count <= MANY_WORDS:
        return Outcome(draft)
    return Outcome(draft, (note(name, Place(draft.source.file), count=str(count)),))
