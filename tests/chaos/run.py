"""`make chaos`: seeded faults, and the promises checked from outside after each.

    python -m tests.chaos.run [--seeds N] [--first SEED] [--through N] [--mail N] [--kept]

``--seeds``: rows of three to six faults at the level of release and ledger; ``--through``: faults
through the whole of it, the command with Prefect; ``--mail``: kills of a sender, over 1,500
recipients, judged by their mailboxes. A line for each broken promise says how to see
it again; the exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.chaos import trial

BROKE = Path(__file__).with_name("broke.txt")


def workplace() -> Path:
    """A folder in memory where there is one: what is killed here is a process, not the power."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="chaos-", dir=base))


def kept() -> list[int]:
    """The seeds that ever broke a promise."""
    lines = BROKE.read_text(encoding="utf-8").splitlines() if BROKE.exists() else []
    return [int(x.split()[0]) for x in lines if x.strip() and not x.startswith(("#", "through"))]


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="make chaos", description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=200)
    options.add_argument("--first", type=int, default=1)
    options.add_argument("--through", type=int, default=0)
    options.add_argument("--faults", type=int, default=0, help="stop after so many")
    options.add_argument("--mail", type=int, default=60, help="kills of whoever sends mail")
    options.add_argument("--kept", action="store_true", help="the seeds of broke.txt, too")
    options.add_argument("--verbose", action="store_true")
    given = options.parse_args(arguments)
    seeds = [*(kept() if given.kept else ()), *range(given.first, given.first + given.seeds)]
    folder, start = workplace(), time.monotonic()
    count, broken, skipped = 0, 0, Counter[str]()
    kinds = Counter[str]()
    try:
        for seed in seeds:
            report = trial.run(seed, folder / str(seed))
            count += len(report.done)
            kinds.update(name.split(", ")[-1].split()[0] for name in report.done)
            skipped.update(report.skipped)
            broken += tell(report, given.verbose)
            if given.faults and count >= given.faults:
                break
        took = time.monotonic() - start
        print(f"{count} faults of release and ledger, {broken} broken promises, {took:.0f} s")
        print("  " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))
        for what, n in skipped.items():
            print(f"  not run {n} times: {what}")
        if given.mail:
            from tests.mailing import killed

            numbers = ["--kills", str(given.mail), "--seed", str(given.first)]
            broken += killed.main(numbers)
        if given.through:
            from tests.chaos import whole

            start = time.monotonic()
            through, torn = whole.run(given.first, given.through, folder / "whole")
            took = time.monotonic() - start
            print(f"{through} faults through the whole of it, {torn} broken promises, {took:.0f} s")
            broken += torn
    finally:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
    return 1 if broken else 0


def tell(report: trial.Report, verbose: bool) -> int:
    """Print what a seed broke; how many promises."""
    if verbose:
        for name in report.done:
            print(f"  seed {report.seed}: {name}", flush=True)
    for one in report.broken:
        print(f"BROKEN, seed {report.seed}: {one}", flush=True)
    if report.broken:
        print(f"  again: make chaos ARGS='--first {report.seed} --seeds 1 --verbose'", flush=True)
    return len(report.broken)


if __name__ == "__main__":
    sys.exit(main())
