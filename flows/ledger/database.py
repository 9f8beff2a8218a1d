"""The database below the ledger: SQLite in WAL mode, or any SQLAlchemy URL.

PostgreSQL is the one for several machines; ``postgresql://`` is spoken to through psycopg 3.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa

metadata = sa.MetaData()


def journal(name: str, *columns: sa.Column[Any] | sa.UniqueConstraint) -> sa.Table:
    """A table whose rows are appended in an order that is kept, each with its moment: ``id`` is
    never given twice, ``at`` is ISO 8601 in UTC."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        *columns,
        sqlite_autoincrement=True,
    )


#: Advisory locks, by number: the tables in the making, and the site in the changing.
MAKING, COMMITTING = 1, 2

#: Values asked about in one query: below what SQLite takes at once.
_AT_ONCE = 500
#: Seconds that a local file may be busy.
_PATIENCE = 10

_HELD_HERE = (
    "SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND granted"
)
#: What libpq is told: a server that does not answer within ten seconds is away; and a machine that
#: vanished without a word loses its session, and with it its locks, within a minute.
_POSTGRESQL = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
    "options": "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
}


class LedgerError(Exception):
    """The ledger cannot be read or written; the message says where it is and what to do."""


class AlreadyRecordedError(LedgerError):
    """This stands in the ledger already: another run was first."""


class Database:
    """An engine whose tables are there, and whose errors are sentences."""

    def __init__(self, url: str) -> None:
        try:
            self.engine = _engine(url)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            raise LedgerError(
                f"the ledger's address cannot be used: {error}. It is written like "
                "postgresql://user@host/database, in PARUTION_LEDGER"
            ) from error
        self.url = self.engine.url.render_as_string(hide_password=True)
        self._holding: dict[int, sa.Connection] = {}
        if self.is_local:
            sa.event.listen(self.engine, "connect", _durable)
        try:
            if not set(metadata.tables) <= set(sa.inspect(self.engine).get_table_names()):
                self._make_tables()
        except sa.exc.SQLAlchemyError as error:
            raise self._failed("opened", error) from error

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
            raise self._failed("read", error) from error

    def among(
        self, query: sa.Select[Any], column: sa.ColumnElement[str], values: Iterable[str]
    ) -> Iterator[Any]:
        """The rows of ``query`` whose ``column`` is one of ``values``, however many these are."""
        wanted = sorted(set(values))
        for start in range(0, len(wanted), _AT_ONCE):
            yield from self.rows(query.where(column.in_(wanted[start : start + _AT_ONCE])))

    def append(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert all or none. Raises :class:`AlreadyRecordedError` where one is there already."""
        self.append_all({table: rows})

    def append_all(self, rows: Mapping[sa.Table, Sequence[dict[str, Any]]]) -> None:
        """As :meth:`append`, into several tables: all or none."""
        with self.writing() as connection:
            for table, own in rows.items():
                if own:
                    connection.execute(sa.insert(table), own)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction, which raises as :meth:`append` does."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.IntegrityError as error:
            raise AlreadyRecordedError("recorded by another run in the meantime") from error
        except sa.exc.SQLAlchemyError as error:
            raise self._failed("written", error) from error

    @contextmanager
    def locked(self, number: int) -> Iterator[None]:
        """Held by one connection of all machines at a time; the server frees it when its holder
        dies. PostgreSQL only (13.3.5, advisory locks); for a local file there are file locks."""
        if self.is_local:
            yield
            return
        connection = self._waited_for(number)
        self._holding[number] = connection
        try:
            yield
        finally:
            del self._holding[number]
            _free(connection, number)

    @contextmanager
    def tried(self, number: int) -> Iterator[bool]:
        """As :meth:`locked`, without waiting: whether nobody else held it."""
        if self.is_local:
            yield True
            return
        connection, is_held = self._asked_for(sa.func.pg_try_advisory_lock(number))
        if not is_held:
            connection.close()
            yield False
            return
        self._holding[number] = connection
        try:
            yield True
        finally:
            del self._holding[number]
            _free(connection, number)

    def _waited_for(self, number: int) -> sa.Connection:
        return self._asked_for(sa.func.pg_advisory_lock(number))[0]

    def _asked_for(self, lock: sa.Function[Any]) -> tuple[sa.Connection, bool]:
        """A connection, and what it was told about the lock. Outside of any transaction, which
        would stand open for as long and keep the server from tidying up."""
        try:
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return connection, bool(connection.scalar(sa.select(lock)))
        except sa.exc.SQLAlchemyError as error:
            raise self._failed("locked", error) from error

    def require_lock(self, number: int = COMMITTING) -> None:
        """Raise :class:`LedgerError` if the lock that is held here was lost meanwhile, with the
        session that held it. Without one there is nothing to lose."""
        if number not in self._holding:
            return
        try:
            # A connection that was lost is opened anew by SQLAlchemy, and then holds nothing.
            held = self._holding[number].scalar(sa.text(_HELD_HERE))
        except sa.exc.SQLAlchemyError:
            held = None
        if not held:
            raise LedgerError(
                f"the ledger at {self.url} was away for a moment, and somebody else may be "
                "publishing; nothing was changed, and the next run goes on from here"
            )

    def _make_tables(self) -> None:
        """Make what is missing, whoever else is at it at the same time."""
        with self.locked(MAKING), self.engine.begin() as connection:
            for table in metadata.sorted_tables:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
                for index in sorted(table.indexes, key=lambda i: str(i.name)):
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))

    def _failed(self, done: str, error: sa.exc.SQLAlchemyError) -> LedgerError:
        why = str(getattr(error, "orig", None) or error).strip().splitlines() or [str(error)]
        return LedgerError(f"the ledger at {self.url} cannot be {done}: {why[0]}")


def lock_number(name: str) -> int:
    """The number of the lock that goes by ``name``: 63 bits, and none of those reserved."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1 | 1 << 32


def _engine(url: str) -> sa.Engine:
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return sa.create_engine(address)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    options = _POSTGRESQL if address.drivername == "postgresql+psycopg" else {}
    return sa.create_engine(
        address, pool_pre_ping=True, connect_args={**options, **_own(address, options)}
    )


def _own(address: sa.URL, options: dict[str, Any]) -> dict[str, Any]:
    """What the address itself says about the connection, which has the last word."""
    return {name: value for name, value in address.query.items() if name in options}


def _free(connection: sa.Connection, number: int) -> None:
    """Give a lock back; a session that is in no state to do so is ended, and its lock with it."""
    try:
        if not connection.invalidated:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
    except sa.exc.SQLAlchemyError:
        connection.invalidate()
    finally:
        connection.close()


def _durable(connection: Any, _record: object) -> None:
    """WAL, so that readers never wait; FULL, so that what is recorded survives a power cut."""
    cursor = cast("Any", connection).cursor()
    cursor.execute(f"PRAGMA busy_timeout={1000 * _PATIENCE}")
    _to_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _to_wal(cursor: Any) -> None:
    """Of several who open a new file at once, one turns it to WAL, and SQLite tells the others
    that it is busy without waiting as it does elsewhere; then it is turned already."""
    given_up = time.monotonic() + _PATIENCE
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > given_up:
                raise
            time.sleep(0.02)
