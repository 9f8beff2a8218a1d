"""What must hold of a site, told from its files and its feed alone; and of the ledger's turns."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import feedparser

from tests.cluster.servers import Postgres
from tests.release.workshop import NAMES

_LINK = re.compile(r'href="(?:https://house\.example/|/|(?:\.\./)*)(\d{4}/edition-\d{5})/?"')


def faults(site: Path, numbers: range) -> list[str]:
    """Everything that is wrong with a site that should show these editions; empty when whole."""
    wanted = {f"2026/edition-{n:05d}" for n in numbers}
    return [*_pages(site, wanted), *_feed(site, wanted), *_lists(site, wanted)]


def _pages(site: Path, wanted: set[str]) -> list[str]:
    there = {f"2026/{p.name}" for p in (site / "2026").iterdir() if p.is_dir()}
    wrong = [f"{path} should not be there" for path in sorted(there - wanted)]
    for path in sorted(wanted):
        title = f"Edition {path[-5:]}"
        for name in NAMES:
            file = site / path / name
            if not file.is_file() or not file.stat().st_size:
                wrong.append(f"{path}/{name} is missing")
            elif name.startswith("brochure"):
                if not file.read_bytes().rstrip().endswith(b"%%EOF"):
                    wrong.append(f"{path}/{name} is cut off")
            elif title not in file.read_text("utf-8"):
                wrong.append(f"{path}/{name} does not say {title}")
    return wrong


def _feed(site: Path, wanted: set[str]) -> list[str]:
    parsed = feedparser.parse((site / "feed.xml").read_bytes())
    wrong = ["the feed is not well-formed"] if parsed.bozo else []
    paths = [re.sub(r"^https://house\.example/|/$", "", entry.link) for entry in parsed.entries]
    for what, values in (("link", paths), ("guid", [entry.id for entry in parsed.entries])):
        wrong += [
            f"the feed has {v} {n} times ({what})" for v, n in Counter(values).items() if n > 1
        ]
    wrong += [f"the feed has {path}" for path in paths if path not in wanted]
    if len(paths) < min(len(wanted), 50):
        wrong.append(f"the feed has {len(paths)} items")
    return wrong


def _lists(site: Path, wanted: set[str]) -> list[str]:
    """Front page and numbered pages together: each edition once."""
    pages = [site / "index.html", *sorted((site / "page").glob("*/index.html"))]
    listed = Counter(path for page in pages for path in set(_LINK.findall(page.read_text("utf-8"))))
    wrong = [f"{path} is in no list" for path in sorted(wanted - set(listed))]
    wrong += [f"{path} is listed {n} times" for path, n in listed.items() if n > 1]
    return wrong


def ledger_faults(server: Postgres, count: int) -> list[str]:
    """What is wrong with the turns: each edition published once, and numbered without a gap."""
    rows = server.tell("SELECT slug, number FROM turns WHERE stage = 'done'", "ledger")
    wrong = [f"{s} has {n} turns" for s, n in Counter(slug for slug, _ in rows).items() if n > 1]
    if sorted(int(str(number)) for _, number in rows) != list(range(1, count + 1)):
        wrong.append(f"the ledger numbers {len(rows)} editions, and not 1 to {count}")
    return wrong
