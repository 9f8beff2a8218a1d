"""Runs ``parution`` as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def parution(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """The finished command; never a traceback, whatever was asked."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PARUTION_LANG": "en", "NO_COLOR": "1", **environ},
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done
