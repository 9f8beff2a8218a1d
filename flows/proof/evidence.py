"""The proof as it is kept: ``proof.json`` for programs, and a page for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flows.edition import Edited, Edition, Finding
from flows.house import House
from flows.proof.check import Check, Proof
from flows.proof.sheets import Sheets
from flows.reading import plain
from flows.rendition import Imprint
from flows.words import catalogue, environment, long_date, say, served


def to_json(proof: Proof) -> bytes:
    """UTF-8 JSON, keys sorted, checks in their order: equal proofs, equal bytes."""
    data = {
        "format": 1,
        "passed": proof.passed,
        "checks": [_check(check) for check in proof.checks],
    }
    return (json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _check(check: Check) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": check.id,
        "subject": check.subject,
        "passed": check.passed,
        "figure": check.figure,
    }
    if check.fault:
        made["fault"] = _finding(check.fault)
    if check.marks:
        made["marks"] = [
            {
                "rule": mark.rule,
                "page": mark.page + 1,
                "box": [round(edge, 1) for edge in mark.box],
                "words": mark.words,
            }
            for mark in check.marks
        ]
    return made


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "place": str(finding.place),
        "values": dict(finding.values),
    }


def report(
    edition: Edition,
    imprint: Imprint,
    house: House,
    proof: Proof,
    language: str,
    edited: Edited | None = None,
    pages: Sequence[Sheets] = (),
) -> bytes:
    """The proof as one HTML page without any other file, in French or English.

    With ``edited``, the words that rules took or altered are listed too; with ``pages``, each page
    of the PDFs is shown, with what there is to look at.
    """
    from flows.looks import palette

    words = catalogue("proof", language)
    template = environment("proof").get_template("report.html")
    page = template.render(
        language=served(language),
        words=words,
        edition=edition,
        imprint=imprint,
        house=house,
        palette=palette(house),
        proof=proof,
        title=plain(edition.title),
        day=long_date(edition.date, language) if edition.date else "",
        groups=_groups(proof, words),
        faults=[_fault(check, language) for check in proof.checks if check.fault],
        changes=edited.changes if edited else None,
        pages=pages,
        marks={rule: words[_key("mark", rule)] for rule in _rules(pages)},
    )
    return page.encode()


def _rules(pages: Sequence[Sheets]) -> set[str]:
    return {mark.rule for file in pages for page in file.pages for mark in page.marks}


def _groups(proof: Proof, words: Any) -> list[tuple[str, str, list[Check]]]:
    """Checks by what they prove, in the order of their first appearance: name, note, checks."""
    by_id: dict[str, list[Check]] = {}
    for check in proof.checks:
        by_id.setdefault(check.id, []).append(check)
    return [
        (words[_key("check", id)], words[_key("note", id)], checks) for id, checks in by_id.items()
    ]


def _key(kind: str, id: str) -> str:
    return f"{kind}_{id.replace('-', '_')}"


def _fault(check: Check, language: str) -> tuple[str, str, str]:
    assert check.fault is not None
    message, remedy = say(check.fault, language)
    return check.subject, message, remedy
