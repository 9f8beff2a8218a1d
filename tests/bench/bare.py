"""The bare script that Parution is measured against: the same files with the same libraries.

It reads and edits each source, renders the three channels in a pool of two processes and writes
the files. No proof, no ledger, no release, no flow, no index, no guarantee.

Usage: python -m tests.bench.bare CONTENT OUTPUT
"""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from flows import channels, editing, sources
from flows.edition import Edition
from flows.house import House
from flows.house_file import read_house
from flows.rendition import Imprint, Revision


def render(channel: str, edition: Edition, imprint: Imprint, house: House, out: Path) -> None:
    for file in channels.render(channel, edition, imprint, house).files:
        target = out / edition.slug / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)


def main() -> None:
    content, out = Path(sys.argv[1]), Path(sys.argv[2])
    house = read_house(content)
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        waiting = []
        for entry in sources.entries(content):
            edition = editing.edit(sources.read(entry, content), house).edition
            assert edition is not None
            history = (Revision(1, datetime(2026, 3, 2, tzinfo=UTC)),)
            imprint = Imprint(1, f"2026/{edition.slug}", "tag:x,2026:1", history)
            waiting += [
                pool.submit(render, channel, edition, imprint, house, out)
                for channel in ("brochure", "newsletter", "feed")
            ]
        for future in waiting:
            future.result()


if __name__ == "__main__":
    main()
