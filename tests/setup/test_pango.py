"""Setting up: Pango present, nothing happens; missing, it is installed or a line says how."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flows import pango

REPO = Path(__file__).parents[2]


def machine(
    monkeypatch: pytest.MonkeyPatch, *, programs: set[str], has_pango: list[bool], root: bool
) -> list[list[str]]:
    """A machine as ``pango`` sees it; the commands that it was asked to run."""
    ran: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        has_pango[0] = has_pango[0] or "install" in command
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(pango, "find_library", lambda _name: "lib" if has_pango[0] else None)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
    monkeypatch.setattr(subprocess, "run", run)
    return ran


def test_present_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = machine(monkeypatch, programs={"apt-get"}, has_pango=[True], root=True)
    assert pango.main() == 0
    assert (ran, capsys.readouterr()) == ([], ("", ""))


def test_missing_on_debian_as_root_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = machine(monkeypatch, programs={"apt-get"}, has_pango=[False], root=True)
    assert pango.main() == 0
    assert [command[:2] for command in ran] == [["apt-get", "update"], ["apt-get", "install"]]


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("apt-get", "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0"),
        ("dnf", "sudo dnf install -y pango"),
        ("brew", "brew install pango"),
        ("pacman", "pacman -S mingw-w64-x86_64-pango"),
    ],
)
def test_elsewhere_one_line_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str, line: str
) -> None:
    ran = machine(monkeypatch, programs={program}, has_pango=[False], root=False)
    assert pango.main() == 1
    said = capsys.readouterr().err
    assert ran == []
    assert said.count("\n") == 1
    assert line in said


def test_the_libraries_that_are_looked_for_are_those_that_weasyprint_loads() -> None:
    import weasyprint

    loaded = Path(weasyprint.__file__).with_name("text").joinpath("ffi.py").read_text("utf-8")
    for name in pango.LIBRARIES:
        assert f"'{name}'" in loaded or f"lib{name}" in loaded or name in loaded


def test_the_lock_files_bear_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (REPO / name).read_text("utf-8")
        pins = [line for line in text.splitlines() if "==" in line]
        assert len(pins) > 50
        assert all(pin.rstrip().endswith("\\") for pin in pins)
        assert "://" not in text
        assert "--index" not in text
    lock = (REPO / "tests" / "tools" / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
