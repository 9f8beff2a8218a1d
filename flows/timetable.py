"""What comes when: editions at their moments, those that wait, and the slots with nothing in them.

Pure: the plan, the house and a moment go in. :mod:`flows.command.agenda` shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from flows.clocks import local_moment, next_slot, slots_after
from flows.edition import Severity
from flows.house import House
from flows.plan import Planned, State
from flows.words import issue_title

#: States of what has gone its way.
_DONE = frozenset(("published", "withdrawn"))
#: The most empty slots of a day that are listed one by one.
LISTED = 4


class Kind(StrEnum):
    """What happens. WAITING has no moment: it is somebody's turn."""

    DUE = "due"
    EMBARGO = "embargo"
    SLOT = "slot"
    EMPTY = "empty"
    EMPTY_DAY = "empty day"
    DIGEST = "digest"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing to come. ``at`` is in UTC, or None; ``rules`` are the doubts that would hold the
    edition, or the errors that refuse it; ``path`` is its address below the house's. An empty slot
    has neither entry nor state; an EMPTY_DAY is the first of many slots of one day. Of a DIGEST,
    ``entry`` is its name."""

    at: datetime | None
    kind: Kind
    entry: str = ""
    title: str = ""
    state: State | None = None
    rules: tuple[str, ...] = ()
    slug: str = ""
    path: str = ""


def coming(
    planned: Sequence[Planned], house: House, now: datetime, weeks: int = 6
) -> tuple[Coming, ...]:
    """What comes from ``now`` on, in the order of its moments, then what waits for somebody.

    Editions without a moment of their own go out together in the house's next slot; without slots
    they are due now.
    """
    until = now + timedelta(weeks=weeks)
    there = [_of(item, house, now) for item in planned if item.state not in _DONE]
    taken = {c.at for c in there if c.at}
    moments = [c for c in there if c.at and c.at < until]
    moments += _empty(house, now, until, taken)
    moments += _digests(house, now, until)
    moments.sort(key=lambda c: (c.at or now, c.entry))
    return (*moments, *(c for c in there if c.at is None))


def _of(item: Planned, house: House, now: datetime) -> Coming:
    fact = item.surveyed.fact
    edition = item.understood.edition if item.understood else None
    kind, at = _when(item, now)
    day = (edition.date if edition else None) or (at or now).astimezone(house.zone).date()
    slug = edition.slug if edition else (fact.slug if fact else "")
    return Coming(
        at=at,
        kind=kind,
        entry=item.name,
        title=edition.title if edition else (fact.title if fact else ""),
        state=item.state,
        rules=_rules(item),
        slug=slug,
        path=fact.path if fact else (f"{day.year}/{slug}" if slug else ""),
    )


def _when(item: Planned, now: datetime) -> tuple[Kind, datetime | None]:
    if item.state is State.DUE:
        return Kind.DUE, now.astimezone(UTC)
    if item.state is not State.SCHEDULED or item.moment is None:
        return Kind.WAITING, None
    is_embargo = item.moment == item.edition.publish_at
    return Kind.EMBARGO if is_embargo else Kind.SLOT, item.moment.astimezone(UTC)


def _rules(item: Planned) -> tuple[str, ...]:
    """The rules whose findings stand in the way, each once, in the order of the source."""
    if item.understood is None:
        return ()
    gravest = Severity.ERROR if item.state is State.REFUSED else Severity.DOUBT
    found = (f.rule for f in item.understood.findings if f.severity is gravest)
    return tuple(dict.fromkeys(found))


def _digests(house: House, now: datetime, until: datetime) -> Iterator[Coming]:
    for digest in house.digests:
        for at in slots_after(digest.slots, house.zone, now):
            if at >= until:
                break
            title = issue_title(digest.title, at, house)
            yield Coming(at, Kind.DIGEST, digest.name, title)


def _empty(house: House, now: datetime, until: datetime, taken: Set[datetime]) -> Iterator[Coming]:
    """The slots that no edition goes out in, a day with many of them as one."""
    slots, zone = house.schedule.slots, house.zone
    after = now
    while (first := next_slot(slots, zone, after)) and first < until:
        morrow = first.astimezone(zone).date() + timedelta(days=1)
        midnight = local_moment(datetime.combine(morrow, time()), zone)[0].astimezone(UTC)
        found = list(islice(slots_after(slots, zone, after), LISTED + 1))
        today = [at for at in found if at < min(midnight, until)]
        free = [at for at in today if at not in taken]
        if len(today) <= LISTED:
            yield from (Coming(at, Kind.EMPTY) for at in free)
        else:
            yield from (Coming(at, Kind.EMPTY_DAY) for at in free[:1])
        after = midnight - timedelta(microseconds=1)
