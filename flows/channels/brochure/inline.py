"""Inline text for WeasyPrint, its notes where they are called or in a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from flows.channels._html import InlineHtml
from flows.channels.brochure.lines import Chopped
from flows.edition import Foreign, Inline, Inlines, Link, Note, Text

_FOOTNOTE = Markup('<span><span class="note" data-number="{}">{}</span></span>')
_NOTE_IN_NOTE = Markup(" (<sup>{}</sup> {})")
#: No anchor of an edition has a colon.
_CALL = Markup('<sup><a class="call" id="call:{0}" href="#note:{0}">{0}</a></sup>')


class ListedNote(NamedTuple):
    """A note that stands in a list, not at the foot of a page; ``number`` is from 1."""

    number: int
    text: Markup


@dataclass
class PrintedHtml(InlineHtml):
    """Inline text for WeasyPrint: a passage in another language is no span, which it has no
    structure element for (see :mod:`.tags`)."""

    def _one(self, child: Inline) -> Markup:
        match child:
            case Foreign(language, children):
                return Markup('<bdi lang="{}">{}</bdi>').format(language, self(children))
            case _:
                return super()._one(child)


@dataclass
class Inlined(PrintedHtml):
    """Inline text with footnotes at their call, or while ``lists``, with the notes in ``listed``
    and links to them. A note within a footnote stands in parentheses, as a footnote has no foot
    of its own, and is numbered before it as everywhere. A link to an anchor that is not there is
    its text."""

    anchors: frozenset[str] = frozenset()
    lists: bool = False
    listed: list[ListedNote] = field(default_factory=list)
    count: int = 0
    depth: int = 0
    chopped: Chopped | None = None

    def __call__(self, children: Inlines) -> Markup:
        """Between the numbers of two notes is a narrow space, lest 1 and 2 be read as 12."""
        parts: list[Markup] = []
        for before, child in zip((None, *children), children, strict=False):
            if isinstance(before, Note) and isinstance(child, Note):
                parts.append(Markup("\u202f"))
            parts.append(self._one(child))
        return Markup("").join(parts)

    def _one(self, child: Inline) -> Markup:
        match child:
            case Text(value) if self.chopped and not self.depth:
                return self.chopped.cut(value)
            case Link(href, children) if href.startswith("#") and href[1:] not in self.anchors:
                return self(children)
            case Note(children):
                return self._note(children)
            case _:
                return super()._one(child)

    def _note(self, children: Inlines) -> Markup:
        if self.chopped and not self.depth:
            self.chopped.skip()
        self.depth += 1
        text = self(children)
        self.depth -= 1
        self.count += 1
        if self.lists:
            self.listed.append(ListedNote(self.count, text))
            return _CALL.format(self.count)
        return (_NOTE_IN_NOTE if self.depth else _FOOTNOTE).format(self.count, text)
