"""What is due: the content folder held against the ledger, before anything heavy is loaded.

:func:`survey` compares fingerprints only, and costs milliseconds; :func:`decide` judges an entry
that is new or has changed, once it has been read and edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

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
    REFUSED = "refused"
    PENDING = "pending correction"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """An entry, its fingerprint, and what the ledger knows of it (None: nothing)."""

    entry: Entry
    fingerprint: str
    fact: Fact | None = None

    @property
    def is_unchanged(self) -> bool:
        return self.fact is not None and self.fact.fingerprint == self.fingerprint


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
    """An entry with its state. ``understood`` is None where nothing had to be read."""

    surveyed: Surveyed
    state: State
    understood: Understood | None = None

    @property
    def name(self) -> str:
        return self.surveyed.entry.name

    @property
    def edition(self) -> Edition:
        assert self.understood is not None
        assert self.understood.edition is not None
        return self.understood.edition

    @property
    def revision(self) -> int:
        return self.surveyed.fact.revision + 1 if self.surveyed.fact else 1


def survey(content: Path, ledger: Ledger, only: Iterable[str] = ()) -> tuple[Surveyed, ...]:
    """Every entry of the content folder, or those named, with what the ledger knows of it."""
    known = ledger.known()
    wanted = set(only)
    return tuple(
        Surveyed(entry, fingerprint(entry), known.get(entry.name))
        for entry in entries(content)
        if not wanted or entry.name in wanted
    )


def settled(surveyed: Surveyed, house: House) -> Planned | None:
    """The plan for an entry that need not be read to be judged, or None.

    A changed source of a published edition is a pending correction, never a silent one; a trial
    is there for trying, and takes it as it is.
    """
    if surveyed.is_unchanged:
        return Planned(surveyed, State.PUBLISHED)
    if surveyed.fact and not house.trial:
        return Planned(surveyed, State.PENDING)
    return None


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


def decide(
    understood: Mapping[Surveyed, Understood],
    owner_of: Callable[[str], str | None],
    content: Path,
    house: House,
    now: datetime,
    *,
    watched: bool,
) -> tuple[Planned, ...]:
    """Judge entries that were read, in their order.

    ``owner_of`` gives the entry that has published under a slug, or None; ``watched``: a person
    sees the doubts, and they do not hold an edition back.
    """
    owners: dict[str, str] = {}
    planned = []
    for surveyed, what in understood.items():
        if what.edition:
            slug, name = what.edition.slug, surveyed.entry.name
            owner = owners.setdefault(slug, owner_of(slug) or name)
            what = what if owner == name else _without_slug(what, name, slug, owner, content)
        planned.append(Planned(surveyed, _state(what, house, now, watched=watched), what))
    return tuple(planned)


def _without_slug(what: Understood, name: str, slug: str, owner: str, content: Path) -> Understood:
    values = (("slug", slug), ("other", owner), ("name", name))
    rule = "slug-taken" if (content / owner).exists() else "source-renamed"
    taken = Finding(rule, Severity.ERROR, Place(name), values)
    return replace(what, edition=None, findings=(*what.findings, taken))


def _state(what: Understood, house: House, now: datetime, *, watched: bool) -> State:
    if what.edition is None:
        return State.REFUSED
    if what.edition.publish_at and what.edition.publish_at > now:
        return State.SCHEDULED
    waived = house.rules.waive | what.edition.waive
    doubts = [f for f in what.findings if f.severity is Severity.DOUBT and f.rule not in waived]
    if doubts and not watched:
        return State.HELD
    return State.DUE
