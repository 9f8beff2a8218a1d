"""``parution serve`` in a process of its own, as its tests see it: over HTTP, and by its files."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from flows.ledger import Ledger
from flows.store import Store
from tests.network import ask_json, free_port, has_status

REPO = Path(__file__).parents[2]
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
T = TypeVar("T")


def until(ask: Callable[[], T | None], seconds: float = 90) -> T:
    """The first answer that is neither None nor False, asked for again and again."""
    deadline = time.monotonic() + seconds
    while True:
        if (found := ask()) is not None and found is not False:
            return found
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


@dataclass
class Serving:
    process: subprocess.Popen[str]
    site: str
    prefect: str
    content: Path
    output: Path
    calls: Path
    errors: Path

    def get(self, address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.ask(urllib.request.Request(self.site + address, headers=headers))

    def post(self, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        status, _headers, answer = self.ask(
            urllib.request.Request(self.site + address, data=body, headers=headers)
        )
        return status, json.loads(answer)

    def begin_to_post(self, address: str, length: int, headers: dict[str, str]) -> int:
        """The status that a call is answered with before its body has come."""
        connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=10)
        connection.putrequest("POST", address)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        return status

    def ask(self, request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def api(self, path: str, body: object | None = None, method: str | None = None) -> Any:
        """Ask Prefect's server; 503 means that its database is busy, and to ask again."""
        return ask_json(
            *(f"{self.prefect}/api/{path}", body, method),
            again=lambda error: has_status(error, 503, 503),
            seconds=30,
            timeout=10,
        )

    def drop(self, name: str, title: str, words: str = "Words.") -> str:
        """Put an edition into the content folder; the address at which it will be."""
        text = f"---\ntitle: {title}\ndate: 2026-01-02\nlanguage: en\n---\n\n{words}\n"
        (self.content / name).write_text(text, encoding="utf-8")
        return f"/2026/{title.lower().replace(' ', '-')}/"

    def is_live(self, address: str) -> bool:
        """Whether all channels of an edition are there, and it stands in the feed."""
        files = ("", "newsletter.txt", "brochure.pdf", "brochure-a5.pdf")
        if any(self.get(address + name)[0] != 200 for name in files):
            return False
        return address.encode() in self.get("/feed.xml")[2]

    def facts(self, slug: str) -> list[tuple[str, int]]:
        """Act and revision of all that was made public under a slug."""
        with closing(Ledger(Store(self.output).ledger_url, trial=False)) as ledger:
            return [(fact.act, fact.revision) for fact in ledger.history(slug)]

    def figure(self, name: str, **labels: str) -> float:
        """One of the metrics; 0 where it has never been counted."""
        text = self.get("/metrics")[2].decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        return 0.0

    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.errors.read_text("utf-8").splitlines()]

    def stop(self) -> tuple[int, str]:
        """SIGTERM; the exit code, and what it had printed."""
        self.process.send_signal(signal.SIGTERM)
        printed, _ = self.process.communicate(timeout=60)
        return self.process.returncode, printed


def start(folder: Path, content: Path, **environ: str) -> Serving:
    """A serve that listens; its log goes to a file."""
    ports = free_port(), free_port()
    calls, errors = folder / "calls.log", folder / "errors.log"
    with errors.open("wb") as sink:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "flows.cli", "serve"),
                *("--content", str(content), "--output", str(folder / "output")),
                *("--port", str(ports[0]), "--prefect-port", str(ports[1])),
            ],
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            cwd=folder,
            env={
                **os.environ,
                "PARUTION_LANG": "en",
                "PARUTION_TEST_CALLS": str(calls),
                "PYTHONPATH": f"{REPO / 'tests' / 'tools' / 'watch'}:{REPO}",
                **environ,
            },
        )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(3)]
    assert said[0] == f"The site:  http://localhost:{ports[0]}/\n", errors.read_text("utf-8")
    urls = (f"http://localhost:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
    return Serving(process, *urls, content, folder / "output", calls, errors)


@contextmanager
def served(folder: Path, content: Path, **environ: str) -> Iterator[Serving]:
    """One that runs until it is not needed any more; its stop is held to being clean."""
    found = start(folder, content, **environ)
    try:
        yield found
        end(found)
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.process.wait()


def end(serving: Serving) -> None:
    """A clean stop: exit code 0, no traceback, nothing called, nothing left."""
    code, printed = serving.stop()
    said = printed + serving.errors.read_text("utf-8")
    assert code == 0, said
    assert "Traceback" not in said, said
    assert serving.lines()[-1]["event"] == "stopped"
    try:
        urllib.request.urlopen(f"{serving.prefect}/api/health", timeout=2)
    except urllib.error.URLError:
        pass
    else:
        raise AssertionError("Prefect's server has outlived serve")
    assert not serving.calls.exists(), serving.calls.read_text("utf-8")
