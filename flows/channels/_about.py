"""What the page, the e-mail and its text part say around an edition: the same, in three dresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from markupsafe import Markup

from flows.channels._views import views
from flows.edition import Edition
from flows.house import House
from flows.looks import palette
from flows.occasions import when_and_where
from flows.rendition import Imprint
from flows.words import catalogue, local_day, long_date, served, with_speakers

#: Languages written from right to left (BCP 47 primary subtags).
_RIGHT_TO_LEFT = frozenset(("ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"))


@dataclass(frozen=True, slots=True)
class About:
    """An edition with the words around it, in the edition's language.

    ``address`` is the page's, absolute, with a slash at its end. ``history`` has a pair (day,
    note) for each revision after the first, the newest first; ``corrected`` is the day of the
    last, or empty. ``occasion`` has a line for when an announced event is, and one for
    where; or none.
    ``is_excerpt``: ``edition`` is the beginning of one, and the letter says so.
    """

    edition: Edition
    imprint: Imprint
    house: House
    words: Mapping[str, str]
    address: str
    day: str
    published: str
    corrected: str
    voices: str
    occasion: tuple[str, ...]
    history: tuple[tuple[str, str], ...]
    colophon: tuple[str, ...]
    is_excerpt: bool = False

    @property
    def root(self) -> str:
        """The way from the page's address to the site's root, so that a copy on a disk works."""
        return "../" * len(self.imprint.path.split("/"))

    @property
    def house_lang(self) -> Markup:
        """The attribute that the house's own words need in an edition of another language."""
        if self.house.language == self.edition.language:
            return Markup("")
        return Markup(' lang="{}"').format(self.house.language)

    @property
    def direction(self) -> Markup:
        return Markup(' dir="rtl"') if self.sides[0] == "right" else Markup("")

    @property
    def sides(self) -> tuple[str, str]:
        """Where a line of the edition's language starts, and where it ends."""
        primary = self.edition.language.split("-")[0].lower()
        return ("right", "left") if primary in _RIGHT_TO_LEFT else ("left", "right")


def about(edition: Edition, imprint: Imprint, house: House) -> About:
    words = catalogue("newsletter", edition.language)
    revisions = [
        (long_date(local_day(r.at, house.timezone), edition.language), r.note)
        for r in reversed(imprint.history[1:])
    ]
    published = long_date(local_day(imprint.published, house.timezone), edition.language)
    colophon = [
        house.publisher or house.name,
        *stated(words, imprint, published),
    ]
    if house.licence:
        colophon.append(words["licence"].format(licence=house.licence))
    return About(
        edition=edition,
        imprint=imprint,
        house=house,
        words=words,
        address=house.url(f"{imprint.path}/"),
        day=long_date(edition.date, edition.language) if edition.date else "",
        published=published,
        corrected=revisions[0][0] if revisions else "",
        voices=with_speakers(edition.speakers, edition.language),
        occasion=when_and_where(edition.event, edition.language) if edition.event else (),
        history=tuple(revisions),
        colophon=tuple(colophon),
    )


def around(facts: About) -> dict[str, Any]:
    """What the templates of the page and of the e-mail both ask for, by name."""
    colours = palette(facts.house)
    language = facts.edition.language
    start, end = facts.sides
    context = {f.name: getattr(facts, f.name) for f in fields(facts)}
    return context | {
        "root": facts.root,
        "house_lang": facts.house_lang,
        "direction": facts.direction,
        "start": start,
        "end": end,
        "trial": facts.imprint.trial,
        "day": day_html(facts.day, language),
        "occasion": [day_html(line, language) for line in facts.occasion],
        "history": [(day_html(day, language), note) for day, note in facts.history],
        "blocks": views(facts.edition.blocks),
        "palette": colours,
        "light": colours.light,
        "dark": colours.dark,
    }


def day_html(day: str, language: str) -> Markup:
    """Words with days in them as the language sets these: French raises the ending of the first
    of the month."""
    if served(language) == "fr":
        return Markup(re.sub(r"\b1er ", "1<sup>er</sup> ", str(Markup.escape(day))))  # noqa: S704
    return Markup.escape(day)


def stated(words: Mapping[str, str], imprint: Imprint, day: str) -> tuple[str, ...]:
    """When it was published, as which revision; of a trial, only when it was tried."""
    if imprint.trial:
        return (words["tried"].format(date=day),)
    return words["published"].format(date=day), words["revision"].format(number=imprint.revision)
