"""``parution serve``: the site with its types and its 304, Prefect's server, a clean stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import parution
from tests.release import workshop

REPO = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Serving:
    process: subprocess.Popen[str]
    site: str
    prefect: str
    content: Path
    output: Path
    calls: Path

    def get(self, address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(self.site + address, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def api(self, path: str, body: object | None = None) -> Any:
        """Ask Prefect's server; 503 means that its database is busy, and to ask again."""
        request = urllib.request.Request(
            f"{self.prefect}/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503 or time.monotonic() > deadline:
                    raise


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("serve")
    house = workshop.HOUSE + '[schedule]\ncron = "0 9 * * 2"\n'
    content = workshop.content_folder(folder / "content", range(1, 3), house=house)
    ports = free_port(), free_port()
    calls = folder / "calls.log"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "flows.cli", "serve"),
            *("--content", str(content), "--output", str(folder / "output")),
            *("--port", str(ports[0]), "--prefect-port", str(ports[1])),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={
            **os.environ,
            "PARUTION_LANG": "en",
            "PARUTION_TEST_CALLS": str(calls),
            "PYTHONPATH": f"{REPO / 'tests' / 'tools' / 'watch'}:{REPO}",
        },
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(3)]
    assert said[0] == f"The site:  http://localhost:{ports[0]}/\n", "".join(said)
    urls = (f"http://localhost:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
    yield Serving(process, *urls, content, folder / "output", calls)
    if process.poll() is None:
        process.kill()
        process.wait()


def test_before_anything_is_out_the_site_says_so(serving: Serving) -> None:
    status, _headers, body = serving.get("/")
    assert (status, body) == (404, b"Nothing is published yet.\n")


def test_the_deployment_stands_on_the_cron_line_of_the_house_in_its_zone(serving: Serving) -> None:
    [deployment] = serving.api("deployments/filter", {})
    assert deployment["name"] == "due"
    [schedule] = deployment["schedules"]
    assert schedule["schedule"]["cron"] == "0 9 * * 2"
    assert schedule["schedule"]["timezone"] == "Europe/Paris"


def test_a_run_started_in_prefect_publishes_what_is_due(serving: Serving) -> None:
    [deployment] = serving.api("deployments/filter", {})
    run = serving.api(f"deployments/{deployment['id']}/create_flow_run", {})
    deadline = time.monotonic() + 120
    told = run
    while told["state"]["type"] not in ("COMPLETED", "FAILED", "CRASHED"):
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
        told = serving.api(f"flow_runs/{run['id']}")
    assert (told["state"]["type"], told["state"]["message"]) == (
        "COMPLETED",
        "2 published, 0 held back",
    )
    assert told["name"] == "publish what is due"
    artifacts = serving.api("artifacts/filter", {})
    assert {a["key"] for a in artifacts} == {"published", "proof"}


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/2026/edition-00001/", "text/html; charset=utf-8"),
        ("/2026/edition-00001/newsletter.txt", "text/plain; charset=utf-8"),
        ("/2026/edition-00001/brochure.pdf", "application/pdf"),
        ("/feed.xml", "application/xml"),
    ],
)
def test_each_file_has_its_type_and_answers_304_to_its_etag(
    serving: Serving, address: str, media_type: str
) -> None:
    status, headers, body = serving.get(address)
    assert (status, headers["content-type"]) == (200, media_type)
    assert body
    status, again, body = serving.get(address, **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")
    assert again["etag"] == headers["etag"]


def test_what_is_named_after_its_content_is_kept_for_ever(serving: Serving) -> None:
    assets = sorted(p.name for p in (serving.output / "site" / "assets").iterdir())
    _status, headers, _body = serving.get(f"/assets/{assets[0]}")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_address_that_does_not_exist_answers_404_with_the_houses_page(serving: Serving) -> None:
    for address in ("/2026/nothing/", "/../../etc/passwd", "/2026/edition-00001/../../parution.db"):
        status, _headers, body = serving.get(address)
        assert status == 404
        assert b"House of tests" in body


def test_a_publish_run_beside_it_uses_the_server_that_is_there(serving: Serving) -> None:
    workshop.content_folder(serving.content, range(3, 4))
    done = parution("publish", "--content", serving.content, "--output", serving.output)
    assert done.returncode == 0, done.stdout + done.stderr
    runs = serving.api(
        "flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    )
    assert "publish e00003.md" in {r["name"] for r in runs}
    assert serving.get("/2026/edition-00003/")[0] == 200


def test_sigterm_stops_all_of_it_and_nothing_has_called_out(serving: Serving) -> None:
    serving.process.send_signal(signal.SIGTERM)
    output, _ = serving.process.communicate(timeout=30)
    assert serving.process.returncode == 0
    assert "Traceback" not in output
    assert "Warning" not in output
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{serving.prefect}/api/health", timeout=2)
    assert not serving.calls.exists(), serving.calls.read_text("utf-8")
