"""The press: a pool of processes in which channels are rendered and proved side by side.

The pool's processes are forked from a server that has WeasyPrint loaded and no threads, so that
starting one is cheap and safe whatever the parent is doing.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from flows.edition import Edition
from flows.house import House
from flows.proof import Check
from flows.rendition import Imprint, Rendition


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker hands back: the files of one channel and the evidence for them."""

    rendition: Rendition
    checks: tuple[Check, ...]


def make(channel: str, edition: Edition, imprint: Imprint, house: House) -> Made:
    """Render one channel and prove what came out, in the process that has it in memory."""
    from flows import channels, proof

    rendition = channels.render(channel, edition, imprint, house)
    return Made(rendition, proof.prove_rendition(edition, imprint, house, rendition))


def open_press(workers: int | None = None) -> ProcessPoolExecutor:
    """A pool of ``workers`` processes, by default one per core."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["flows.press", "weasyprint", "flows.channels.brochure"])
    return ProcessPoolExecutor(workers or os.cpu_count() or 1, mp_context=context)


def warm() -> None:
    """Run in a worker before there is work: starts it, and its preloaded parent."""
