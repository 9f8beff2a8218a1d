"""The database below the ledger: SQLite in WAL mode, or any SQLAlchemy URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa

metadata = sa.MetaData()


class LedgerError(Exception):
    """The ledger cannot be read or written; the message says where it is and what to do."""


class AlreadyRecordedError(LedgerError):
    """This stands in the ledger already: another run was first."""


class Database:
    """An engine whose tables are there, and whose errors are sentences."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self.url = self.engine.url.render_as_string(hide_password=True)
        if self.is_local:
            sa.event.listen(self.engine, "connect", _durable)
        try:
            metadata.create_all(self.engine)
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {self.url} cannot be opened: {error}") from error

    @property
    def is_local(self) -> bool:
        """Whether it is a file of this machine's, which a lock on a file can guard."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.engine.dispose()

    def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        try:
            with self.engine.connect() as connection:
                return connection.execute(query).mappings().all()
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {self.url} cannot be read: {error}") from error

    def append(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert all or none. Raises :class:`AlreadyRecordedError` where one is there already."""
        try:
            with self.engine.begin() as connection:
                connection.execute(sa.insert(table), rows)
        except sa.exc.IntegrityError as error:
            raise AlreadyRecordedError("recorded by another run in the meantime") from error
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {self.url} cannot be written: {error}") from error

    @contextmanager
    def locked(self, number: int) -> Iterator[None]:
        """Held by one connection of all machines at a time; the server frees it when its holder
        dies. PostgreSQL only (13.3.5, advisory locks); for a local file there are file locks."""
        if self.is_local:
            yield
            return
        try:
            with self.engine.connect() as connection:
                connection.execute(sa.select(sa.func.pg_advisory_lock(number)))
                try:
                    yield
                finally:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"the ledger at {self.url} went away: {error}") from error


def _durable(connection: Any, _record: object) -> None:
    """WAL, so that readers never wait; FULL, so that what is recorded survives a power cut."""
    cursor = cast("Any", connection).cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
