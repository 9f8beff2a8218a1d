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


def ask(
    output: Path,
    address: str,
    faults: dict[str, str] | None = None,
    *,
    house: str = "https://house",
    base: str = "http://house",
    **headers: str,
) -> httpx.Response:
    async def get() -> httpx.Response:
        app = web.app(
            *(output, Metrics(), catalogue("serve", "en")),
            faults=lambda: faults or {},
            address=lambda: house,
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.get(address, headers=headers)

    return asyncio.run(get())


@pytest.mark.parametrize(
    "address",
    [
        *("/2026/gone/", "/2026/gone", "/2026/gone/brochure.pdf", "/2026/gone/event.ics"),
        "/2026/gone/a/b",
    ],
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


def test_a_calendar_is_served_as_one(tmp_path: Path) -> None:
    root = site(tmp_path)
    (root / "2026" / "here" / "event.ics").write_bytes(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    answer = ask(tmp_path, "/2026/here/event.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.content.endswith(b"END:VCALENDAR\r\n")


#: An address of each kind, what it answers with, and how its policy begins.
KINDS = [
    ("/", 200, "default-src 'none'; script-src 'self'; style-src 'self'"),
    ("/2026/here/", 200, "default-src 'none'; script-src 'self'"),
    ("/2026/here", 307, "default-src 'none'"),
    ("/2026/here/newsletter.html", 200, "sandbox"),
    ("/2026/here/brochure.pdf", 200, "form-action 'none'"),
    ("/2026/here/newsletter.txt", 200, "default-src 'none'; form-action 'none'"),
    ("/2026/here/event.ics", 200, "default-src 'none'; form-action 'none'"),
    ("/2026/gone/", 410, "default-src 'none'; script-src 'self'"),
    ("/2026/gone/newsletter.html", 410, "default-src 'none'; script-src 'self'"),
    ("/nowhere.txt", 404, "default-src 'none'; script-src 'self'"),
    ("/healthz", 200, "default-src 'none'; form-action 'none'"),
    ("/readyz", 200, "default-src 'none'; form-action 'none'"),
    ("/metrics", 200, "default-src 'none'; form-action 'none'"),
]


@pytest.mark.parametrize(("address", "status", "policy"), KINDS)
def test_each_answer_says_what_a_browser_may_do_with_it(
    tmp_path: Path, address: str, status: int, policy: str
) -> None:
    root = site(tmp_path)
    for name in ("newsletter.html", "brochure.pdf", "newsletter.txt", "event.ics"):
        (root / "2026" / "here" / name).write_text("words", encoding="utf-8")
    answer = ask(tmp_path, address)
    said = answer.headers["content-security-policy"]
    assert (answer.status_code, said[: len(policy)]) == (status, policy)
    assert "unsafe" not in said
    assert "frame-ancestors 'none'" in said
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in answer.headers["permissions-policy"]


def test_an_answer_that_has_not_changed_has_the_same_policy(tmp_path: Path) -> None:
    root = site(tmp_path)
    (root / "2026" / "here" / "newsletter.html").write_text("words", encoding="utf-8")
    for address in ("/2026/here/", "/2026/here/newsletter.html"):
        first = ask(tmp_path, address)
        again = ask(tmp_path, address, **{"if-none-match": first.headers["etag"]})
        name = "content-security-policy"
        assert again.status_code == 304
        assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize(
    ("house", "base", "strict"),
    [
        ("https://house", "https://house", True),
        ("https://house", "http://house", False),
        ("http://house", "https://house", False),
    ],
)
def test_https_is_made_lasting_only_where_it_is_the_house_s(
    tmp_path: Path, house: str, base: str, strict: bool
) -> None:
    site(tmp_path)
    answer = ask(tmp_path, "/", house=house, base=base)
    assert ("strict-transport-security" in answer.headers) is strict
    assert ("cross-origin-opener-policy" in answer.headers) is base.startswith("https:")


def test_text_travels_packed_and_a_pdf_or_a_part_of_a_file_as_it_is(tmp_path: Path) -> None:
    here = site(tmp_path) / "2026" / "here"
    for name in ("newsletter.txt", "brochure.pdf"):
        (here / name).write_text("words " * 1000, encoding="utf-8")
    packed = ask(tmp_path, "/2026/here/newsletter.txt", **{"accept-encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", "words " * 1000)
    assert "accept-encoding" in packed.headers["vary"].lower()
    part = {"accept-encoding": "gzip", "range": "bytes=0-4"}
    assert ask(tmp_path, "/2026/here/newsletter.txt", **part).content == b"words"
    pdf = ask(tmp_path, "/2026/here/brochure.pdf", **{"accept-encoding": "gzip"})
    assert "content-encoding" not in pdf.headers


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
