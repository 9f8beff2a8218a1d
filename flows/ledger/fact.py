"""A fact: one turn of one edition, as a value, and as the file of a turn and a row keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from flows.edition import Edition
from flows.rendition import Imprint

#: What a turn does, as ``Fact.act`` names it.
PUBLISHED, CORRECTED, WITHDRAWN, ROLLED_BACK = "published", "corrected", "withdrawn", "rolled back"


@dataclass(frozen=True, slots=True)
class Fact:
    """One turn of one edition: what was done, and which revision it made public.

    ``turn`` counts an edition's public states from 1; ``revision`` is the release that readers
    see, a tombstone's too. ``number`` counts editions in the order of their first publication,
    from 1; it is 0 until the first. ``manifest`` is the SHA-256 of the release's manifest.
    ``day`` is the edition's date, or None; the moments are aware, in UTC.
    """

    act: str
    slug: str
    revision: int
    entry: str
    fingerprint: str
    path: str
    title: str
    language: str
    section: str
    category: str
    day: date | None
    published: datetime
    updated: datetime
    turn: int = 1
    number: int = 0
    who: str = ""
    note: str = ""
    manifest: str = ""
    at: datetime | None = None

    @property
    def year(self) -> int:
        return int(self.path.split("/", 1)[0])

    @property
    def is_withdrawn(self) -> bool:
        return self.act == WITHDRAWN


def fact_of(
    entry: str, fingerprint: str, edition: Edition, imprint: Imprint, turn: int = 1
) -> Fact:
    """What the ledger says about a revision that is about to be released."""
    return Fact(
        act=PUBLISHED if len(imprint.history) == 1 else CORRECTED,
        slug=edition.slug,
        revision=imprint.revision,
        entry=entry,
        fingerprint=fingerprint,
        path=imprint.path,
        title=edition.title,
        language=edition.language,
        section=edition.section,
        category=edition.category,
        day=edition.date,
        published=imprint.published,
        updated=imprint.updated,
        turn=turn,
        note=imprint.history[-1].note,
    )


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """A fact as a turn's file keeps it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(fact).items()
    }


def fact_from(kept: Mapping[str, Any]) -> Fact:
    """The fact of a turn's file, or of a row. Raises ``KeyError`` and ``ValueError``."""
    values = {field.name: kept[field.name] for field in fields(Fact)}
    return Fact(
        **values
        | {
            "day": date.fromisoformat(values["day"]) if values["day"] else None,
            "published": datetime.fromisoformat(values["published"]),
            "updated": datetime.fromisoformat(values["updated"]),
            "at": datetime.fromisoformat(values["at"]) if values["at"] else None,
        }
    )
