"""Pushes a root and kills itself with SIGKILL at a step: run by the tests.

Usage: python -m tests.targets.killed ROOT URL NUMBER STEP
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from flows import targets


def main() -> None:
    root, url, number, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]

    def reached(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    targets.push(root, url, number, reached=reached)


main()
