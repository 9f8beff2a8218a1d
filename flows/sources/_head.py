"""Title, day and standfirst among the blocks of a marked-up source, and the levels below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.days import iso_day, states_day
from flows.edition import Block, Emphasis, Heading, Note, Paragraph, Place, Strong
from flows.manuscript import Placed
from flows.reading import inline_text
from flows.sources._record import Reading, Record

_TITLE_LENGTH = 200


def find_title(reading: Reading, record: Record) -> None:
    """The title is the front matter's, the Title style's, else the first heading if it stands
    first or alone on its level, else a first line that looks like one."""
    placed = reading.placed
    stated = reading.metadata.get("title", "")
    heads = [(i, p.block) for i, p in enumerate(placed) if isinstance(p.block, Heading)]
    at = -1
    if heads:
        i, first = heads[0]
        alone = sum(head.level <= first.level for _, head in heads) == 1
        before = [p for p in placed[:i] if not _is_day(p.block)]
        at = i if alone or not before else -1
    if at < 0 and not stated:
        at = _first_line(placed)
    if at < 0:
        return
    block, place = placed[at].block, placed[at].place
    assert isinstance(block, Heading | Paragraph)
    text = inline_text(block.children).strip()
    if stated:
        if not _same(stated, text):
            return
        record.took("title-repeated", place, text)
    reading.state("title", " ".join(text.split()), place)
    notes = [child for child in block.children if isinstance(child, Note)]
    kept = title_notes(notes, place, record)
    reading.placed = [*placed[:at], *kept, *placed[at + 1 :]]


def _first_line(placed: Sequence[Placed]) -> int:
    """The index of a first paragraph, but for the day, that looks like a title; or -1."""
    at = next((i for i, p in enumerate(placed) if not _is_day(p.block)), -1)
    if at < 0 or not isinstance(block := placed[at].block, Paragraph):
        return -1
    text = inline_text(block.children)
    only = len(placed) == 1 and len(text) <= 80
    return at if only or (len(text) <= _TITLE_LENGTH and text[-1:] not in ".,;:") else -1


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _is_day(block: Block) -> bool:
    return isinstance(block, Paragraph) and states_day(inline_text(block.children))


def find_day(reading: Reading, record: Record) -> None:
    """A line near the top that says nothing but a day is the day, as on a saved page."""
    for i, placed in enumerate(reading.placed[:4]):
        if not _is_day(placed.block):
            continue
        assert isinstance(placed.block, Paragraph)
        text = inline_text(placed.block.children)
        if reading.metadata.get("date", iso_day(text)) == iso_day(text):
            reading.state("date", iso_day(text), placed.place)
            record.took("date-line", placed.place, text)
            del reading.placed[i]
        return


def find_standfirst(reading: Reading) -> None:
    """A first paragraph all in bold or italics is the standfirst, as offices write it."""
    if reading.standfirst or "standfirst" in reading.metadata or len(reading.placed) < 2:
        return
    block = reading.placed[0].block
    if isinstance(block, Paragraph) and len(block.children) == 1:
        only = block.children[0]
        if isinstance(only, Strong | Emphasis) and len(inline_text(only.children).split()) > 8:
            reading.standfirst = only.children
            reading.places["standfirst"] = reading.placed[0].place
            del reading.placed[0]


def shifted(placed: list[Placed]) -> list[Placed]:
    """Headings so that the highest below the title is level 1, and none is below level 3."""
    found = [p.block.level for p in placed if isinstance(p.block, Heading)]
    top = min(found, default=1)
    return [
        replace(p, block=replace(p.block, level=min(3, p.block.level - top + 1)))
        if isinstance(p.block, Heading)
        else p
        for p in placed
    ]


def title_notes(notes: Sequence[Note], place: Place, record: Record) -> list[Placed]:
    """A title carries no notes: theirs become paragraphs, and the editor is asked."""
    for note in notes:
        record.doubt("note-in-title", place, words=inline_text(note.children)[:80])
    return [Placed(Paragraph(note.children), place) for note in notes]
