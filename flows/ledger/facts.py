"""The facts: each turn that an edition's public state took, appended and never changed.

What is published is what the facts add up to. That nothing is published twice rests on a unique
key here, edition and turn, not on any lock.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from flows.ledger.database import Database, journal
from flows.ledger.fact import PUBLISHED, Fact, fact_from, fact_to_json

_turns = journal(
    "turns",
    # asked: a correction that a person wants; begun, done, undone: a turn under way or over.
    sa.Column("stage", sa.String(10), nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("who", sa.String(200), nullable=False, server_default=""),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("manifest", sa.String(64), nullable=False, server_default=""),
    sa.Column("trial", sa.Boolean, nullable=False),
    sa.Column("slug", sa.String(200), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False, server_default="0"),
    sa.Column("entry", sa.String(400), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("path", sa.String(240), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("published", sa.String(40), nullable=False),
    sa.Column("updated", sa.String(40), nullable=False),
    # Empty but for what is done: a unique index takes any number of nulls, here and in PostgreSQL.
    sa.Column("once", sa.String(240), unique=True, nullable=True),
)
_done = _turns.c.stage == "done"
#: Editions asked about in one query: below what SQLite takes at once, in two places of it.
_AT_ONCE = 400
sa.Index("turns_by_number", _turns.c.trial, _turns.c.stage, _turns.c.number)
sa.Index("turns_by_year", _turns.c.trial, _turns.c.stage, _turns.c.year)
sa.Index("turns_by_slug", _turns.c.trial, _turns.c.slug, _turns.c.stage)


class Facts:
    """The turns of one house, or of its trials: the two never see each other."""

    def __init__(self, database: Database, *, trial: bool) -> None:
        self.database, self.trial = database, trial

    # ------------------------------------------------------------------------------- reading

    def known(self) -> dict[str, Fact]:
        """The newest public state of each content entry, by the entry's name."""
        return {fact.entry: fact for fact in self._newest(sa.true())}

    def edition(self, slug: str) -> Fact | None:
        """The newest public state of an edition."""
        return next(iter(self._newest(_turns.c.slug == slug)), None)

    def editions(self, slugs: Iterable[str]) -> list[Fact]:
        """The newest public state of each of these editions, in the order of their numbers."""
        wanted = sorted(set(slugs))
        chunks = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
        found = (fact for some in chunks for fact in self._newest(_turns.c.slug.in_(some)))
        return sorted(found, key=lambda fact: fact.number)

    def year(self, year: int) -> list[Fact]:
        """The editions of a year, in the order of their first publication."""
        return self._newest(_turns.c.year == year)

    def numbered(self, first: int, last: int) -> list[Fact]:
        """The editions with the numbers ``first`` to ``last``, both included, ascending."""
        return self._newest(_turns.c.number.between(first, last))

    def first_published(self, since: datetime) -> list[Fact]:
        """The first publications done at ``since`` or later, the oldest first."""
        moment = since.astimezone(UTC).isoformat()
        query = sa.select(_turns).where(
            self._mine(), _done, _turns.c.act == PUBLISHED, _turns.c.at >= moment
        )
        return [fact_from(row) for row in self.database.rows(query.order_by(_turns.c.id))]

    def years(self) -> list[int]:
        """The years that have an edition, ascending."""
        query = sa.select(_turns.c.year).where(self._mine(), _done).distinct()
        return sorted(row["year"] for row in self.database.rows(query))

    def total(self) -> int:
        """How many editions were ever published."""
        return self._highest(_turns.c.number)

    def last_turn(self, slug: str) -> int:
        """The newest turn of an edition; 0 while there is none."""
        return self._highest(_turns.c.turn, _turns.c.slug == slug)

    def last_revision(self, slug: str) -> int:
        """The highest revision that was ever public; a rollback shows a lower one."""
        return self._highest(_turns.c.revision, _turns.c.slug == slug)

    def knows_nothing(self) -> bool:
        """Whether there is no fact at all: a new ledger, or one that took a lost one's place."""
        return not self.database.rows(sa.select(_turns.c.id).where(self._mine()).limit(1))

    def history(self, slug: str | None = None) -> list[Fact]:
        """Every turn that was done, of one edition or of all, the oldest first."""
        mine = sa.true() if slug is None else _turns.c.slug == slug
        query = sa.select(_turns).where(self._mine(), _done, mine).order_by(_turns.c.id)
        return [fact_from(row) for row in self.database.rows(query)]

    def position(self) -> int:
        """Where the record of turns stands: it grows with every turn that is done."""
        return self._highest(_turns.c.id)

    def since(self, position: int) -> list[Fact]:
        """The turns done after ``position``, the oldest first."""
        query = sa.select(_turns).where(self._mine(), _done, _turns.c.id > position)
        return [fact_from(row) for row in self.database.rows(query.order_by(_turns.c.id))]

    def unfinished(self) -> list[Fact]:
        """Turns begun and neither done nor undone: what a killed run left. One that was tried
        twice is there once, as it was begun last."""
        return list({(fact.slug, fact.turn): fact for fact in self._open("begun")}.values())

    def asked(self) -> dict[str, Fact]:
        """The corrections that a person asked for and that are not out yet, by entry."""
        return {fact.entry: fact for fact in self._open("asked")}

    # ------------------------------------------------------------------------------- writing

    def record(self, stage: str, facts: Iterable[Fact], now: datetime) -> list[Fact]:
        """Append ``stage`` for each fact, all or none; an edition without a number gets its own.

        A fact that bears its moment already keeps it. Raises
        :class:`flows.ledger.AlreadyRecordedError` where a turn is done already.
        """
        wanted = list(facts)
        numbers = self._numbers(fact.slug for fact in wanted if not fact.number)
        next_number = itertools.count(self.total() + 1)
        recorded = [
            replace(
                fact,
                number=fact.number or numbers.get(fact.slug) or next(next_number),
                at=fact.at or now,
            )
            for fact in wanted
        ]
        if recorded:
            self.database.append(_turns, [self._row(stage, fact) for fact in recorded])
        return recorded

    def restore(self, facts: Iterable[Fact], now: datetime) -> list[Fact]:
        """Append facts of publication to a ledger that took a lost one's place.

        Positions go on above every former one, of which targets keep the last that they have got:
        a file's start at the seconds since 1970, which no count of turns has reached.
        """
        first, *others = facts
        position = {"id": int(now.timestamp())} if self.database.is_local else {}
        first = replace(first, at=first.at or now)
        self.database.append(_turns, [self._row("done", first) | position])
        return [first, *self.record("done", others, now)]

    # ------------------------------------------------------------------------------- private

    def _numbers(self, slugs: Iterable[str]) -> dict[str, int]:
        """The numbers of those editions that have one."""
        highest = sa.func.max(_turns.c.number).label("number")
        query = sa.select(_turns.c.slug, highest).where(self._mine(), _done)
        rows = self.database.among(query.group_by(_turns.c.slug), _turns.c.slug, slugs)
        return {row["slug"]: row["number"] for row in rows}

    def _mine(self) -> sa.ColumnElement[bool]:
        return _turns.c.trial == self.trial

    def _highest(self, column: sa.ColumnElement[int], *where: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.max(column).label("highest"))
        [row] = self.database.rows(query.where(self._mine(), _done, *where))
        return int(row["highest"] or 0)

    def _newest(self, where: sa.ColumnElement[bool]) -> list[Fact]:
        # An edition is its address; a trial's, which may still change, is its source.
        same = _turns.c.entry if self.trial else _turns.c.slug
        last = sa.select(sa.func.max(_turns.c.id)).where(self._mine(), _done).group_by(same)
        if not self.trial:  # what is asked for is the same in all turns of an edition
            last = last.where(where)
        query = sa.select(_turns).where(_turns.c.id.in_(last), where).order_by(_turns.c.number)
        return [fact_from(row) for row in self.database.rows(query)]

    def _open(self, stage: str) -> list[Fact]:
        """What stands in ``stage`` and was not ended: a wish by any turn that was done after it,
        a turn by its own being done or undone."""
        later = _turns.alias("later")
        ended = sa.exists().where(
            later.c.trial == _turns.c.trial,
            later.c.slug == _turns.c.slug,
            later.c.stage.in_(("done", "undone") if stage == "begun" else ("done",)),
            later.c.id > _turns.c.id,
        )
        if stage == "begun":
            ended = ended.where(later.c.turn == _turns.c.turn)
        query = sa.select(_turns).where(self._mine(), _turns.c.stage == stage, ~ended)
        return [fact_from(row) for row in self.database.rows(query.order_by(_turns.c.id))]

    def _row(self, stage: str, fact: Fact) -> dict[str, Any]:
        assert fact.at is not None
        once = f"{'trial/' if self.trial else ''}{fact.slug}/{fact.turn}"
        return fact_to_json(fact) | {
            "at": fact.at.astimezone(UTC).isoformat(),
            "stage": stage,
            "once": once if stage == "done" else None,
            "trial": self.trial,
            "year": fact.year,
            "day": fact.day.isoformat() if fact.day else "",
        }
