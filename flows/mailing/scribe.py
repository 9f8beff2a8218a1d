"""Writes the steps of all lines into the ledger: one transaction for whatever has come together.

A line that is about to hand a message over waits until that stands in the ledger. Whoever comes
first writes for all who have come meanwhile, and what became of earlier messages goes with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flows.ledger import AlreadyRecordedError
from flows.ledger.mailings import Mailings, Step


@dataclass(slots=True)
class _Entry:
    step: Step
    is_written: bool = False
    error: Exception | None = None


class Scribe:
    """Used by several threads."""

    def __init__(self, mailings: Mailings, clock: Callable[[], datetime]) -> None:
        self._mailings, self._clock = mailings, clock
        self._entries: list[_Entry] = []
        self._adding, self._writing = threading.Lock(), threading.Lock()

    def note(self, step: Step) -> None:
        """Write a step. Raises :class:`AlreadyRecordedError` where somebody else did, and
        :class:`flows.ledger.LedgerError`."""
        entry = self._added(step)
        self.flush(entry)
        if entry.error:
            raise entry.error

    def later(self, step: Step) -> None:
        """Have a step written with the next that somebody waits for, or when all is flushed."""
        self._added(step)

    def flush(self, entry: _Entry | None = None) -> None:
        """Write everything that has come so far; or until ``entry`` is written, by whomever."""
        with self._writing:
            if entry and entry.is_written:
                return
            with self._adding:
                entries, self._entries = self._entries, []
            if entries:
                self._record(entries)
        if failed := next((e.error for e in entries if e is not entry and e.error), None):
            raise failed

    def _added(self, step: Step) -> _Entry:
        entry = _Entry(step)
        with self._adding:
            self._entries.append(entry)
        return entry

    def _record(self, entries: list[_Entry]) -> None:
        """Write all, or each by itself where one of them was written by somebody else."""
        error: Exception | None = None
        try:
            self._mailings.record([entry.step for entry in entries], self._clock())
        except AlreadyRecordedError as already:
            if len(entries) > 1:
                for entry in entries:
                    self._record([entry])
                return
            error = already
        except Exception as failure:
            error = failure
        for entry in entries:
            entry.is_written, entry.error = True, error
