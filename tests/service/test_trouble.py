"""``parution serve`` when what it stands on breaks: a clear state, nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.release import workshop
from tests.service import process
from tests.service.process import Serving, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("trouble")]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("trouble")
    content = workshop.content_folder(folder / "content", range(0))
    with process.served(folder, content) as found:
        yield found


def long(paragraphs: int) -> str:
    """Words enough for a run that takes some seconds."""
    return "\n\n".join(
        " ".join(f"Sentence {n}.{m} tells of the river and of its bank." for m in range(12))
        for n in range(paragraphs)
    )


def server_of(serving: Serving) -> int:
    """The process of Prefect's server."""
    port = serving.prefect.rsplit(":", 1)[1]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"flows.embedded" in words and port.encode() in words:
            return int(folder.name)
    raise AssertionError("Prefect's server does not run")


def faults(serving: Serving) -> dict[str, str]:
    return dict(json.loads(serving.get("/readyz")[2])["faults"])


def is_ready(serving: Serving) -> bool:
    return serving.get("/readyz")[0] == 200


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the server's process in /proc")
def test_prefects_server_is_killed_and_what_is_due_goes_out_once_after_it_has_come_back(
    serving: Serving,
) -> None:
    until(lambda: is_ready(serving))
    os.kill(server_of(serving), signal.SIGKILL)
    address = serving.drop("orphan.md", "Orphan")
    assert "prefect" in until(lambda: faults(serving) or None)
    assert serving.get("/healthz")[0] == 200
    until(lambda: serving.is_live(address))
    assert serving.facts("orphan") == [("published", 1)]
    assert serving.figure("parution_prefect_restarts_total") == 1
    until(lambda: is_ready(serving))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the server's process in /proc")
def test_prefects_server_is_killed_in_the_middle_of_a_run(serving: Serving) -> None:
    until(lambda: is_ready(serving))
    address = serving.drop("interrupted.md", "Interrupted", long(60))
    running = {"flow_runs": {"name": {"any_": ["publish interrupted.md"]}}}
    until(lambda: serving.api("flow_runs/filter", running) or None)
    os.kill(server_of(serving), signal.SIGKILL)
    until(lambda: serving.is_live(address), 150)
    assert serving.facts("interrupted") == [("published", 1)]


def test_prefects_database_is_locked_and_what_is_due_goes_out_once_when_it_is_free(
    serving: Serving,
) -> None:
    until(lambda: is_ready(serving))
    database = sqlite3.connect(serving.output / "prefect" / "prefect.db", timeout=30)
    try:
        database.execute("begin exclusive")
        address = serving.drop("locked-out.md", "Locked out")
        # Two looks at what is due fall into this time, and nobody is kept waiting for the site.
        held = subprocess.Popen(["sleep", "12"])
        while held.poll() is None:
            assert serving.get("/healthz")[0] == 200
        database.rollback()
    finally:
        database.close()
    until(lambda: serving.is_live(address), 150)
    assert serving.facts("locked-out") == [("published", 1)]
    until(lambda: is_ready(serving))


def test_a_link_out_of_the_folder_is_refused_and_nothing_behind_it_is_read(
    serving: Serving, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("---\ntitle: Secret\ndate: 2026-01-02\n---\n\nSecret.\n", encoding="utf-8")
    (serving.content / "away.md").symlink_to(secret)
    wanted = {
        "filter": {
            "event": {"name": ["parution.edition.refused"]},
            "resource": {"id": ["parution.entry.away.md"]},
        }
    }
    [event] = until(lambda: serving.api("events/filter", wanted)["events"] or None)
    assert event["payload"]["rules"] == ["outside-content"]
    assert serving.get("/2026/secret/")[0] == 404
    (serving.content / "away.md").unlink()


def test_sigterm_in_the_middle_of_a_run_stops_all_and_the_next_start_finishes_it(
    serving: Serving,
) -> None:
    """The last test of this module: what it stops is started again for the others' clean end."""
    until(lambda: is_ready(serving))
    serving.drop("cut-short.md", "Cut short", long(120))
    running = {"flow_runs": {"name": {"any_": ["publish cut-short.md"]}}}
    until(lambda: serving.api("flow_runs/filter", running) or None)
    code, _printed = serving.stop()
    assert code == 0
    again = process.start(serving.output.parent, serving.content)
    for field in ("process", "site", "prefect"):
        setattr(serving, field, getattr(again, field))
    until(lambda: serving.is_live("/2026/cut-short/"), 120)
    assert serving.facts("cut-short") == [("published", 1)]
