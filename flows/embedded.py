"""Prefect's server, embedded: its home lies under ``output/``, it listens on localhost only.

Prefect itself is never imported here, so that the server can start while the press is rendering.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

#: Longest wait for a server whose database has yet to be made, in seconds.
STARTUP_TIMEOUT = 120.0
#: Longest wait for a server that someone else runs, in seconds.
ANSWER_TIMEOUT = 10.0
_POLL = 0.05
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ServerError(Exception):
    """Prefect's server does not come up; the message says where its log is."""


def environment(output: Path) -> dict[str, str]:
    """Settings for every Prefect process of ours. Nothing phones home, and a stray ``.env`` of
    the folder we run in has no say, since the environment comes before it."""
    home = output.resolve() / "prefect"
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # a run speaks through its outcome
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",  # events that are lost with the server
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        # A run that shows no heartbeat is taken for dead within 90 seconds.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }


def bounds(keep_days: int) -> dict[str, str]:
    """Settings under which the database stays within bounds: finished runs, their logs and
    artifacts, and events are removed by the server itself once they are older than that."""
    seconds = str(keep_days * 86_400)
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": seconds,
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{keep_days}D",  # ISO 8601,
    }


@dataclass(slots=True)
class Server:
    """A server that answers at ``url`` (Prefect's API), and its process where it is ours."""

    url: str
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    #: Held while the database is being made, so that a second run waits for it.
    making: FileLock | None = None

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait(self) -> None:
        """Return once it answers. Raises :class:`ServerError` when it died or is too late."""
        end = time.monotonic() + (STARTUP_TIMEOUT if self.process else ANSWER_TIMEOUT)
        while not self.is_healthy():
            if self.process and self.process.poll() is not None:
                raise ServerError(f"Prefect's server stopped while starting; see {self.log}")
            if time.monotonic() > end:
                raise ServerError(
                    f"Prefect's server at {self.url} does not answer; start it, or unset "
                    "PREFECT_API_URL and let this run start one of its own"
                )
            time.sleep(_POLL)

    def stop(self) -> None:
        if self.making:
            self.making.release()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def running(output: Path, environ: Mapping[str, str] = os.environ) -> Server | None:
    """A server that answers already: the one that the environment names, or this output's own."""
    if url := environ.get("PREFECT_API_URL"):
        return Server(url)
    try:
        told = json.loads(_beacon(output).read_bytes())
    except (OSError, ValueError):
        return None
    server = Server(str(told["url"]))
    return server if server.is_healthy() else None


def start(
    output: Path,
    *,
    services: bool,
    host: str = "127.0.0.1",
    port: int = 0,
    more: Mapping[str, str] = _NOTHING,
) -> Server:
    """Start a server without waiting for it.

    ``services``: with its scheduler and its pages, for ``parution serve``; without, for one run.
    ``more``: settings of this server alone.
    The migration, a third of the start, is skipped when the database was made by this version.
    """
    home = output.resolve() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    port = port or _free_port()
    settings = environment(output) | dict(more)
    settings["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "WARNING"
    if not services:
        settings |= {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT_SERVER_UI_ENABLED": "false"}
        settings |= {"PREFECT_API_BLOCKS_REGISTER_ON_START": "false"}
    making = None
    if not _is_migrated(home):
        from filelock import FileLock

        making = FileLock(home / "making.lock")
        making.acquire()
    if _is_migrated(home):
        settings |= {"PREFECT_API_DATABASE_MIGRATE_ON_START": "false"}
    log = home / "server.log"
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "flows.embedded", host, str(port)],
            env={**os.environ, **settings, "PREFECT__SERVER_FINAL": "1"},
            stdout=sink,
            stderr=sink,
            stdin=subprocess.DEVNULL,
        )
    return Server(f"http://{reached_at(host)}:{port}/api", log, process, making)


def reached_at(host: str) -> str:
    """The address by which this machine reaches a server that listens on ``host``."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - every address of this machine
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def remember(output: Path, server: Server) -> None:
    """Note that the database is up to date, now that a server answers."""
    (output / "prefect" / "migrated").write_text(version("prefect"), encoding="ascii")
    if server.making:
        server.making.release()


def announce(output: Path, server: Server) -> None:
    """Tell later runs where the long-lived server of this output is."""
    _beacon(output).write_text(json.dumps({"url": server.url}), encoding="utf-8")


def withdraw(output: Path) -> None:
    """Take the announcement back."""
    _beacon(output).unlink(missing_ok=True)


def use(output: Path, server: Server) -> None:
    """Point this process's Prefect, not yet imported, to ``server``."""
    os.environ.update(environment(output))
    os.environ["PREFECT_API_URL"] = server.url


def main(host: str, port: int) -> None:
    """The server's own process. Loading it allocates much and frees nothing, so that the
    collector waits until it is loaded: an eighth of the time."""
    import gc

    import uvicorn

    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    gc.disable()
    config = uvicorn.Config(
        "prefect.server.api.server:create_app",
        factory=True,
        host=host,
        port=port,
        log_level="warning",
        lifespan="on",
    )
    config.load()
    gc.enable()
    uvicorn.Server(config).run()


def _die_with(parent: int) -> None:
    """End this process when the one that started it was killed and could not."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _beacon(output: Path) -> Path:
    return output / "prefect" / "server.json"


def _is_migrated(home: Path) -> bool:
    try:
        known = (home / "migrated").read_text(encoding="ascii")
    except OSError:
        return False
    return known == version("prefect") and (home / "prefect.db").is_file()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
