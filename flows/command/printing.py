"""``parution check --print``: the brochures as they would be printed, and what to look at."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from flows.command.officer import print_json
from flows.desk import Desk
from flows.edition import Finding, Place, Severity
from flows.plan import Planned
from flows.proof import Check, Proof, report
from flows.proof.check import Mark
from flows.proof.sheets import sheets
from flows.rendition import Rendition
from flows.report import as_json as as_json_findings
from flows.report import show as show_findings
from flows.words import catalogue

#: What may never be, and what is to be seen by a person, as against what is merely counted.
_DOUBTFUL = frozenset(
    (
        "stranded-heading",
        "stranded-caption",
        "torn-apart",
        "overlap",
        "outside-column",
        "off-paper",
        "few-dots",
    )
)
_PRESS = "public/brochure-press.pdf"


@dataclass(frozen=True, slots=True)
class Printed:
    """An edition's brochures and what was measured in them; ``page`` is the report, and ``ink``
    the most ink on one spot in percent, where Ghostscript is there to separate it."""

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    page: Path
    ink: float | None


def printed(desk: Desk, item: Planned, language: str) -> Printed:
    """Set an edition's brochures, look at them as a print shop would, and write the report."""
    made = desk.making.rendering(item, "brochure").result()
    checks = tuple(c for c in made.checks if c.id.startswith("print-"))
    pages = sheets(made.rendition.files, checks, {})
    text = report(
        item.edition,
        desk.making.imprint(item),
        desk.house,
        Proof(checks),
        language,
        pages=pages,
    )
    folder = desk.output / "preview" / item.edition.slug
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "print.html"
    page.write_bytes(text)
    findings = tuple(_findings(checks))
    try:
        ink = _ink(made.rendition)
    except (OSError, subprocess.CalledProcessError):  # a print shop's machine may fail on it too
        ink = None
        place = Place(_PRESS)
        findings = (*findings, Finding("not-separated", Severity.DOUBT, place, (("file", _PRESS),)))
    return Printed(findings, checks, page, ink)


def _findings(checks: Sequence[Check]) -> Iterator[Finding]:
    for check in checks:
        if check.fault:
            yield check.fault
        for mark in check.marks:
            yield _finding(check.subject, mark)


def _finding(path: str, mark: Mark) -> Finding:
    severity = Severity.DOUBT if mark.rule in _DOUBTFUL else Severity.NOTE
    values = (("file", path), ("where", str(mark.page + 1)), ("words", mark.words))
    return Finding(mark.rule, severity, Place(path, words=mark.words), values)


def _ink(rendition: Rendition) -> float | None:
    """The most ink on one spot of the file for the press, as Ghostscript separates it, if it is
    there. Raises as :func:`.separated` does."""
    if shutil.which("gs") is None:
        return None
    from flows.proof.preflight.separations import most_ink, separated

    pages = separated(rendition.file(_PRESS).data)
    return max((most_ink(tuple(page.values())) for page in pages), default=0.0)


def show(
    content: Path,
    output: Path,
    judged: Sequence[Planned],
    language: str,
    stream: TextIO,
    *,
    as_json: bool,
) -> bool:
    """Print what was found in each edition's brochures, and where its report lies; whether
    anything refuses."""
    refused = False
    data: list[dict[str, Any]] = []
    with Desk(content, output) as desk:
        for item in judged:
            if item.understood is None or item.understood.edition is None:
                continue
            found = printed(desk, item, language)
            refused |= any(f.severity is Severity.ERROR for f in found.findings)
            if as_json:
                data.append(_as_json(item, found, language))
            else:
                _show_one(item, found, language, stream)
    if as_json:
        print_json(data)
    return refused


def _show_one(item: Planned, found: Printed, language: str, stream: TextIO) -> None:
    words = catalogue("proof", language)
    stream.write(f"{item.name}\n")
    for check in found.checks:
        name = words[f"check_{check.id.replace('-', '_')}"]
        stream.write(f"  {Path(check.subject).name:<24} {name:<20} {check.figure}\n")
    if found.ink is not None:
        stream.write(f"  {Path(_PRESS).name:<24} {words['separated']:<20} {found.ink:.0f} %\n")
    stream.write("\n")
    # What is seen on the pages holds nothing up, unless it refuses.
    show_findings(found.findings, language, stream, summed_up=False)
    stream.write(f"{found.page.resolve().as_uri()}\n\n")


def _as_json(item: Planned, found: Printed, language: str) -> dict[str, Any]:
    return as_json_findings(
        found.findings,
        (),
        language,
        entry=item.name,
        page=found.page.resolve().as_uri(),
        ink=None if found.ink is None else round(found.ink),
        checks=[
            {"id": c.id, "file": c.subject, "figure": c.figure, "passed": c.passed}
            for c in found.checks
        ],
    )
