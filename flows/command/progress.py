"""A bar on the terminal while a run works; nothing at all into a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flows.desk import Desk
from flows.mailing.campaign import Progress as Mailed
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


@contextmanager
def mailing(list_: str, language: str) -> Iterator[Callable[[Mailed], None]]:
    """Show how many of a list's mails are dealt with, and how many go in a minute."""
    if not sys.stderr.isatty():
        yield lambda _progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    words = catalogue("mail", language)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    rate = TextColumn("{task.fields[rate]}")
    with Progress(*columns, rate, console=Console(stderr=True), transient=True) as bar:
        job = bar.add_task(words["sending"].format(list=list_), total=None, rate="")

        def reached(mailed: Mailed) -> None:
            done = mailed.total - mailed.waiting
            speed = bar.tasks[0].speed or 0.0
            rate = words["rate"].format(rate=round(60 * speed))
            bar.update(job, completed=done, total=mailed.total, rate=rate)

        yield reached
