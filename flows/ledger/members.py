"""Which editions ever came to which collection, in the order in which they came.

It follows the turns: what it says is read from their releases, once, and can be made again. An
edition keeps its place for ever, also when it leaves, so that no other moves; whether it is in the
collection now is for its release to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from flows.ledger.database import Database, journal

_members = journal(
    "members",
    sa.Column("trial", sa.Boolean, nullable=False),
    sa.Column("collection", sa.String(120), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("slug", sa.String(200), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.UniqueConstraint("trial", "collection", "place"),
    sa.UniqueConstraint("trial", "collection", "slug"),
)
sa.Index("members_by_slug", _members.c.trial, _members.c.slug)
sa.Index("members_by_place", _members.c.trial, _members.c.place)
#: Up to which turn the members are known.
_followed = journal(
    "members_followed",
    sa.Column("trial", sa.Boolean, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("trial", "position"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """An edition's place in a collection, counted from 1. ``collection`` is the folder of its
    page; ``name`` is how this edition wrote what the collection is of, in its ``language``."""

    collection: str
    place: int
    slug: str
    name: str
    language: str


class Members:
    """The members of the collections of one house, or of its trials."""

    def __init__(self, database: Database, *, trial: bool) -> None:
        self.database, self.trial = database, trial

    def position(self) -> int:
        """Up to which turn (:meth:`Facts.position`) the members are known; 0: none."""
        highest = sa.func.max(_followed.c.position).label("position")
        query = sa.select(highest).where(_followed.c.trial == self.trial)
        return int(self.database.rows(query)[0]["position"] or 0)

    def of(self, slugs: Iterable[str]) -> list[Member]:
        """Every place that these editions have."""
        rows = self.database.among(self._all(), _members.c.slug, slugs)
        return [_member(row) for row in rows]

    def between(self, collection: str, first: int, last: int) -> list[str]:
        """The editions with the places ``first`` to ``last`` of a collection, ascending."""
        query = self._all().where(
            _members.c.collection == collection, _members.c.place.between(first, last)
        )
        return [row["slug"] for row in self.database.rows(query.order_by(_members.c.place))]

    def totals(self, collections: Iterable[str]) -> dict[str, int]:
        """How many editions ever came to each of these collections; none: it is not among them."""
        highest = sa.func.max(_members.c.place).label("highest")
        query = sa.select(_members.c.collection, highest).where(_members.c.trial == self.trial)
        rows = self.database.among(
            query.group_by(_members.c.collection), _members.c.collection, collections
        )
        return {row["collection"]: row["highest"] for row in rows}

    def first(self) -> list[Member]:
        """Who came first to each collection: it gave it its name."""
        query = self._all().where(_members.c.place == 1).order_by(_members.c.collection)
        return [_member(row) for row in self.database.rows(query)]

    def follow(self, members: Sequence[Member], position: int, now: datetime) -> None:
        """Append who came, and that all turns up to ``position`` are known: both or neither."""
        common = {"trial": self.trial, "at": now.astimezone(UTC).isoformat()}
        self.database.append_all(
            {
                _members: [asdict(member) | common for member in members],
                _followed: [{"position": position} | common],
            }
        )

    def _all(self) -> sa.Select[Any]:
        return sa.select(_members).where(_members.c.trial == self.trial)


def _member(row: Any) -> Member:
    return Member(**{field.name: row[field.name] for field in fields(Member)})
