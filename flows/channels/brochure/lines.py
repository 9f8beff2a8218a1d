"""Paragraphs cut into lines before WeasyPrint lays out the page: what the composer chose, as HTML.

WeasyPrint breaks a line where the next word does not fit. Here each line of a paragraph is ended
by a line feed that is kept, and its spaces and letters are as wide as :mod:`.composer` made them;
columns and pages are WeasyPrint's, as before. A paragraph that cannot be measured is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, count, pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from flows.channels.brochure.composer import SPACES, At, Break, Line, Measured, compose
from flows.channels.brochure.shaping import UnshapableError, Voice, advances, hyphen
from flows.edition import (
    Emphasis,
    Foreign,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Note,
    Strong,
    Subscript,
    Superscript,
    Text,
)

if TYPE_CHECKING:
    import pyphen

#: Letters of a word that is divided at least, and those before and after the hyphen.
_WORD, _BEFORE, _AFTER = 5, 2, 3
_LETTERS = re.compile(r"[^\W\d_]+")
#: Words that are too long for a cell, and the length of the pieces that they may be broken in.
LONG_WORD, _PIECE = re.compile(r"[^\s\u00a0\u202f]{18,}"), 6
#: Where a line may end within a word: after a hyphen that has letters on both sides, enough of
#: them behind it; after a slash of an address.
_MARK = re.compile(r"(?<=[^\W\d_]{2})[-\u2010](?=[^\W\d_]{3})|(?<=\w)/(?=\w{3})")
#: An address, as far as one is told by its look, and where it may be broken.
_ADDRESS = re.compile(r"\S*(?:://|www\.|@)\S*|[\w-]{2,}(?:\.[\w-]{2,})+(?:/\S*)?")
_DOT = re.compile(r"(?<=[\w-]{4})\.(?=[\w-]{2})")
#: The size of a note's number beside the text, and the space before it, in its own size.
RAISED, _BESIDE = 0.7, 0.08
#: Points that a line stays short of its column: one that is too wide by a hair is not ended by
#: what stands behind it, if that is in an element of its own (WeasyPrint 70).
_SLACK = 0.2
#: Stands for a note's number while lines are sought.
_CALL = "\ufffc"


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    voice: Voice


#: What ends a line where white space is kept (``.set``), and where it is not. An element costs as
#: much memory as a line.
NEW_LINE, BR = Markup("\n"), Markup("<br>")


@dataclass(frozen=True)
class Lines:
    """The lines of one paragraph, and what it says."""

    lines: Sequence[Line]
    children: Inlines

    def html(self, inline: Callable[[Inlines], Markup], end: Markup = NEW_LINE) -> Markup:
        """Each line in an element of its own, with what of the paragraph's markup is in it: a
        ``<br>`` within an element does not always end the line (WeasyPrint 70). ``end`` stands
        between two."""
        shares = (_share(inline(_between(self.children, line)), line) for line in self.lines)
        return end.join(shares)


def _between(children: Inlines, line: Line) -> Inlines:
    """What of inline text stands on a line."""
    return tuple(_clipped(children, 0, line)[0])


def _clipped(children: Inlines, at: int, line: Line) -> tuple[list[Inline], int]:
    """What of ``children``, which begin at the character ``at``, stands on a line; their end."""
    kept: list[Inline] = []
    for child in children:
        match child:
            case Text(value):
                first, last = max(line.start - at, 0), min(line.end - at, len(value))
                if first < last:
                    kept.append(Text(value[first:last]))
                at += len(value)
            case Note():
                if line.start <= at < line.end:
                    kept.append(child)
                at += len(_CALL)
            case LineBreak():
                pass
            case _:
                inner, at = _clipped(child.children, at, line)
                if inner:
                    kept.append(replace(child, children=tuple(inner)))
    return kept, at


@dataclass
class Chopped:
    """A text in which long words may be broken at ``places``, handed out text by text in the order
    in which it is read: in a narrow cell there may be no other way."""

    places: frozenset[int]
    _at: int = 0

    def cut(self, text: str) -> Markup:
        """The next text as HTML."""
        edges = [k - self._at for k in sorted(self.places) if self._at <= k < self._at + len(text)]
        self._at += len(text)
        parts = (text[a:b] for a, b in pairwise((0, *edges, len(text))))
        return Markup("<wbr>").join(parts)

    def skip(self) -> None:
        """Pass a note's call."""
        self._at += len(_CALL)


def with_calls(children: Inlines) -> str:
    """The characters of inline text as lines and :class:`Chopped` count them."""
    parts: list[str] = []
    for child in children:
        match child:
            case Text(value):
                parts.append(value)
            case Note():
                parts.append(_CALL)
            case LineBreak():
                pass
            case _:
                parts.append(with_calls(child.children))
    return "".join(parts)


def chopped(text: str) -> Chopped | None:
    """Where the words of a text may be broken that are too long for a cell; None if there are
    none. A note's call is one character of it."""
    places = {
        k
        for word in LONG_WORD.finditer(text)
        for k in range(word.start() + _PIECE, word.end(), _PIECE)
    }
    return Chopped(frozenset(places)) if places else None


def _share(text: Markup, line: Line) -> Markup:
    spaced = "".join(
        f"{name}:{value:.3f}pt;"
        for name, value in (("word-spacing", line.space), ("letter-spacing", line.letter))
        if abs(value) >= 0.0005
    )
    if line.hyphen:
        text += "\u2010"
    return Markup('<x-l style="{}">{}</x-l>').format(spaced, text) if spaced else text


def lines_of(
    children: Inlines, voice: Voice, width: float, indent: float, number: int
) -> Lines | None:
    """The lines of a paragraph ``width`` points wide; None where WeasyPrint has to find them.

    ``number``: of the note that is called first in it.
    """
    try:
        runs = list(_runs(children, voice, count(number)))
        measured = _measured(runs, voice, ligatures=True)
        width -= _SLACK
        found = compose(measured, _breaks(runs), width, width - indent)
        if found and any(line.letter for line in found):
            apart = _measured(runs, voice, ligatures=False)
            found = tuple(_refitted(line, measured, apart) for line in found)
    except (UnshapableError, _NotComposedError):
        return None
    return Lines(found, children) if found else None


def ragged(
    children: Inlines, voice: Voice, width: float, number: int, *, balanced: bool = False
) -> Lines | None:
    """The lines of a text that is not justified, its words whole; None where WeasyPrint has to
    find them. Where ``balanced``, the lines are as even as they can be without being more."""
    try:
        runs = list(_runs(children, voice, count(number)))
        measured = _measured(runs, voice, ligatures=True)
    except (UnshapableError, _NotComposedError):
        return None
    places = [b for b in _breaks(runs) if b.at is not At.DIVISION]
    found = _filled(measured, places, width)
    if found is None or not balanced:
        return Lines(found, children) if found else None
    narrow, wide = width / 2, width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        tried = _filled(measured, places, middle)
        if tried is None or len(tried) > len(found):
            narrow = middle
        else:
            wide, found = middle, tried
    return Lines(found, children)


def _filled(measured: Measured, places: Sequence[Break], width: float) -> list[Line] | None:
    """Lines that each take what fits; None where a word does not."""
    reach = [0.0, *accumulate(measured.advances)]
    found: list[Line] = []
    start, last = 0, None
    for place in (*places, Break(len(measured.text), At.END)):
        if reach[place.offset] - reach[start] > width:
            if last is None:
                return None
            found.append(Line(start, last.offset, False, 0.0, 0.0))
            start = last.offset + (last.at is At.SPACE)
            if reach[place.offset] - reach[start] > width:
                return None
        last = place
    return [*found, Line(start, len(measured.text), False, 0.0, 0.0)]


def _measured(runs: Sequence[_Run], voice: Voice, *, ligatures: bool) -> Measured:
    text = "".join(_shown(run) for run in runs)
    spaced = [a for run in runs for a in _advances(run, ligatures=ligatures)]
    return Measured(text, spaced, hyphen(voice), voice.size)


def _refitted(line: Line, measured: Measured, apart: Measured) -> Line:
    """A line whose letters are spaced has no ligatures (CSS Text 3, 8.2; Pango): what that
    changes, its spaces make up for."""
    gaps = sum(measured.text.count(space, line.start, line.end) for space in SPACES)
    if not (line.letter and gaps):
        return line
    wider = sum(apart.advances[line.start : line.end]) - sum(
        measured.advances[line.start : line.end]
    )
    return replace(line, space=line.space - wider / gaps)


class _NotComposedError(ValueError):
    """Something that stands in the way of composing: a line break that was asked for."""


def _runs(children: Inlines, voice: Voice, numbers: Iterator[int]) -> Iterator[_Run]:
    for before, child in zip((None, *children), children, strict=False):
        match child:
            case Text(value):
                yield _Run(value, voice)
            case LineBreak():
                raise _NotComposedError
            case Note() if isinstance(before, Note):
                raise _NotComposedError  # there is a space between their numbers
            case Note():
                yield _Run(f"{_CALL}{next(numbers)}", voice.smaller(RAISED))
            case Emphasis(inner):
                yield from _runs(inner, voice.emphasised(), numbers)
            case Strong(inner):
                yield from _runs(inner, voice.strong(), numbers)
            case Superscript(inner) | Subscript(inner):
                yield from _runs(inner, voice.smaller(RAISED), numbers)
            case Foreign(language, inner):
                yield from _runs(inner, voice.speaking(language), numbers)
            case Link(_, inner):
                yield from _runs(inner, voice, numbers)


def _shown(run: _Run) -> str:
    """A run as it counts in the paragraph: a call is one character."""
    return _CALL if run.text.startswith(_CALL) else run.text


def _advances(run: _Run, *, ligatures: bool) -> list[float]:
    if run.text.startswith(_CALL):
        number = advances(run.text.removeprefix(_CALL), run.voice)
        return [sum(number) + _BESIDE * run.voice.size]
    return advances(run.text, run.voice, ligatures=ligatures) if run.text else []


def _breaks(runs: Sequence[_Run]) -> list[Break]:
    """Where lines may end, in the order of the text."""
    found: list[Break] = []
    offset = 0
    for run in runs:
        text = _shown(run)
        found += [Break(offset + k, At.SPACE) for k, c in enumerate(text) if c == " "]
        inside = _addresses(text)
        found += [Break(offset + k, At.MARK) for k in _after_marks(text, inside)]
        for word in _LETTERS.finditer(text):
            if word.start() not in inside:
                found += [
                    Break(offset + word.start() + at, At.DIVISION)
                    for at in divisions(word[0], run.voice.language)
                ]
        offset += len(text)
    return sorted(found)


def _addresses(text: str) -> frozenset[int]:
    """Where the characters of addresses are: a hyphen at a line's end would be read as theirs."""
    return frozenset(k for found in _ADDRESS.finditer(text) for k in range(*found.span()))


def _after_marks(text: str, addresses: frozenset[int]) -> Iterator[int]:
    """Where a line may end without a hyphen of its own: behind a mark, and in an address behind a
    slash and before a dot."""
    for mark in _MARK.finditer(text):
        if mark.end() - 1 not in addresses or mark[0] == "/":
            yield mark.end()
    for dot in _DOT.finditer(text):
        if dot.start() in addresses:
            yield dot.start()


@cache
def divisions(word: str, language: str) -> tuple[int, ...]:
    """Where a word may be divided: before which of its letters. Not within an abbreviation."""
    hyphenator = _hyphenator(language)
    if hyphenator is None or len(word) < _WORD or (word.isupper() and len(word) > 1):
        return ()
    found = hyphenator.positions(word)
    return tuple(at for at in found if _BEFORE <= at <= len(word) - _AFTER)


@cache
def _hyphenator(language: str) -> pyphen.Pyphen | None:
    import pyphen

    known = pyphen.language_fallback(language.replace("-", "_"))
    return pyphen.Pyphen(lang=known) if known else None
