"""A bar on the terminal while a run works; nothing at all into a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flows.desk import Desk
from flows.words import catalogue


@contextmanager
def shown(desk: Desk, language: str) -> Iterator[None]:
    """Show on standard error how far the run on ``desk`` is, if a person is there to see it."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    words = catalogue("cli", language)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        job = bar.add_task(words["reading"], total=None)

        def reached(done: int, total: int) -> None:
            bar.update(job, description=words["making"], completed=done, total=total)

        desk.reached = reached
        yield
