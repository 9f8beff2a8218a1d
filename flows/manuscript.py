"""The manuscript: what a reader made of a source, with every block's place in it."""

from __future__ import annotations

from dataclasses import dataclass

from flows.edition import Block, Change, Finding, Inlines, Place


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
    "event",
    "event_end",
    "place",
    "waive",
)
