"""What is due: the content folder held against the ledger, before anything heavy is loaded.

:func:`survey` compares fingerprints only, and costs milliseconds; :func:`decide` judges an entry
that is new or has changed, once it has been read and edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from flows.approval.codes import content_of
from flows.clocks import next_slot
from flows.edition import Change, Edited, Edition, Finding, Place, Severity
from flows.house import House
from flows.manuscript import Manuscript
from flows.sources import Entry, entries, fingerprint

if TYPE_CHECKING:
    from flows.ledger import Fact, Ledger


class State(StrEnum):
    """Where an entry stands. Only what is DUE goes out."""

    DUE = "due"
    SCHEDULED = "scheduled"
    HELD = "held"
    WAITING = "waiting for approval"
    LATE = "late"
    REFUSED = "refused"
    PENDING = "pending correction"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


#: Where an edition waits for a person's yes, and is proved so that there is something to look at.
ASKING = frozenset((State.HELD, State.WAITING))


@dataclass(frozen=True, slots=True)
class Surveyed:
    """An entry, its fingerprint, and what the ledger knows of it: what is public, and the
    correction that a person asked for of the source as it is now (None: nothing)."""

    entry: Entry
    fingerprint: str
    fact: Fact | None = None
    asked: Fact | None = None

    @property
    def is_unchanged(self) -> bool:
        return self.fact is not None and self.fact.fingerprint == self.fingerprint

    @property
    def revision(self) -> int:
        """The revision that it would be published as; of a correction, the one asked for."""
        if self.asked:
            return self.asked.revision
        return self.fact.revision + 1 if self.fact else 1

    @property
    def turn(self) -> int:
        """The turn that it would be, as planned: whoever was overtaken meanwhile is told."""
        return self.fact.turn + 1 if self.fact else 1

    @property
    def note(self) -> str:
        """What a correction says about itself."""
        return self.asked.note if self.asked else ""


@dataclass(frozen=True, slots=True)
class Understood:
    """What reading and editing made of an entry; ``edition`` is None where it is refused."""

    manuscript: Manuscript
    edition: Edition | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]

    @property
    def all_changes(self) -> tuple[Change, ...]:
        """What reading and editing did to the words, in that order."""
        return (*self.manuscript.changes, *self.changes)

    def as_edited(self) -> Edited:
        return Edited(self.edition, self.findings, self.changes)


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry with its state. ``understood`` is None where nothing had to be read; ``content``
    is the hash that a yes is bound to, where one is asked for; ``moment`` is when it is due."""

    surveyed: Surveyed
    state: State
    understood: Understood | None = None
    content: str = ""
    moment: datetime | None = None
    approved_by: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.surveyed.entry.name

    @property
    def reading(self) -> Understood:
        """What was understood of it: of all that is made, or that a person is asked about."""
        assert self.understood is not None
        return self.understood

    @property
    def edition(self) -> Edition:
        assert self.reading.edition is not None
        return self.reading.edition

    @property
    def revision(self) -> int:
        return self.surveyed.revision


def survey(content: Path, ledger: Ledger, only: Iterable[str] = ()) -> tuple[Surveyed, ...]:
    """Every entry of the content folder, or those named, with what the ledger knows of it."""
    known, asked = ledger.known(), ledger.asked()
    wanted = set(only)
    surveyed = []
    for entry in entries(content):
        if not wanted or entry.name in wanted:
            now = fingerprint(entry)
            wish = asked.get(entry.name)
            wish = wish if wish and wish.fingerprint == now else None
            surveyed.append(Surveyed(entry, now, known.get(entry.name), wish))
    return tuple(surveyed)


def settled(surveyed: Surveyed, house: House) -> Planned | None:
    """The plan for an entry that need not be read to be judged, or None.

    A changed source of a published edition is a pending correction, never a silent one; a trial
    is there for trying, and takes it as it is.
    """
    if surveyed.fact is None or surveyed.asked:
        return None
    if surveyed.fact.is_withdrawn:
        return Planned(surveyed, State.WITHDRAWN)
    if surveyed.is_unchanged:
        return Planned(surveyed, State.PUBLISHED)
    return None if house.trial else Planned(surveyed, State.PENDING)


def understand(entry: Entry, content: Path, house: House) -> Understood:
    """Read and edit one entry. Whatever happens stays with this entry: it never raises."""
    return edit_manuscript(read_entry(entry, content), house)


def read_entry(entry: Entry, content: Path) -> Manuscript:
    """The manuscript of an entry; a failure of the reader becomes a finding."""
    from flows import sources

    try:
        return sources.read(entry, content)
    except Exception as error:
        return Manuscript(entry.name, "", (), findings=(_failure(entry.name, error),))


def edit_manuscript(manuscript: Manuscript, house: House) -> Understood:
    """What editing makes of a manuscript, with the proof that no word of the source is lost."""
    from flows import editing, proof

    try:
        edited = editing.edit(manuscript, house)
        faults = [c.fault for c in proof.prove_source(manuscript, edited) if c.fault]
        edition = None if edited.refused() or faults else edited.edition
        findings = (*edited.findings, *faults)
        return Understood(manuscript, edition, findings, edited.changes)
    except Exception as error:
        findings = (*manuscript.findings, _failure(manuscript.file, error))
        return Understood(manuscript, None, findings, ())


def _failure(name: str, error: Exception) -> Finding:
    values = (("error", f"{type(error).__name__}: {error}"),)
    return Finding("unexpected-failure", Severity.ERROR, Place(name), values)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a judgement rests on beside the entry itself.

    ``watched``: a person sees the doubts, and they do not hold an edition back; ``named``: what
    that person asked for by name, which waits for no slot and is not too late. ``owner_of`` gives
    the entry that has published under a slug, or None; ``approved``: who said yes to a content of
    an entry; ``seen``: when an entry was first seen.
    """

    now: datetime
    owner_of: Callable[[str], str | None]
    watched: bool = True
    named: frozenset[str] = frozenset()
    approved: Callable[[str, str], frozenset[str]] = lambda _entry, _content: frozenset()
    seen: Callable[[str], datetime | None] = lambda _entry: None


def decide(
    understood: Mapping[Surveyed, Understood], content: Path, house: House, around: Circumstances
) -> tuple[Planned, ...]:
    """Judge entries that were read, in their order."""
    owners: dict[str, str] = {}
    planned = []
    for surveyed, what in understood.items():
        if what.edition:
            name = surveyed.entry.name
            what = _at_its_address(what, surveyed.fact, house)
            assert what.edition is not None
            slug = what.edition.slug
            owner = owners.setdefault(slug, around.owner_of(slug) or name)
            what = what if owner == name else _without_slug(what, name, slug, owner, content)
        planned.append(_judged(surveyed, what, house, around))
    return tuple(planned)


def _at_its_address(what: Understood, fact: Fact | None, house: House) -> Understood:
    """A correction keeps the address of its edition, whatever the title has become."""
    if fact is None or house.trial or what.edition is None:
        return what
    return replace(what, edition=replace(what.edition, slug=fact.slug))


def _without_slug(what: Understood, name: str, slug: str, owner: str, content: Path) -> Understood:
    values = (("slug", slug), ("other", owner), ("name", name))
    rule = "slug-taken" if (content / owner).exists() else "source-renamed"
    taken = Finding(rule, Severity.ERROR, Place(name), values)
    return replace(what, edition=None, findings=(*what.findings, taken))


def _judged(surveyed: Surveyed, what: Understood, house: House, around: Circumstances) -> Planned:
    if what.edition is None:
        return Planned(surveyed, State.REFUSED, what)
    name = surveyed.entry.name
    waived = house.rules.waive | what.edition.waive
    doubts = [f for f in what.findings if f.severity is Severity.DOUBT and f.rule not in waived]
    holds = bool(doubts) and not around.watched
    needed = house.approval.needed if house.approval.required or holds else 0
    bound = content_of(what.edition, house, surveyed.revision, surveyed.note) if needed else ""
    yes = around.approved(name, bound) if needed else frozenset[str]()
    moment = _moment(surveyed, what.edition, house, around)
    late = timedelta(hours=house.schedule.late_hours)
    if len(yes) < needed:
        state = State.WAITING if house.approval.required else State.HELD
    elif moment and moment > around.now:
        state = State.SCHEDULED
    elif moment and moment + late < around.now and name not in around.named:
        state = State.LATE
    else:
        state = State.DUE
    return Planned(surveyed, state, what, bound, moment, yes)


def _moment(
    surveyed: Surveyed, edition: Edition, house: House, around: Circumstances
) -> datetime | None:
    """When an edition is due: its own moment, or the slot after it was first seen; a correction
    waits for no slot."""
    name = surveyed.entry.name
    embargo = edition.publish_at
    if surveyed.asked:
        return embargo if embargo and embargo > around.now else None
    if embargo:
        return embargo
    if not house.schedule.slots or name in around.named:
        return None
    return next_slot(house.schedule.slots, house.zone, around.seen(name) or around.now)
