"""What ``make cluster`` looks for, it finds: a judge that never says no proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster import verify

NUMBERS = range(1, 4)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of three editions that is whole."""
    for n in NUMBERS:
        folder = tmp_path / "2026" / f"edition-{n:05d}"
        folder.mkdir(parents=True)
        for name in verify.NAMES:
            is_pdf = name.endswith(".pdf")
            text = "%PDF-1.7\n%%EOF\n" if is_pdf else f"Edition {n:05d}"
            (folder / name).write_text(text, encoding="utf-8")
    _list(tmp_path, [f"2026/edition-{n:05d}" for n in NUMBERS])
    _feed(tmp_path, [f"2026/edition-{n:05d}" for n in NUMBERS])
    return tmp_path


def _list(site: Path, paths: list[str]) -> None:
    lines = "".join(f'<a href="/{path}/">Title</a>' for path in paths)
    (site / "index.html").write_text(lines, encoding="utf-8")


def _feed(site: Path, paths: list[str]) -> None:
    items = "".join(
        f"<item><title>T</title><link>https://house.example/{path}/</link>"
        f'<guid isPermaLink="false">tag:{path}</guid></item>'
        for path in paths
    )
    feed = f'<rss version="2.0"><channel><title>House</title>{items}</channel></rss>'
    (site / "feed.xml").write_text(feed, encoding="utf-8")


def test_a_whole_site_has_no_fault(site: Path) -> None:
    assert verify.faults(site, NUMBERS) == []


ONE, TWO, THREE, FOUR = (f"2026/edition-0000{n}" for n in range(1, 5))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda s: (s / ONE / "newsletter.txt").unlink(), "is missing"),
        (lambda s: (s / ONE / "brochure.pdf").write_bytes(b"%PDF-1.7\n"), "is cut off"),
        (lambda s: (s / ONE / "index.html").write_text("Edition 00002"), "does not say"),
        (lambda s: (s / FOUR).mkdir(), "should not be there"),
        (lambda s: _feed(s, [ONE, TWO]), "the feed has 2 items"),
        (lambda s: _feed(s, [ONE, TWO, THREE, TWO]), "2 times (guid)"),
        (lambda s: (s / "feed.xml").write_text("<rss><channel>"), "not well-formed"),
        (lambda s: _list(s, [ONE, TWO]), "is in no list"),
    ],
)
def test_a_fault_is_told(site: Path, harm: Callable[[Path], object], told: str) -> None:
    harm(site)
    assert any(told in fault for fault in verify.faults(site, NUMBERS))
