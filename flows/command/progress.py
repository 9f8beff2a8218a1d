"""A bar on the terminal while a run works; nothing at all into a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.desk import Desk
from flows.words import catalogue

if TYPE_CHECKING:
    from flows.mailing.campaign import Progress as Sent
    from flows.mailing.due import Due

#: Told how far the mailing of one edition to one list is.
Mailing = Callable[["Due", "Sent"], None]


@contextmanager
def shown(desk: Desk, language: str, *, begin: str = "reading") -> Iterator[Mailing]:
    """Show on standard error how far the run on ``desk`` is, if a person is there to see it; what
    is given is told of mail. ``begin``: the key of what is done first."""
    if not sys.stderr.isatty():
        yield lambda _due, _sent: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TaskID,
        TextColumn,
    )

    words = {**catalogue("cli", language), **catalogue("mail", language)}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    rate = TextColumn("{task.fields[rate]}")
    with Progress(*columns, rate, console=Console(stderr=True), transient=True) as bar:
        job = bar.add_task(words[begin], total=None, rate="")
        lists: dict[str, TaskID] = {}

        def reached(done: int, total: int) -> None:
            bar.update(job, description=words["making"], completed=done, total=total)

        def mailing(due: Due, sent: Sent) -> None:
            if due.key not in lists:
                bar.update(job, visible=False)
                title = words["sending"].format(list=due.to.name)
                lists[due.key] = bar.add_task(title, total=sent.total, rate="")
            task = bar.tasks[bar.task_ids.index(lists[due.key])]
            rate = words["rate"].format(rate=round(60 * (task.speed or 0.0)))
            bar.update(task.id, completed=sent.total - sent.waiting, rate=rate)

        desk.reached = reached
        yield mailing
