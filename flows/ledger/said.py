"""What people were told of, and where that failed: nothing is told twice, or tried for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import sqlalchemy as sa

from flows.ledger.database import AlreadyRecordedError, Database, journal

_notices = journal(
    "notices",
    sa.Column("key", sa.String(800), unique=True, nullable=False),
)
_tries = journal(
    "notice_tries",
    sa.Column("key", sa.String(800), nullable=False),
    sa.Column("place", sa.String(400), nullable=False),
    # The place's failures are counted from 1; 0 says that it took the notice after all.
    sa.Column("number", sa.Integer, nullable=False),
    sa.UniqueConstraint("key", "place", "number"),
)
#: How often a place is tried with one notice: once, and three times again.
TRIES = 4


class Said:
    """The keys of the notices that at least one place has got, and the tries that failed.

    A place is a word that is the same for the same place, and that bears no secret.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def among(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of ``keys`` that were said before."""
        rows = self._database.among(sa.select(_notices.c.key), _notices.c.key, keys)
        return frozenset(row["key"] for row in rows)

    def add(self, keys: Iterable[str], now: datetime) -> None:
        """Note that these are said; another run may have said the same in the meantime."""
        for key in sorted(keys):
            self._append(_notices, {"key": key}, now)

    def owed(self, keys: Iterable[str], places: Iterable[str]) -> dict[str, frozenset[str]]:
        """What is still to be said, by place: everywhere, what was said nowhere; and where it
        failed before, what was said elsewhere, until it was tried :data:`TRIES` times."""
        wanted = frozenset(keys)
        said, tried = self.among(wanted), self._tried(wanted)
        return {
            place: frozenset(
                key
                for key in wanted
                if (numbers := tried.get((key, place), frozenset())) or key not in said
                if 0 not in numbers and len(numbers) < TRIES
            )
            for place in places
        }

    def record(
        self,
        taken: Mapping[str, frozenset[str]],
        missed: Mapping[str, frozenset[str]],
        now: datetime,
    ) -> dict[str, frozenset[str]]:
        """Note what each place took and what it did not; what it will not be tried with again."""
        tried = self._tried(key for keys in (*taken.values(), *missed.values()) for key in keys)
        given_up: dict[str, frozenset[str]] = {}
        for place, keys in missed.items():
            numbers = {key: len(tried.get((key, place), ())) + 1 for key in keys}
            for key, number in sorted(numbers.items()):
                self._append(_tries, {"key": key, "place": place, "number": number}, now)
            given_up[place] = frozenset(key for key, n in numbers.items() if n >= TRIES)
        for place, keys in taken.items():
            for key in sorted(key for key in keys if (key, place) in tried):
                self._append(_tries, {"key": key, "place": place, "number": 0}, now)
        self.add(frozenset[str]().union(*taken.values()), now)
        return given_up

    def missing(self, prefix: str) -> frozenset[str]:
        """The keys with this beginning that some place is still to be tried with."""
        columns, number = (_tries.c.key, _tries.c.place), _tries.c.number
        query = sa.select(_tries.c.key).where(_tries.c.key.startswith(prefix, autoescape=True))
        query = query.group_by(*columns).having(sa.func.min(number) > 0)
        rows = self._database.rows(query.having(sa.func.max(number) < TRIES))
        return frozenset(row["key"] for row in rows)

    def _tried(self, keys: Iterable[str]) -> dict[tuple[str, str], frozenset[int]]:
        found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for row in self._database.among(sa.select(_tries), _tries.c.key, keys):
            found[row["key"], row["place"]].add(row["number"])
        return {which: frozenset(numbers) for which, numbers in found.items()}

    def _append(self, table: sa.Table, values: dict[str, str | int], now: datetime) -> None:
        with suppress(AlreadyRecordedError):  # by another run in the meantime
            self._database.append(table, [values | {"at": now.astimezone(UTC).isoformat()}])
