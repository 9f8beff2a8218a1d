"""What one pass of the newsroom leaves for the next: what was tried, and when it is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.desk import Outcome

#: Seconds until what failed is tried again: doubled each time, and never more than an hour.
FIRST_RETRY, LAST_RETRY = 5.0, 3600.0


@dataclass(frozen=True, slots=True)
class Tried:
    """A try that came to nothing: of what, how often, and when again; None: when it changes."""

    fingerprint: str
    times: int
    again: datetime | None


@dataclass(slots=True)
class Memory:
    """What was refused or failed, by entry or target."""

    tried: dict[str, Tried] = field(default_factory=dict)

    def may_try(self, name: str, fingerprint: str, now: datetime) -> bool:
        """Whether something is new, has changed since, or has waited long enough."""
        known = self.tried.get(name)
        if known is None or known.fingerprint != fingerprint:
            return True
        return known.again is not None and known.again <= now

    def learn(self, outcome: Outcome, now: datetime) -> None:
        """Keep what a pass came to."""
        prints = {item.name: item.surveyed.fingerprint for item in outcome.planned}
        for name in (*(fact.entry for fact in outcome.published), *outcome.delivered):
            self.tried.pop(name, None)
        for name, _proof in outcome.refused:
            self.tried[name] = Tried(prints.get(name, ""), 1, None)
        for name, _why in outcome.failed:
            known, fingerprint = self.tried.get(name), prints.get(name, "")
            times = known.times if known and known.fingerprint == fingerprint else 0
            wait = timedelta(seconds=min(FIRST_RETRY * 2**times, LAST_RETRY))
            self.tried[name] = Tried(fingerprint, times + 1, now + wait)

    def moments(self) -> Iterator[datetime]:
        """When what failed is tried again."""
        return (tried.again for tried in self.tried.values() if tried.again)

    def forget(self) -> None:
        """Try everything again: the house has changed."""
        self.tried.clear()
