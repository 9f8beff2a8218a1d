"""Doubts: what only the editor can decide. No word is changed here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.editing.draft import Draft, Outcome, doubt, excerpt, rule
from flows.editing.typography import ADDRESS
from flows.edition import Figure, Finding, SideBox
from flows.reading import inline_runs, inline_text, plain, walk

TITLE_LENGTH = 70

_L = r"[^\W\d_]"
_GLUED = re.compile(
    rf"(?<={_L}{_L})[.…](?=[^\W\d_a-zß-ÿœ]{_L})"  # passé.Aussi
    rf"|(?<={_L})[!?;](?={_L})"  # quoi?Rien
    rf"|(?<={_L}{_L}),(?={_L}{_L})"  # un,deux
    rf"|(?<={_L}{_L})\((?=[^\W\d_a-zß-ÿœ]{_L}|{_L}+[ ,])"  # IRL(In
    rf"|(?<={_L})«|»(?={_L})"
    rf"|\)(?={_L}{_L})"  # fin)puis
)
#: What follows a dot in the name of a file, a product or a site rather than in a sentence.
_SUFFIX = re.compile(
    r"(?:com|org|net|fr|eu|io|js|ai|app|info|html?|php|pdf|docx?|xlsx?|pptx?|odt|csv|txt|png"
    r"|jpe?g|gif|zip|py|md|toml|json|xml)(?!\w)",
    re.IGNORECASE,
)


@rule("glued-words")
def glued_words(draft: Draft, name: str) -> Outcome:
    """Two words with a mark and no space between them: ``passé.Aussi``."""
    findings: list[Finding] = []
    for outer, text in draft.runs():
        for start, end, at in _glued(text):
            words = text[start:end]
            apart = f"{text[start:at]} {text[at:end]}"
            findings.append(doubt(name, draft.spot(outer, words, start), words=words, apart=apart))
    return Outcome(draft, tuple(findings))


def _glued(text: str) -> Iterator[tuple[int, int, int]]:
    """Start and end of the two words, and where a space would part them."""
    addresses: list[tuple[int, int]] | None = None
    for found in _GLUED.finditer(text):
        if addresses is None:
            addresses = [m.span() for m in ADDRESS.finditer(text)]
        if any(a <= found.start() < b for a, b in addresses):
            continue
        mark = found.group()
        if mark == "." and _SUFFIX.match(text, found.end()):
            continue
        if mark == ")" and not _holds_a_phrase(text, found.start()):
            continue
        start, end = found.start(), found.end()
        while start > 0 and _of_word(text[start - 1]):
            start -= 1
        while end < len(text) and _of_word(text[end]):
            end += 1
        before = mark in "(«"
        yield start, end, found.start() if before else found.end()


def _holds_a_phrase(text: str, close: int) -> bool:
    """``acteur(trice)s`` and ``(re)construire`` are one word; ``(à Nantes)puis`` is not."""
    opened = text.rfind("(", 0, close)
    return opened >= 0 and " " in text[opened:close]


def _of_word(character: str) -> bool:
    return character.isalnum() or character in "’'-"


_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_SEASON = r"(?:[a-zéûô]+ )?"
_STALE = (
    re.compile(
        rf"(?:d['’]ici (?:à )?(?:la )?|avant la |à l['’]horizon |prochainement (?:en |à )?"
        rf"|bientôt (?:en )?|(?:prévue?s?|attendue?s?|annoncée?s?|programmée?s?|planifiée?s?)"
        rf" (?:pour|en|à|courant|dès|au|d['’]ici) ?(?:à )?(?:la |le |l['’])?"
        rf"|(?:verra|verront|sera|seront|ouvrira|ouvriront)(?: \w+){{0,6}}? (?:en|fin) )"
        rf"(?:fin (?:de )?(?:l['’]année )?|début |mi-|courant )?{_SEASON}{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:by (?:the )?(?:end of |start of |beginning of |middle of |close of )"
        rf"|by (?:late |early |mid-|spring |summer |autumn |winter |{_SEASON})?"
        rf"|before the end of |later in |coming in |soon in "
        rf"|(?:due|planned|expected|scheduled|announced|slated) (?:in|for|by|to open in)"
        rf" (?:late |early |mid-)?|will(?: \w+){{1,6}}? (?:in|by) ){_SEASON}{_YEAR}",
        re.IGNORECASE,
    ),
)


@rule("stale-date")
def stale_date(draft: Draft, name: str) -> Outcome:
    """A promise for a year that lies before the edition's own day; no clock is looked at."""
    if draft.date is None:
        return Outcome(draft)
    findings: list[Finding] = []
    for outer, text in draft.runs():
        for found in sorted((m for p in _STALE for m in p.finditer(text)), key=re.Match.start):
            if int(found["year"]) >= draft.date.year:
                continue
            words = found.group()
            place = draft.spot(outer, words, found.start())
            years = {"year": found["year"], "edition": str(draft.date.year)}
            findings.append(doubt(name, place, words=words, **years))
    return Outcome(draft, tuple(findings))


@rule("missing-box-heading")
def missing_box_heading(draft: Draft, name: str) -> Outcome:
    """A side box without a heading: the source lost it, or never had one."""
    findings: list[Finding] = []
    for placed in draft.placed:
        for block in walk((placed.block,)):
            if isinstance(block, SideBox) and not plain(inline_text(block.heading)):
                inner = " ".join(inline_text(run) for run in inline_runs(block))
                findings.append(doubt(name, placed.place, words=excerpt(inner)))
    return Outcome(draft, tuple(findings))


@rule("missing-alt")
def missing_alt(draft: Draft, name: str) -> Outcome:
    """A picture that says nothing to a reader who does not see it."""
    findings = [
        doubt(name, placed.place, picture=block.picture.name)
        for placed in draft.placed
        for block in walk((placed.block,))
        if isinstance(block, Figure) and not plain(block.alt)
    ]
    return Outcome(draft, tuple(findings))


@rule("long-title")
def long_title(draft: Draft, name: str) -> Outcome:
    """A title that mail programs, search engines and running heads will cut."""
    if len(draft.title) <= TITLE_LENGTH:
        return Outcome(draft)
    values = {"length": str(len(draft.title)), "most": str(TITLE_LENGTH)}
    return Outcome(draft, (doubt(name, draft.place("title"), **values),))
