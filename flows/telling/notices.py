"""What people are to be told of a run: in plain text, in the house's language.

Pure: where it goes, and what has been said already, is for :mod:`flows.telling.notify`. Where
nothing happened there is nothing to say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from itertools import groupby
from typing import Literal

from flows.desk import Outcome
from flows.edition import Finding, Severity
from flows.house import House
from flows.ledger import Fact, Galley
from flows.plan import Planned, State
from flows.words import catalogue, local_day, long_date, say

Kind = Literal["refused", "waiting", "published", "failed", "late"]
#: Findings of one edition that a notice tells in words; of the others it gives the number.
FINDINGS = 3
#: Notices of one kind that are written out in one message.
TOGETHER = 20
#: A title is one line, whatever a file is called: no mail has two.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say. ``key`` is the same for the same thing, so that it is said once; ``to``
    is the only person it is for, or empty: it is for all."""

    kind: Kind
    key: str
    title: str
    body: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: one notice, or all of one kind. ``keys`` are those of its notices."""

    title: str
    body: str
    keys: tuple[str, ...]


def notices(
    outcome: Outcome, house: House, link: Callable[[Galley, str], str], day: date
) -> tuple[Notice, ...]:
    """Everything that there is to say of an outcome. ``link`` gives the address of the page of
    approval for a galley, of one person or (empty) of anybody; ``day`` is the house's today: what
    fails is told of once a day."""
    words = catalogue("notices", house.language)
    planned = {item.name: item for item in outcome.planned}
    found = [
        *(_published(fact, house, words) for fact in outcome.published),
        *(n for galley in outcome.asking for n in _waiting(galley, planned, house, link, words)),
        *(_refused(i, house, words) for i in planned.values() if i.state is State.REFUSED),
        *_disproved(outcome, planned, house, words),
        *(_late(i, house, words) for i in planned.values() if i.state is State.LATE),
        *(_failed(name, why, day, words) for name, why in outcome.failed),
        *_unmailed(outcome, day, words),
    ]
    wanted = [notice for notice in found if notice.kind in house.notify.when]
    if house.trial:  # which has numbers of its own
        wanted = [replace(notice, key=f"trial/{notice.key}") for notice in wanted]
    return tuple(wanted)


def messages(told: Iterable[Notice], house: House) -> tuple[Message, ...]:
    """The notices of one kind as one message: an archive of two hundred is not two hundred."""
    words = catalogue("notices", house.language)
    by_kind = groupby(sorted(told, key=lambda n: n.kind), key=lambda n: n.kind)
    return tuple(_message(kind, tuple(group), house, words) for kind, group in by_kind)


def _message(kind: str, told: Sequence[Notice], house: House, words: Mapping[str, str]) -> Message:
    keys = tuple(notice.key for notice in told)
    signed = f"\n\n— {house.name}"
    if len(told) == 1:
        return Message(one_line(told[0].title), told[0].body + signed, keys)
    parts = [f"{one_line(notice.title)}\n{notice.body}" for notice in told[:TOGETHER]]
    if len(told) > TOGETHER:
        parts.append(words["more"].format(n=len(told) - TOGETHER))
    return Message(words[f"{kind}_many"].format(n=len(told)), "\n\n".join(parts) + signed, keys)


def one_line(title: str) -> str:
    """A title without a line break or another control character."""
    return _BREAKS.sub(" ", title)


def _published(fact: Fact, house: House, words: Mapping[str, str]) -> Notice:
    act = fact.act.replace(" ", "_")
    lines = (
        words["revision"].format(revision=fact.revision),
        fact.note,
        f"{house.url(fact.path)}/",
    )
    title = words[f"{act}_title"].format(title=fact.title)
    return Notice("published", f"published/{fact.slug}/{fact.turn}", title, _text(lines))


def _waiting(
    galley: Galley,
    planned: Mapping[str, Planned],
    house: House,
    link: Callable[[Galley, str], str],
    words: Mapping[str, str],
) -> Iterator[Notice]:
    """One notice for all, and one for each person whom the house names."""
    item = planned.get(galley.entry)
    title = words["waiting_title"].format(title=galley.title)
    for who in ("", *house.approval.by):
        lines = (
            words["waiting"].format(title=galley.title, entry=galley.entry),
            _doubts(item, house, words),
            words["approve_yours" if who else "approve"].format(link=link(galley, who)),
        )
        key = f"waiting/{galley.entry}/{galley.content}" + (f"/{who}" if who else "")
        yield Notice("waiting", key, title, _text(lines), to=who)


def _doubts(item: Planned | None, house: House, words: Mapping[str, str]) -> str:
    if item is None or item.understood is None:
        return ""
    waived = house.rules.waive | item.edition.waive
    doubts = [
        f for f in item.understood.findings if f.severity is Severity.DOUBT and f.rule not in waived
    ]
    if not doubts:
        return words["no_doubt"]
    head = words["doubt" if len(doubts) == 1 else "doubts"].format(n=len(doubts))
    return f"{head}\n{_listed(doubts, house, words)}"


def _refused(item: Planned, house: House, words: Mapping[str, str]) -> Notice:
    findings = item.understood.findings if item.understood else ()
    errors = [f for f in findings if f.severity is Severity.ERROR]
    lines = (
        words["refused"].format(entry=item.name),
        _listed(errors, house, words),
        words["check"].format(entry=item.name),
    )
    return Notice(
        "refused",
        f"refused/{item.name}/{item.surveyed.fingerprint}",
        words["refused_title"].format(entry=item.name),
        _text(lines),
    )


def _disproved(
    outcome: Outcome, planned: Mapping[str, Planned], house: House, words: Mapping[str, str]
) -> Iterator[Notice]:
    """What was rendered and does not hold; the feed too, which has no entry of its own."""
    for name, proof in outcome.refused:
        faults = [check.fault for check in proof.checks if check.fault]
        item, report = planned.get(name), ""
        state = _short("\n".join(f"{f.rule} {f.values}" for f in faults))
        if item is not None:
            label = f"{'trial-' if house.trial else ''}{item.revision}"
            report = words["report"].format(path=f"proofs/{item.edition.slug}/{label}/proof.html")
            state = item.surveyed.fingerprint
        lines = (words["disproved"].format(entry=name), _listed(faults, house, words), report)
        title = words["refused_title"].format(entry=name)
        yield Notice("refused", f"refused/{name}/{state}", title, _text(lines))


def _late(item: Planned, house: House, words: Mapping[str, str]) -> Notice:
    assert item.moment is not None
    when = words["when"].format(
        day=long_date(local_day(item.moment, house.timezone), house.language),
        time=f"{item.moment.astimezone(house.zone):%H:%M}",
    )
    title = item.edition.title
    lines = (
        words["late"].format(title=title, when=when, hours=house.schedule.late_hours),
        words["publish"].format(entry=item.name),
    )
    key = f"late/{item.name}/{item.moment.astimezone(UTC).isoformat()}"
    return Notice("late", key, words["late_title"].format(title=title), _text(lines))


def _failed(name: str, why: str, day: date, words: Mapping[str, str]) -> Notice:
    key = f"failed/{day.isoformat()}/{name}/{_short(why)}"
    return Notice(
        "failed", key, words["failed_title"].format(entry=name), _text((why, words["status"]))
    )


def _unmailed(outcome: Outcome, day: date, words: Mapping[str, str]) -> Iterator[Notice]:
    """Lists that were not mailed, and mailings in which somebody waits or is unknown."""
    for name, why in outcome.unmailed:
        key = f"failed/{day.isoformat()}/mail/{name}/{_short(why)}"
        yield Notice("failed", key, words["unmailed_title"].format(list=name), why)
    for mailed in outcome.mailed:
        if not mailed.is_open:
            continue
        counts, due = mailed.progress.counts, mailed.due
        values = {"title": due.title, "slug": due.slug, "list": due.to.name}
        lines = (
            words["mail_waits"].format(n=counts["queued"], **values) if counts["queued"] else "",
            words["mail_unknown"].format(n=counts["unknown"], **values)
            if counts["unknown"]
            else "",
        )
        key = f"failed/{day.isoformat()}/mail/{due.key}/{_short(str(sorted(counts.items())))}"
        yield Notice("failed", key, words["mail_open_title"].format(**values), _text(lines))


def _listed(findings: Sequence[Finding], house: House, words: Mapping[str, str]) -> str:
    lines = [f"- {say(finding, house.language)[0]}" for finding in findings[:FINDINGS]]
    if len(findings) > FINDINGS:
        lines.append(words["more"].format(n=len(findings) - FINDINGS))
    return "\n".join(lines)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
