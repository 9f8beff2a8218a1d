"""Promise 6: with nothing due there is no run, no rendering and no write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.release import workshop

COMMAND = """
import sys
from flows.cli import main
sys.argv = ["parution", "publish", "--content", sys.argv[1], "--output", sys.argv[2]]
try:
    main()
except SystemExit as end:
    code = end.code
heavy = {"prefect", "weasyprint", "pypandoc", "flows.channels", "flows.release"} & set(sys.modules)
print(sorted(heavy))
sys.exit(code)
"""


def snapshot(output: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder with its change time and its size; the ledger's shared memory apart."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in output.rglob("*")
        if path.is_file() and path.suffix not in (".db-shm", ".db-wal")
    }


def test_a_hundred_unchanged_editions_load_nothing_heavy_and_write_nothing(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 101))
    output = tmp_path / "output"
    assert len(workshop.publish_due(content, output)) == 100
    before = snapshot(output)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(content), str(output)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "Nothing is due.\n[]\n"
    assert snapshot(output) == before
