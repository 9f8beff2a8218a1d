"""The ledger: the append-only record of what was asked, approved, released and delivered.

SQLite in WAL mode at ``output/parution.db`` by default, or any SQLAlchemy URL. Nothing in it is
ever changed or deleted; the state of an edition is what its facts add up to.
"""

from __future__ import annotations

from flows.ledger.database import (
    COMMITTING,
    AlreadyRecordedError,
    Database,
    LedgerError,
    lock_number,
)
from flows.ledger.fact import (
    CORRECTED,
    PUBLISHED,
    ROLLED_BACK,
    WITHDRAWN,
    Fact,
    fact_from,
    fact_of,
    fact_to_json,
)
from flows.ledger.facts import Facts
from flows.ledger.mailings import Mailings
from flows.ledger.members import Member, Members
from flows.ledger.moments import agreed
from flows.ledger.records import Approval, Galley, Records
from flows.ledger.said import TRIES, Said

__all__ = [
    "COMMITTING",
    "CORRECTED",
    "PUBLISHED",
    "ROLLED_BACK",
    "TRIES",
    "WITHDRAWN",
    "AlreadyRecordedError",
    "Approval",
    "Database",
    "Fact",
    "Galley",
    "Ledger",
    "LedgerError",
    "Member",
    "Members",
    "Said",
    "agreed",
    "fact_from",
    "fact_of",
    "fact_to_json",
    "lock_number",
]


class Ledger(Facts):
    """The turns, the ``records`` and the ``mailings`` beside them, and the ``members`` that follow
    them, in one database."""

    def __init__(self, url: str, *, trial: bool) -> None:
        super().__init__(Database(url), trial=trial)
        self.records = Records(self.database, trial=trial)
        self.mailings = Mailings(self.database)
        self.members = Members(self.database, trial=trial)

    def close(self) -> None:
        self.database.close()
