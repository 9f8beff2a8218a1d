"""The words that stand around an edition: catalogues, dates, and the environment of the templates.

Each folder of ``templates/`` keeps its words in ``words.<language>.toml``, one flat table;
``templates/shared`` holds those that several use. The proof allows in a channel the words of the
edition and of its catalogue, and no others.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast
from zoneinfo import ZoneInfo

from flows.edition import Finding
from flows.reading import inline_text, plain

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from flows.house import House

_HERE = Path(__file__).resolve().parent
#: The checkout's folder, or the copy that the wheel carries.
TEMPLATES = next(p for p in (_HERE / "_templates", _HERE.parent / "templates") if p.is_dir())
#: The languages that have a catalogue; others are served the first.
LANGUAGES = ("en", "fr")


def served(language: str) -> str:
    """The catalogue's language for a BCP 47 tag: ``fr-CA`` → ``fr``, an unknown one → ``en``."""
    primary = language.split("-")[0].lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]


@cache
def catalogue(folder: str, language: str) -> Mapping[str, str]:
    """The words of a template folder, over the shared ones, by key."""
    words: dict[str, str] = {}
    for name in ("shared", folder):
        path = TEMPLATES / name / f"words.{served(language)}.toml"
        if path.is_file():
            words |= cast("dict[str, str]", tomllib.loads(path.read_text(encoding="utf-8")))
    return MappingProxyType(words)


class Sentence(NamedTuple):
    """A sentence of a template folder by its key, to be said in whatever language is asked for."""

    folder: str
    key: str
    values: Mapping[str, object] = MappingProxyType({})

    def told(self, language: str) -> str:
        return catalogue(self.folder, language)[self.key].format(**self.values)


class ToldError(Exception):
    """What went wrong, in a sentence that can be said in either language; ``str`` of it is
    English."""

    def __init__(self, said: Sentence) -> None:
        super().__init__(said.told("en"))
        self.said = said


def with_speakers(speakers: Sequence[str], language: str) -> str:
    """``Avec A, B et C``, or nothing; parted by semicolons where a name has a comma in it, as one
    has that is followed by what the person does."""
    if not speakers:
        return ""
    words = catalogue("speakers", language)
    *others, last = speakers
    has_roles = any("," in name for name in speakers)
    listed = [words["apart"].join(others) if has_roles else ", ".join(others), last]
    return words["with"].format(names=f" {words['and']} ".join(filter(None, listed)))


def long_date(day: date, language: str) -> str:
    """``16 août 2018`` / ``1er mars 2015`` / ``16 August 2018``, as the language writes a day."""
    from babel.dates import format_date

    pattern = "d MMMM y"
    text = format_date(day, pattern, locale=served(language))
    if served(language) == "fr" and day.day == 1:
        text = text.replace("1 ", "1er ", 1)
    return text


def og_locale(language: str) -> str:
    """A language as the Open Graph names it, ``language_TERRITORY``: the likeliest territory
    where the tag has none (Unicode CLDR)."""
    from babel import Locale
    from babel.core import get_global

    primary, _dash, territory = language.replace("_", "-").partition("-")
    likely = str(get_global("likely_subtags").get(primary, ""))
    found = territory.upper() or (Locale.parse(likely).territory if likely else "")
    return f"{primary}_{found}" if found else primary


def issue_title(title: str, end: datetime, house: House) -> str:
    """The title of a digest's issue: ``{month}`` and ``{year}`` are those of the day before its
    slot, as a digest tells of what was."""
    from babel.dates import format_date

    day = local_day(end, house.timezone) - timedelta(days=1)
    month = format_date(day, "LLLL", locale=served(house.language))
    return title.format(month=month, year=day.year)


def bound(title: str) -> str:
    """A title whose last word keeps the one before it company, so that no line is one word."""
    words = title.split(" ")
    if len(words) < 4 or len(words[-1]) > 12:
        return title
    return " ".join(words[:-1]) + "\u00a0" + words[-1]


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of an aware moment in the house's time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def script_json(value: object) -> Markup:
    """A value as JSON that may stand in a ``<script>`` element, which no text of it can end
    (HTML §4.12.1.3); keys keep their order."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 – no sign of markup is left


@cache
def environment(folder: str) -> Environment:
    """The Jinja environment of a template folder: escaping on, a missing name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader([TEMPLATES / folder, TEMPLATES / "shared"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["plain"] = plain
    env.filters["script_json"] = script_json
    env.filters["og_locale"] = og_locale
    env.filters["bound"] = bound
    env.filters["words_of"] = inline_text
    env.filters["long_date"] = long_date
    return env


@cache
def _findings(language: str) -> Mapping[str, Mapping[str, str]]:
    sentences: dict[str, Mapping[str, str]] = {}
    for path in sorted((TEMPLATES / "findings").glob(f"*.{served(language)}.toml")):
        sentences |= tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(sentences)


def say(finding: Finding, language: str) -> tuple[str, str]:
    """A finding in plain words: what is so, and what to do."""
    entry = _findings(language)[finding.rule]
    values = dict(finding.values)
    return entry["message"].format_map(values), entry["remedy"].format_map(values)
