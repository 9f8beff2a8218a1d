"""What a proof is made of: checks, each of one thing about one file, with its figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.edition import Finding, Place, Severity


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a proofreader marks: which rule, on which page (from 0), where (left, bottom,
    right, top, in points), in which words. It is shown, and refuses nothing."""

    rule: str
    page: int
    box: tuple[float, float, float, float]
    words: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was proved, or not. ``subject`` is a file's path or "source"; ``figure``
    says how far it holds ("1 792/1 792"); ``fault`` stands where it does not; ``marks`` are what
    there is to look at on the pages."""

    id: str
    subject: str
    passed: bool
    figure: str
    fault: Finding | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence that a set of renditions says what the edition says, and is valid."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


def holds(id: str, subject: str, figure: str = "", marks: Iterable[Mark] = ()) -> Check:
    return Check(id, subject, passed=True, figure=figure, marks=tuple(marks))


def fails(
    id: str, subject: str, figure: str, rule: str, place: Place | None = None, **values: str
) -> Check:
    """A check that failed, with its finding; ``file`` is among the finding's values."""
    named = tuple(sorted({"file": subject, **values}.items()))
    fault = Finding(rule, Severity.ERROR, place or Place(subject), named)
    return Check(id, subject, passed=False, figure=figure, fault=fault)


def share(found: int, due: int) -> str:
    """``1 790/1 792``, thousands parted by U+202F."""
    return f"{found:,}/{due:,}".replace(",", "\u202f")
