"""Lighthouse, as the tests and the bench ask it: its phone profile, which slows network and
processor down by itself (a mid-range phone on slow 4G)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.needs import lacking
from tests.site import whole

_PROGRAM = Path(__file__).parents[1] / "tools/node_modules/lighthouse/cli/index.js"
#: The pages that are judged.
JUDGED = {"front": "/", "edition": whole.RIVER, "search": "/search/?q=eau"}


def judged(address: str) -> dict[str, Any]:
    """Lighthouse's report on a page."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if shutil.which("node") is None or chromium is None or not _PROGRAM.is_file():
        lacking("no Node, Chromium or Lighthouse: tests/tools/setup installs them")
    done = subprocess.run(
        [
            *("node", _PROGRAM, address, "--quiet", "--output=json", "--form-factor=mobile"),
            "--no-enable-error-reporting",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CHROME_PATH": str(chromium)},
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def scores(report: dict[str, Any]) -> dict[str, int]:
    """The score of each category, of 100."""
    return {name: round(100 * found["score"]) for name, found in report["categories"].items()}


def failed(report: dict[str, Any]) -> list[str]:
    """What a page did not pass, performance aside."""
    counted = {
        audit["id"]
        for name, found in report["categories"].items()
        for audit in found["auditRefs"]
        if name != "performance" and audit["weight"]
    }
    audits = report["audits"]
    return sorted(id for id in counted if audits[id]["score"] not in (None, 1))
