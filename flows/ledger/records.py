"""What else the ledger keeps: proofs that wait for a yes, approvals, deliveries, sightings."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from flows.ledger.database import AlreadyRecordedError, Database, journal, metadata

_galleys = journal(
    "galleys",
    sa.Column("trial", sa.Boolean, nullable=False),
    sa.Column("entry", sa.String(400), nullable=False),
    sa.Column("slug", sa.String(200), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.String(64), nullable=False),
    sa.Column("proof", sa.String(64), nullable=False),
    sa.Column("once", sa.String(600), unique=True, nullable=False),
)
_approvals = journal(
    "approvals",
    sa.Column("trial", sa.Boolean, nullable=False),
    sa.Column("entry", sa.String(400), nullable=False),
    sa.Column("content", sa.String(64), nullable=False),
    sa.Column("proof", sa.String(64), nullable=False),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("way", sa.String(20), nullable=False),
    sa.Column("signature", sa.String(64), nullable=False),
    sa.Column("once", sa.String(800), unique=True, nullable=False),
)
_deliveries = journal(
    "deliveries",
    sa.Column("trial", sa.Boolean, nullable=False),
    sa.Column("target", sa.String(400), nullable=False),
    # The id of the newest turn that was delivered: unique, so that none is delivered twice.
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("trial", "target", "position"),
)
_sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("entry", sa.String(400), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Galley:
    """An edition that is rendered and proved, and waits for a yes.

    ``content`` is the hash that an approval is bound to (:mod:`flows.approval.codes`), ``proof``
    the SHA-256 of the proof that was filed for a person to look at.
    """

    entry: str
    slug: str
    revision: int
    title: str
    content: str
    proof: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A named person's yes to a galley. ``way``: cli, link or prefect."""

    entry: str
    content: str
    proof: str
    who: str
    way: str
    signature: str
    at: datetime | None = None


class Records:
    """What stands in the ledger beside the turns."""

    def __init__(self, database: Database, *, trial: bool) -> None:
        self.database, self.trial = database, trial

    # ------------------------------------------------------------------------------ approval

    def galleys(self) -> dict[str, Galley]:
        """The newest galley of each entry."""
        return {galley.entry: galley for galley in self.all_galleys()}

    def all_galleys(self) -> list[Galley]:
        """Every galley, the oldest first."""
        return self._galleys(sa.true())

    def galley(self, content: str) -> Galley | None:
        """The galley of a content, the newest or a former one."""
        found = self._galleys(_galleys.c.content == content)
        return found[-1] if found else None

    def _galleys(self, which: sa.ColumnElement[bool]) -> list[Galley]:
        names = [field.name for field in fields(Galley)]
        query = sa.select(_galleys).where(_galleys.c.trial == self.trial, which)
        rows = self.database.rows(query.order_by(_galleys.c.id))
        return [Galley(**{name: row[name] for name in names}) for row in rows]

    def record_galley(self, galley: Galley, now: datetime) -> bool:
        """Keep a galley as its entry's newest; whether it is news. One is asked about once,
        however many runs see it; one that comes back after another is asked about again."""
        former = self._galleys(_galleys.c.entry == galley.entry)
        if former and former[-1] == galley:
            return False
        once = f"{self.trial}/{galley.entry}/{len(former) + 1}"
        return self._insert(_galleys, asdict(galley) | {"trial": self.trial, "once": once}, now)

    def approvals(self, entry: str | None = None) -> list[Approval]:
        """The approvals of an entry, or of all, the oldest first, whatever they are worth now."""
        one = sa.true() if entry is None else _approvals.c.entry == entry
        query = sa.select(_approvals).where(_approvals.c.trial == self.trial, one)
        names = [field.name for field in fields(Approval) if field.name != "at"]
        return [
            Approval(**{name: row[name] for name in names}, at=datetime.fromisoformat(row["at"]))
            for row in self.database.rows(query.order_by(_approvals.c.id))
        ]

    def approve(self, approval: Approval, now: datetime) -> bool:
        """Keep an approval; false where this person said yes to this very thing already."""
        # The signature is part of it, so that a row which is not genuine stands in nobody's way.
        said = f"{approval.entry}/{approval.content}/{approval.who}"
        once = f"{self.trial}/{said}/{approval.signature}"
        values = asdict(approval) | {"trial": self.trial, "once": once}
        return self._insert(_approvals, values, now)

    # ------------------------------------------------------------------------------ delivery

    def delivered_to(self, target: str) -> int:
        """Up to which position (:meth:`Facts.position`) a target has got the turns; 0: none."""
        highest = sa.func.max(_deliveries.c.position).label("position")
        query = sa.select(highest).where(
            _deliveries.c.target == target, _deliveries.c.trial == self.trial
        )
        return int(self.database.rows(query)[0]["position"] or 0)

    def delivered(self, target: str, position: int, now: datetime) -> bool:
        """Note that a target has got every turn up to ``position``; false if it was known."""
        values = {"target": target, "position": position, "trial": self.trial}
        return self._insert(_deliveries, values, now)

    # ------------------------------------------------------------------------------ sighting

    def seen(self, entry: str, now: datetime) -> datetime:
        """When an entry, or anything else of the house's, was first seen: now, where this is the
        first time."""
        if (before := self.first_seen(entry)) is not None:
            return before
        self._insert(_sightings, {"entry": f"{self.trial}/{entry}"}, now)
        return self.first_seen(entry) or now

    def first_seen(self, entry: str) -> datetime | None:
        """The same, without taking this for a sighting."""
        query = sa.select(_sightings.c.at).where(_sightings.c.entry == f"{self.trial}/{entry}")
        rows = self.database.rows(query)
        return datetime.fromisoformat(rows[0]["at"]) if rows else None

    def _insert(self, table: sa.Table, values: dict[str, Any], now: datetime) -> bool:
        try:
            self.database.append(table, [values | {"at": now.astimezone(UTC).isoformat()}])
        except AlreadyRecordedError:
            return False
        return True
