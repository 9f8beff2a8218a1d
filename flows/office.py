"""The office: what a house works with, opened when it is needed and closed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from flows.approval import codes
from flows.clocks import utc_now
from flows.house import House
from flows.house_file import read_house
from flows.ledger import COMMITTING, Ledger
from flows.store import Store


class Office:
    """One content and one output folder. Use it as a context manager."""

    def __init__(
        self,
        content: Path,
        output: Path,
        clock: Callable[[], datetime] = utc_now,
        press: ProcessPoolExecutor | None = None,
    ) -> None:
        """``press``: a pool that outlives this office; it is used, and not closed."""
        self.content, self.output, self.clock = content, output, clock
        self.house: House = read_house(content)
        self.store = Store(output, self.house.trial)
        self._closing = ExitStack()
        self._press = self._lent_press = press

    def __enter__(self) -> Self:
        self.output.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def at_close(self, act: Callable[[], object]) -> None:
        """Have something done when the office closes, the last that was asked for first."""
        self._closing.callback(act)

    @cached_property
    def ledger(self) -> Ledger:
        ledger = Ledger(self.store.ledger_url, trial=self.house.trial)
        self.at_close(ledger.close)
        return ledger

    @cached_property
    def secret(self) -> bytes:
        return codes.secret_of(self.output)

    @cached_property
    def staging(self) -> Path:
        return self._closing.enter_context(self.store.staging())

    @property
    def press(self) -> ProcessPoolExecutor:
        """The pool of workers, opened at the first call, and again after :meth:`close_press`."""
        from flows.press import open_press

        if self._press is None:
            self._press = open_press()
            self.at_close(self.close_press)
        return self._press

    def close_press(self) -> None:
        """Let the pool go: at the end, or because a worker's death has broken it."""
        if self._press and self._press is not self._lent_press:
            self._press.shutdown(wait=True, cancel_futures=True)
        self._press = None

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Held by the one run, of all machines that share the ledger, that changes the site."""
        with self.store.committing(), self.ledger.database.locked(COMMITTING):
            yield
