"""Where in a marked-up text the words of a block stand."""

from __future__ import annotations

import html
import re
from bisect import bisect

from flows.edition import Place
from flows.sources._kind import Kind
from flows.sources._record import Record, first_words


class Locator:
    """Finds the line of words in a marked-up text, going forward as the reader does.

    Pandoc's tree has no line numbers; the first words of a block, with marks allowed between
    them, are found again in the source. Office files have no lines: 0.
    """

    _REACH = 200_000

    def __init__(self, text: str, kind: Kind, record: Record) -> None:
        if kind is Kind.HTML:
            text = "\n".join(html.unescape(line).replace("\n", " ") for line in text.split("\n"))
        self.kind = kind
        self._text, self._record, self._at = text, record, 0
        self._ends = [i for i, c in enumerate(text) if c == "\n"]

    def next(self, words: str) -> Place:
        """The place of the next block, which begins with ``words``."""
        found = self._find(words)
        if found >= 0:
            self._at = found
        return self._place(found, words)

    def near(self, words: str) -> Place:
        """The place of words in or after the block last found."""
        return self._place(self._find(words), words)

    def _place(self, at: int, words: str) -> Place:
        line = bisect(self._ends, at - 1) + 1 if at >= 0 else 0
        return self._record.place(line, words)

    def _find(self, words: str) -> int:
        if not self._text or not words.strip():
            return -1
        exact = self._text.find(words[:200], self._at, self._at + self._REACH)
        if exact >= 0:
            return exact
        first = re.findall(r"\w+", first_words(words, 4))[:4]
        for count in range(len(first), 0, -1):
            pattern = re.compile(r"[\W_]{1,40}".join(map(re.escape, first[:count])))
            if found := pattern.search(self._text, self._at, self._at + self._REACH):
                return found.start()
        return -1
