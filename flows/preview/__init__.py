"""The officer's page: what was understood, what to look at, and the channels as they would go out.

It opens from the disk, without a server and without JavaScript. Its files lie as the site's will,
so that the relative addresses inside the renditions hold::

    preview/<entry>/index.html                 the officer's page
    preview/<entry>/assets/…                   shared stylesheet and fonts
    preview/<entry>/<year>/<slug>/index.html   the page, newsletter.html, brochure.pdf …
    preview/<entry>/<year>/<slug>/feed-item.html   the feed's item as a reader shows it
    preview/<entry>/<year>/<slug>/leaves/…     the brochures' pages as pictures
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from slugify import slugify

from flows.edition import (
    Block,
    Change,
    Edited,
    Edition,
    Figure,
    Finding,
    Heading,
    Inlines,
    PullQuote,
    Severity,
    SideBox,
    Table,
)
from flows.house import House
from flows.looks import palette, site_assets
from flows.manuscript import Manuscript
from flows.occasions import when_and_where
from flows.preview.changes import grouped
from flows.preview.files import HTML, files_beside, leaves, with_leaves
from flows.reading import inline_runs, inline_text, plain, walk
from flows.rendition import File, Rendition
from flows.words import catalogue, environment, long_date, say, served

#: The most characters of a pull quote or a caption in the outline.
OUTLINE_WORDS = 90


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what was understood; ``value`` is empty where nothing was found."""

    key: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the outline: its depth (0 for the first level), kind and words."""

    depth: int
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """One finding in plain words; ``where`` may be empty, and so may ``words``, those of the source
    where the message does not quote them already."""

    severity: str
    rule: str
    where: str
    words: str
    message: str
    remedy: str


def preview(
    entry_name: str,
    manuscript: Manuscript,
    edited: Edited,
    renditions: Sequence[Rendition],
    house: House,
    language: str,
) -> tuple[File, ...]:
    """The officer's page, first, then all that it shows; paths start with ``preview/``.

    ``language`` is the officer's. ``renditions`` may be empty, or miss channels: the page shows
    those that are there. A refused edition (``edited.edition is None``) gives the page alone.
    """
    folder = f"preview/{folder_name(entry_name)}"
    edition = edited.edition
    path = edition_path(edition, renditions)
    beside = with_leaves(files_beside(path, renditions, house))
    fonts = {file.path: file for file in site_assets(house)}
    page = environment("preview").get_template("page.html").render(
        words=catalogue("preview", language),
        language=served(language),
        house=house,
        colours=palette(house),
        fonts=_font_names(tuple(fonts)),
        title=edition.title if edition else dict(manuscript.metadata).get("title", entry_name),
        verdict=verdict(edited),
        facts=facts(manuscript, edited, house, path, language),
        outline=outline(edition.blocks if edition else [p.block for p in manuscript.placed]),
        points=points(_all_findings(manuscript, edited), language),
        changes=grouped(_all_changes(manuscript, edited)),
        path=path,
        leaves=leaves(path, beside),
        shown={file.path.removeprefix(f"{path}/") for file in beside},
    )  # fmt: skip
    files = fonts | {file.path: file for file in beside}
    return (
        File(f"{folder}/index.html", HTML, page.encode("utf-8", "replace")),
        *(File(f"{folder}/{p}", f.media_type, f.data) for p, f in sorted(files.items())),
    )


def folder_name(entry_name: str) -> str:
    """A folder for an entry's preview: its name where that is plain, else a slug and a hash."""
    if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", entry_name):
        return entry_name
    digest = hashlib.sha256(entry_name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slugify(entry_name, max_length=60) or 'edition'}-{digest}"


def edition_path(edition: Edition | None, renditions: Sequence[Rendition]) -> str:
    """``<year>/<slug>``: as the feed's item states it, else as the edition's date suggests.

    Empty where there is no edition. Always two levels, which the renditions count on.
    """
    for file in (file for rendition in renditions for file in rendition.files):
        if file.path == "parts/item.json":
            return str(json.loads(file.data)["path"])
    if edition is None:
        return ""
    return f"{edition.date.year if edition.date else 'edition'}/{edition.slug}"


def verdict(edited: Edited) -> str:
    """The gravest severity found, or ``clean``."""
    found = {finding.severity for finding in edited.findings}
    if edited.refused():
        return str(Severity.ERROR)
    return next((str(s) for s in (Severity.DOUBT, Severity.NOTE) if s in found), "clean")


# ------------------------------------------------------------------------------- what is shown


def facts(
    manuscript: Manuscript, edited: Edited, house: House, path: str, language: str
) -> tuple[Fact, ...]:
    """What was understood of the source, in reading order."""
    words = catalogue("preview", language)
    if edited.edition is None:
        stated = dict(manuscript.metadata)
        keys = ("title", "date", "section", "category", "language", "speakers", "tags")
        known = [Fact(key, ", ".join(stated.get(key, "").split("\n"))) for key in keys]
        opening = stated.get("standfirst") or inline_text(manuscript.standfirst)
        count = _count([placed.block for placed in manuscript.placed])
    else:
        known, opening, count = (
            _edition_facts(edited.edition, house, path, language),
            inline_text(edited.edition.standfirst),
            _count(edited.edition.blocks),
        )
    total = words["word_count"].format(count=format_decimal(count, locale=served(language)))
    return (
        *known,
        Fact("standfirst", opening),
        Fact("length", total),
        Fact("source", manuscript.file, code=True),
    )


def _edition_facts(edition: Edition, house: House, path: str, language: str) -> list[Fact]:
    embargo = edition.publish_at
    known = [
        Fact("title", edition.title),
        Fact("date", long_date(edition.date, language) if edition.date else ""),
        Fact("section", edition.section),
        Fact("category", edition.category),
        Fact("language", _language_name(edition.language, language)),
        Fact("speakers", " ; ".join(edition.speakers)),
        Fact("tags", ", ".join(edition.tags)),
        Fact("address", house.url(f"{path}/"), code=True),
    ]
    if embargo:
        local = embargo.astimezone(house.zone)
        known.append(Fact("publish_at", f"{long_date(local.date(), language)}, {local:%H:%M}"))
    if edition.event:
        known.append(Fact("event", " · ".join(when_and_where(edition.event, language))))
    return known


def _language_name(tag: str, language: str) -> str:
    """``français (fr)``; the bare tag where nothing better is known."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(served(language))
    except (UnknownLocaleError, ValueError):
        name = None
    return f"{name} ({tag})" if name else tag


def _count(blocks: Sequence[Block]) -> int:
    """Words in blocks, notes included; a sign that stands alone is no word."""
    runs = (inline_text(run, notes=True) for block in blocks for run in inline_runs(block))
    return sum(any(c.isalnum() for c in word) for run in runs for word in run.split())


def outline(blocks: Sequence[Block]) -> tuple[Entry, ...]:
    """Headings by their depth, and what stands between them: boxes, figures, tables, quotes."""
    return tuple(_outline(blocks))


def _outline(blocks: Sequence[Block]) -> Iterator[Entry]:
    depth = 0
    in_box: set[int] = set()
    for block in walk(blocks):
        inside = id(block) in in_box
        match block:
            case Heading() if not inside:
                depth = block.level
                yield Entry(depth - 1, "heading", _short(block.children))
            case SideBox():
                in_box |= {id(inner) for inner in walk(block.blocks)}
                yield Entry(depth, "side_box", _short(block.heading))
            case Figure():
                yield Entry(depth, "figure", _short(block.caption) or plain(block.alt))
            case Table():
                yield Entry(depth, "table", _short(block.caption))
            case PullQuote():
                yield Entry(depth, "pull_quote", _short(block.children))
            case _:
                pass


def _short(children: Inlines) -> str:
    text = " ".join(inline_text(children).split(" "))
    return text if len(text) <= OUTLINE_WORDS else text[:OUTLINE_WORDS].rsplit(" ", 1)[0] + "…"


def points(findings: Sequence[Finding], language: str) -> tuple[Point, ...]:
    """Findings in plain words: errors, then doubts, then notes; each as they stand in the text."""
    words = catalogue("preview", language)
    rank = list(Severity)
    ordered = sorted(findings, key=lambda f: (rank.index(f.severity), f.place, f.rule))
    told = []
    for finding in ordered:
        message, remedy = say(finding, language)
        line = finding.place.line
        where = words["line"].format(line=line) if line else ""
        found = plain(finding.place.words)
        said = found if found not in plain(message) else ""
        told.append(Point(str(finding.severity), finding.rule, where, said, message, remedy))
    return tuple(told)


def _all_findings(manuscript: Manuscript, edited: Edited) -> tuple[Finding, ...]:
    """Editing hands on what reading found; where it did not, it is added here."""
    return tuple(dict.fromkeys((*edited.findings, *manuscript.findings)))


def _all_changes(manuscript: Manuscript, edited: Edited) -> tuple[Change, ...]:
    return tuple(dict.fromkeys((*manuscript.changes, *edited.changes)))


def _font_names(paths: Sequence[str]) -> dict[str, str]:
    """``serif-regular`` → ``assets/serif-regular-1a2b3c4d.woff2``; the sans of any theme is
    ``sans-…``."""
    fonts = (path for path in paths if path.endswith(".woff2"))
    stems = {path.removeprefix("assets/").rsplit("-", 1)[0]: path for path in fonts}
    return {stem.replace("humanist-", "sans-"): path for stem, path in stems.items()}
