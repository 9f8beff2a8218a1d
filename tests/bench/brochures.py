"""What the brochure costs, against WeasyPrint alone on the same pages; one figure a process.

Usage: python -m tests.bench.brochures layouts|files|set|long CONTENT [PAGES]; JSON on the output.

The bare layout is the same template and stylesheet without lines found beforehand, laid out and
written as a script would: ``HTML(…).write_pdf()``.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

from markupsafe import Markup

from flows import editing, sources
from flows.channels import brochure
from flows.channels._cover import cover_svg
from flows.channels.brochure import leaflet
from flows.channels.brochure.archive import Source
from flows.channels.brochure.booklet import booklet
from flows.channels.brochure.html import html, sheet
from flows.channels.brochure.pages import Laid, Pages, set_pages
from flows.channels.brochure.paper import A4, A5, LARGE, Paper
from flows.channels.brochure.plates import plates
from flows.channels.brochure.press import Job, for_press
from flows.channels.brochure.setting import Setting
from flows.channels.brochure.stock import SCHEME, typefaces
from flows.edition import Edition, Heading, Paragraph, SideBox
from flows.house import House
from flows.house_file import read_house
from flows.inks import Press, standard_profile
from flows.looks import palette
from flows.reading import pictures
from flows.rendition import Imprint, Revision
from flows.themes import THEMES

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
RUNS = 5
PAPERS = {"A4": A4, "A5": A5, "large": LARGE}


class Bare(Setting):
    """Leaves the lines of paragraphs to WeasyPrint."""

    def paragraph(self, block: Paragraph, *, indented: bool) -> Markup:
        inside = self.inline(block.children)
        return Markup('<p class="in">{}</p>' if indented else "<p>{}</p>").format(inside)


class Work:
    """One edition of a content folder, and ways of setting it."""

    def __init__(self, content: Path, times: int = 1) -> None:
        self.house: House = read_house(content)
        edition = editing.edit(
            sources.read(sources.entries(content)[0], content), self.house
        ).edition
        assert edition is not None
        self.edition = repeated(edition, times)
        history = (Revision(1, MOMENT),)
        self.imprint = Imprint(1, f"2026/{edition.slug}", "tag:x,2026:1", history)
        self.source = Source("x.md", b"x", "x", MOMENT, MOMENT)

    @cache  # noqa: B019 - one for a process
    def stock(self) -> dict[str, tuple[str, bytes]]:
        drawn = str(cover_svg(self.edition, self.imprint, self.house, 135, 129)).encode()
        found = {f"{SCHEME}cover.svg": ("image/svg+xml", drawn)}
        return found | plates(pictures(self.edition), (A4, A5, LARGE))

    def pages(self, name: str, setting: type[Setting]) -> Pages:
        colours = palette(self.house)
        if name == "leaflet":
            text = leaflet.html(self.edition, self.imprint, self.house, "", leaflet.ROOM[0])
            faces = THEMES[self.house.looks.theme].faces
            return Pages(text, leaflet.sheet(colours, faces), self.stock(), {})
        paper: Paper = PAPERS[name]
        text = html(setting(paper, self.edition), self.edition, self.imprint, self.house)
        return Pages(text, sheet(paper, colours, ""), self.stock(), {}, paper.spare)

    def laid(self, name: str) -> Laid:
        return set_pages(self.pages(name, Setting), b"0" * 16, self.source)

    def bare(self, name: str) -> bytes:
        data: bytes = self.pages(name, Bare).laid_out(typefaces()).write_pdf()
        return data


def repeated(edition: Edition, times: int) -> Edition:
    """An edition that is ``times`` as long, its anchors still its own."""

    def renamed(block: Any, n: int) -> Any:
        if isinstance(block, Heading | SideBox) and block.anchor:
            return replace(block, anchor=f"{block.anchor}-{n}")
        return block

    blocks = tuple(renamed(block, n) for n in range(times) for block in edition.blocks)
    return replace(edition, blocks=blocks)


def timed(what: Callable[[], Any]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def passes(work: Work, name: str) -> float:
    """How often a page is made, on average: WeasyPrint makes those again that a number on them
    calls for."""
    from weasyprint.layout import page

    with mock.patch.object(page, "remake_page", side_effect=page.remake_page) as made:
        laid = work.laid(name)
    return made.call_count / len(laid.document.pages)


def layouts(work: Work) -> dict[str, Any]:
    """For each distinct layout: seconds, seconds of the bare one, the median of their ratios, and
    how often a page is made."""
    found = {}
    for name in (*PAPERS, "leaflet"):
        work.laid(name), work.bare(name)
        pairs = [
            (timed(partial(work.laid, name)), timed(partial(work.bare, name))) for _ in range(RUNS)
        ]
        ratio = statistics.median(a / b for a, b in pairs)
        ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
        found[name] = (ours, bare, ratio, passes(work, name))
    return found


def files(work: Work) -> dict[str, Any]:
    """What each further file of the A5 layout costs, against its bare layout."""
    laid = work.laid("A5")
    job, press = Job("x", MOMENT, MOMENT), Press(standard_profile())
    pages = laid.for_print()
    making: dict[str, Callable[[], Any]] = {
        "pages for print, which both are made of": laid.for_print,
        "booklet": lambda: booklet(pages, job),
        "press": lambda: for_press(pages, press, job),
    }
    found = {}
    for name, make in making.items():
        make()
        pairs = [(timed(make), timed(partial(work.bare, "A5"))) for _ in range(RUNS)]
        found[name] = (
            statistics.median(a for a, _ in pairs),
            statistics.median(a / b for a, b in pairs),
        )
    return found


def whole_set(work: Work) -> dict[str, Any]:
    """All six files in one process, against the bare A4 layout; and the memory of that process."""

    def make() -> None:
        brochure.render(work.edition, work.imprint, work.house)

    make()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pairs = [(timed(make), timed(partial(work.bare, "A4"))) for _ in range(RUNS)]
    return {
        "seconds": statistics.median(a for a, _ in pairs),
        "ratio": statistics.median(a / b for a, b in pairs),
        "megabytes": peak,
    }


def long(work: Work) -> dict[str, Any]:
    """One A4 layout in a process of its own: pages, seconds, megabytes."""
    typefaces()
    start = time.perf_counter()
    laid = work.laid("A4")
    return {
        "pages": len(laid.document.pages),
        "seconds": time.perf_counter() - start,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    what, content, *times = sys.argv[1:]
    work = Work(Path(content), int(times[0]) if times else 1)
    done = {"layouts": layouts, "files": files, "set": whole_set, "long": long}[what](work)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
