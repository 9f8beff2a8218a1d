"""Stopping mail: Ctrl-C, a terminal that is closed, a machine that shuts down."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flows.mailing.campaign import Brake
from flows.words import catalogue

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(language: str) -> Iterator[Brake]:
    """A brake that these signals put on: what is in hand is dealt with, so that nobody is left
    unknown. A second one ends the process where it is, as the ledger allows at any point."""
    brake = Brake()

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        brake.stop()

    former = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield brake
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    if brake.is_on:
        sys.stderr.write(f"{catalogue('mail', language)['interrupted']}\n")
