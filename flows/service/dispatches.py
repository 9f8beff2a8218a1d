"""What a pass of the newsroom tells: events to Prefect, lines to the log, figures to metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from uuid import UUID

from flows import events
from flows.desk import Desk, Outcome
from flows.house import House
from flows.ledger import ROLLED_BACK, WITHDRAWN
from flows.plan import Planned, State
from flows.service.logs import Log
from flows.service.metrics import Metrics

#: Why a pass is made, beside what others say when they wake it.
DROP, LOOK, DUE, START = "drop", "minute", "due", "start"
_STANDING = {
    State.HELD: "waiting",
    State.WAITING: "waiting",
    State.LATE: "late",
    State.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class Wakes:
    """What has woken the newsroom since its last pass. ``settled``: when the first change of
    these settled (monotonic seconds), or None."""

    reasons: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    settled: float | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """What one look came to. ``writing``: entries that are not whole yet; ``next``: the moment
    at which something falls due, or is tried again; ``run``: Prefect's, if anything was due."""

    house: House
    outcome: Outcome
    writing: tuple[str, ...] = ()
    next: datetime | None = None
    run: UUID | None = None


class Dispatches:
    """Tells of one pass after the other; of what has not changed since, only once."""

    def __init__(self, log: Log, metrics: Metrics) -> None:
        self._log, self._metrics = log, metrics
        #: Where each entry stood when it was last told of; None before the first pass.
        self._told: dict[str, tuple[str, State]] | None = None
        #: Where the record of turns stood then.
        self._position: int | None = None

    def sources(self, planned: Iterable[Planned], wakes: Wakes) -> None:
        """What was dropped or changed, and where it stands if that is not where it stood."""
        told = self._told or {}
        stands = {item.name: (item.surveyed.fingerprint, item.state) for item in planned}
        for item in planned:
            if item.name in wakes.entries and DROP in wakes.reasons:
                is_new = self._told is not None and item.name not in told
                events.source("dropped" if is_new else "changed", item)
            if item.state in _STANDING and told.get(item.name) != stands[item.name]:
                events.standing(_STANDING[item.state], item)
                self._log.say(f"stands_{_STANDING[item.state]}", edition=item.name)
        self._told = told | stands

    def turns(self, desk: Desk) -> None:
        """What no run tells of: what a command beside this process withdrew or brought back, and
        what a killed run had begun and this process has finished."""
        ledger, position = desk.ledger, desk.ledger.position()
        since = ledger.since(position if self._position is None else self._position)
        facts = [fact for fact in since if fact.act in (WITHDRAWN, ROLLED_BACK)]
        finished = {found.slug for found in desk.outcome.recovered if found.done == "finished"}
        untold = sorted(finished - {fact.slug for fact in facts})
        facts += [fact for slug in untold if (fact := ledger.edition(slug))]
        for fact in facts:
            events.turn(fact, desk.house)
            self._metrics.acts.labels(fact.act).inc()
        self._position = position

    def passed(self, done: Pass | None, wakes: Wakes, seconds: float, now: datetime) -> None:
        """A pass that was made; None where a glance was enough. ``seconds``: what it took."""
        metrics = self._metrics
        metrics.success.set(now.timestamp())
        metrics.passes.labels("idle" if done is None or done.run is None else "published").inc()
        if done is None:
            return
        outcome, run = done.outcome, str(done.run or "")
        metrics.seconds.observe(seconds)
        for state in State:
            count = sum(item.state is state for item in outcome.planned)
            metrics.waiting.labels(str(state)).set(count)
        for found in outcome.recovered:
            self._log.say("recovered", edition=found.slug, what=self._log.words[found.done])
        for fact in outcome.published:
            metrics.acts.labels(fact.act).inc()
            self._log.say(
                "turned",
                edition=fact.slug,
                run=run,
                act=self._log.words[f"act_{events.act_of(fact)}"],
                title=fact.title,
                revision=fact.revision,
            )
        for name, _proof in outcome.refused:
            metrics.refused.inc()
            self._log.warn("refused", edition=name, run=run)
        for name, why in outcome.failed:
            metrics.failed.inc()
            self._log.warn("failed", edition=name, run=run, why=why)
        if outcome.published and wakes.settled is not None:
            metrics.live.observe(monotonic() - wakes.settled)
        if done.run:
            self._log.say(
                "looked",
                reasons=", ".join(sorted(wakes.reasons)),
                run=run,
                seconds=round(seconds, 2),
                published=len(outcome.published),
                due=len(outcome.due),
            )

    def failed(self, why: str, wait: float, *, is_news: bool) -> None:
        """A pass that could not be made; the next try is in ``wait`` seconds."""
        self._metrics.passes.labels("failed").inc()
        if is_news:
            self._log.warn("pass_failed", why=why, seconds=round(wait))
