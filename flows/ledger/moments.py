"""Moments that several machines agree on, so that what they render has the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from flows.ledger.database import AlreadyRecordedError, Database, journal

#: How long a moment is taken over by others that ask for the same.
LASTS = timedelta(minutes=10)

_moments = journal(
    "moments",
    sa.Column("what", sa.String(64), nullable=False),
    sa.Column("time", sa.Integer, nullable=False),
    sa.UniqueConstraint("what", "time"),
)


def agreed(database: Database, what: str, now: datetime) -> datetime:
    """The moment at which ``what`` (a hash) was first asked for in the last ten minutes: now,
    where nobody has. Of two that ask at once, both get the first one's."""
    moment = now.astimezone(UTC).replace(microsecond=0)
    newest = sa.select(_moments).where(_moments.c.what == what).order_by(_moments.c.time.desc())
    while True:
        rows = database.rows(newest.limit(1))
        if rows:
            known = datetime.fromisoformat(rows[0]["at"])
            if abs(moment - known) < LASTS:
                return known
        row = {"what": what, "time": rows[0]["time"] + 1 if rows else 1, "at": moment.isoformat()}
        try:
            database.append(_moments, [row])
        except AlreadyRecordedError:
            continue
        return moment
