"""The history: who did what, when, with which hash, as a person reads it and as a program does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from flows.approval import codes
from flows.command.tables import show_sentence, show_table
from flows.house import House
from flows.ledger import Ledger
from flows.words import catalogue


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody did. ``act``: a turn's, ``approved`` or ``mailed``; ``mark`` is the
    SHA-256 of the release's manifest, or of the content that a yes is bound to; ``genuine`` is
    false for a yes whose signature is not that person's."""

    at: datetime
    act: str
    what: str
    revision: int
    who: str
    note: str
    mark: str
    genuine: bool = True


def chronicle(ledger: Ledger, slug: str | None, secret: bytes) -> tuple[Event, ...]:
    """Every turn, every yes and every mailing, of one edition or of all, the oldest first. A
    mailing's note says how many of how many it went to."""
    turns = ledger.history(slug)
    slugs = {fact.entry: fact.slug for fact in turns}
    events = [
        Event(f.at or f.updated, f.act, f.slug, f.revision, f.who, f.note, f.manifest)
        for f in turns
    ]
    for kept in ledger.mailings.campaigns(slug):
        if kept.at:
            sent = f"{kept.list}: {ledger.mailings.counts(kept.key)['sent']}/{kept.mails}"
            events.append(Event(kept.at, "mailed", kept.slug, kept.revision, kept.who, sent, ""))
    for yes in ledger.records.approvals():
        if yes.at and (slug is None or slugs.get(yes.entry) == slug):
            what, is_genuine = slugs.get(yes.entry, yes.entry), codes.is_genuine(yes, secret)
            events.append(
                Event(yes.at, "approved", what, 0, yes.who, yes.way, yes.content, is_genuine)
            )
    return tuple(sorted(events, key=lambda event: event.at))


def as_json(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at.isoformat(),
            "act": event.act,
            "edition": event.what,
            "revision": event.revision or None,
            "who": event.who,
            "note": event.note,
            "sha256": event.mark,
            "genuine": event.genuine,
        }
        for event in events
    ]


def show(events: Sequence[Event], house: House, language: str, stream: TextIO) -> None:
    """The history as a table; hashes by their first twelve characters."""
    words = catalogue("cli", language)
    if not events:
        show_sentence(words["no_history"], stream)
        return
    heads = ("when", "act", "edition", "revision", "who", "note", "hash")
    show_table(
        (words[head] for head in heads), (_row(event, house, words) for event in events), stream
    )


def _row(event: Event, house: House, words: Mapping[str, str]) -> tuple[str, ...]:
    act = words[f"act_{event.act.replace(' ', '_')}"]
    return (
        f"{event.at.astimezone(house.zone):%Y-%m-%d %H:%M:%S}",
        act if event.genuine else words["not_genuine"].format(act=act),
        event.what,
        str(event.revision or "—"),
        event.who or "—",
        event.note or "—",
        event.mark[:12],
    )
