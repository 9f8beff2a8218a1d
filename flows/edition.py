"""The edition: the edited, frozen write-up that every other room is built around.

Inline text is safe by construction: a :class:`Text` cannot hold a character that XML 1.0 forbids,
a :class:`Link` cannot hold an address that runs code. Markup is never a string: templates escape
text, and there is nothing else to escape.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
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


# ----------------------------------------------------------------------------------- manuscript


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, where it stands in the source, and how many blank lines part it from the one
    before (0 where the format has no such thing)."""

    block: Block
    place: Place
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What a reader made of a source; nothing is judged yet.

    ``metadata`` holds what the source states itself, as strings, under the keys of
    :data:`METADATA_KEYS`; a value that is a list in the source is joined with ``"\\n"``.
    ``metadata_places`` says where, for the messages. ``changes`` are what reading itself had to
    do to the words (decoding, forbidden characters, words that became metadata).
    """

    file: str
    media_type: str
    placed: tuple[Placed, ...]
    metadata: tuple[tuple[str, str], ...] = ()
    metadata_places: tuple[tuple[str, Place], ...] = ()
    standfirst: Inlines = ()
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()


METADATA_KEYS = (
    "title",
    "date",
    "language",
    "slug",
    "section",
    "category",
    "speakers",
    "tags",
    "standfirst",
    "publish_at",
    "waive",
)

# -------------------------------------------------------------------------------------- edition


@dataclass(frozen=True, slots=True)
class Edition:
    """The edited write-up of one conference, in the spacing of its language.

    ``title``, ``section`` … carry no-break spaces; use :func:`plain` for subject lines, metadata
    and file names. ``date`` is the day printed on it; ``publish_at`` the embargo, aware, or None.
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


@dataclass(frozen=True, slots=True)
class Edited:
    """What editing gives: the edition, or None where findings hold an error; and what was done."""

    edition: Edition | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]

    def refused(self) -> bool:
        return self.edition is None or any(f.severity is Severity.ERROR for f in self.findings)


# -------------------------------------------------------------------------- imprint, rendition


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of an edition's history; ``note`` is empty for the first."""

    number: int
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a release adds to an edition; assigned once, kept in the release's manifest.

    ``path`` is ``<year>/<slug>``, without slashes at its ends. ``guid`` is a ``tag:`` URI
    (RFC 4151), frozen at the first publication; in a trial it is a ``urn:`` that says so.
    """

    revision: int
    path: str
    guid: str
    history: tuple[Revision, ...]
    trial: bool = False
    versions: tuple[tuple[str, str], ...] = ()

    @property
    def published(self) -> datetime:
        return self.history[0].at

    @property
    def updated(self) -> datetime:
        return self.history[-1].at


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release. ``path`` starts with ``public/`` (an address below the edition's) or
    ``parts/`` (material for the shelf, never served by itself)."""

    path: str
    media_type: str
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Rendition:
    """The files that one channel made of one edition."""

    channel: str
    files: tuple[File, ...]

    def file(self, path: str) -> File:
        return next(f for f in self.files if f.path == path)


# ------------------------------------------------------------------------------------- readings

#: What joins or hints without being a blank: zero-width space and joiners, BOM, soft hyphen.
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))


def plain(text: str) -> str:
    """``text`` with plain, single spaces only, for subject lines, metadata and file names."""
    return " ".join(text.translate(INVISIBLE).split())


def inline_text(children: Iterable[Inline], *, notes: bool = False) -> str:
    """The characters of inline text, in order; those of its notes only where asked for."""
    parts: list[str] = []
    for child in children:
        match child:
            case Text(value):
                parts.append(value)
            case LineBreak():
                parts.append(" ")
            case Note():
                if notes:
                    parts.append(f" {inline_text(child.children, notes=True)} ")
            case _:
                parts.append(inline_text(child.children, notes=notes))
    return "".join(parts)


def inline_runs(block: Block) -> Iterator[Inlines]:
    """Each run of inline text in a block, in reading order; nested blocks included."""
    match block:
        case Heading() | Paragraph():
            yield block.children
        case PullQuote():
            yield block.children
            yield block.attribution
        case ItemList():
            for item in block.items:
                for inner in item:
                    yield from inline_runs(inner)
        case Quote():
            for inner in block.blocks:
                yield from inline_runs(inner)
        case SideBox():
            yield block.heading
            for inner in block.blocks:
                yield from inline_runs(inner)
        case Figure():
            yield block.caption
        case Table():
            yield block.caption
            yield from block.head
            for row in block.rows:
                yield from row


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Each block, outer before inner, in reading order."""
    for block in blocks:
        yield block
        match block:
            case ItemList():
                for item in block.items:
                    yield from walk(item)
            case Quote() | SideBox():
                yield from walk(block.blocks)
            case _:
                pass


def pictures(edition: Edition) -> tuple[Picture, ...]:
    """The pictures of an edition, each once, in order of appearance."""
    found: dict[str, Picture] = {}
    for block in walk(edition.blocks):
        if isinstance(block, Figure):
            found.setdefault(block.picture.name, block.picture)
    return tuple(found.values())


def fingerprint(value: object) -> str:
    """A SHA-256, as hex, of any frozen value of this module: equal values, equal fingerprints."""
    return hashlib.sha256(
        json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def _canonical(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        inner = {f.name: _canonical(getattr(value, f.name)) for f in fields(value)}
        return {"": type(value).__name__, **inner}
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def normal(text: str) -> str:
    """Unicode NFC: what every reader hands on, so that the same word is the same characters."""
    return unicodedata.normalize("NFC", text)
