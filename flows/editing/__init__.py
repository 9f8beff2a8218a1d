"""Editing: from a manuscript to an edition, one rule after the other.

The order below is the order of the work: characters first, then lines, then what stands above the
text, then the outline, then what only an editor can decide. Typography comes last, so that no rule
has to know of it. ``docs/rules.md`` says what each rule does.
"""

from __future__ import annotations

import re
from dataclasses import replace

from flows.editing import cleaning, debris, doubts, metadata, occasion, outline, proportions
from flows.editing.draft import Draft, Rule
from flows.editing.typography import set_run, set_text, typeset
from flows.edition import FORBIDDEN, Change, Edited, Edition, Finding, Severity, Text
from flows.house import House
from flows.manuscript import Manuscript
from flows.reading import plain

RULES: tuple[Rule, ...] = (
    cleaning.mojibake,
    cleaning.stray_markup,
    cleaning.zero_width,
    cleaning.soft_hyphen,
    cleaning.double_space,
    debris.debris,
    debris.lost_pull_quote,
    debris.breadcrumb,
    debris.repeated_title,
    metadata.empty_edition,
    metadata.unknown_language,
    metadata.no_title,
    metadata.impossible_date,
    metadata.no_date,
    metadata.bad_slug,
    metadata.bad_publish_at,
    metadata.publish_at_in_gap,
    metadata.publish_at_twice,
    occasion.bad_event,
    occasion.bad_event_end,
    occasion.no_event,
    occasion.event_in_gap,
    occasion.event_twice,
    occasion.event_over,
    outline.heading_level,
    outline.lost_anchor,
    doubts.long_title,
    doubts.missing_box_heading,
    doubts.missing_alt,
    doubts.glued_words,
    doubts.stale_date,
    proportions.long_heading,
    proportions.long_word,
    proportions.odd_picture,
    proportions.long_table,
    proportions.many_notes,
    proportions.long_edition,
)


def edit(manuscript: Manuscript, house: House) -> Edited:
    """Applies every rule, then the typography of the language. A plain function of its arguments.

    The edition is None where a finding is an error. Findings, those of reading among them, come in
    the order of the source; a doubt whose rule the source or the house waives is still there, as a
    note. The changes are those of editing alone.
    """
    draft = _draft(manuscript, house)
    findings: list[Finding] = list(manuscript.findings)
    changes: list[Change] = []
    for rule in RULES:
        outcome = rule(draft)
        draft = outcome.draft
        findings += outcome.findings
        changes += outcome.changes
    told = _told(findings, house.rules.waive | _waived(draft))
    if any(finding.severity is Severity.ERROR for finding in told):
        return Edited(None, told, tuple(changes))
    return Edited(_edition(draft), told, tuple(changes))


def _draft(manuscript: Manuscript, house: House) -> Draft:
    """The first draft: the manuscript, with a standfirst that the metadata state in its place."""
    said = tuple((key, FORBIDDEN.sub("", value)) for key, value in manuscript.metadata)
    stated = " ".join(dict(said).get("standfirst", "").split())
    standfirst = manuscript.standfirst or ((Text(stated),) if stated else ())
    return Draft(manuscript, house, manuscript.placed, standfirst, said)


def _told(findings: list[Finding], waived: frozenset[str]) -> tuple[Finding, ...]:
    """Each finding once, in the order of the source, with waived doubts turned into notes."""
    told = {
        replace(finding, severity=Severity.NOTE)
        if finding.severity is Severity.DOUBT and finding.rule in waived
        else finding: None
        for finding in findings
    }
    return tuple(sorted(told, key=lambda f: (f.place.file, f.place.line, f.place.column)))


def _edition(draft: Draft) -> Edition:
    language = draft.language

    def one_line(key: str) -> str:
        return set_text(plain(draft.said(key)), language)

    return Edition(
        slug=draft.slug,
        language=language,
        title=set_text(draft.title, language),
        blocks=tuple(typeset(placed.block, language) for placed in draft.placed),
        date=draft.date,
        section=one_line("section"),
        category=one_line("category"),
        standfirst=set_run(draft.standfirst, language),
        speakers=tuple(set_text(name, language) for name in draft.items("speakers")),
        tags=tuple(set_text(tag, language) for tag in draft.items("tags")),
        publish_at=draft.publish_at,
        waive=_waived(draft),
        event=replace(draft.event, place=one_line("place")) if draft.event else None,
    )


def _waived(draft: Draft) -> frozenset[str]:
    return frozenset(re.split(r"[\s,;]+", draft.said("waive"))) - {""}
