"""docs/parution.service: what systemd makes of it, and that its command serves and stops."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.release import workshop
from tests.service.process import REPO, free_port

UNIT = REPO / "docs" / "parution.service"


def service() -> dict[str, str]:
    """The unit's [Service] section; of a key that stands twice, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(UNIT.read_text("utf-8"))
    return dict(parser["Service"])


def test_systemd_finds_nothing_to_say_about_it(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (Debian: systemd)")
    program = tmp_path / "parution"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    command = shlex.split(service()["ExecStart"])[0]
    unit = tmp_path / "parution.service"
    text = UNIT.read_text("utf-8").replace(command, str(program))
    unit.write_text(text.replace("=parution\n", "=root\n"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if unit.name in line or str(unit) in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_it_gives_away_no_right_that_serving_does_not_need() -> None:
    told = service()
    assert told["NoNewPrivileges"] == "true"
    assert told["ProtectSystem"] == "strict"
    assert told["CapabilityBoundingSet"] == ""
    assert told["User"] not in ("", "root")


@pytest.mark.slow
def test_its_command_serves_and_stops_on_its_signal_in_its_time(tmp_path: Path) -> None:
    told = service()
    content = workshop.content_folder(tmp_path / "content", range(0))
    program, *words = shlex.split(told["ExecStart"])
    places = {"/srv/parution/content": str(content), "/srv/parution/output": str(tmp_path / "out")}
    assert Path(program).name == "parution"
    command = [sys.executable, "-m", "flows.cli", *(places.get(word, word) for word in words)]
    ports = ["--port", str(free_port()), "--prefect-port", str(free_port())]
    errors = tmp_path / "errors.log"
    with errors.open("wb") as sink:
        process = subprocess.Popen(
            [*command, *ports], cwd=REPO, stdout=subprocess.PIPE, stderr=sink, text=True
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().rstrip().endswith("/"), errors.read_text("utf-8")
        process.send_signal(getattr(signal, told["KillSignal"]))
        assert process.wait(timeout=float(told["TimeoutStopSec"])) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert "Traceback" not in errors.read_text("utf-8")
