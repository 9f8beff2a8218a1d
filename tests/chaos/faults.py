"""What is done to a run, from inside its own process: killed at a point, or its ledger cut.

A point is counted, so that a seed finds it again: a step of the release room, a line of the
modules that write, a call to the system, a statement to the database.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sa

from flows.ledger import Ledger

STEPS = ("staged", "begun", "moved", "built", "swapped", "recorded")
#: The modules whose every line is a point: all that writes outside a run's own staging.
_FLOWS = Path(__file__).parents[2] / "flows"
_LINES = frozenset(
    str(_FLOWS / name)
    for name in (
        "release.py", "site.py", "store.py", "acts.py", "targets/file.py", "targets/mirror.py",
        "targets/index.py", "ledger/database.py",
    )
)  # fmt: skip
#: Calls that change files, as Python audits them (PEP 578).
_CALLS = frozenset(
    ("os.rename", "os.mkdir", "os.symlink", "os.remove", "os.rmdir", "os.link", "open",
     "sqlite3.connect", "os.truncate")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """``kind`` with its figures; which of them count depends on the kind.

    step: SIGKILL at the ``count``-th time of ``step``. line, call: SIGKILL at that share of the
    run's lines or calls. moment: SIGKILL from outside, after that share of its usual time. cut:
    the ledger fails at that share of its statements, and from then on. answer: a commit is done,
    and its answer lost. locked, readonly, full, slow, clock, twice, recovery, lost: see
    :mod:`tests.chaos.trial`.
    """

    kind: str
    step: str = ""
    count: int = 1
    share: float = 0.0
    hours: float = 0.0

    def __str__(self) -> str:
        figures = (self.step and f"{self.step} {self.count}", f"{self.share:.3f}",
                   self.hours and f"{self.hours:+g} h")  # fmt: skip
        return " ".join((self.kind, *(f for f in figures if f)))


#: How often each kind is drawn.
WEIGHTS = {
    "step": 22, "line": 18, "call": 8, "moment": 5, "cut": 8, "answer": 4, "locked": 3,
    "readonly": 3, "full": 6, "slow": 4, "clock": 5, "twice": 8, "recovery": 8, "lost": 4,
}  # fmt: skip


def drawn(chance: random.Random) -> Fault:
    kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    return Fault(
        kind,
        step=chance.choice(STEPS) if kind in ("step", "recovery", "twice") else "",
        count=chance.choice((1, 1, 2)),
        share=chance.random(),
        hours=chance.choice((-26.0, -3.0, -1.0, -0.5, 1.0, 2.0, 5.0, 23.0, 30.0)),
    )


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Counter:
    """What a run passes; ``at`` says at which number of which kind something happens."""

    at: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    act: Callable[[str], None] = field(default=lambda _kind: die())

    def passed(self, kind: str) -> None:
        number = self.seen[kind] = self.seen.get(kind, 0) + 1
        if number == self.at.get(kind):
            self.act(kind)

    def watch(self) -> None:
        """From here on lines and calls of this process are counted; it cannot be taken back."""
        sync = os.fsync

        def synced(handle: int) -> None:
            self.passed("call")
            sync(handle)

        os.fsync = synced
        sys.addaudithook(self._audited)
        sys.settrace(self._entered)

    def _audited(self, event: str, given: tuple[Any, ...]) -> None:
        if event in _CALLS and not (event == "open" and _only_reads(given)):
            self.passed("call")

    def _entered(self, frame: FrameType, _event: str, _given: object) -> Any:
        return self._line if frame.f_code.co_filename in _LINES else None

    def _line(self, _frame: FrameType, event: str, _given: object) -> Any:
        if event == "line":
            self.passed("line")
        return self._line


def _only_reads(given: tuple[Any, ...]) -> bool:
    flags = given[2] if len(given) > 2 and isinstance(given[2], int) else 0
    return flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) == 0


def cut(ledger: Ledger, counter: Counter, *, kind: str, impatient: bool) -> None:
    """Have a ledger fail as ``kind`` says, where ``counter`` says; ``impatient``: it waits for a
    lock for a fifth of a second, and not for ten."""
    engine = ledger.database.engine
    down = False

    def fall(_kind: str) -> None:
        nonlocal down
        down = True

    counter.act = fall if kind in ("cut", "answer") else counter.act

    def before(*_given: object) -> None:
        counter.passed("statement")
        if down and kind == "cut":
            raise sa.exc.OperationalError("cut", {}, OSError("the line is dead"))

    def committed(_connection: object) -> None:
        nonlocal down
        counter.passed("commit")
        if down and kind == "answer":
            down = False
            raise sa.exc.OperationalError("commit", {}, OSError("no answer"))

    sa.event.listen(engine, "before_cursor_execute", before)
    if kind == "answer":
        _after_commits(engine, committed)
    if impatient:
        engine.dispose()
        sa.event.listen(
            engine, "connect", lambda c, _r: c.execute("PRAGMA busy_timeout=200").close()
        )


def _after_commits(engine: sa.Engine, committed: Callable[[object], None]) -> None:
    commit = engine.dialect.do_commit

    def and_then(connection: Any) -> None:
        commit(connection)
        committed(connection)

    engine.dialect.do_commit = and_then  # type: ignore[method-assign]
