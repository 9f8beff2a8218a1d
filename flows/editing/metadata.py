"""What stands above the text: language, title, day, slug, embargo."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from flows.clocks import Oddity
from flows.editing.dates import day_of, moment_of
from flows.editing.debris import line_of
from flows.editing.draft import Draft, Outcome, doubt, error, note, rule
from flows.edition import Change, Heading, Severity
from flows.reading import fingerprint, inline_text, plain

SLUG_LENGTH = 80
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: What no folder may be called: device names of Windows, and our own site's.
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "index", "page", "assets", "sitemap", "feed", "parts", "public"]
    + [f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)]
)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")
_NAMES = {"français": "fr", "francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
#: Words that one language cannot do without and the other does not have.
_COMMON = {
    "fr": re.compile(
        r"\b(?:le|la|les|des|du|un|une|et|est|que|qui|dans|pour|sur|pas|avec|ce|cette|au|aux|par|ne"
        r"|se|sont|plus|ou|mais|nous|vous|leur|son|ses|ont|été|à|où|d|l|qu)\b"
    ),
    "en": re.compile(
        r"\b(?:the|of|and|to|in|is|that|for|it|was|with|as|by|be|are|this|have|from|at|which|or|an"
        r"|not|but|they|their|we|you|has|had|were|will|its|been|our)\b"
    ),
}
_SAMPLE = 20_000


@rule("unknown-language")
def unknown_language(draft: Draft, name: str) -> Outcome:
    """The language that the source states; else that of its words; else the house's."""
    said = draft.said("language").replace("_", "-")
    tag = _NAMES.get(said.casefold(), said)
    if _LANGUAGE.fullmatch(tag):
        primary, *rest = tag.split("-")
        return Outcome(replace(draft, language="-".join([primary.lower(), *rest])))
    found = _detected(draft) or draft.house.language
    draft = replace(draft, language=found)
    if not said:
        return Outcome(draft)
    place = draft.place("language")
    return Outcome(draft, (doubt(name, place, language=said, taken=found),))


def _detected(draft: Draft) -> str:
    text = " ".join([draft.said("title"), *(text for _, text in draft.runs())])[:_SAMPLE]
    scores = {tag: len(words.findall(text.casefold())) for tag, words in _COMMON.items()}
    best, other = sorted(scores, key=lambda tag: (-scores[tag], tag))
    return best if scores[best] > 2 * scores[other] else ""


@rule("empty-edition")
def empty_edition(draft: Draft, name: str) -> Outcome:
    """Nothing to publish: neither a title nor a block of text; the reader may have said why."""
    if draft.placed or draft.standfirst or draft.said("title"):
        return Outcome(draft)
    if any(finding.severity is Severity.ERROR for finding in draft.source.findings):
        return Outcome(draft)
    return Outcome(draft, (error(name, draft.place("title")),))


@rule("no-title")
def no_title(draft: Draft, name: str) -> Outcome:
    """Without a stated title, the first heading is the title; without a heading, the first
    words are, and the editor is asked."""
    if said := plain(draft.said("title")):
        return Outcome(replace(draft, title=said))
    if not draft.placed:
        words = plain(inline_text(draft.standfirst))
        place = draft.place("standfirst")
    else:
        first = draft.placed[0]
        words = line_of(first.block)
        place = draft.spot(first.place, words)
        if words and isinstance(first.block, Heading):
            draft = replace(draft, title=words, placed=draft.placed[1:])
            return Outcome(draft, (note(name, place, title=words),))
    words = words or next((plain(text) for _, text in draft.runs() if plain(text)), "")
    if not words:
        return Outcome(draft)
    title = _beginning(words)
    repeated = Change(name, place, "", title)
    return Outcome(replace(draft, title=title), (doubt(name, place, title=title),), (repeated,))


def _beginning(words: str, most: int = 60) -> str:
    if len(words) <= most:
        return words
    return words[: most + 1].rsplit(" ", 1)[0][:most].rstrip(" ,;:.!?…«(") + "…"


@rule("impossible-date")
def impossible_date(draft: Draft, name: str) -> Outcome:
    """The day printed on the edition, which must be a day of the calendar."""
    said = draft.said("date")
    if not said:
        return Outcome(draft)
    day = day_of(said)
    if day is None:
        return Outcome(draft, (error(name, draft.place("date"), date=said),))
    return Outcome(replace(draft, date=day))


@rule("no-date")
def no_date(draft: Draft, name: str) -> Outcome:
    """No day is stated; the day of publication is then the only one."""
    known = {finding.rule for finding in draft.source.findings}
    if draft.said("date") or impossible_date.id in known or not draft.title:
        return Outcome(draft)
    return Outcome(draft, (doubt(name, draft.place("title")),))


def slug_of(words: str, length: int = SLUG_LENGTH) -> str:
    """``words`` in lower-case ASCII letters, digits and single hyphens, cut between two words;
    empty where there is no letter and no digit. ``l’eau`` is ``l-eau``, whatever its apostrophe."""
    from slugify import slugify

    said = words.replace("’", "'")
    return str(slugify(said, max_length=length, word_boundary=True, save_order=True))


@rule("bad-slug")
def bad_slug(draft: Draft, name: str) -> Outcome:
    """The last part of the edition's address: as stated, if it can be one; else from the title."""
    said = draft.said("slug")
    if said:
        fits = _SLUG.fullmatch(said) and len(said) <= SLUG_LENGTH and said not in _RESERVED
        if not fits:
            offer = slug_of(said) or "edition"
            place = draft.place("slug")
            return Outcome(draft, (error(name, place, slug=said, offer=offer),))
        return Outcome(replace(draft, slug=said))
    slug = slug_of(draft.title)
    if not slug or slug in _RESERVED:
        slug = f"edition-{slug or fingerprint(draft.title)[:8]}"
    return Outcome(replace(draft, slug=slug))


@rule("bad-publish-at")
def bad_publish_at(draft: Draft, name: str) -> Outcome:
    """The embargo: a moment, in the house's time zone unless it states its own offset."""
    said = draft.said("publish_at")
    if not said:
        return Outcome(draft)
    found = moment_of(said, draft.house.zone)
    if found is None:
        return Outcome(draft, (error(name, draft.place("publish_at"), publish_at=said),))
    return Outcome(replace(draft, publish_at=found[0]))


@rule("publish-at-in-gap")
def publish_at_in_gap(draft: Draft, name: str) -> Outcome:
    """An embargo at a time that the clocks skip; the edition goes out as they skip it."""
    moment, oddity = _embargo(draft)
    if moment is None or oddity is not Oddity.SKIPPED:
        return Outcome(draft)
    said = {"publish_at": draft.said("publish_at"), "taken": f"{moment:%Y-%m-%d %H:%M}"}
    return Outcome(draft, (doubt(name, draft.place("publish_at"), **said),))


@rule("publish-at-twice")
def publish_at_twice(draft: Draft, name: str) -> Outcome:
    """An embargo at a time that the clocks read twice; the first of the two is taken."""
    moment, oddity = _embargo(draft)
    if moment is None or oddity is not Oddity.TWICE:
        return Outcome(draft)
    said = {"publish_at": draft.said("publish_at"), "first": _written(moment)}
    said |= {"second": _written(moment.replace(fold=1))}
    return Outcome(draft, (doubt(name, draft.place("publish_at"), **said),))


def _embargo(draft: Draft) -> tuple[datetime | None, Oddity | None]:
    return moment_of(draft.said("publish_at"), draft.house.zone) or (None, None)


def _written(moment: datetime) -> str:
    """``2018-10-28 02:30+02:00``: as an editor writes a moment that can be no other."""
    return moment.isoformat(sep=" ", timespec="minutes")
