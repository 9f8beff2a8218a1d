"""Keeps Prefect at work while ``parution serve`` lives: its server, and what takes up its runs.

A server that dies is started again; one that another looks after is waited for. Nothing is lost
meanwhile, since what is due stands in the folder and the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from flows.embedded import Server
from flows.failures import sentence_for
from flows.house import House
from flows.service.logs import Log
from flows.service.metrics import Metrics

#: Seconds between two looks at the server, and how many in a row must fail.
PULSE, MISSED = 1.0, 5
#: Seconds between two starts: doubled each time, and no more than this.
LONGEST_WAIT = 30.0
#: Seconds after which a start counts as one that went well.
STEADY = 60.0
#: Seconds between two searches for runs whose process is dead.
SWEEP = 10.0


class Keeper:
    """``start_again`` starts a new process for ``server`` at the same address; ``stop`` ends the
    whole of serve."""

    def __init__(
        self,
        content: Path,
        output: Path,
        house: House,
        server: Server,
        log: Log,
        metrics: Metrics,
        *,
        start_again: Callable[[], None],
        stop: Callable[[], None],
    ) -> None:
        self._content, self._output, self._house = content, output, house
        self._server, self._log, self._metrics = server, log, metrics
        self._start_again, self._stop = start_again, stop
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def moved(self, house: House) -> None:
        """Have the deployment follow a new ``house.toml``. From any thread."""

        def change() -> None:
            if house.schedule != self._house.schedule or house.timezone != self._house.timezone:
                self._changed.set()
            self._house = house

        self._loop.call_soon_threadsafe(change)

    def answers(self) -> bool:
        """Whether Prefect's server answers now. Blocks for two seconds at the most."""
        return self._server.is_healthy()

    async def run(self) -> None:
        """Until it is cancelled."""
        wait = PULSE
        while True:
            began, why = monotonic(), ""
            try:
                await self._have_it_answer()
                await self._work_until_trouble()
            except Exception as error:
                why = sentence_for(error)
            wait = PULSE if monotonic() - began > STEADY or not why else min(2 * wait, LONGEST_WAIT)
            if why:
                self._log.warn("runner_restarts", why=why, seconds=round(wait))
            await asyncio.sleep(wait if why else 0)

    async def _have_it_answer(self) -> None:
        if await asyncio.to_thread(self.answers):
            return
        self._log.warn("prefect_away", url=self._server.url)
        while not await asyncio.to_thread(self.answers):
            if self._is_dead():
                self._metrics.restarts.inc()
                self._log.warn("prefect_restarts", log=self._server.log or "")
                await asyncio.to_thread(self._start_again)
            else:
                await asyncio.sleep(PULSE)
        self._log.say("prefect_back")

    def _is_dead(self) -> bool:
        process = self._server.process
        return process is not None and process.poll() is not None

    async def _work_until_trouble(self) -> None:
        """Take up runs until the server is away, the house has changed, or the runner fails."""
        from flows.schedule import open_runner

        self._changed.clear()
        runner = await open_runner(self._content, self._output, self._house, self._stop)
        tasks = [
            asyncio.create_task(runner.start()),
            asyncio.create_task(self._sweep()),
            asyncio.create_task(self._trouble()),
            asyncio.create_task(self._changed.wait()),
        ]
        try:
            done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=5)

    async def _trouble(self) -> None:
        missed = 0
        while missed < MISSED:
            await asyncio.sleep(PULSE)
            if self._is_dead():
                return
            missed = 0 if await asyncio.to_thread(self.answers) else missed + 1

    async def _sweep(self) -> None:
        """Mark runs whose process is dead; what they had to do is due still."""
        from flows.schedule import SILENCE, mark_crashed

        seconds = round(SILENCE)
        why = self._log.words["crashed_because"].format(seconds=seconds)
        while True:
            try:
                for run in await mark_crashed(datetime.now(UTC), why):
                    self._log.warn("crashed", run=run.name, id=run.id, seconds=seconds)
            except Exception as error:  # a busy database; the next look is near
                self._log.warn("sweep_failed", why=f"{type(error).__name__}: {error}")
            await asyncio.sleep(SWEEP)
