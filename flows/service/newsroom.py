"""The newsroom: the loop of the long-lived process, which looks at what is due and publishes it.

It wakes for what has settled in ``content/``, for a webhook, an approval, the moment at which
something falls due, and each minute. Every pass asks the same question of the folder and the
ledger, so that a wake that was lost, doubled or early costs time and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID

from flows import outgoing, sources
from flows.clocks import utc_now
from flows.desk import Desk
from flows.failures import explain
from flows.house import House
from flows.plan import Planned, State
from flows.service import watch
from flows.service.dispatches import DROP, DUE, LOOK, START, Dispatches, Pass, Wakes
from flows.service.logs import Log
from flows.service.memory import Memory
from flows.service.metrics import Metrics
from flows.store import Store
from flows.telling import notify

#: Seconds after which the folder is looked at, whatever was heard of it.
MINUTE = 60.0
#: Seconds until what is still being written is looked at again, should its end go unheard.
UNTIL_WHOLE = 2.0
#: Seconds until a folder that could not be watched is watched again: doubled each time, and
#: never more than a minute.
REWATCH = 2.0


class PrefectAwayError(Exception):
    """Something is due, and Prefect's server does not answer."""


class OutputGoneError(Exception):
    """The output folder is not the one that this process began with: a disk that is not there
    any more. In an empty one everything would be published anew, and what was withdrawn too."""


#: The sentences of those two.
_WORDED: dict[type[Exception], str] = {
    PrefectAwayError: "ready_prefect",
    OutputGoneError: "output_gone",
}


class Newsroom:
    """One content folder, one output folder, one pass at a time.

    ``answers`` says whether Prefect's server does; it may block for some seconds. ``moved`` is
    called when ``house.toml`` has changed, ``published`` after each run.
    """

    def __init__(
        self,
        content: Path,
        output: Path,
        house: House,
        log: Log,
        metrics: Metrics,
        *,
        answers: Callable[[], bool],
        moved: Callable[[House], None] = lambda _house: None,
        published: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = utc_now,
        settle: float = watch.SETTLE,
    ) -> None:
        self.content, self.output, self.house = content, output, house
        #: Why the last pass could not be made, in a sentence; empty when it went well.
        self.problem = ""
        self._log, self._metrics = log, metrics
        self._dispatches = Dispatches(log, metrics)
        self._answers, self._moved, self._clock, self._settle = answers, moved, clock, settle
        self._published = published
        self._memory = Memory()
        #: The folder and the ledger as they were at the start of the last pass that went well.
        self._last_glance: object = None
        #: The output folder that this process knows; another one in its place is not its own.
        self._own_output: tuple[int, int] | None = None
        self._wakes = Wakes()
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._press: ProcessPoolExecutor | None = None

    # ------------------------------------------------------------------------------- the loop

    def wake(self, reason: str, entries: Iterable[str] = ()) -> None:
        """Have the next pass made now; those that come before it starts become one. ``entries``
        are tried even if they were refused before. From any thread."""
        if self._loop is None:
            self._hear(Wakes(frozenset({reason}), frozenset(entries)))
        else:
            heard = Wakes(frozenset({reason}), frozenset(entries))
            self._loop.call_soon_threadsafe(self._hear, heard)

    def _hear(self, heard: Wakes) -> None:
        now = self._wakes
        settled = now.settled if now.settled is not None else heard.settled
        self._wakes = Wakes(now.reasons | heard.reasons, now.entries | heard.entries, settled)
        self._metrics.queue.set(max(len(self._wakes.entries), len(self._wakes.reasons)))
        self._woken.set()

    async def run(self) -> None:
        """Until :meth:`stop`: a pass for each wake, and each minute."""
        self._loop = asyncio.get_running_loop()
        watching = asyncio.create_task(self._watch())
        self._hear(Wakes(frozenset({START})))
        failures = 0
        try:
            while not self._stopping:
                wakes, self._wakes = self._wakes, Wakes()
                self._woken.clear()
                self._metrics.queue.set(0)
                failures, wait = await self._one_pass(wakes, failures)
                await self._sleep(wait)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def stop(self) -> None:
        """Let the pass under way finish, and make no other."""
        self._stopping = True
        self._woken.set()

    def close(self) -> None:
        """End the press."""
        if self._press:
            self._press.shutdown(wait=False, cancel_futures=True)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), min(seconds, MINUTE))
        except TimeoutError:
            self._hear(Wakes(frozenset({LOOK if seconds >= MINUTE else DUE})))

    async def _watch(self) -> None:
        """Tell of what settles; where the folder cannot be watched, look at it, and try again."""
        told, wait = "", REWATCH
        while True:
            try:
                async for names in watch.changes(self.content, self._settle):
                    self._hear(Wakes(frozenset({DROP}), names, monotonic()))
                    told, wait = "", REWATCH
            except Exception as error:  # the library has errors of its own
                why = watch.explained(error)
                if why != told:
                    self._log.warn("watch_failed", content=self.content, why=why)
                told = why
            await asyncio.sleep(wait)
            wait = min(2 * wait, MINUTE)
            self._hear(Wakes(frozenset({DUE})))  # for what went by unheard

    async def _one_pass(self, wakes: Wakes, failures: int) -> tuple[int, float]:
        """A pass, and what it says and counts; the failures in a row, and seconds to sleep."""
        start = monotonic()
        try:
            done = await asyncio.to_thread(self.look, wakes)
        except Exception as error:
            wait = min(2.0**failures, MINUTE)
            self._tell_failure(error, wakes, wait)
            return failures + 1, wait
        self.problem = ""
        self._dispatches.passed(done, wakes, monotonic() - start, self._clock())
        if done and done.run:
            self._published()
        if done is None or done.next is None:
            return 0, MINUTE
        return 0, max(0.0, (done.next - self._clock()).total_seconds())

    def _tell_failure(self, error: Exception, wakes: Wakes, wait: float) -> None:
        # What woke it is not lost: the next try is made for the same reasons, though not at once.
        is_woken = self._woken.is_set()
        self._hear(wakes)
        if not is_woken:
            self._woken.clear()
        key = _WORDED.get(type(error))
        why = self._log.words[key].format(output=self.output) if key else explain(error)
        if why is None:
            self._log.bug(error)
            why = f"{type(error).__name__}: {error}"
        self._dispatches.failed(why, wait, is_news=why != self.problem)
        self.problem = why

    # ------------------------------------------------------------------------------- one pass

    def look(self, wakes: Wakes) -> Pass | None:
        """Look once, and publish what is due; None when nothing at all has changed.

        Blocks. Raises what keeps a pass from being made: HouseError, LedgerError, OSError,
        :class:`PrefectAwayError`.
        """
        self._know_output()
        before = self._glance()
        if wakes.reasons == {LOOK} and before is not None and before == self._last_glance:
            return None
        self._last_glance = None
        with Desk(self.content, self.output, self._clock, press=self._open_press()) as desk:
            if desk.house != self.house:
                self._memory.forget()
                self.house = desk.house
                self._moved(desk.house)
            desk.recover()
            self._dispatches.turns(desk)
            names, writing = self._whole()
            if names is not None:
                desk.plan(names, watched=False)
            planned = desk.outcome.planned
            self._dispatches.sources(planned, wakes)
            run = self._publish(desk, wakes)
            if run is None:  # what a run came to, it has told itself
                notify.after(desk)
            self._memory.learn(desk.outcome, self._clock())
            is_tended = self._tend(desk, planned)
            done = Pass(desk.house, replace(desk.outcome, planned=planned), writing, run=run)
        self._last_glance = before if is_tended and not writing else None
        return replace(done, next=self._next(done))

    def _know_output(self) -> None:
        found = watch.identity(self.output)
        if self._own_output is not None and found != self._own_output:
            raise OutputGoneError
        self._own_output = found

    def _publish(self, desk: Desk, wakes: Wakes) -> UUID | None:
        """Make what is due, or to be shown to somebody, but for what was refused before and is
        the same still; bring what is public to the targets that lack it."""
        making = desk.outcome.to_make
        prints = {item.name: item.surveyed.fingerprint for item in making}
        prints |= dict.fromkeys(outgoing.undelivered(desk), "")
        now = self._clock()
        wanted = [
            name
            for name, fingerprint in prints.items()
            if name in wakes.entries or self._memory.may_try(name, fingerprint, now)
        ]
        if not wanted:
            return None
        if not self._answers():
            raise PrefectAwayError
        if any(item.name not in wanted for item in making):
            desk.plan(wanted, watched=False)
        from flows.publish import publish_from

        desk.making.begin(desk.outcome.to_make)
        return asyncio.run(publish_from(desk, watched=False))

    def _tend(self, desk: Desk, planned: Iterable[Planned]) -> bool:
        """Have Prefect's pages ask for what waits for a yes; whether that could be done."""
        if not desk.ledger.records.galleys():
            return True
        if not self._answers():
            return False
        from flows.asking import tend

        return asyncio.run(tend(desk, planned))

    def _whole(self) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
        """Names of the entries to plan (empty: all of them; None: there is none), and of those
        that are still being written."""
        whole: list[str] = []
        writing: list[str] = []
        for entry in sources.entries(self.content):
            quiet = all(watch.is_quiet(file, self._settle) for file in entry.files)
            (whole if quiet else writing).append(entry.name)
        if writing and not whole:
            return None, tuple(writing)
        return (tuple(whole) if writing else ()), tuple(writing)

    def _next(self, done: Pass) -> datetime | None:
        """The earliest moment at which there may be something to do."""
        now = self._clock()
        moments = [
            item.moment
            for item in done.outcome.planned
            if item.state is State.SCHEDULED and item.moment
        ]
        moments += self._memory.moments()
        if done.writing:
            moments.append(now + timedelta(seconds=UNTIL_WHOLE))
        return min((m for m in moments if m > now), default=None)

    def _open_press(self) -> ProcessPoolExecutor:
        """The warm pool; a new one where a worker's death has broken it."""
        from flows.press import open_press, warm

        if self._press:
            with suppress(BrokenProcessPool):
                self._press.submit(warm)
                return self._press
            self._press.shutdown(wait=False)
        self._press = open_press()
        return self._press

    def _glance(self) -> object:
        """Names, sizes and times of the content folder and the ledger; None where the ledger
        lies elsewhere, and cannot be glanced at."""
        if not Store(self.output).ledger_url.startswith("sqlite:"):
            return None
        ledger = self.output / sources.LEDGER
        return watch.glance(self.content), watch.glance(ledger), watch.glance(f"{ledger}-wal")
