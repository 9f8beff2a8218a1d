"""The proof of an excerpt: each passage is a whole run of the edition's words, and it says what it
is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from flows.edition import Edition, Place
from flows.proof.align import Furniture, Spoken
from flows.proof.check import Check, fails, holds, share
from flows.proof.words import edition_words, words


def prove_excerpt(
    path: str, said: Spoken, edition: Edition, around: Furniture, sentence: str
) -> Check:
    """``sentence`` is the template's that says that this is an excerpt."""
    run = _Run(edition_words(edition, "end").tokens)
    passages = list(_passages(said))
    undivided = _undivided(said)
    figure = share(sum(map(len, passages)), len(said.tokens))
    if "".join(words(sentence)) not in map("".join, passages):
        return fails("excerpt", path, figure, "excerpt-unsaid", words=sentence)
    for passage, whole in zip(passages, _passages(undivided), strict=True):
        ways = ("".join(passage), "".join(whole))
        if not any(run.holds(text) or around.covers(text) for text in ways):
            shown = " ".join(passage)
            return fails("excerpt", path, figure, "excerpt-differs", Place(path), words=shown)
    return holds("excerpt", path, figure)


def _passages(said: Spoken) -> Iterator[tuple[str, ...]]:
    for start, end in pairwise(sorted({0, *said.starts, len(said.tokens)})):
        if start < end:
            yield said.tokens[start:end]


def _undivided(said: Spoken) -> Spoken:
    """The same without the hyphens at which words were divided: those before the end of a line,
    which stay where they are all that a passage has."""
    gone = {
        k
        for k, mark in enumerate(said.tokens)
        if mark == "-" and k + 1 in said.breaks and k not in said.starts
    }
    kept = [k for k in range(len(said.tokens)) if k not in gone]
    place = {k: new for new, k in enumerate(kept)}
    starts = frozenset(place.get(k, len(kept)) for k in said.starts)
    return Spoken(tuple(said.tokens[k] for k in kept), starts, said.breaks)


class _Run:
    """The edition's words as one string without blanks, as a word may go on over a line."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._text = "".join(tokens)
        self._edges = frozenset((0, *accumulate(map(len, tokens))))

    def holds(self, text: str) -> bool:
        """Whether ``text`` stands in the edition, from the start of a word to the end of one."""
        at = self._text.find(text)
        while at >= 0:
            if at in self._edges and at + len(text) in self._edges:
                return True
            at = self._text.find(text, at + 1)
        return False
