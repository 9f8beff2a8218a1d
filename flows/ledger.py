"""The ledger: the append-only record of what was released, published and undone.

SQLite in WAL mode at ``output/parution.db`` by default, or any SQLAlchemy URL. A fact is never
changed; the state of an edition is what its facts add up to. That nothing is published twice
rests on a unique index here, not on any lock.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, cast

import sqlalchemy as sa

from flows.edition import Edition
from flows.rendition import Imprint

_metadata = sa.MetaData()

_facts = sa.Table(
    "facts",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("who", sa.String(200), nullable=False, server_default=""),
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
    # Empty but for publications: a unique index takes any number of nulls, here and in PostgreSQL.
    sa.Column("once", sa.String(240), unique=True, nullable=True),
    sqlite_autoincrement=True,
)
_published = _facts.c.act == "published"
sa.Index("by_number", _facts.c.trial, _facts.c.act, _facts.c.number)
sa.Index("by_year", _facts.c.trial, _facts.c.act, _facts.c.year)
sa.Index("by_slug", _facts.c.trial, _facts.c.slug, _facts.c.act)


class LedgerError(Exception):
    """The ledger cannot be read or written; the message says where it is and what to do."""


class AlreadyPublishedError(LedgerError):
    """This revision stands in the ledger already: another run was first."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One revision of one edition, and what was done with it.

    ``number`` counts editions in the order of their first publication, from 1; it is 0 until the
    first. ``day`` is the edition's date, or None; the moments are aware, in UTC.
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
    number: int = 0
    who: str = ""

    @property
    def year(self) -> int:
        return int(self.path.split("/", 1)[0])


def fact_of(entry: str, fingerprint: str, edition: Edition, imprint: Imprint) -> Fact:
    """What the ledger says about a revision that is about to be released."""
    return Fact(
        act="released",
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
    )


class Ledger:
    """The record of one house, or of its trials: the two never see each other."""

    def __init__(self, url: str, *, trial: bool) -> None:
        self.url = url
        self.trial = trial
        self._engine = sa.create_engine(url)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _durable)
        try:
            _metadata.create_all(self._engine)
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {url} cannot be opened: {error}") from error

    def close(self) -> None:
        self._engine.dispose()

    # ------------------------------------------------------------------------------- reading

    def known(self) -> dict[str, Fact]:
        """The newest published fact of each content entry, by the entry's name."""
        return {fact.entry: fact for fact in self._newest(sa.true())}

    def edition(self, slug: str) -> Fact | None:
        """The newest published fact of an edition."""
        return next(iter(self._newest(_facts.c.slug == slug)), None)

    def year(self, year: int) -> list[Fact]:
        """The editions of a year, in the order of their first publication."""
        return self._newest(_facts.c.year == year)

    def numbered(self, first: int, last: int) -> list[Fact]:
        """The editions with the numbers ``first`` to ``last``, both included, ascending."""
        return self._newest(_facts.c.number.between(first, last))

    def years(self) -> list[int]:
        """The years that have an edition, ascending."""
        query = sa.select(_facts.c.year).where(self._mine(), _published).distinct()
        return sorted(row["year"] for row in self._rows(query))

    def total(self) -> int:
        """How many editions were ever published."""
        last = sa.func.max(_facts.c.number).label("last")
        query = sa.select(last).where(self._mine(), _published)
        return int(self._rows(query)[0]["last"] or 0)

    def knows_nothing(self) -> bool:
        """Whether there is no fact at all: a new ledger, or one that took a lost one's place."""
        return not self._rows(sa.select(_facts.c.id).where(self._mine()).limit(1))

    def unfinished(self) -> list[Fact]:
        """Releases begun and neither published nor undone: what a killed run left."""
        later = _facts.alias("later")
        ended = sa.exists().where(
            later.c.trial == _facts.c.trial,
            later.c.slug == _facts.c.slug,
            later.c.revision == _facts.c.revision,
            later.c.act.in_(("published", "undone")),
            later.c.id > _facts.c.id,
        )
        query = (
            sa.select(_facts)
            .where(self._mine(), _facts.c.act == "released", ~ended)
            .order_by(_facts.c.id)
        )
        return [_fact(row) for row in self._rows(query)]

    # ------------------------------------------------------------------------------- writing

    def record(self, act: str, facts: Iterable[Fact], now: datetime) -> list[Fact]:
        """Append ``act`` for each fact, all or none; an edition without a number gets its own.

        Raises :class:`AlreadyPublishedError` where one is published already.
        """
        next_number = itertools.count(self.total() + 1)
        recorded = [
            replace(fact, act=act, number=fact.number or next(next_number)) for fact in facts
        ]
        if recorded:
            self._append([self._row(fact, now) for fact in recorded])
        return recorded

    # ------------------------------------------------------------------------------- private

    def _mine(self) -> sa.ColumnElement[bool]:
        return _facts.c.trial == self.trial

    def _newest(self, where: sa.ColumnElement[bool]) -> list[Fact]:
        # An edition is its address; a trial's, which may still change, is its source.
        same = _facts.c.entry if self.trial else _facts.c.slug
        last = sa.select(sa.func.max(_facts.c.id)).where(self._mine(), _published).group_by(same)
        query = sa.select(_facts).where(_facts.c.id.in_(last), where).order_by(_facts.c.number)
        return [_fact(row) for row in self._rows(query)]

    def _rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).mappings().all()
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {self.url} cannot be read: {error}") from error

    def _append(self, rows: list[dict[str, Any]]) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(_facts), rows)
        except sa.exc.IntegrityError as error:
            raise AlreadyPublishedError("published by another run in the meantime") from error
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {self.url} cannot be written: {error}") from error

    def _row(self, fact: Fact, now: datetime) -> dict[str, Any]:
        once = f"{'trial/' if self.trial else ''}{fact.slug}/{fact.revision}"
        return {
            "once": once if fact.act == "published" else None,
            "at": now.astimezone(UTC).isoformat(),
            "act": fact.act,
            "who": fact.who,
            "trial": self.trial,
            "slug": fact.slug,
            "revision": fact.revision,
            "number": fact.number,
            "entry": fact.entry,
            "fingerprint": fact.fingerprint,
            "path": fact.path,
            "year": fact.year,
            "title": fact.title,
            "language": fact.language,
            "section": fact.section,
            "category": fact.category,
            "day": fact.day.isoformat() if fact.day else "",
            "published": fact.published.isoformat(),
            "updated": fact.updated.isoformat(),
        }


def _fact(row: Mapping[str, Any]) -> Fact:
    names = ("act", "slug", "revision", "entry", "fingerprint", "path", "title", "language")
    return Fact(
        **{name: row[name] for name in names},
        section=row["section"],
        category=row["category"],
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        published=datetime.fromisoformat(row["published"]),
        updated=datetime.fromisoformat(row["updated"]),
        number=row["number"],
        who=row["who"],
    )


def _durable(connection: Any, _record: object) -> None:
    """WAL, so that readers never wait; FULL, so that what is recorded survives a power cut."""
    cursor = cast("Any", connection).cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
