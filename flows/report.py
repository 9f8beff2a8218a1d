"""How findings are printed: as a good compiler does, in the officer's language.

    content/page.txt:11:454: doute[glued-words] « déserté.Reste » : il manque une espace.
        …marche, les autres un quai déserté.Reste une bonne nouvelle, et ce…
                                    ^^^^^^^^^^^^^
        à faire : Écrivez « déserté. Reste » si c’est bien deux mots.

The sentences come from ``templates/findings``, the words around them from ``templates/report``.
On a terminal rich colours and wraps them; into a file or a pipe goes one long plain line each, so
that an editor or a script finds ``file:line:column`` where it expects it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, TextIO

from flows.edition import Change, Finding, Place, Severity
from flows.reading import normal
from flows.words import catalogue, say

INDENT = "    "
#: Characters shown on each side of the words that a finding is about.
CONTEXT = 28
#: The most characters of words that are shown under a finding.
LONGEST = 56
#: Larger sources are not opened again only to show a line of them.
_LARGEST = 8_000_000
#: What reorders the characters around it (UAX 9): a message must read as it was written.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RANK = {Severity.ERROR: 0, Severity.DOUBT: 1, Severity.NOTE: 2}
_STYLES = {Severity.ERROR: "bold red", Severity.DOUBT: "bold yellow", Severity.NOTE: "bold cyan"}


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings as a reader meets them: by file, line and column; the gravest first at one place."""

    def key(finding: Finding) -> tuple[str, int, int, int, str]:
        place = finding.place
        return place.file, place.line, place.column, _RANK[finding.severity], finding.rule

    return tuple(sorted(findings, key=key))


def summary(findings: Sequence[Finding], language: str) -> str:
    """``1 erreur, 2 doutes et 1 remarque``, and what follows from it, in one line."""
    words = catalogue("report", language)
    counts = Counter(finding.severity for finding in findings)
    if not counts:
        return words["clean"]
    parts = [
        f"{counts[severity]} {words[severity if counts[severity] == 1 else f'{severity}_many']}"
        for severity in Severity
        if counts[severity]
    ]
    total = f" {words['and']} ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    if counts[Severity.ERROR]:
        return f"{total}. {words['refused']}"
    return f"{total}. {words['held']}" if counts[Severity.DOUBT] else f"{total}."


def show(
    findings: Sequence[Finding],
    language: str,
    stream: TextIO,
    *,
    content: Path | None = None,
    summed_up: bool = True,
) -> None:
    """Prints findings on ``stream``, then the summary of what they hold up.

    ``content`` is the content folder as the user typed it: it stands before each file's name, and
    plain-text sources are read in it again to show the line around the words. Colours and wrapping
    on a terminal only.
    """
    sources: dict[str, tuple[str, ...]] = {}
    terminal = stream.isatty()
    for finding in in_order(findings):
        if finding.place.file not in sources:
            sources[finding.place.file] = _source_lines(content, finding.place.file)
        text = plain(finding, language, content=content, source=sources[finding.place.file])
        if terminal:
            _coloured(finding, text, stream)
        else:
            stream.write(_writable(text, stream) + "\n\n")
    if summed_up:
        stream.write(_writable(summary(findings, language), stream) + "\n")


def plain(
    finding: Finding, language: str, *, content: Path | None = None, source: Sequence[str] = ()
) -> str:
    """One finding as plain text: its line, the words with carets below them, what to do.

    ``source`` holds the lines of its file, where they are known.
    """
    words = catalogue("report", language)
    message, remedy = say(finding, language)
    place = str(finding.place)
    where = str(PurePath(content) / place) if content and finding.place.file else place
    lines = [f"{where}: {words[finding.severity]}[{finding.rule}] {message}"]
    lines += [INDENT + line for line in excerpt(finding.place, source)]
    if remedy:
        lines.append(f"{INDENT}{words['remedy']} {remedy}")
    return "\n".join(_printable(line) for line in lines)


def excerpt(place: Place, source: Sequence[str] = ()) -> tuple[str, ...]:
    """The words of a place and, where its column is known, carets under them.

    With the source's lines, some of the line around them is shown, cut at ``CONTEXT`` characters.
    """
    words = " ".join(place.words.split("\n"))
    if not words:
        return ()
    shown = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    if not place.column:
        return (shown,)
    before = after = ""
    line = source[place.line - 1] if 0 < place.line <= len(source) else ""
    start = place.column - 1
    if line[start : start + len(words)] == words:
        before, after = line[max(0, start - CONTEXT) : start], ""
        if start > CONTEXT:
            before = "…" + before.lstrip()
        if shown == words:
            after = line[start + len(words) :][:CONTEXT].rstrip()
            after += "…" if len(line) - start - len(words) > CONTEXT else ""
    carets = " " * _width(before) + "^" * max(1, _width(shown))
    return before + shown + after, carets


def as_json(
    findings: Sequence[Finding], changes: Sequence[Change], language: str, **about: Any
) -> dict[str, Any]:
    """What ``--json`` gives: ``about`` (the entry, the state …), then stable keys.

    ``findings``: rule, severity, file, line, column, words, message, remedy, values;
    ``changes``: rule, file, line, column, before, after; ``counts``: error, doubt, note, changes.
    ``line`` and ``column`` are 1-based, null where unknown.
    """
    counts = Counter(finding.severity for finding in findings)
    return {
        **about,
        "counts": {
            **{str(severity): counts[severity] for severity in Severity},
            "changes": len(changes),
        },
        "findings": [_finding(finding, language) for finding in in_order(findings)],
        "changes": [
            {"rule": c.rule, **_place(c.place), "before": c.before, "after": c.after}
            for c in changes
        ],
    }


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    message, remedy = say(finding, language)
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        **_place(finding.place),
        "words": finding.place.words,
        "message": message,
        "remedy": remedy,
        "values": dict(finding.values),
    }


def _place(place: Place) -> Mapping[str, Any]:
    return {"file": place.file, "line": place.line or None, "column": place.column or None}


def _source_lines(content: Path | None, file: str) -> tuple[str, ...]:
    """The lines of a plain-text source; none of any other, and none where it cannot be read.

    Lines end at line feeds alone, as the readers count them.
    """
    if content is None or not file.endswith((".txt", ".md")):
        return ()
    path = content / file
    try:
        if path.stat().st_size > _LARGEST:
            return ()
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        return ()
    return tuple(normal(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: wide characters two, combining ones none."""
    width = 0
    for char in _printable(text):
        if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
            continue
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return width


def _printable(text: str) -> str:
    """``text`` without anything that would move a terminal's cursor or change its state."""
    return "".join(
        "�" if c in _BIDI or unicodedata.category(c) in ("Cc", "Cs") else c for c in text
    )


def _writable(text: str, stream: TextIO) -> str:
    """``text`` as ``stream``'s encoding can take it: a pipe in Latin-1 loses no finding."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _coloured(finding: Finding, text: str, stream: TextIO) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    head, *rest = text.split("\n")
    where, _, said = head.partition(": ")
    label, _, message = said.partition("] ")
    style = _STYLES[finding.severity]
    line = Text.assemble((where, "dim"), ": ", (f"{label}]", style), " ", (message, "bold"))
    console.print(line)
    remedy = rest.pop() if say(finding, "en")[1] else ""
    for below in rest:
        caret = not below.strip(" ^")
        shown = Text(below, style=style if caret else "", no_wrap=True, overflow="ellipsis")
        console.print(shown)
    if remedy:
        console.print(Padding(Text(remedy.removeprefix(INDENT)), (0, 0, 0, len(INDENT))))
    console.print()
