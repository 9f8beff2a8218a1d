"""``make cluster``: 200 editions through two Prefect servers and three workers, with two killed.

First some with one worker, then the rest with three, one of which dies together with a server on
the way. What is promised is then read off the site, its feed and the ledger. Figures are printed.

Usage: python -m tests.cluster.run [--editions 200] [--each 5] [--keep]
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.cluster import verify
from tests.cluster.cluster import Cluster, cluster
from tests.cluster.servers import until
from tests.release.workshop import content_folder

#: Longest wait for all runs of a phase, in seconds.
PATIENCE = 3600.0
_START = time.monotonic()


def say(text: str) -> None:
    print(f"{time.monotonic() - _START:6.0f} s  {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--editions", type=int, default=200)
    parser.add_argument("--each", type=int, default=5, help="editions a run")
    parser.add_argument("--alone", type=int, default=8, help="runs with one worker")
    parser.add_argument("--keep", action="store_true", help="leave the folder and its logs")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is ended
    folder = Path(tempfile.mkdtemp(prefix="parution-cluster-"))
    try:
        wrong = publish_all(folder, asked.editions, asked.each, asked.alone)
    finally:
        if asked.keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for line in wrong:
        say(f"BROKEN: {line}")
    say("0 broken promises" if not wrong else f"{len(wrong)} broken promises")
    return bool(wrong)


def publish_all(folder: Path, editions: int, each: int, alone: int) -> list[str]:
    """Publish ``editions`` in runs of ``each``, the first ``alone`` of them by one worker."""
    numbers = range(1, editions + 1)
    content_folder(folder / "content", numbers)
    names = [f"e{n:05d}.md" for n in numbers]
    batches = [names[n : n + each] for n in range(0, editions, each)]
    with cluster(folder) as made:
        say("two servers and two services answer; deployed")
        _pause_schedule(made)
        made.worker("worker-1")
        ids = _start(made, batches[:alone])
        _wait(made, ids)
        one = _rate(made.runs(ids))
        say(f"one worker: {one:.1f} runs a minute, {one * each:.0f} editions a minute")
        for name in ("worker-2", "worker-3"):
            made.worker(name)
        more = _start(made, batches[alone:])
        _until_ended(made, more, len(more) // 4)
        made.kill("server-2")
        say("killed a Prefect server")
        _until_ended(made, more, len(more) // 2)
        victim = _kill_a_worker_at_work(made, more)
        say("killed a worker with a run in its hands")
        silent = time.monotonic()
        until(lambda: _is_taken_up(made, victim), "the orphan's return to the queue", 300)
        say(f"its run was back in the queue after {time.monotonic() - silent:.0f} s")
        _wait(made, more)
        three = _rate([run for run in made.runs(more) if run["id"] != victim])
        say(f"three workers: {three:.1f} runs a minute, {three * each:.0f} editions a minute")
        last = made.publish(made.deployment("due-on-workers"))  # takes what was left, if anything
        _wait(made, [last])
        states = [run["state_name"] for run in made.runs([*ids, *more, last])]
        say(f"runs: { {name: states.count(name) for name in sorted(set(states))} }")
        return [
            *verify.faults(folder / "output" / "site", numbers),
            *verify.ledger_faults(made.postgres, editions),
        ]


def _pause_schedule(made: Cluster) -> None:
    """So that the figures are of the runs that were asked for."""
    made.ask(f"deployments/{made.deployment('due-on-workers')}", {"paused": True}, "PATCH")


def _start(made: Cluster, batches: list[list[str]]) -> list[str]:
    deployment = made.deployment("entries-on-workers")
    return [made.publish(deployment, entries=batch) for batch in batches]


def _until_ended(made: Cluster, ids: list[str], count: int) -> None:
    until(lambda: len(made.ended(ids)) >= count, f"{count} runs", PATIENCE)


def _wait(made: Cluster, ids: list[str]) -> None:
    _until_ended(made, ids, len(ids))


def _kill_a_worker_at_work(made: Cluster, ids: list[str]) -> str:
    """Kill worker-3 while a run of its own is under way; that run's id."""
    found: list[str] = []

    def busy() -> bool:
        mine = made.at_work_on("worker-3")
        running = {str(run["id"]) for run in made.runs(ids) if run["state_type"] == "RUNNING"}
        found.extend(mine & running)
        return bool(found)

    until(busy, "a run on worker-3", PATIENCE)
    made.kill("worker-3")
    return found[0]


def _is_taken_up(made: Cluster, run: str) -> bool:
    """Whether a run waits for its next start, or has had it."""
    [now] = made.runs([run])
    return now["state_name"] == "AwaitingRetry" or now["run_count"] > 1


def _rate(runs: list[dict[str, Any]]) -> float:
    """Runs a minute between the first end and the last, without the workers' own start."""
    ends = sorted(datetime.fromisoformat(run["end_time"]) for run in runs if run["end_time"])
    return 60 * (len(ends) - 1) / (ends[-1] - ends[0]).total_seconds()


if __name__ == "__main__":
    sys.exit(main())
