"""A cluster on one machine: PostgreSQL, Redis, several Prefect servers and services, workers.

Every process is started from the command line that a person would type, and ended at the end,
whatever happened; :meth:`Cluster.kill` is ``kill -9`` of a process and all that it started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flows.embedded import environment
from tests.cluster import servers
from tests.cluster.balancer import Balancer
from tests.cluster.servers import Postgres, until
from tests.network import ask_json, free_port, has_status

REPO = Path(__file__).parents[2]
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_RUN_ID = b"PREFECT__FLOW_RUN_ID="
PREFECT = (sys.executable, "-m", "prefect")


def settings(folder: Path, postgres: Postgres, redis: str, api: str) -> dict[str, str]:
    """What every process of the cluster is told."""
    host, port = redis.removeprefix("redis://").split(":")
    return environment(folder) | {
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": postgres.url("prefect", "asyncpg"),
        "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": f"{redis}/0",
        "PREFECT_REDIS_MESSAGING_HOST": host,
        "PREFECT_REDIS_MESSAGING_PORT": port,
        "PREFECT_REDIS_MESSAGING_DB": "0",
        "PREFECT_SERVER_DOCKET_URL": f"{redis}/1",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_WORKER_PREFETCH_SECONDS": "1",
        "PARUTION_LEDGER": postgres.url("ledger"),
    }


@dataclass
class Cluster:
    """``folder`` holds ``content`` and ``output``, and the log of each process in ``logs``."""

    folder: Path
    postgres: Postgres
    environ: Mapping[str, str]
    api: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str, **more: str) -> subprocess.Popen[bytes]:
        """Start ``prefect <command>`` in the folder, with a log of its own."""
        log = (self.folder / "logs" / f"{name}.log").open("ab")
        with log:
            process = subprocess.Popen(
                [*PREFECT, *command],
                env={**os.environ, **self.environ, **more},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def run(self, *command: str) -> None:
        """``prefect <command>``, to its end."""
        done = subprocess.run(
            [*PREFECT, "--no-prompt", *command],
            env={**os.environ, **self.environ},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"prefect {' '.join(command)}\n{done.stdout}{done.stderr}"

    def worker(self, name: str) -> None:
        self.start(name, "worker", "start", "--pool", "parution", "--name", name, "--limit", "1")

    def at_work_on(self, name: str) -> set[str]:
        """The runs whose processes a worker has started and that live."""
        found = set()
        for pid in _below(self.processes[name].pid):
            try:
                told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            found |= {t.split(b"=", 1)[1].decode() for t in told if t.startswith(_RUN_ID)}
        return found

    def kill(self, name: str) -> None:
        """SIGKILL for a process and for everything that it started, as when its machine dies."""
        process = self.processes.pop(name)
        _signal(process.pid, signal.SIGSTOP)  # so that it starts nothing more meanwhile
        for pid in (process.pid, *_below(process.pid)):
            _signal(pid, signal.SIGKILL)
        process.wait()

    def ask(self, path: str, body: object | None = None, method: str | None = None) -> Any:
        """Ask the API, again where a server has just died."""
        return ask_json(
            *(f"{self.api}/{path}", body, method),
            again=lambda error: not has_status(error, 400, 499),
            seconds=60,
            timeout=20,
        )

    def deployment(self, name: str) -> str:
        return str(self.ask(f"deployments/name/publish/{name}")["id"])

    def publish(self, deployment: str, **parameters: object) -> str:
        """Have a worker run a deployment now; the run's id."""
        made = self.ask(
            f"deployments/{deployment}/create_flow_run",
            {"parameters": parameters, "state": {"type": "SCHEDULED"}},
        )
        return str(made["id"])

    def runs(self, ids: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for n in range(0, len(ids), 100):
            query = {"flow_runs": {"id": {"any_": ids[n : n + 100]}}, "limit": 200}
            found += self.ask("flow_runs/filter", query)
        return found

    def ended(self, ids: list[str]) -> list[dict[str, Any]]:
        return [run for run in self.runs(ids) if run["state_type"] in ENDED]

    def stop(self) -> None:
        """Everything, clients first; what does not go in time is killed."""
        order = sorted(self.processes, key=lambda name: not name.startswith("worker"))
        for name in order:
            pids = _below(self.processes[name].pid)
            self.processes[name].terminate()
            try:
                self.processes[name].wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.processes[name].kill()
                self.processes[name].wait()
            for pid in pids:
                _signal(pid, signal.SIGKILL)
        self.processes.clear()


@contextmanager
def cluster(folder: Path, *, servers_and_services: int = 2) -> Iterator[Cluster]:
    """All but the workers, ready for them: migrated, deployed, with the automation in place."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    for name in ("prefect.yaml", "automations.yaml"):
        (folder / name).write_bytes((REPO / name).read_bytes())
    ports = [free_port() for _ in range(servers_and_services)]
    front = free_port()
    api = f"http://127.0.0.1:{front}/api"
    with servers.postgres() as postgres, servers.redis() as redis:
        for database in ("prefect", "ledger"):
            postgres.database(database)
        made = Cluster(folder, postgres, settings(folder / "output", postgres, redis, api), api)
        balancer = Balancer(front, ports)
        try:
            made.run("server", "database", "upgrade", "-y")
            for n, port in enumerate(ports, 1):
                where = ("--host", "127.0.0.1", "--port", str(port))
                made.start(f"server-{n}", "server", "start", "--no-services", *where)
                # One after the other: two that register their blocks in a new database at the
                # same moment can wait for each other for ever.
                until(partial(_answers, port), "a server", 120)
            for n in range(1, servers_and_services + 1):
                made.start(f"services-{n}", "server", "services", "start")
            made.run("work-pool", "create", "parution", "--type", "process")
            made.run("deploy", "--all")
            made.run("automation", "create", "--from-file", "automations.yaml")
            yield made
        finally:
            made.stop()
            balancer.close()


def _answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2) as answer:
        return bool(answer.status == 200)


def _below(pid: int) -> list[int]:
    """Every process that descends from ``pid``, read from /proc."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, pending = [], [pid]
    while pending:
        mine = children.get(pending.pop(), [])
        found += mine
        pending += mine
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
