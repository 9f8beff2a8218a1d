"""Several runs that open a new ledger at once, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

OPEN = """
import sys
from flows.ledger.database import Database
print("ready", flush=True)
sys.stdin.read(1)
Database(sys.argv[1]).close()
"""


@pytest.mark.slow
def test_processes_that_make_the_same_file_at_once_all_can(tmp_path: Path) -> None:
    for round_ in range(20):
        command = [sys.executable, "-c", OPEN, f"sqlite:///{tmp_path}/{round_}.db"]
        pipe = subprocess.PIPE
        opening = [subprocess.Popen(command, stdin=pipe, stderr=pipe, text=True) for _ in range(6)]
        for process in opening:  # all wait at the same line; they start as one
            assert process.stdin is not None
            process.stdin.write("x")
            process.stdin.flush()
        told = [process.communicate()[1] for process in opening]
        assert [process.returncode for process in opening] == [0] * 6, told
