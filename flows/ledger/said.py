"""What people were told of, so that nothing is told twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from flows.ledger.database import AlreadyRecordedError, Database, metadata

_notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("key", sa.String(800), unique=True, nullable=False),
    sqlite_autoincrement=True,
)
#: Keys asked about in one query: below what SQLite takes at once.
_AT_ONCE = 500


class Said:
    """The keys of the notices that at least one place has got."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def among(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of ``keys`` that were said before."""
        wanted = sorted(set(keys))
        found: set[str] = set()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = sa.select(_notices.c.key).where(_notices.c.key.in_(some))
            found.update(row["key"] for row in self._database.rows(query))
        return frozenset(found)

    def add(self, keys: Iterable[str], now: datetime) -> None:
        """Note that these are said; another run may have said the same in the meantime."""
        at = now.astimezone(UTC).isoformat()
        for key in sorted(keys):
            try:
                self._database.append(_notices, [{"key": key, "at": at}])
            except AlreadyRecordedError:
                continue
