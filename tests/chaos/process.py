"""Processes for the harness: each is a fork of this one, so that starting it costs nothing.

What one says comes back over a pipe, line by line, also what it said before it was killed.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.failures import explain
from tests.chaos import public

Tell = Callable[[str], None]
Files = dict[str, bytes]


@dataclass(slots=True)
class Said:
    """How a process ended: the lines that it said, and its exit code, -9 when it was killed."""

    lines: list[str] = field(default_factory=list)
    code: int = 0

    @property
    def error(self) -> str:
        return next((x for x in self.lines if x.startswith("error")), "")

    @property
    def is_unexplained(self) -> bool:
        return any(line.startswith("error!") for line in self.lines)


class Child:
    """A process that runs ``job``. An error is told in its last line: ``error!`` starts one that
    nobody has a sentence for."""

    def __init__(self, job: Callable[[Tell], None]) -> None:
        self._read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._read)
            os._exit(_run(job, write))
        os.close(write)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def has_ended(self) -> bool:
        """Whether it has said its last word, or its first."""
        return bool(select.select([self._read], [], [], 0)[0])

    def end(self, patience: float = 60.0, *, kill_after: float | None = None) -> Said:
        """Wait until it has ended; one that never does is killed and told of."""
        said = b""
        start = time.monotonic()
        late = False
        while True:
            limit = patience if kill_after is None or late else kill_after
            left = max(0.0, start + limit - time.monotonic())
            if not select.select([self._read], [], [], left)[0]:
                if late:
                    break
                late = kill_after is not None
                if not late:
                    said += b"error! it never ended\n"
                self.kill()
                late = True
                continue
            if not (part := os.read(self._read, 65536)):
                break
            said += part
        os.close(self._read)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return Said(said.decode(errors="replace").splitlines(), code)


def _run(job: Callable[[Tell], None], pipe: int) -> int:
    def tell(line: str) -> None:
        os.write(pipe, f"{line}\n".encode())

    try:
        job(tell)
    except BaseException as error:
        known = explain(error) or type(error).__name__ == "ImpossibleActError"
        where = "" if known else _place(error)
        text = " ".join(f"{type(error).__name__}: {error}{where}".split())
        tell(f"error{'' if known else '!'} {text[:600]}")
        return 3
    return 0


def _place(error: BaseException) -> str:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " at " + " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))


class Reader:
    """A process that reads the site over and over, as readers do, until it is asked to stop."""

    def __init__(self, site: Path, notes: Path) -> None:
        self.notes = notes
        stop, self._stop = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._stop)
            self._poll(site, stop)
            os._exit(0)
        os.close(stop)

    def _poll(self, site: Path, stop: int) -> None:
        met: list[Files] = []
        turn, root = 0, Path()
        while not select.select([stop], [], [], 0.005)[0]:
            turn += 1
            if turn % 20 and site.exists() and site.readlink() == root:
                continue  # a root does not change; now and then it is read nevertheless
            root = site.readlink() if site.is_symlink() else Path()
            files = public.snapshot(site, assets=False)
            if files is not None and (not met or files != met[-1]):
                met.append(files)
        self.notes.write_bytes(pickle.dumps(met))

    def met(self) -> list[Files]:
        """The states that it met, in their order, each but once in a row."""
        os.close(self._stop)
        os.waitpid(self.pid, 0)
        met: Any = pickle.loads(self.notes.read_bytes())
        return list(met)
