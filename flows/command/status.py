"""How editions stand, and what a run did, as a person reads it and as a program does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from flows import report
from flows.command import letters
from flows.command.tables import Cell, show_sentence, show_table
from flows.desk import Desk, Outcome
from flows.edition import Finding
from flows.ledger import Fact
from flows.manifest import read_manifest
from flows.plan import ASKING, Planned, State
from flows.words import catalogue, say


def rows(desk: Desk, planned: Sequence[Planned], language: str) -> list[dict[str, Any]]:
    """One row an edition: those of the content folder, then those whose source has gone."""
    listed = [_row(desk, item, language) for item in planned]
    known = desk.ledger.known()
    gone = sorted(set(known) - {item.name for item in planned})
    return listed + [_gone(desk, known[name]) for name in gone]


def _row(desk: Desk, item: Planned, language: str) -> dict[str, Any]:
    fact, what = item.surveyed.fact, item.understood
    edition = what.edition if what else None
    findings = what.findings if what else ()
    counts = Counter(str(f.severity) for f in findings) if what else _released(desk, fact)
    when = item.moment if item.state is State.SCHEDULED else None
    return {
        "entry": item.name,
        "title": edition.title if edition else (fact.title if fact else None),
        "state": str(item.state),
        "approved_by": sorted(item.approved_by),
        "approvals_missing": _missing(item, desk),
        "revision": fact.revision if fact else None,
        "address": desk.house.url(f"{fact.path}/") if fact else None,
        "findings": {name: counts[name] for name in ("error", "doubt", "note")},
        "due": when.isoformat() if when else ("now" if item.state is State.DUE else None),
        "due_local": _moment(item, desk),
        "reasons": [say(f, language)[0] for f in findings if f.severity != "note"],
    }


def _missing(item: Planned, desk: Desk) -> int:
    """How many people more have to say yes before an edition may go out."""
    if item.state not in ASKING:
        return 0
    return desk.house.approval.needed - len(item.approved_by)


def _released(desk: Desk, fact: Fact | None) -> Counter[str]:
    if fact is None:
        return Counter()
    manifest = read_manifest(desk.store.release(fact.slug, fact.revision))
    return Counter(manifest["findings"])


def _gone(desk: Desk, fact: Fact) -> dict[str, Any]:
    return {
        "entry": fact.entry,
        "title": fact.title,
        "state": str(State.WITHDRAWN if fact.is_withdrawn else State.PUBLISHED),
        "approved_by": [],
        "approvals_missing": 0,
        "revision": fact.revision,
        "address": desk.house.url(f"{fact.path}/"),
        "findings": dict.fromkeys(("error", "doubt", "note"), 0),
        "due": None,
        "due_local": "",
        "reasons": [],
    }


def show(listed: list[dict[str, Any]], language: str, stream: TextIO) -> None:
    """The rows as a table."""
    words = catalogue("cli", language)
    if not listed:
        show_sentence(words["empty"], stream)
        return
    heads = ("edition", "state", "revision", "findings", "due")
    show_table((words[head] for head in heads), (_cells(row, words) for row in listed), stream)


def _cells(row: Mapping[str, Any], words: Mapping[str, str]) -> tuple[Cell, ...]:
    findings = (words[f"{name}_count"].format(n=n) for name, n in row["findings"].items() if n)
    return (
        (row["title"] or "—", row["entry"]),
        _state(row, words),
        str(row["revision"] or "—"),
        ", ".join(findings) or "—",
        row["due_local"] or (words["now"] if row["due"] else "—"),
    )


def _state(row: Mapping[str, Any], words: Mapping[str, str]) -> Cell:
    """A state in words, and below it whose yes an edition has that waits for another's."""
    state = words[f"state_{row['state'].replace(' ', '_')}"]
    if not (row["approved_by"] and row["approvals_missing"]):
        return state
    names = ", ".join(row["approved_by"])
    return state, words["approved_so_far"].format(names=names, missing=row["approvals_missing"])


# --------------------------------------------------------------------------------- an outcome


def show_outcome(desk: Desk, outcome: Outcome, language: str, stream: TextIO) -> None:
    """What a run did: what it found doubtful, what it published and where, what it held back."""
    words = catalogue("cli", language)

    def line(key: str, **values: object) -> None:
        stream.write(words[key].format(**values) + "\n")

    findings = [f for item in outcome.planned if item.understood for f in item.understood.findings]
    if findings:
        report.show(findings, language, stream, content=desk.content)
        stream.write("\n")
    for done in outcome.recovered:
        line(f"recovered_{done.done}", slug=done.slug)
    for fact in outcome.published:
        if desk.house.trial:
            line("published_on_trial", title=fact.title)
            line("trial")
        else:
            line(fact.act.replace(" ", "_"), title=fact.title, revision=fact.revision)
        line("page", path=desk.store.site / fact.path / "index.html")
        proof = desk.store.proof(fact.slug, fact.revision) / "proof.html"
        if proof.is_file():  # a tombstone has none
            line("proof", path=proof)
    for item in outcome.planned:
        if item.state not in (State.DUE, State.PUBLISHED, State.WITHDRAWN):
            line(
                f"not_published_{item.state.replace(' ', '_')}",
                entry=item.name,
                when=_moment(item, desk),
            )
            galley = desk.store.galley(item.content) / "proof.html"
            if item.state in ASKING and item.content and galley.is_file():
                line("proof", path=galley)
    for name, evidence in outcome.refused:
        line("proof_refused", entry=name)
        report.show([c.fault for c in evidence.checks if c.fault], language, stream)
    for name, why in outcome.failed:
        line("failed", entry=name, why=why)
    for target in outcome.delivered:
        line("delivered", target=target)
    if outcome.mailed:
        letters.show(desk, outcome.mailed, language, stream)
    for name, why in outcome.unmailed:
        line("mail_failed", list=name, why=why)
    quiet = all(i.state in (State.PUBLISHED, State.WITHDRAWN) for i in outcome.planned)
    told = (outcome.published, outcome.delivered, outcome.failed, outcome.mailed, outcome.unmailed)
    if quiet and not any(told):
        line("nothing_due" if outcome.planned else "empty")


def _moment(item: Planned, desk: Desk) -> str:
    """When an edition is due, as the house's clocks show it."""
    if item.moment is None:
        return ""
    local = item.moment.astimezone(desk.house.zone)
    return f"{local:%Y-%m-%d %H:%M} ({desk.house.timezone})"


def outcome_as_json(desk: Desk, outcome: Outcome, language: str) -> dict[str, Any]:
    """The same for a program: stable keys, paths as strings."""
    return {
        "published": [_published(desk, fact) for fact in outcome.published],
        "refused": [
            {"entry": name, "faults": [_fault(c.fault, language) for c in proof.checks if c.fault]}
            for name, proof in outcome.refused
        ],
        "failed": [{"entry": name, "why": why} for name, why in outcome.failed],
        "mailed": [letters.as_json(desk, mailed) for mailed in outcome.mailed],
        "unmailed": [{"list": name, "why": why} for name, why in outcome.unmailed],
        "recovered": [{"slug": r.slug, "done": r.done} for r in outcome.recovered],
        "entries": [
            {"entry": item.name, "state": str(item.state)}
            | (
                report.as_json(item.understood.findings, item.understood.all_changes, language)
                if item.understood
                else {}
            )
            for item in outcome.planned
        ],
    }


def _published(desk: Desk, fact: Fact) -> dict[str, Any]:
    folder: Path = desk.store.site / fact.path
    return {
        "slug": fact.slug,
        "title": fact.title,
        "revision": fact.revision,
        "address": desk.house.url(f"{fact.path}/"),
        "folder": str(folder),
        "proof": str(desk.store.proof(fact.slug, fact.revision) / "proof.html"),
        "trial": desk.house.trial,
    }


def _fault(finding: Finding | None, language: str) -> dict[str, str]:
    assert finding is not None
    message, remedy = say(finding, language)
    return {"rule": finding.rule, "place": str(finding.place), "message": message, "remedy": remedy}
