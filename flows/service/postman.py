"""The postman: mails what is due while ``parution serve`` lives, beside the newsroom, so that no
publication waits for a long list."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from flows.clocks import utc_now
from flows.desk import Desk
from flows.failures import sentence_for
from flows.ledger.mailings import QUEUED, SENT, UNKNOWN
from flows.mailing.campaign import Brake
from flows.mailing.due import Due, due
from flows.mailing.mailroom import Mailed
from flows.service.logs import Log
from flows.service.metrics import Metrics
from flows.telling import notify

#: Seconds between two looks, whatever is heard.
MINUTE = 60.0
#: Seconds until a list is tried again that a server has put off, or that could not be had.
LATER = 900.0


class Postman:
    """``answers``: whether Prefect's server answers now; it may block for two seconds."""

    def __init__(
        self,
        content: Path,
        output: Path,
        log: Log,
        metrics: Metrics,
        *,
        answers: Callable[[], bool],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._content, self._output = content, output
        self._log, self._metrics = log, metrics
        self._answers, self._clock = answers, clock
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._brake = Brake()
        #: Campaigns that were tried in vain, and when they may be tried again.
        self._again: dict[str, float] = {}
        self._problem = ""

    def wake(self) -> None:
        """Have it look now. From any thread."""
        self._woken.set()

    def stop(self) -> None:
        """Let what is in hand be dealt with, and begin nothing more."""
        self._stopping.set()
        self._brake.stop()
        self._woken.set()

    async def run(self) -> None:
        """Until :meth:`stop`, in a thread of its own; one that nothing waits for at the end, since
        a mail server may be silent for ten minutes."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()

        def work() -> None:
            self._run()
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=work, name="postman", daemon=True).start()
        await ended.wait()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self.look()
                self._problem = ""
            except Exception as error:
                why = sentence_for(error)
                if why != self._problem:
                    self._log.warn("mail_failed", why=why)
                self._problem = why
            self._woken.wait(MINUTE)

    def look(self) -> None:
        """Mail what is due, if it was not tried in vain a moment ago. Blocks."""
        with Desk(self._content, self._output, self._clock) as desk:
            wanted = due(desk.ledger, desk.house, desk.clock())
            now = monotonic()
            if not any(self._again.get(one.key, 0.0) <= now for one in wanted):
                return
            if self._answers():  # else the next look is near
                self._mail(desk, wanted)

    def _mail(self, desk: Desk, wanted: tuple[Due, ...]) -> None:
        from flows.posting import Errand, mail_from

        errand = Errand(desk, brake=self._brake)
        asyncio.run(mail_from(errand))
        self._again = dict.fromkeys((one.key for one in wanted), monotonic() + LATER)
        for mailed in errand.mailed:
            self._tell(mailed)
        for name, why in errand.unmailed:
            self._log.warn("unmailed", list=name, why=why)
        desk.outcome = replace(
            desk.outcome, mailed=tuple(errand.mailed), unmailed=tuple(errand.unmailed)
        )
        notify.after(desk)

    def _tell(self, mailed: Mailed) -> None:
        counts = mailed.progress.counts
        values: dict[str, Any] = {"edition": mailed.due.slug, "list": mailed.due.to.name}
        self._log.say("mailed", **values, sent=counts[SENT], total=mailed.progress.total)
        self._metrics.mails.labels(mailed.due.to.name, SENT).inc(counts[SENT] - mailed.before)
        if mailed.is_open:
            self._log.warn("mail_open", **values, queued=counts[QUEUED], unknown=counts[UNKNOWN])
