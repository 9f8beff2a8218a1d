"""The digest: one letter about the editions that were first published between two moments.

An issue is known by the slot that ended it, so that it is sent once, and is the same each time that
it is made: what was withdrawn since is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.clocks import next_slot, slots_after
from flows.house import House
from flows.ledger import Fact, Ledger
from flows.lists import Digest
from flows.words import issue_title

#: A slot in a slug, in UTC, so that they sort by time.
_SLOT = "%Y%m%dT%H%M"
#: How far back two slots are looked for: in steps, as most digests come each month or week.
_BACK = (timedelta(days=70), timedelta(days=800))


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of a digest: the ``facts`` are its editions as they are public now, the newest
    first; ``end`` is the slot that it goes out in."""

    digest: Digest
    end: datetime
    title: str
    facts: tuple[Fact, ...]

    @property
    def slug(self) -> str:
        """What campaigns know it by; no edition has a slash in its own."""
        return f"{_room(self.digest)}{self.end:{_SLOT}}"


def issue(digest: Digest, ledger: Ledger, house: House, now: datetime) -> Issue | None:
    """The newest issue whose slot has come; None before the second slot of all, and where there
    was nothing to tell of."""
    span = _span(digest, house, now)
    if span is None:
        return None
    start, end = span
    room = _room(digest)
    if before := ledger.mailings.slug_before(f"{room}{end:{_SLOT}}", room):
        told_until = datetime.strptime(before.removeprefix(room), _SLOT).replace(tzinfo=UTC)
        start = max(start, told_until)  # where the slots were moved since, nothing is told twice
    return _issue(digest, ledger, house, start, end)


def coming(digest: Digest, ledger: Ledger, house: House, now: datetime) -> Issue | None:
    """What the next issue would tell of, if it went now: to be tried out."""
    span = _span(digest, house, now)
    end = next_slot(digest.slots, house.zone, now)
    start = span[1] if span else now - _BACK[0]
    return _issue(digest, ledger, house, start, end) if end else None


def _issue(
    digest: Digest, ledger: Ledger, house: House, start: datetime, end: datetime
) -> Issue | None:
    firsts = [f for f in ledger.first_published(start) if f.at and start < f.at <= end]
    public = [ledger.edition(fact.slug) for fact in reversed(firsts)]
    facts = tuple(fact for fact in public if fact and not fact.is_withdrawn)
    return Issue(digest, end, issue_title(digest.title, end, house), facts) if facts else None


def _room(digest: Digest) -> str:
    """What the slugs of a digest's issues begin with."""
    return f"digest/{digest.name}/"


def _span(digest: Digest, house: House, now: datetime) -> tuple[datetime, datetime] | None:
    """The two newest slots that have come."""
    for back in _BACK:
        passed: list[datetime] = []
        for moment in slots_after(digest.slots, house.zone, now - back):
            if moment > now:
                break
            passed = [*passed[-1:], moment]
        if len(passed) == 2:
            return passed[0], passed[1]
    return None
