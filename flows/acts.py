"""What is done to an edition that is out: withdraw it, or go back to a former revision.

Both are turns like a publication, and go public by the same swap. A correction renders something
new, and so is a publication that was asked for: see :mod:`flows.plan`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flows import release, shelf, site
from flows.house import House
from flows.ledger import ROLLED_BACK, WITHDRAWN, Fact, Ledger
from flows.manifest import imprint_from, read_manifest, tombstone_manifest
from flows.release import Staged
from flows.store import Store
from flows.targets import file as tree


class ImpossibleActError(Exception):
    """What was asked cannot be done to this edition; the message says why, and what can be."""

    def __init__(self, rule: str, **values: object) -> None:
        super().__init__(rule)
        self.rule, self.values = rule, values


def withdrawal(
    slug: str, reason: str, who: str, store: Store, ledger: Ledger, house: House, now: datetime,
    staging: Path,
) -> Staged:  # fmt: skip
    """A tombstone in the place of an edition, staged."""
    public = _public(slug, ledger)
    if public.is_withdrawn:
        raise ImpossibleActError("withdrawn_already", slug=slug)
    former = imprint_from(read_manifest(store.release(slug, public.revision)))
    revision = max(ledger.last_revision(slug), public.revision) + 1
    imprint = release.imprint_after(former, revision, reason, now)
    line = site.line_of(replace(public, updated=imprint.updated))
    draft = staging / slug
    files = shelf.tombstone(line, imprint, house)
    for file in files:
        (draft / file.path).parent.mkdir(parents=True, exist_ok=True)
        tree.write(draft / file.path, file.data)
    fact = replace(
        public,
        act=WITHDRAWN,
        revision=imprint.revision,
        updated=imprint.updated,
        turn=public.turn + 1,  # of what was judged here; if that is over, the act is overtaken
        who=who,
        note=reason,
        at=None,
    )
    return release.sealed(draft, tombstone_manifest(line, imprint, house, files), fact)


def rollback(slug: str, revision: int | None, note: str, who: str, ledger: Ledger) -> Staged:
    """A former revision, by default the one that was public before, as it was, byte for byte."""
    public = _public(slug, ledger)
    history = [fact for fact in ledger.history(slug) if not fact.is_withdrawn]
    shown = {fact.revision: fact for fact in history}
    if revision is None:
        revision = _before(public, history)
        if revision is None:
            raise ImpossibleActError("nothing_before", slug=slug)
    if revision not in shown:
        known = ", ".join(str(number) for number in sorted(shown))
        raise ImpossibleActError("no_such_revision", slug=slug, revision=revision, known=known)
    if revision == public.revision:
        raise ImpossibleActError("public_already", slug=slug, revision=revision)
    fact = replace(
        shown[revision], act=ROLLED_BACK, turn=public.turn + 1, who=who, note=note, at=None
    )
    return Staged(fact, None)


def _before(public: Fact, shown: Sequence[Fact]) -> int | None:
    """The revision that a rollback without a number goes back to: before a withdrawal, what was
    ``shown`` last; else the next older one."""
    if public.is_withdrawn:
        return shown[-1].revision if shown else None
    return max((f.revision for f in shown if f.revision < public.revision), default=None)


def _public(slug: str, ledger: Ledger) -> Fact:
    public = ledger.edition(slug)
    if public is None:
        raise ImpossibleActError("not_published", slug=slug)
    return public
