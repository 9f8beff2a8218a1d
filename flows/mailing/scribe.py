"""Writes the steps of all lines into the ledger: one transaction for whatever has come together.

A line that is about to hand a message over waits until that stands in the ledger; what became of
the message is written at once too, and nobody waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flows.ledger import AlreadyRecordedError
from flows.ledger.mailings import Mailings, Step


@dataclass(slots=True)
class _Entry:
    step: Step
    written: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Scribe:
    """Use it as a context manager: at its end everything is written."""

    def __init__(self, mailings: Mailings, clock: Callable[[], datetime]) -> None:
        self._mailings, self._clock = mailings, clock
        self._entries: list[_Entry] = []
        self._some = threading.Condition()
        self._is_closing = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write, name="scribe", daemon=True)

    def __enter__(self) -> Scribe:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        with self._some:
            self._is_closing = True
            self._some.notify()
        self._thread.join()

    @property
    def error(self) -> Exception | None:
        """What keeps the ledger from being written, once it could not be."""
        return self._error

    def fail(self, error: Exception) -> None:
        """Note what keeps everything from going on; the first such error counts."""
        self._error = self._error or error

    def note(self, step: Step) -> None:
        """Write a step. Raises :class:`AlreadyRecordedError` where somebody else did, and
        :class:`flows.ledger.LedgerError`."""
        entry = self.later(step)
        entry.written.wait()
        if entry.error:
            raise entry.error

    def later(self, step: Step) -> _Entry:
        """Have a step written, now, without waiting for it."""
        entry = _Entry(step)
        with self._some:
            self._entries.append(entry)
            self._some.notify()
        return entry

    def _write(self) -> None:
        while True:
            with self._some:
                self._some.wait_for(lambda: self._entries or self._is_closing)
                entries, self._entries = self._entries, []
            if not entries:
                return
            self._record(entries)
            for entry in entries:
                entry.written.set()

    def _record(self, entries: list[_Entry]) -> None:
        """Write all, or each by itself where one of them was written by somebody else."""
        try:
            self._mailings.record([entry.step for entry in entries], self._clock())
        except AlreadyRecordedError as error:
            if len(entries) == 1:
                entries[0].error = error
                return
            for entry in entries:
                self._record([entry])
        except Exception as error:
            self.fail(error)
            for entry in entries:
                entry.error = error
