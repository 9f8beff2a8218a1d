"""The e-mail's part in plain text, set from the edition itself: 72 columns, UTF-8.

Addresses of links stand at the end, called by ``[1]``; notes by ``(1)``. Lines break at plain
spaces only, so that French punctuation stays with its word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows.channels._about import About
from flows.channels._event import EVENT
from flows.channels._lines import WIDTH, aligned, raised, underlined, wrapped
from flows.channels._views import numeric_columns
from flows.edition import (
    Block,
    Blocks,
    Figure,
    Heading,
    Inline,
    Inlines,
    ItemList,
    LineBreak,
    Link,
    Note,
    Paragraph,
    PullQuote,
    Quote,
    SideBox,
    Superscript,
    Table,
    Text,
)

#: Fixed blanks that monospaced fonts draw badly, as the no-break space that they all have.
_BLANKS = {0x202F: "\u00a0", 0x2009: "\u00a0"}
_GLUE = "\u00a0"
_BULLET = {"fr": "–"}


def plain_text(about: About) -> str:
    """The whole letter; no line ends in a blank, the last one ends in a line feed."""
    body = _Typist(about.words, about.edition.language)
    parts = [*_head(about, body), *body.blocks(about.edition.blocks)]
    parts += _rest(about)
    parts += body.notes_at_end()
    parts += _history(about)
    parts += body.links_at_end()
    parts += _foot(about)
    lines = "\n\n".join(part for part in parts if part.strip()).split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


# --------------------------------------------------------------------------- around the edition


def _head(about: About, body: _Typist) -> Iterator[str]:
    edition, house = about.edition, about.house
    if about.imprint.trial:
        yield wrapped(f"*** {about.words['trial']} ***")
    yield wrapped(" · ".join(filter(None, (house.name, edition.section))))
    corrected = about.corrected and about.words["corrected"].format(date=about.corrected)
    yield wrapped(" · ".join(filter(None, (edition.category, about.day, corrected))))
    yield underlined(wrapped(edition.title), "=")
    if edition.standfirst:
        yield wrapped(body.inline(edition.standfirst))
    if about.voices:
        yield wrapped(about.voices)
    if about.occasion:
        yield "\n".join(wrapped(line.translate(_BLANKS)) for line in about.occasion)
        yield f"{about.words['calendar']}\n{about.address}{EVENT}"


def _rest(about: About) -> Iterator[str]:
    if about.is_excerpt:
        yield wrapped(about.words["excerpt"])
        yield f"{about.words['rest']}\n{about.address}"


def _history(about: About) -> Iterator[str]:
    if about.history:
        yield underlined(about.words["history"], "-")
    for day, note in about.history:
        yield wrapped(day) + "\n" + wrapped(note or about.words["revised"])


def _foot(about: About) -> Iterator[str]:
    words, house = about.words, about.house
    yield "-" * WIDTH
    for label, name in (
        ("button", "brochure.pdf"),
        ("button_a5", "brochure-a5.pdf"),
        ("online", ""),
    ):
        yield f"{words[label]}\n{about.address}{name}"
    if address := house.leave_address:
        yield wrapped(words["why"])
        yield wrapped(f"{words['leave']} {words['unsubscribe']}") + f"\n{address}"
    else:
        yield wrapped(f"{words['why']} {words['leave_reply']}")
    yield wrapped(" · ".join(about.colophon))


# ----------------------------------------------------------------------------------- the edition


@dataclass
class _Typist:
    """Sets blocks as text, gathering the notes and the addresses on the way."""

    words: Mapping[str, str]
    language: str
    notes: list[Inlines] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def blocks(self, blocks: Blocks, indent: str = "") -> Iterator[str]:
        """Parts to be set a blank line apart."""
        heading = ""
        for block in blocks:
            if isinstance(block, Heading) and block.level > 1:
                yield from filter(None, [heading])
                heading = wrapped(self.inline(block.children), indent)
                continue
            for number, part in enumerate(self._block(block, indent)):
                # A heading of lower rank stands close above what it heads.
                yield f"{heading}\n{part}" if heading and not number else part
            heading = ""
        yield from filter(None, [heading])

    def _block(self, block: Block, indent: str) -> Iterator[str]:
        match block:
            case Heading(children=children):
                yield underlined(wrapped(self.inline(children), indent), "-", indent)
            case Figure(alt=alt, caption=()):  # a picture without words would leave no trace
                yield wrapped(f"[{alt}]" if alt else "", indent)
            case Paragraph(children=children) | Figure(caption=children):
                yield wrapped(self.inline(children), indent)
            case ItemList():
                yield from self._list(block, indent)
            case Quote():
                yield from self.blocks(block.blocks, indent + "    ")
            case PullQuote():
                lines = [wrapped(self.inline(block.children), indent + "      ")]
                if block.attribution:
                    by = self.inline(block.attribution)
                    lines.append(wrapped(f"—{_GLUE}{by}", indent + "      "))
                yield "\n".join(lines)
            case SideBox():
                yield from self._box(block, indent + "    ")
            case Table():
                yield from self._table(block, indent)

    def _list(self, block: ItemList, indent: str) -> Iterator[str]:
        bullet = _BULLET.get(self.language.split("-")[0], "•")
        items: list[str] = []
        for number, item in enumerate(block.items, block.start):
            mark = f"{number}. " if block.ordered else f"{bullet} "
            inner = indent + " " * len(mark)
            text = "\n\n".join(self.blocks(item, inner))
            items.append(indent + mark + text.removeprefix(inner))
        tight = all(len(item) == 1 and isinstance(item[0], Paragraph) for item in block.items)
        yield ("\n" if tight else "\n\n").join(items)

    def _box(self, block: SideBox, indent: str) -> Iterator[str]:
        rule = indent + "-" * 24
        if block.heading:
            yield rule + "\n" + wrapped(self.inline(block.heading), indent)
        else:
            yield rule
        yield from self.blocks(block.blocks, indent)
        yield rule

    def _table(self, block: Table, indent: str) -> Iterator[str]:
        if block.caption:
            yield wrapped(self.inline(block.caption), indent)
        rows = [
            [self.inline(cell).replace("\n", " ").strip(" ") for cell in row]
            for row in ((block.head, *block.rows) if block.head else block.rows)
        ]
        lines = aligned(rows, numeric_columns(block), bool(block.head), indent)
        if max(map(len, lines), default=0) <= WIDTH:
            yield "\n".join(lines)
        else:  # a cell is never broken over lines beside another: its words stay together
            yield "\n".join(wrapped(" | ".join(row), indent, hang="    ") for row in rows)

    # ------------------------------------------------------------------------------ inline text

    def inline(self, children: Inlines) -> str:
        parts: list[str] = []
        self._inline(children, parts)
        self._settle(parts, "")
        return "".join(part for part in parts if part)

    def _inline(self, children: Inlines, parts: list[str]) -> None:
        for child in children:
            self._one(child, parts)

    def _one(self, child: Inline, parts: list[str]) -> None:
        match child:
            case Text(value):
                value = value.translate(_BLANKS)
                self._settle(parts, value)
                parts.append(value.replace("\n", " "))
            case LineBreak():
                self._settle(parts, "\n")
                parts.append("\n")
            case Note():
                self._settle(parts, " ")
                self.notes.append(child.children)
                parts.append(f"{_GLUE}({len(self.notes)})")
            case Link(href, inner):
                before = len(parts)
                self._inline(inner, parts)
                self._settle(parts, " ")
                said = "".join(parts[before:])
                if not href.startswith("#") and said not in (href, href.partition(":")[2]):
                    parts.append(_Call(f"{_GLUE}[{self._address(href)}]"))
            case Superscript(inner):
                before = len(parts)
                self._inline(inner, parts)
                if all(type(part) is str for part in parts[before:]):
                    parts[before:] = [raised("".join(parts[before:]))]
            case _:
                self._inline(child.children, parts)

    def _settle(self, parts: list[str], following: str) -> None:
        """A link that ends inside a word has no number: it would cut the word in two."""
        if parts and isinstance(parts[-1], _Call):
            before = next((part[-1] for part in reversed(parts[:-1]) if part), "")
            cuts = before.isalnum() and following[:1].isalnum()
            parts[-1] = "" if cuts else str(parts[-1])

    def _address(self, href: str) -> int:
        if href not in self.addresses:
            self.addresses.append(href)
        return self.addresses.index(href) + 1

    def notes_at_end(self) -> Iterator[str]:
        if not self.notes:
            return
        yield underlined(self.words["notes"], "-")
        number = 0
        while number < len(self.notes):  # a note may call another
            number += 1
            mark = f"({number}) "
            yield wrapped(mark + self.inline(self.notes[number - 1]), hang=" " * len(mark))

    def links_at_end(self) -> Iterator[str]:
        if self.addresses:
            yield underlined(self.words["links"], "-")
            yield "\n".join(f"[{n}] {href}" for n, href in enumerate(self.addresses, 1))


class _Call(str):
    """The number of a link, not yet known to stand at the end of a word."""

    __slots__ = ()
