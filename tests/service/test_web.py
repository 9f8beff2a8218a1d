"""What the site's own server answers: tombstones, hidden files, health."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from flows.service import web
from flows.service.metrics import Metrics
from flows.words import catalogue


def site(output: Path) -> Path:
    """A site of two editions, of which ``gone`` was withdrawn."""
    root = output / "site"
    for name in ("2026/here", "2026/gone"):
        (root / name).mkdir(parents=True)
        (root / name / "index.html").write_text(f"<p>{name}</p>", encoding="utf-8")
    (root / "2026" / "gone" / ".gone").write_bytes(b"")
    (root / "index.html").write_text("<p>front</p>", encoding="utf-8")
    (root / "404.html").write_text("<p>not here</p>", encoding="utf-8")
    return root


def ask(output: Path, address: str, faults: dict[str, str] | None = None) -> httpx.Response:
    async def get() -> httpx.Response:
        app = web.app(output, Metrics(), catalogue("serve", "en"), faults=lambda: faults or {})
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
            return await client.get(address)

    return asyncio.run(get())


@pytest.mark.parametrize(
    "address", ["/2026/gone/", "/2026/gone", "/2026/gone/brochure.pdf", "/2026/gone/a/b"]
)
def test_what_was_withdrawn_answers_410_with_its_tombstone(tmp_path: Path, address: str) -> None:
    site(tmp_path)
    answer = ask(tmp_path, address)
    assert (answer.status_code, answer.text) == (410, "<p>2026/gone</p>")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-cache"


def test_what_is_public_answers_as_ever(tmp_path: Path) -> None:
    site(tmp_path)
    assert ask(tmp_path, "/2026/here/").text == "<p>2026/here</p>"
    assert ask(tmp_path, "/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/2026/gone/.gone", "/.gone", "/.git/config", "/2026/here/.gone", "/2026/.x/y"]
)
def test_a_name_that_begins_with_a_dot_is_never_served(tmp_path: Path, address: str) -> None:
    root = site(tmp_path)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("secret", encoding="utf-8")
    answer = ask(tmp_path, address)
    assert answer.status_code in (404, 410)
    assert "secret" not in answer.text


def test_ready_says_what_is_not(tmp_path: Path) -> None:
    well, ill = ask(tmp_path, "/readyz"), ask(tmp_path, "/readyz", {"ledger": "does not open"})
    assert (well.status_code, well.json()) == (200, {"ready": True, "faults": {}})
    assert (ill.status_code, ill.json()["faults"]) == (503, {"ledger": "does not open"})


def test_healthy_means_that_it_answers(tmp_path: Path) -> None:
    assert ask(tmp_path, "/healthz", {"prefect": "away"}).text == "ok\n"


def test_the_figures_are_in_prometheus_text_format(tmp_path: Path) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    answer = ask(tmp_path, "/metrics")
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    assert families >= {
        "parution_passes",
        "parution_publications",
        "parution_refused",
        "parution_failed",
        "parution_pass_seconds",
        "parution_live_seconds",
        "parution_queue",
        "parution_last_success_timestamp_seconds",
    }


def test_before_anything_is_out_the_site_says_so(tmp_path: Path) -> None:
    answer = ask(tmp_path, "/2026/here/")
    assert (answer.status_code, answer.text) == (404, "Nothing is published yet.\n")
