"""The edition: the edited, frozen write-up that every other room is built around.

Inline text is safe by construction: a :class:`Text` cannot hold a character that XML 1.0 forbids,
a :class:`Link` cannot hold an address that runs code. Markup is never a string: templates escape
text, and there is nothing else to escape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import ClassVar

# ---------------------------------------------------------------------------------- inline text

#: What XML 1.0 §2.2 cannot carry, plus noncharacters, and the C1 controls that no author types.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
#: Schemes that a reader may be sent to; an address without a scheme is a ``#fragment``.
SCHEMES = ("https:", "http:", "mailto:", "tel:")


class UnsafeTextError(ValueError):
    """Text or an address that must not be carried into a channel."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters. Raises :class:`UnsafeTextError` on control characters and surrogates."""

    kind: ClassVar[str] = "text"
    value: str

    def __post_init__(self) -> None:
        if found := FORBIDDEN.search(self.value):
            raise UnsafeTextError(f"U+{ord(found.group()):04X} cannot stand in an edition")


@dataclass(frozen=True, slots=True)
class Emphasis:
    kind: ClassVar[str] = "emphasis"
    children: Inlines


@dataclass(frozen=True, slots=True)
class Strong:
    kind: ClassVar[str] = "strong"
    children: Inlines


@dataclass(frozen=True, slots=True)
class Superscript:
    kind: ClassVar[str] = "superscript"
    children: Inlines


@dataclass(frozen=True, slots=True)
class Subscript:
    kind: ClassVar[str] = "subscript"
    children: Inlines


@dataclass(frozen=True, slots=True)
class Foreign:
    """A passage in another language than the edition's (BCP 47), so that it is read as such."""

    kind: ClassVar[str] = "foreign"
    language: str
    children: Inlines


@dataclass(frozen=True, slots=True)
class Link:
    """A link. Raises :class:`UnsafeTextError` unless the address is http(s), mailto, tel or #."""

    kind: ClassVar[str] = "link"
    href: str
    children: Inlines

    def __post_init__(self) -> None:
        if not is_safe_address(self.href):
            raise UnsafeTextError(f"not an address that a reader may be sent to: {self.href!r}")


@dataclass(frozen=True, slots=True)
class LineBreak:
    kind: ClassVar[str] = "line_break"


@dataclass(frozen=True, slots=True)
class Note:
    """A note, standing at its call; channels set it as a footnote or an endnote."""

    kind: ClassVar[str] = "note"
    children: Inlines


Inline = Text | Emphasis | Strong | Superscript | Subscript | Foreign | Link | LineBreak | Note
Inlines = tuple[Inline, ...]


def is_safe_address(href: str) -> bool:
    """True for http(s), mailto and tel addresses and for ``#anchors``, without blanks in them."""
    if FORBIDDEN.search(href) or any(c.isspace() for c in href):
        return False
    return (href.startswith("#") and len(href) > 1) or href.lower().startswith(SCHEMES)


# --------------------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. ``level`` is 1–3 below the title; ``anchor`` is unique in its edition."""

    kind: ClassVar[str] = "heading"
    level: int
    children: Inlines
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    children: Inlines


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list; each item is a run of blocks. ``start`` counts for ordered lists only."""

    kind: ClassVar[str] = "list"
    items: tuple[Blocks, ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quotation that belongs to the run of the text."""

    kind: ClassVar[str] = "quote"
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class PullQuote:
    """A sentence set apart, a change of voice; ``attribution`` may be empty."""

    kind: ClassVar[str] = "pull_quote"
    children: Inlines
    attribution: Inlines = ()


@dataclass(frozen=True, slots=True)
class SideBox:
    """Text beside the main run. ``heading`` may be empty: its loss is a doubt, not an error."""

    kind: ClassVar[str] = "side_box"
    heading: Inlines
    blocks: Blocks
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster picture: PNG, JPEG, GIF or WebP; size in pixels; ``name`` is a bare file name."""

    name: str
    media_type: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption. An empty ``alt`` is a doubt; channels then use the caption."""

    kind: ClassVar[str] = "figure"
    picture: Picture
    alt: str = ""
    caption: Inlines = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of inline cells. Each row has as many cells as ``head`` where there is a head."""

    kind: ClassVar[str] = "table"
    head: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    caption: Inlines = ()
    row_heads: bool = False


Block = Heading | Paragraph | ItemList | Quote | PullQuote | SideBox | Figure | Table
Blocks = tuple[Block, ...]


# ------------------------------------------------------------------------------------- findings


class Severity(StrEnum):
    """An error refuses; a doubt is shown, and holds a run that nobody watches; a note informs."""

    ERROR = "error"
    DOUBT = "doubt"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the source: ``file`` relative to content/, 1-based ``line`` and ``column``
    (0 where the format has none), and the words found there."""

    file: str
    line: int = 0
    column: int = 0
    words: str = ""

    def __str__(self) -> str:
        numbers = [str(n) for n in (self.line, self.column) if n]
        return ":".join([self.file, *numbers])


@dataclass(frozen=True, slots=True)
class Finding:
    """The only way in which any step speaks to the editor.

    ``rule`` is the id of the rule; its sentences, and what to do, stand in
    ``templates/findings/<room>.<language>.toml`` under that id, with ``values`` filled in.
    """

    rule: str
    severity: Severity
    place: Place
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule did to the words of the source: ``after`` is empty where words were taken."""

    rule: str
    place: Place
    before: str
    after: str


# -------------------------------------------------------------------------------------- edition

#: Of a field that editions had not from the first: while it has its default it is no part of their
#: fingerprint, so that releases made before it can be made again, byte for byte.
LATER = {"later": True}


@dataclass(frozen=True, slots=True)
class Event:
    """What an edition announces. ``start`` and ``end`` are aware moments on the house's clocks, or
    days, of which ``end`` is the last; ``end`` is None where none is stated, and of the one day.
    Raises ValueError unless both are of one kind and ``end`` comes after."""

    start: date | datetime
    end: date | datetime | None = None
    place: str = ""

    def __post_init__(self) -> None:
        if self.end is None:
            return
        # By the time that passes: two moments on the clocks of one zone compare as they are read.
        is_alike = isinstance(self.end, datetime) is not self.is_whole_days
        if not is_alike or _passed(self.end) <= _passed(self.start):
            raise ValueError(f"no event lasts from {self.start} to {self.end}")

    @property
    def is_whole_days(self) -> bool:
        return not isinstance(self.start, datetime)


def _passed(when: date | datetime) -> date | datetime:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


@dataclass(frozen=True, slots=True)
class Edition:
    """The edited write-up of one conference, in the spacing of its language.

    ``title``, ``section`` … carry no-break spaces; :func:`flows.reading.plain` is for subject
    lines, metadata and file names. ``date`` is the day printed on it,
    ``publish_at`` the embargo: aware, or None; ``event`` what it announces.
    """

    slug: str
    language: str
    title: str
    blocks: Blocks
    date: date | None = None
    section: str = ""
    category: str = ""
    standfirst: Inlines = ()
    speakers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publish_at: datetime | None = None
    waive: frozenset[str] = frozenset()
    event: Event | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Edited:
    """What editing gives: the edition, or None where findings hold an error; and what was done."""

    edition: Edition | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]

    def refused(self) -> bool:
        return self.edition is None or any(f.severity is Severity.ERROR for f in self.findings)
