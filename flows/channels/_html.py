"""Inline text as HTML. What stands in an edition is escaped here, once, for every channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

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

_PLAIN_TAGS: dict[type[Inline], Markup] = {
    Emphasis: Markup("em"),
    Strong: Markup("strong"),
    Superscript: Markup("sup"),
    Subscript: Markup("sub"),
}


@dataclass
class InlineHtml:
    """Renders runs of inline text, numbering the notes in the order in which they are called.

    ``call`` sets a note where it is called: it gets the note's number, from 1, and its text as
    HTML. ``notes`` collects those texts, for channels that print them at the end.
    """

    call: Callable[[int, Markup], Markup]
    notes: list[Markup] = field(default_factory=list)

    def __call__(self, children: Inlines) -> Markup:
        return Markup("").join(self._one(child) for child in children)

    def _one(self, child: Inline) -> Markup:
        match child:
            case Text(value):
                return Markup.escape(value)
            case LineBreak():
                return Markup("<br>")
            case Link(href, children):
                return Markup('<a href="{}">{}</a>').format(href, self(children))
            case Foreign(language, children):
                return Markup('<span lang="{}">{}</span>').format(language, self(children))
            case Note(children):
                text = self(children)
                self.notes.append(text)
                return self.call(len(self.notes), text)
            case _:
                tag = _PLAIN_TAGS[type(child)]
                return Markup("<{0}>{1}</{0}>").format(tag, self(child.children))
