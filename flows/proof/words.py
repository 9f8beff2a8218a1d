"""Words: what the proof counts, and the edition as a run of words, each with its place.

A token is a run of letters, digits and their marks, or one punctuation or symbol character.
Blanks of every kind only separate. Hyphens are one token whatever their code point, because
fonts draw U+002D and U+2010 with one glyph, and a PDF gives back the glyph's first meaning.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, filterfalse, starmap

from flows.edition import (
    Block,
    Edition,
    Figure,
    Heading,
    Inlines,
    ItemList,
    LineBreak,
    Link,
    Note,
    Paragraph,
    PullQuote,
    Quote,
    SideBox,
    Table,
    Text,
)
from flows.reading import inline_runs, inline_text

#: Joiners, direction marks, variation selectors, soft hyphen: they are no part of a word.
_INVISIBLE = dict.fromkeys(
    chain(
        (0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *starmap(
            range,
            (
                (0x180B, 0x1810),
                (0x200B, 0x2010),
                (0x202A, 0x202F),
                (0x2060, 0x2070),
                (0xFE00, 0xFE10),
                (0xFFF9, 0xFFFC),
                (0xE0000, 0xE0200),
            ),
        ),
    )
)
#: Characters that text fonts draw with one glyph: the twin that NFKC does not unify.
_TWINS = {
    0x2010: "-",
    0x2011: "-",
    0x02BB: "‘",
    0x02BC: "’",
    0x02C9: "¯",
    0x02CA: "´",
    0x02CB: "`",
    0x2206: "Δ",
}
_FOLD: dict[int, str | None] = {**_INVISIBLE, **_TWINS}
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
_MARK = ("Mn", "Mc", "Me")


def words(text: str) -> tuple[str, ...]:
    """The tokens of ``text``, in Unicode NFKC (UAX #15), without blanks and invisible characters.

    >>> words("«\N{NO-BREAK SPACE}Peut-être\N{NARROW NO-BREAK SPACE}?\N{NO-BREAK SPACE}»")
    ('«', 'Peut', '-', 'être', '?', '»')
    """
    folded = text.translate(_FOLD)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).translate(_FOLD)
    tokens = _TOKEN.findall(folded)
    if folded.isascii() or not any(map(_is_mark, filterfalse(str.isascii, tokens))):
        return tuple(tokens)
    return tuple(_with_marks(folded))


def _is_mark(token: str) -> bool:
    return len(token) == 1 and unicodedata.category(token) in _MARK


def _with_marks(folded: str) -> Iterator[str]:
    """Tokens of a text with combining marks, which belong to the word they stand in."""
    word, end, marked = "", 0, False
    for match in _TOKEN.finditer(folded):
        token = match.group()
        mark = _is_mark(token)
        if word and match.start() == end and (mark or (marked and token.isalnum())):
            word += token
        else:
            if word:
                yield word
            word = token
        end, marked = match.end(), mark
    if word:
        yield word


def is_word(token: str) -> bool:
    """True for letters and digits, False for punctuation and symbols."""
    return any(c.isalnum() for c in token)


#: What may stand before a token of the edition: nothing; anything that frames blocks; a note's
#: number; a link's number or address.
CLOSED, BLOCK, NOTE, LINK = 0, 1, 2, 4


@dataclass(frozen=True, slots=True)
class Passage:
    """One run of inline text: the kind of its block, its first words, its first token's index."""

    kind: str
    opening: str
    start: int


@dataclass(frozen=True, slots=True)
class EditionWords:
    """The edition's tokens in reading order.

    ``gaps[j]`` says what may stand before ``tokens[j]`` (``gaps[len(tokens)]``: at the end);
    ``calls[j]`` is the number of the note called there.
    """

    tokens: tuple[str, ...]
    gaps: tuple[int, ...]
    calls: dict[int, int]
    passages: tuple[Passage, ...]

    def where(self, index: int) -> tuple[Passage, int]:
        """The passage of a token, and the token's number in it among its words, from 1."""
        starts = [p.start for p in self.passages]
        at = max(0, bisect_right(starts, min(index, len(self.tokens) - 1)) - 1)
        passage = self.passages[at]
        return passage, sum(is_word(t) for t in self.tokens[passage.start : index]) + 1


@dataclass
class _Scribe:
    """Writes an edition down as tokens; ``notes`` is "call" or "end"."""

    notes: str

    def __post_init__(self) -> None:
        self.tokens: list[str] = []
        self.gaps: dict[int, int] = {}
        self.calls: dict[int, int] = {}
        self.passages: list[Passage] = []
        self.called = 0
        self._text = ""
        self._link_ended = False

    def run(self, kind: str, children: Inlines) -> None:
        """One run of inline text, with a block's edge before and after it."""
        self._mark(BLOCK)
        start = len(self.tokens)
        self._inlines(children)
        self._flush()
        self._mark(BLOCK)
        if len(self.tokens) > start:
            self.passages.append(Passage(kind, _opening(children), start))

    def blocks(self, blocks: tuple[Block, ...]) -> None:
        for block in blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Heading() | Paragraph() | PullQuote() | Figure():
                for run in inline_runs(block):
                    self.run(block.kind, run)
            case ItemList():
                for item in block.items:
                    self.blocks(item)
            case Quote():
                self.blocks(block.blocks)
            case SideBox():
                self.run(block.kind, block.heading)
                self.blocks(block.blocks)
            case Table():
                self._table(block)

    def _table(self, table: Table) -> None:
        """Caption, head and rows; then their notes, unless all notes stand at the end."""
        notes, called, self.notes = self.notes, self.called, "end"
        for run in inline_runs(table):
            self.run(table.kind, run)
        if notes == "call":
            self.listed(chain.from_iterable(map(notes_of, inline_runs(table))), called)
        self.notes = notes

    def _inlines(self, children: Inlines) -> None:
        for child in children:
            match child:
                case Text(value):
                    self._write(value)
                case LineBreak():
                    self._write(" ")
                case Note():
                    self._note(child.children)
                case Link():
                    self._inlines(child.children)
                    self._link_ended = True
                case _:
                    self._inlines(child.children)

    def _write(self, value: str) -> None:
        if self._link_ended and value:
            # The end of a link parts tokens only where it stands between two of them.
            inside = self._text[-1:].isalnum() and not value[0].isspace() and _clings(value[0])
            if not inside:
                self._flush()
            self._link_ended = False
        self._text += value

    def _flush(self) -> None:
        self.tokens.extend(words(self._text))
        self._text = ""
        if self._link_ended:
            self._mark(LINK)
        self._link_ended = False

    def _note(self, children: Inlines) -> None:
        """A note's call, and where it is asked for there, the note. Of notes within a note, the
        inner ones are numbered first, as :class:`flows.channels._html.InlineHtml` does."""
        self._flush()
        number = self.called + sum(1 for _ in notes_of(children)) + 1
        self.calls[len(self.tokens)] = number
        self._mark(NOTE)
        if self.notes == "call":
            start = len(self.tokens)
            self._inlines(children)
            self._flush()
            self._mark(NOTE)
            self.passages.append(Passage("note", _opening(children), start))
        self.called = number

    def listed(self, notes: Iterable[Note], called: int) -> None:
        """Notes after the first ``called``, each a run of its own, also those within notes."""
        self.called = called
        for note in notes:
            number = self.called
            self.called -= sum(1 for _ in notes_of(note.children))
            self.run("note", note.children)
            self.called = number + 1

    def _mark(self, kind: int) -> None:
        at = len(self.tokens)
        self.gaps[at] = self.gaps.get(at, CLOSED) | kind


def _clings(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in _MARK


def notes_of(children: Inlines) -> Iterator[Note]:
    """The notes called in inline text, in the order of their numbers."""
    for child in children:
        yield from notes_of(getattr(child, "children", ()))
        if isinstance(child, Note):
            yield child


def notes_in(edition: Edition) -> Iterator[Note]:
    """The notes of an edition, in the order of their numbers."""
    yield from notes_of(edition.standfirst)
    for run in chain.from_iterable(map(inline_runs, edition.blocks)):
        yield from notes_of(run)


def _opening(children: Inlines) -> str:
    return " ".join(inline_text(children).split()[:5])


def edition_words(edition: Edition, notes: str = "call", title: bool = True) -> EditionWords:
    """The words of ``edition``: title, standfirst, blocks.

    ``notes`` puts the words of a note at its "call" (below the table, if that is in a table), or
    all notes at the "end" of the blocks.
    ``title`` is False for a channel that carries the title in a field of its own.
    """
    scribe = _Scribe(notes)
    if title:
        scribe.run("title", (Text(edition.title),))
    scribe.run("standfirst", edition.standfirst)
    scribe.blocks(edition.blocks)
    if notes == "end":
        scribe.listed(notes_in(edition), 0)
    tokens = tuple(scribe.tokens)
    gaps = tuple(scribe.gaps.get(j, CLOSED) for j in range(len(tokens) + 1))
    passages = tuple(sorted(scribe.passages, key=lambda p: p.start))
    return EditionWords(tokens, gaps, scribe.calls, passages)
