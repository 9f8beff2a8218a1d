"""Releases for tests, made as the flow makes them, but with a brochure of a few bytes.

What is under test here is the release room: staging, the swap, the ledger, recovery. Its inputs,
renditions, may be small; the feed's item is the real channel's, since the shelf reads it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows import channels, outgoing
from flows.desk import Desk
from flows.edition import Edition
from flows.ledger import Fact
from flows.press import Made
from flows.release import Staged
from flows.rendition import File, Rendition

EPOCH = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUSE = 'name = "House of tests"\naddress = "https://house.example"\nlanguage = "en"\n'


def content_folder(
    folder: Path,
    numbers: range,
    *,
    year: int = 2026,
    house: str = HOUSE,
    tags: Sequence[str] = (),
) -> Path:
    """A content folder with one short edition a number."""
    folder.mkdir(parents=True, exist_ok=True)
    if house:
        (folder / "house.toml").write_text(house, encoding="utf-8")
    for n in numbers:
        head = f"title: Edition {n:05d}\ndate: {year}-01-02\nlanguage: en\n"
        head += f"tags: {json.dumps(tags)}\n" if tags else ""
        text = f"---\n{head}---\n\nWord {n}.\n"
        (folder / f"e{n:05d}.md").write_text(text, encoding="utf-8")
    return folder


def archive(folder: Path, size: int, *, years: int = 20, tags: Sequence[str] = ()) -> Path:
    """A content folder with as many editions, numbered from 1, over the years before 2026."""
    for n in range(years):
        numbers = range(1 + size * n // years, 1 + size * (n + 1) // years)
        content_folder(folder, numbers, year=2026 - years + n, tags=tags)
    return folder


#: What a reader finds at an edition's address.
NAMES = (
    *("index.html", "newsletter.html", "newsletter.txt"),
    *(f"brochure{kind}.pdf" for kind in ("", "-a5", "-booklet", "-large", "-leaflet", "-press")),
)


def desk(content: Path, output: Path, minutes: int = 0) -> Desk:
    """A desk whose clock stands still, ``minutes`` after the epoch of the tests."""
    return Desk(content, output, clock=lambda: EPOCH + timedelta(minutes=minutes))


def small_renditions(edition: Edition, at: Desk, imprint: object) -> list[Rendition]:
    """The feed's real rendition, and a page and brochures that bear the revision's mark."""
    mark = f"{edition.slug} revision {imprint.revision}".encode()  # type: ignore[attr-defined]
    files = tuple(File(f"public/{name}", "text/plain", mark) for name in NAMES)
    feed = channels.render("feed", edition, imprint, at.house)  # type: ignore[arg-type]
    return [Rendition("page", files), feed]


def stage_due(at: Desk) -> list[Staged]:
    """Everything that is due, staged."""
    staged = []
    for item in at.plan(watched=True):
        if item.state != "due":
            continue
        made = [Made(r, ()) for r in small_renditions(item.edition, at, at.making.imprint(item))]
        staged.append(outgoing.stage(at, item, made, {"proof.json": b"{}\n"}))
    return staged


def publish_due(content: Path, output: Path, minutes: int = 0) -> list[Fact]:
    """Publish what is due as a run does; the facts that were recorded."""
    with desk(content, output, minutes) as at:
        at.recover()
        return outgoing.release(at, stage_due(at))


def public_files(site: Path) -> dict[str, bytes]:
    """What a reader can fetch: every file below the site, by its address; none before the first
    publication."""
    found: dict[str, bytes] = {}
    pending = [(site, "")] if site.exists() else []
    while pending:
        folder, prefix = pending.pop()
        for item in folder.iterdir():
            address = f"{prefix}/{item.name}"
            if item.is_dir():
                pending.append((item, address))
            else:
                found[address] = item.read_bytes()
    return found
