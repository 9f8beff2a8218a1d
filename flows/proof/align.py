"""The alignment: are the words of a rendition those of the edition, in order, each once?

Between two blocks of the edition, and only there, a rendition may say what its template says
(:class:`Furniture`). The search is over pairs (place in the rendition, place in the edition), each
visited once; where a word of the edition fits, it is tried first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flows.proof.words import BLOCK, LINK, NOTE, EditionWords, words

#: Marks that a template or a list may set beside a block's words.
_ORNAMENTS = frozenset("•·–—|→←↑↓↩↗▪◦‣⁃:[]()") | {"-", "*", "="}
_NOTE_MARKS = frozenset("[]().:*†‡↩↑←^")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The tokens of a rendition, in reading order.

    ``starts`` are the indexes at which a block begins; ``breaks`` those before which a line
    ended in the middle of a block, so that a word may continue there.
    """

    tokens: tuple[str, ...]
    starts: frozenset[int]
    breaks: frozenset[int] = frozenset()


def spoken(blocks: Iterable[str]) -> Spoken:
    """Blocks of text as tokens, each block with its edge."""
    tokens: list[str] = []
    starts: set[int] = set()
    for block in blocks:
        starts.add(len(tokens))
        tokens.extend(words(block))
    starts.add(len(tokens))
    return Spoken(tuple(tokens), frozenset(starts))


@dataclass
class Furniture:
    """What a rendition may say beside the edition's words, letter case ignored.

    ``beside`` may stand before or after the words of a block (a label, a separator);
    ``apart`` only as blocks of their own (contents, running titles, a colophon).
    ``numbers`` bounds the plain numbers that may stand beside words (lists, notes, figures).
    """

    numbers: int = 0
    _phrases: dict[tuple[str, str], list[tuple[str, ...]]] = field(default_factory=dict)

    def beside(self, *texts: str) -> None:
        self._add(("beside", "apart"), texts)

    def apart(self, *texts: str) -> None:
        self._add(("apart",), texts)

    def links(self, *addresses: str) -> None:
        self._add(("links", "apart"), addresses)

    def _add(self, kinds: Iterable[str], texts: Iterable[str]) -> None:
        for text in texts:
            if phrase := tuple(token.casefold() for token in words(text)):
                for kind in kinds:
                    known = self._phrases.setdefault((kind, phrase[0][0]), [])
                    if phrase not in known:
                        known.append(phrase)
                        known.sort(key=lambda p: (-len(p), p))

    def covers(self, text: str) -> bool:
        """Whether a block's words, written without blanks, are nothing but such phrases, one
        after the other, and marks."""
        folded = text.casefold()
        reached = {0}
        for at, character in enumerate(folded):
            if at not in reached:
                continue
            if character in _ORNAMENTS or character in ",;.":
                reached.add(at + 1)
            for phrase in map("".join, self.starting("apart", character)):
                if folded.startswith(phrase, at):
                    reached.add(at + len(phrase))
        return len(folded) in reached

    def starting(self, kind: str, token: str) -> Sequence[tuple[str, ...]]:
        """The phrases that may begin with ``token`` or a part of it, longest first."""
        return self._phrases.get((kind, token[0].casefold()[0]), ())


@dataclass(frozen=True, slots=True)
class Difference:
    """The first differing word. ``kind`` is "missing", "added" or "changed"; ``index`` is the
    edition's token that was due; ``found`` and ``due`` are words, ``after`` those before them."""

    kind: str
    index: int
    due: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """``matched`` tokens of the edition were found in order; all of them where ``difference`` is
    None."""

    matched: int
    difference: Difference | None


#: How many states a search may visit, beside eight for each token.
_STATES = 50_000
_TEXT, _APART = 0, 1
_State = tuple[int, int, int]


class _Search:
    def __init__(self, said: Spoken, edition: EditionWords, furniture: Furniture) -> None:
        self.said, self.edition, self.furniture = said, edition, furniture
        self.heard = said.tokens
        self.folded = tuple(t.casefold() for t in said.tokens)
        self.best, self.first, self.last = -1, 0, 0

    def run(self) -> Alignment:
        """Depth first, with a stack of its own; each state is visited once, and where words
        repeat without end the search gives up, which refuses."""
        goal = (len(self.heard), len(self.edition.tokens))
        stack: list[_State] = [(0, 0, _TEXT)]
        seen: set[_State] = set()
        bound = _STATES + 8 * sum(goal)
        while stack and len(seen) < bound:
            state = stack.pop()
            if state in seen:
                continue
            seen.add(state)
            if state[:2] == goal:
                return Alignment(goal[1], None)
            step = self._text if state[2] == _TEXT else self._apart
            stack.extend(reversed(list(step(state[0], state[1]))))
        return Alignment(max(self.best, 0), self._difference())

    # ------------------------------------------------------------------------------- transitions

    def _text(self, i: int, j: int) -> Iterator[_State]:
        """Edition words as far as they go without a choice, then each choice, best first."""
        heard, due, gaps = self.heard, self.edition.tokens, self.edition.gaps
        n, m = len(heard), len(due)
        while i < n and j < m and not (gaps[j] or gaps[j + 1]) and heard[i] == due[j]:
            i, j = i + 1, j + 1
        self._reached(i, j)
        if j < m and i < n:
            for form, words_in_it in self._forms(j):
                if end := self._consume(i, form):
                    yield end, j + words_in_it, _TEXT
        if i < n and gaps[j]:
            yield from ((end, j, _TEXT) for end in self._beside(i, j))
            if gaps[j] & (BLOCK | NOTE) and i in self.said.starts:
                yield i, j, _APART

    def _forms(self, j: int) -> Iterator[tuple[str, int]]:
        """The word due at ``j`` as it may be said, and how many of the edition's words that is: a
        note's number may cling to the word before its call, to the word after it, or to both."""
        due, calls = self.edition.tokens, self.edition.calls
        yield due[j], 1
        before, after = calls.get(j, ""), calls.get(j + 1, "")
        if before:
            yield f"{before}{due[j]}", 1
        if after:
            yield f"{due[j]}{after}", 1
            if j + 1 < len(due):
                yield f"{due[j]}{after}{due[j + 1]}", 2
        if before and after:
            yield f"{before}{due[j]}{after}", 1

    def _apart(self, i: int, j: int) -> Iterator[_State]:
        """Blocks that hold nothing but furniture; left at a block's edge only."""
        if i >= len(self.heard):
            return
        self._reached(i, j)
        ends = [self._phrase(i, p) for p in self.furniture.starting("apart", self.heard[i])]
        if _is_number(self.heard[i], 9999) or not self.heard[i][0].isalnum():
            ends.append(i + 1)
        for end in ends:
            if end:
                if end in self.said.starts:
                    yield end, j, _TEXT
                yield end, j, _APART

    def _beside(self, i: int, j: int) -> Iterator[int]:
        """Where a label, a mark or a number that stands beside the edition's words ends."""
        gap, token = self.edition.gaps[j], self.heard[i]
        if gap & BLOCK:
            for phrase in self.furniture.starting("beside", token):
                if end := self._phrase(i, phrase):
                    yield end
            if token in _ORNAMENTS:
                yield i + 1
            if _is_number(token, self.furniture.numbers):
                dot = i + 1 < len(self.heard) and self.heard[i + 1] in (".", ")")
                yield i + 2 if dot else i + 1
        if gap & NOTE and (token in _NOTE_MARKS or _is_number(token, self.furniture.numbers)):
            yield i + 1
        if gap & LINK:
            if token in _NOTE_MARKS or _is_number(token, self.furniture.numbers):
                yield i + 1
            for phrase in self.furniture.starting("links", token):
                if end := self._phrase(i, phrase):
                    yield end

    # ---------------------------------------------------------------------------------- matching

    def _consume(self, i: int, due: str) -> int:
        """The index after ``due`` if it is said at ``i``, whole or broken over lines; else 0."""
        said = self.heard[i]
        if said == due or said == due.upper():
            return i + 1
        for form in dict.fromkeys((due, due.upper())):
            if end := self._broken(i, form, self.heard):
                return end
        return 0

    def _broken(self, i: int, due: str, heard: tuple[str, ...]) -> int:
        """A word in pieces, each but the last at the end of a line, perhaps with a hyphen."""
        breaks, n = self.said.breaks, len(heard)
        while i < n and due:
            if not due.startswith(heard[i]):
                return 0
            due = due[len(heard[i]) :]
            i += 1
            if not due:
                return i
            if i + 1 < n and heard[i] == "-" and i + 1 in breaks:
                i += 1
            elif i not in breaks:
                return 0
        return 0

    def _phrase(self, i: int, phrase: tuple[str, ...]) -> int:
        """The index after ``phrase`` if it is said at ``i``, letter case ignored; else 0."""
        for token in phrase:
            if i >= len(self.folded):
                return 0
            i = i + 1 if self.folded[i] == token else self._broken(i, token, self.folded)
            if not i:
                return 0
        return i

    # ---------------------------------------------------------------------------------- refusing

    def _reached(self, i: int, j: int) -> None:
        if j > self.best:
            self.best, self.first, self.last = j, i, i
        elif j == self.best:
            self.first, self.last = min(self.first, i), max(self.last, i)

    def _difference(self) -> Difference:
        """What happened at the furthest place: looked for within eight words."""
        due, j = self.edition.tokens, self.best
        if self.first >= len(self.heard):
            return self._say("missing", j, self.first)
        for i in (self.first, self.last):
            if any(self._agree(i, j + k) for k in range(1, 9)):
                return self._say("missing", j, i)
        if j >= len(due) or any(self._agree(self.last + k, j) for k in range(1, 9)):
            return self._say("added", j, self.last)
        return self._say("changed", j, self.last)

    def _agree(self, i: int, j: int) -> bool:
        """True where rendition and edition run on together for three words, or to the end."""
        due = self.edition.tokens[j : j + 3]
        for word in due:
            i = self._consume(i, word) if i < len(self.heard) else 0
            if not i:
                return False
        return bool(due)

    def _say(self, kind: str, j: int, i: int) -> Difference:
        due = self.edition.tokens
        return Difference(
            kind=kind,
            index=min(j, max(len(due) - 1, 0)),
            due=due[j] if j < len(due) and kind != "added" else "",
            found=self.heard[i] if i < len(self.heard) and kind != "missing" else "",
            after=" ".join(due[max(0, j - 4) : j]),
        )


def _is_number(token: str, bound: int) -> bool:
    return token.isascii() and token.isdigit() and len(token) <= 4 and int(token) <= bound


def align(said: Spoken, edition: EditionWords, furniture: Furniture) -> Alignment:
    """Whether ``said`` is the edition, word for word, and nothing but it and ``furniture``."""
    return _Search(said, edition, furniture).run()
