"""The desk: what one run has in hand, and the acts that its tasks perform.

It opens the ledger and the press and keeps what was read and what is being rendered; the sequence
of the acts is the flow's, in :mod:`flows.publish`.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from flows import approval, plan
from flows.edition import Edition
from flows.failures import explain
from flows.house import House, read_house
from flows.ledger import COMMITTING, CORRECTED, Fact, Galley, Ledger, agreed, lock_number
from flows.manifest import imprint_from, read_manifest
from flows.manuscript import Manuscript
from flows.plan import Circumstances, Planned, State, Surveyed, Understood
from flows.rendition import Imprint
from flows.store import Store
from flows.targets import file as tree
from flows.words import catalogue

if TYPE_CHECKING:
    from flows.press import Made
    from flows.proof import Proof
    from flows.release import Recovered, Staged


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

    @property
    def due(self) -> tuple[Planned, ...]:
        return tuple(item for item in self.planned if item.state is State.DUE)

    @property
    def to_make(self) -> tuple[Planned, ...]:
        """What is rendered and proved: what goes out, and what a person is to be asked about."""
        return (*self.due, *self.to_ask)


#: Renderings that one run waits for at a time, each on a connection of its own.
WAITING = 8


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """One run on one content and one output folder. Use it as a context manager."""

    def __init__(
        self,
        content: Path,
        output: Path,
        clock: Callable[[], datetime] = _utc_now,
        press: ProcessPoolExecutor | None = None,
    ) -> None:
        """``press``: a pool that outlives this run; it is used, and not closed."""
        self.content, self.output, self.clock = content, output, clock
        self.house: House = read_house(content)
        self.store = Store(output, self.house.trial)
        self.outcome = Outcome()
        #: Told how many renderings are done, of how many.
        self.reached: Callable[[int, int], None] = lambda _done, _total: None
        self._done = 0
        self._stack = ExitStack()
        self._press = self._lent_press = press
        self._settled: dict[Surveyed, Planned | None] = {}
        self._understood: dict[Surveyed, Understood] = {}
        self._making: dict[tuple[str, str], Future[Made]] = {}
        self._moments: dict[str, datetime] = {}

    def __enter__(self) -> Self:
        self.output.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for future in self._making.values():
            future.cancel()
        self._stack.close()

    @cached_property
    def ledger(self) -> Ledger:
        ledger = Ledger(self.store.ledger_url, trial=self.house.trial)
        self._stack.callback(ledger.close)
        return ledger

    @cached_property
    def staging(self) -> Path:
        return self._stack.enter_context(self.store.staging())

    @property
    def press(self) -> ProcessPoolExecutor:
        """The pool of workers, opened at the first call, and again after :meth:`give_up`."""
        from flows.press import open_press

        if self._press is None:
            self._press = open_press()
            self._stack.callback(self._close_press)
        return self._press

    def _close_press(self) -> None:
        if self._press and self._press is not self._lent_press:
            self._press.shutdown(wait=True, cancel_futures=True)
        self._press = None

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Held by the one run, of all machines that share the ledger, that changes the site."""
        with self.store.committing(), self.ledger.database.locked(COMMITTING):
            yield

    # ------------------------------------------------------------------------------- planning

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
            approved=lambda entry, content: approval.names(
                records.approvals(entry), content, self.house, self.secret
            ),
            seen=lambda entry: records.seen(entry, now),
        )

    @cached_property
    def secret(self) -> bytes:
        return approval.secret_of(self.output)

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

    # ------------------------------------------------------------------------------ producing

    def read(self, item: Planned) -> Manuscript:
        """What the reader makes of an entry; the plan's reading, if there was one."""
        if known := self._understood.get(item.surveyed):
            return known.manuscript
        return plan.read_entry(item.surveyed.entry, self.content)

    def edit(self, item: Planned, manuscript: Manuscript) -> Understood:
        """What editing makes of a manuscript; kept for the proof."""
        if item.surveyed not in self._understood:
            self._understood[item.surveyed] = plan.edit_manuscript(manuscript, self.house)
        return self._understood[item.surveyed]

    def imprint(self, item: Planned) -> Imprint:
        """The imprint that a planned edition will bear."""
        from flows import release

        fact = item.surveyed.fact
        if fact is None or self.house.trial:
            moment = self._moment_of(item)
            return release.imprint_of(item.edition, self.house, item.revision, moment)
        former = imprint_from(read_manifest(self.store.release(fact.slug, fact.revision)))
        note = item.surveyed.note
        return release.imprint_after(former, item.revision, note, self._moment_of(item))

    def _moment_of(self, item: Planned) -> datetime:
        """The moment that an imprint bears: this run's, or where renderings are shared, that of
        whichever run came first to this state of the edition, for the same bytes."""
        if not self.house.storage.depot:
            return self._moment
        slug = item.edition.slug
        if slug not in self._moments:
            content = approval.content_of(
                item.edition, self.house, item.revision, item.surveyed.note
            )
            what = hashlib.sha256(f"{content}/{item.state}".encode()).hexdigest()
            self._moments[slug] = agreed(self.ledger.database, what, self._moment)
        return self._moments[slug]

    @cached_property
    def _moment(self) -> datetime:
        return self.clock()

    def warm_up(self) -> None:
        """Start the press before there is work for it, and do not wait: loading it takes as long
        as reading an edition does."""
        from flows.press import warm

        pool = self.press
        starting = threading.Thread(target=lambda: [pool.submit(warm) for _ in range(2)])
        starting.start()
        self._stack.callback(starting.join)

    def begin(self, items: Iterable[Planned]) -> None:
        """Start rendering before there is anyone to wait for it."""
        from flows import channels

        for item in items:
            for channel in channels.found():
                self.making(item, channel)

    def making(self, item: Planned, channel: str) -> Future[Made]:
        """The rendering of one channel of one edition, started if it is not under way."""
        key = (item.edition.slug, channel)
        if key not in self._making:
            self._making[key] = self._start(channel, item.edition, self.imprint(item))
        return self._making[key]

    def _start(self, channel: str, edition: Edition, imprint: Imprint) -> Future[Made]:
        from flows.press import make

        pool, url = self.press, self.house.storage.depot

        def render() -> Future[Made]:
            return pool.submit(make, channel, edition, imprint, self.house)

        if not url:
            return render()
        from flows import depot

        key = depot.key_of(channel, edition, imprint, self.house)
        alone = self.ledger.database.locked(lock_number(f"make/{key}"))
        return self._threads.submit(depot.shared, depot.open_depot(url), key, alone, render)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Those that wait for what another machine is rendering."""
        pool = ThreadPoolExecutor(WAITING)
        self._stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        return pool

    def made(self) -> None:
        """Count one more rendering as done."""
        from flows import channels

        self._done += 1
        self.reached(self._done, len(self.outcome.to_make) * len(channels.found()))

    def give_up(self, item: Planned, channel: str) -> None:
        """Forget a rendering whose process died, and the pool that it broke."""
        self._making.pop((item.edition.slug, channel), None)
        self._close_press()

    def prove(self, item: Planned, made: Sequence[Made]) -> Proof:
        """All the evidence for one edition: source, each channel, and the links between them."""
        from flows import proof

        understood = self._understood[item.surveyed]
        edited = understood.as_edited()
        renditions = [m.rendition for m in made]
        return proof.Proof(
            (
                *proof.prove_source(understood.manuscript, edited),
                *(check for m in made for check in m.checks),
                *proof.prove_links(item.edition, self.imprint(item), self.house, renditions),
            )
        )

    def file_proof(self, item: Planned, evidence: Proof) -> dict[str, bytes]:
        """Write the report of a proof where the editor finds it, held or not; its files."""
        from flows import proof
        from flows.targets.file import write

        files = {
            "proof.json": proof.to_json(evidence),
            "proof.html": proof.report(
                item.edition, self.imprint(item), self.house, evidence, self.house.language
            ),
        }
        folder = self.store.proof(item.edition.slug, item.revision)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write(folder / name, data)
        return files

    # ------------------------------------------------------------------------------- releasing

    def stage(self, item: Planned, made: Sequence[Made], evidence: Mapping[str, bytes]) -> Staged:
        """Write a proved edition into this run's staging."""
        from flows import release

        for channel in [m.rendition.channel for m in made]:
            self._making.pop((item.edition.slug, channel), None)
        return release.stage(
            self.staging,
            (item.surveyed.entry, self.content, item.surveyed.fingerprint),
            item.edition,
            self.imprint(item),
            self.house,
            [m.rendition for m in made],
            evidence,
            Counter(str(f.severity) for f in self._understood[item.surveyed].findings),
            item.surveyed.turn,
            item.surveyed.asked.who if item.surveyed.asked else ", ".join(sorted(item.approved_by)),
        )

    def ask(
        self, item: Planned, evidence: Mapping[str, bytes], made: Sequence[Made] = ()
    ) -> Galley:
        """Keep a proved edition as what a person is asked about, once for each state of it, with
        the files that would go out."""
        from flows import galleys

        galley = Galley(
            entry=item.name,
            slug=item.edition.slug,
            revision=item.revision,
            title=item.edition.title,
            content=item.content,
            proof=hashlib.sha256(evidence["proof.json"]).hexdigest(),
        )
        galleys.keep(self.store, galley, self.house, evidence, [m.rendition for m in made])
        if self.ledger.records.record_galley(galley, self.clock()):
            self.outcome = replace(self.outcome, asking=(*self.outcome.asking, galley))
        galleys.sweep(self.store, self.ledger)
        return galley

    def ask_for_correction(self, surveyed: Surveyed, note: str, who: str) -> Fact:
        """Keep a person's wish that the source as it is now replaces what is public."""
        public = surveyed.fact
        assert public is not None
        with self.committing():  # so that no turn comes between the numbers and the record
            wish = replace(
                public,
                act=CORRECTED,
                fingerprint=surveyed.fingerprint,
                revision=self.ledger.last_revision(public.slug) + 1,
                turn=self.ledger.last_turn(public.slug) + 1,
                who=who,
                note=note,
                at=None,
            )
            return self.ledger.record("asked", [wish], self.clock())[0]

    def release(self, staged: Sequence[Staged]) -> list[Fact]:
        """Make everything staged public at one moment, unless another run was first."""
        from flows import release

        with self.committing():
            facts = release.publish(staged, self.store, self.ledger, self.house, self.clock())
        out = {(fact.slug, fact.turn) for fact in facts}
        for item in staged:
            mine = (item.fact.slug, item.fact.turn) in out
            if not mine and not self._says_the_same(item.fact):
                self.fail(item.fact.entry, self.overtaken(item.fact))
        self.outcome = replace(self.outcome, published=(*self.outcome.published, *facts))
        return facts

    def _says_the_same(self, fact: Fact) -> bool:
        out = self.ledger.edition(fact.slug)
        return out is not None and (out.act, out.fingerprint) == (fact.act, fact.fingerprint)

    def overtaken(self, fact: Fact) -> str:
        """The sentence for an act that came second."""
        return catalogue("cli", self.house.language)["overtaken"].format(slug=fact.slug)

    # ------------------------------------------------------------------------------ delivering

    def undelivered(self) -> tuple[str, ...]:
        """The targets that have not got the newest turn; a trial goes nowhere."""
        if self.house.trial or not (targets := self.house.targets.all):
            return ()
        position, records = self.ledger.position(), self.ledger.records
        return tuple(t for t in targets if records.delivered_to(t) < position)

    def deliver(self, target: str) -> None:
        """Bring a target to what is public now. Raises ``TargetError``; nothing is noted then."""
        from flows import targets

        lock = self.ledger.database.locked(lock_number(f"deliver/{target}"))
        with self.store.delivering(target), lock:
            position = self.ledger.position()
            if self.ledger.records.delivered_to(target) >= position:
                return
            root = tree.current(self.store.site)
            assert root is not None
            if target in self.house.targets.hubs:
                targets.ping(target, self.house.url("feed.xml"))
            else:
                targets.push(root, target, position)
            self.ledger.records.delivered(target, position, self.clock())
        self.outcome = replace(self.outcome, delivered=(*self.outcome.delivered, target))

    def deliver_all(self) -> None:
        """Bring every target up to date, for an act that needs no run."""
        for target in self.undelivered():
            try:
                self.deliver(target)
            except Exception as error:
                self.fail(target, explain(error) or f"{type(error).__name__}: {error}")

    def refuse(self, name: str, evidence: Proof) -> None:
        """Note that an edition's proof does not hold."""
        self.outcome = replace(self.outcome, refused=(*self.outcome.refused, (name, evidence)))

    def fail(self, name: str, why: str) -> None:
        """Note that an edition could not be published, in words for whoever can act on it."""
        self.outcome = replace(self.outcome, failed=(*self.outcome.failed, (name, why)))
