"""Cleaning whole lines: what a website's machinery left between the paragraphs."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.editing.draft import Draft, Outcome, doubt, note, rewrite_draft, rule
from flows.edition import Block, Blocks, Change, Finding, Heading, Paragraph, Place
from flows.reading import inline_text, plain

_PULL_QUOTE = re.compile(r"quotation|citation|pull ?quote", re.IGNORECASE)
_DEBRIS = re.compile(
    r"bool\((?:true|false)\)|null|undefined|nan|array(?:\(\d*\).*|\s*\(.*\))|\[object object\]"
    r"|(?:int|float|string)\(\d+\).*|object\(\w+\)#\d+.*|lorem ipsum\b.*",
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(
    r"(?:vous êtes ici ?: ?|you are here ?: ?)?(?:accueil|home)\s*(?:[>›»→/|]\s*\S.*)+"
    r"|(?:vous êtes ici|you are here) ?:.*",
    re.IGNORECASE,
)


def line_of(block: Block) -> str:
    """The words of a paragraph or a heading on one line; nothing for other blocks."""
    if isinstance(block, Paragraph | Heading):
        return plain(inline_text(block.children, notes=True))
    return ""


@rule("lost-pull-quote")
def lost_pull_quote(draft: Draft, name: str) -> Outcome:
    """A bare ``Quotation`` stands where a pull quote stood, whose own words are lost."""
    return _without(draft, name, _PULL_QUOTE, asks=True)


@rule("debris")
def debris(draft: Draft, name: str) -> Outcome:
    """What a program printed by mistake, on a line of its own: ``bool(false)``, ``NULL`` …
    Paragraphs and headings without a character to read go with it, and nothing is said."""
    return _without(draft, name, _DEBRIS, asks=False)


def _without(draft: Draft, name: str, pattern: re.Pattern[str], *, asks: bool) -> Outcome:
    findings: list[Finding] = []
    changes: list[Change] = []

    def one(outer: Place, block: Block) -> Blocks:
        words = line_of(block)
        if not words and isinstance(block, Paragraph | Heading):
            return ()
        if not pattern.fullmatch(words):
            return (block,)
        place = draft.spot(outer, words)
        findings.append((doubt if asks else note)(name, place, words=words))
        changes.append(Change(name, place, words, ""))
        return ()

    cleaned = rewrite_draft(draft, one)
    return Outcome(cleaned, tuple(findings), tuple(changes))


@rule("breadcrumb")
def breadcrumb(draft: Draft, name: str) -> Outcome:
    """The path of a web page (“Home > News”), and its section and category, before the text."""
    known = {plain(draft.said(key)).casefold() for key in ("section", "category")} - {""}
    placed = draft.placed
    findings: list[Finding] = []
    changes: list[Change] = []
    while placed:
        words = line_of(placed[0].block)
        if not (_BREADCRUMB.fullmatch(words) or words.casefold() in known):
            break
        place = draft.spot(placed[0].place, words)
        findings.append(note(name, place, words=words))
        changes.append(Change(name, place, words, ""))
        placed = placed[1:]
    return Outcome(replace(draft, placed=placed), tuple(findings), tuple(changes))


@rule("repeated-title")
def repeated_title(draft: Draft, name: str) -> Outcome:
    """The title once more, as the first line of the text: channels set it themselves."""
    words = line_of(draft.placed[0].block) if draft.placed else ""
    if not words or words.casefold() != plain(draft.said("title")).casefold():
        return Outcome(draft)
    place = draft.spot(draft.placed[0].place, words)
    return Outcome(
        replace(draft, placed=draft.placed[1:]),
        (note(name, place, words=words),),
        (Change(name, place, words, ""),),
    )
