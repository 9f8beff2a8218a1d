"""PostgreSQL and Redis from Debian's packages, each in a folder of its own, on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.network import free_port


def _tool(name: str) -> str | None:
    """A program's path; Debian keeps PostgreSQL's out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


POSTGRES, INITDB, REDIS = _tool("postgres"), _tool("initdb"), shutil.which("redis-server")


def until(ask: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Return once ``ask`` says yes; errors of the network mean no."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if ask():
                return
        except (OSError, psycopg.OperationalError):
            pass
        assert time.monotonic() < deadline, f"{what} did not come about in {seconds:.0f} s"
        time.sleep(0.1)


@dataclass
class Postgres:
    """A server whose superuser is ``postgres``; nobody but this machine reaches it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, driver: str = "") -> str:
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://postgres@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        data = str(self.folder / "data")
        subprocess.run(
            [INITDB, "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "-N"],
            check=True,
            capture_output=True,
            **self._user,
        )

    def start(self) -> None:
        """Start it, or start it again."""
        listening = ["-p", str(self.port), "-k", str(self.folder), "-h", "127.0.0.1"]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                [POSTGRES, "-D", str(self.folder / "data"), *listening, "-N", "300"],
                stdout=log,
                stderr=log,
                **self._user,
            )
        until(self._answers, "PostgreSQL")

    def database(self, name: str) -> str:
        """Make a database; its address."""
        self.tell(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def tell(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """As a power cut does, but for the disk: every session ends in the middle of its work."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "postgres.log").read_text("utf-8")
        return bool(self.tell("SELECT 1"))

    def _end(self, how: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)

    @property
    def _user(self) -> dict[str, str]:
        """PostgreSQL does not run as root."""
        return {"user": "postgres", "cwd": str(self.folder)} if os.getuid() == 0 else {}


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server; gone with all that it held at the end."""
    folder = Path(tempfile.mkdtemp(prefix="parution-postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Postgres(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """The address, without a database number, of a running Redis that keeps nothing."""
    port = free_port()
    assert REDIS is not None
    process = subprocess.Popen(
        [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    )
    try:
        until(lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None, "Redis")
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
