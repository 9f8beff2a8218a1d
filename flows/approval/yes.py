"""Saying yes to a galley: who may, what it counts for, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flows.approval import codes
from flows.house import House
from flows.ledger import Galley, Ledger


class Result(StrEnum):
    """What became of a yes; the sentences stand in ``templates/approval`` under these names."""

    ACCEPTED = "accepted"
    ONE_MORE = "one_more"
    SAID_BEFORE = "said_before"
    CHANGED = "changed"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of ``who``'s yes; ``names`` said yes so far, ``needed`` of them it takes."""

    result: Result
    who: str
    names: tuple[str, ...] = ()
    needed: int = 1

    @property
    def is_yes(self) -> bool:
        """Whether this person's yes stands, from now or from before."""
        return self.result in (Result.ACCEPTED, Result.ONE_MORE, Result.SAID_BEFORE)


def say_yes(
    galley: Galley,
    content: str,
    who: str,
    way: str,
    ledger: Ledger,
    house: House,
    secret: bytes,
    now: datetime,
) -> Answer:
    """Keep ``who``'s yes to a galley, if it is to what the edition says now (``content``).

    Whoever calls has made sure that it is ``who``: by the code, or by a personal link.
    """
    needed = house.approval.needed
    if house.approval.by and who not in house.approval.by:
        return Answer(Result.NOT_ALLOWED, who, needed=needed)
    if galley.content != content:
        return Answer(Result.CHANGED, who, needed=needed)
    is_new = ledger.records.approve(codes.approval_of(galley, who, way, secret), now)
    said = codes.names(ledger.records.approvals(galley.entry), content, house, secret)
    if not is_new:
        result = Result.SAID_BEFORE
    else:
        result = Result.ACCEPTED if len(said) >= needed else Result.ONE_MORE
    return Answer(result, who, tuple(sorted(said)), needed)
