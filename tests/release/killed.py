"""Publishes what is due and kills itself with SIGKILL at a named step: run by the tests.

Usage: python -m tests.release.killed CONTENT OUTPUT STEP [COUNT]
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from flows import release
from tests.release import workshop


def main() -> None:
    content, output, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    left = int(sys.argv[4]) if len(sys.argv) > 4 else 1

    def reached(name: str) -> None:
        nonlocal left
        left -= name == step
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with workshop.desk(content, output, minutes=1) as at:
        at.recover()
        staged = workshop.stage_due(at)
        reached("staged")
        with at.store.committing():
            release.publish(staged, at.store, at.ledger, at.house, at.clock(), reached)
        reached("done")


main()
