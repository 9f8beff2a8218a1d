"""The desk: what one run has in hand: how each entry stands, what was read, what came of it.

What it makes, and what leaves it, are rooms of their own: :mod:`flows.making` and
:mod:`flows.outgoing`. The sequence is the flow's, in :mod:`flows.publish`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flows import plan
from flows.approval import codes
from flows.clocks import utc_now
from flows.ledger import Fact, Galley
from flows.making import Making
from flows.office import Office
from flows.plan import Circumstances, Planned, State, Surveyed, Understood

if TYPE_CHECKING:
    from flows.mailing.mailroom import Mailed
    from flows.proof import Proof
    from flows.release import Recovered


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: how each entry stands, what was published, whose proof does not hold."""

    planned: tuple[Planned, ...] = ()
    to_ask: tuple[Planned, ...] = ()
    published: tuple[Fact, ...] = ()
    refused: tuple[tuple[str, Proof], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    asking: tuple[Galley, ...] = ()
    delivered: tuple[str, ...] = ()
    recovered: tuple[Recovered, ...] = ()
    mailed: tuple[Mailed, ...] = ()
    unmailed: tuple[tuple[str, str], ...] = ()

    @property
    def due(self) -> tuple[Planned, ...]:
        return tuple(item for item in self.planned if item.state is State.DUE)

    @property
    def to_make(self) -> tuple[Planned, ...]:
        """What is rendered and proved: what goes out, and what a person is to be asked about."""
        return (*self.due, *self.to_ask)


class Desk(Office):
    """One run on one content and one output folder. Use it as a context manager."""

    def __init__(
        self,
        content: Path,
        output: Path,
        clock: Callable[[], datetime] = utc_now,
        press: ProcessPoolExecutor | None = None,
    ) -> None:
        super().__init__(content, output, clock, press)
        self.outcome = Outcome()
        #: Told how many renderings are done, of how many.
        self.reached: Callable[[int, int], None] = lambda _done, _total: None
        self._done = 0
        self._settled: dict[Surveyed, Planned | None] = {}
        self._understood: dict[Surveyed, Understood] = {}

    @cached_property
    def making(self) -> Making:
        """What is being rendered for this run."""
        making = Making(self)
        self.at_close(making.cancel)
        return making

    def recover(self) -> None:
        """Finish or undo what a killed run left behind; with nothing left, cost nothing."""
        lost = (self.output / "releases").is_dir() and self.ledger.knows_nothing()
        if not (lost or self.store.has_staging() or self.ledger.unfinished()):
            return
        from flows import release

        with self.committing():
            found = release.recover(self.store, self.ledger, self.house, self.clock())
        self.outcome = replace(self.outcome, recovered=tuple(found))

    def survey(self, only: Iterable[str] = ()) -> bool:
        """Hold the content folder against the ledger; whether anything has to be read."""
        for to in self.house.lists:  # what was out before a list was there does not go to it
            self.ledger.records.seen(to.sighting, self.clock())
        surveyed = plan.survey(self.content, self.ledger, only)
        self._settled = {s: plan.settled(s, self.house) for s in surveyed}
        return not all(self._settled.values())

    def plan(self, only: Iterable[str] = (), *, watched: bool) -> tuple[Planned, ...]:
        """How each entry stands; reads what is new, in the press where there is much of it."""
        self.survey(only)
        return self.judge(only, watched=watched)

    def judge(self, named: Iterable[str] = (), *, watched: bool) -> tuple[Planned, ...]:
        """How each entry that was surveyed stands; ``named``: what a person asked for by name."""
        unread = [s for s, settled in self._settled.items() if settled is None]
        self._understand([s for s in unread if s not in self._understood])
        understood = {s: self._understood[s] for s in unread}
        judged = plan.decide(
            understood, self.content, self.house, self._circumstances(named, watched=watched)
        )
        self._understood |= {item.surveyed: item.understood for item in judged if item.understood}
        planned = {s: p for s, p in self._settled.items() if p}
        planned |= {item.surveyed: item for item in judged}
        result = tuple(planned[s] for s in self._settled)
        self.outcome = replace(self.outcome, planned=result, to_ask=self._unasked(result))
        return result

    def _circumstances(self, named: Iterable[str], *, watched: bool) -> Circumstances:
        records, now = self.ledger.records, self.clock()
        return Circumstances(
            now=now,
            owner_of=self._owner_of,
            watched=watched,
            named=frozenset(named) if watched else frozenset(),
            approved=lambda entry, content: codes.names(
                records.approvals(entry), content, self.house, self.secret
            ),
            seen=lambda entry: records.seen(entry, now),
        )

    def _unasked(self, planned: Iterable[Planned]) -> tuple[Planned, ...]:
        """What waits for a yes and has not been proved for it yet, in its present state."""
        waiting = [item for item in planned if item.state in plan.ASKING]
        known = self.ledger.records.galleys() if waiting else {}
        return tuple(
            item
            for item in waiting
            if item.name not in known or known[item.name].content != item.content
        )

    def _owner_of(self, slug: str) -> str | None:
        fact = self.ledger.edition(slug)
        return fact.entry if fact else None

    def _understand(self, unread: Sequence[Surveyed]) -> None:
        if len(unread) < 4:
            results = [plan.understand(s.entry, self.content, self.house) for s in unread]
        else:
            futures = [
                self.press.submit(plan.understand, s.entry, self.content, self.house)
                for s in unread
            ]
            results = [future.result() for future in futures]
        self._understood |= dict(zip(unread, results, strict=True))

    def made(self) -> None:
        """Count one more rendering as done."""
        from flows import channels

        self._done += 1
        self.reached(self._done, len(self.outcome.to_make) * len(channels.found()))

    def refuse(self, name: str, evidence: Proof) -> None:
        """Note that an edition's proof does not hold."""
        self.outcome = replace(self.outcome, refused=(*self.outcome.refused, (name, evidence)))

    def fail(self, name: str, why: str) -> None:
        """Note that an edition could not be published, in words for whoever can act on it."""
        self.outcome = replace(self.outcome, failed=(*self.outcome.failed, (name, why)))
