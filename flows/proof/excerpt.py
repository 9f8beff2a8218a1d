"""The proof of an excerpt: each passage is a whole run of the edition's words, and it says what it
is. One that is the beginning is proved as a whole edition is, which ends where it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from flows.edition import Edition, Place
from flows.proof.align import Furniture, Spoken
from flows.proof.check import Check, fails, holds, share
from flows.proof.words import edition_words, words
from flows.rendition import File


def carried(file: File, edition: Edition) -> Edition | None:
    """The edition as far as a file has to give it, word for word: all of it, or its beginning;
    None where an excerpt chooses its passages."""
    if file.blocks is not None:
        return replace(edition, blocks=edition.blocks[: file.blocks])
    return None if file.is_excerpt else edition


def prove_beginning(path: str, said: Spoken, edition: Edition, given: Edition, text: str) -> Check:
    """Whether a file with the beginning of an edition says, in ``text``, that it is no more; the
    words ``given`` are proved apart."""
    there, due = (len(edition_words(e, "end").tokens) for e in (given, edition))
    if f" {' '.join(words(text))} " not in f" {' '.join(said.tokens)} ":
        return fails("excerpt", path, share(there, due), "excerpt-unsaid", words=text)
    return holds("excerpt", path, share(there, due))


def prove_excerpt(
    path: str, said: Spoken, edition: Edition, around: Furniture, sentence: str
) -> Check:
    """``sentence`` is the template's that says that this is an excerpt."""
    run = _Run(edition_words(edition, "end").tokens)
    passages = list(_passages(said))
    figure = share(sum(len(passage) for passage, _ in passages), len(said.tokens))
    if "".join(words(sentence)) not in ("".join(passage) for passage, _ in passages):
        return fails("excerpt", path, figure, "excerpt-unsaid", words=sentence)
    for ways in passages:
        if not any(run.holds(text) or around.covers(text) for text in map("".join, ways)):
            shown = " ".join(ways[0])
            return fails("excerpt", path, figure, "excerpt-differs", Place(path), words=shown)
    return holds("excerpt", path, figure)


def _passages(said: Spoken) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Each block's words as they stand, and without the hyphens at the ends of its lines, at
    which words were divided; one that begins a block stays."""
    tokens = said.tokens
    for start, end in pairwise(sorted({0, *said.starts, len(tokens)})):
        if start < end:
            divided = (
                k for k in range(start + 1, end) if tokens[k] == "-" and k + 1 in said.breaks
            )
            gone = frozenset(divided)
            yield tokens[start:end], [tokens[k] for k in range(start, end) if k not in gone]


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
