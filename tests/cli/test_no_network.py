"""Nothing phones home: not a run, nor the server and the processes that it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import parution
from tests.release import workshop

REPO = Path(__file__).parents[2]
WATCH = REPO / "tests" / "tools" / "watch"


@pytest.mark.slow
def test_a_publish_run_with_its_own_server_calls_nobody(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    calls = tmp_path / "calls.log"
    done = parution(
        "publish", "--content", content, "--output", tmp_path / "output",
        PYTHONPATH=f"{WATCH}:{REPO}", PARUTION_TEST_CALLS=str(calls),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "output" / "site" / "2026" / "edition-00001").is_dir()
    assert not calls.exists(), calls.read_text("utf-8")


def test_the_watch_sees_a_call_when_there_is_one(tmp_path: Path) -> None:
    """The test above could not fail if the watch were blind."""
    import os
    import subprocess
    import sys

    calls = tmp_path / "calls.log"
    program = (
        "import socket\ntry: socket.create_connection(('192.0.2.1', 9), 0.01)\nexcept OSError: pass"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(WATCH), "PARUTION_TEST_CALLS": str(calls)},
        check=True,
    )
    assert "192.0.2.1" in calls.read_text("utf-8")
