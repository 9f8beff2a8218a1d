"""Metadata that is written down: a Markdown file's front matter, and edition.toml beside a source.

Both have the keys of :data:`flows.manuscript.METADATA_KEYS`, and ``lang`` for ``language``. Values
are kept as they were typed: ``no`` stays a word, and what is no day is for editing to judge.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time

from flows.days import iso_day
from flows.edition import Place, Severity
from flows.manuscript import METADATA_KEYS
from flows.sources._record import Reading, Record, clean

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_LINE_OF_ERROR = re.compile(r"line (\d+)")
MAX_FRONT_MATTER = 100_000


def take_front_matter(text: str, reading: Reading, record: Record) -> str:
    """States in ``reading`` what the front matter says, and blanks its lines, so that those of
    the text keep their numbers."""
    found = _FRONT_MATTER.match(text[:MAX_FRONT_MATTER])
    if not found:
        return text
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    start = text.count("\n", 0, found.start(1)) + 1
    try:
        if any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(found.group(1), Loader=loader)):
            raise TypeError("*")  # a few lines of them can stand for a billion values
        root = yaml.compose(found.group(1), Loader=loader)
        pairs = list(_pairs(root, start)) if root is not None else []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = start + mark.line if mark else start
        record.error("front-matter", record.place(line), problem=_problem(error))
        pairs = []
    except (RecursionError, TypeError) as error:
        record.error("front-matter", record.place(start), problem=str(error)[:100])
        pairs = []
    for key, value, line in pairs:
        _state(key, value, record.place(line, f"{key}: "), reading, record, Severity.DOUBT)
    return "\n" * found.group().count("\n") + text[found.end() :]


_EMBARGO = re.compile(r"^\W{0,4}publish[_ -]?at\W{0,2}[:=].*$", re.IGNORECASE | re.MULTILINE)


def tell_unread_embargo(text: str, reading: Reading, record: Record) -> None:
    """An embargo that stands where none is read must not be published as if there were none:
    a front matter that is not closed, or that is not the first thing of its file."""
    if reading.metadata.get("publish_at"):
        return
    if found := _EMBARGO.search(text):
        line = text.count("\n", 0, found.start()) + 1
        record.error("unread-embargo", record.place(line, found.group().strip()[:60]))


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", "") or error).split("\n")[0][:100]


def _pairs(root: object, start: int) -> Iterator[tuple[str, object, int]]:
    import yaml

    if not isinstance(root, yaml.MappingNode):
        raise TypeError("key: value")
    for key, value in root.value:
        yield str(key.value), _plain_value(value), start + key.start_mark.line


def _plain_value(node: object) -> object:
    import yaml

    if isinstance(node, yaml.SequenceNode):
        return [_plain_value(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode):
        return "" if node.style is None and node.value in ("null", "~") else node.value
    return None


def take_edition_toml(data: bytes, reading: Reading, record: Record) -> None:
    """Puts what edition.toml says over what ``reading`` holds; ``record`` is that of the file."""
    try:
        text = data.decode("utf-8-sig")
        stated = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        line = _LINE_OF_ERROR.search(str(error))
        place = record.place(int(line.group(1)) if line else 0)
        record.error("edition-toml", place, problem=str(error).split("\n")[0][:100])
        return
    for key, value in stated.items():
        found = re.search(rf"""^[ \t\[]*["']?{re.escape(key)}["']?\s*[=\].]""", text, re.MULTILINE)
        at = text.count("\n", 0, found.end()) + 1 if found else 0
        place = record.place(at, key)
        _state(key, value, place, reading, record, Severity.ERROR)


def _state(
    key: str, value: object, place: Place, reading: Reading, record: Record, unknown: Severity
) -> None:
    name = {"lang": "language"}.get(key, key)
    if name not in METADATA_KEYS:
        say = record.error if unknown is Severity.ERROR else record.doubt
        if meant := difflib.get_close_matches(name.lower(), METADATA_KEYS, 1, 0.75):
            # An embargo that is misspelt must not be published as if there were none.
            record.error("misspelt-key", place, key=key[:60], meant=meant[0])
        else:
            say("unknown-key", place, key=key[:60], known=", ".join(METADATA_KEYS))
        return
    text = _as_text(value, record)
    if text is None:
        record.error("metadata-value", place, key=name)
    elif name == "date" and text:
        reading.state(name, iso_day(text), place)
    elif text or name in reading.metadata:
        reading.state(name, text, place)


def _as_text(value: object, record: Record) -> str | None:
    """A value as one string; a list's items end in line feeds; None for what is neither."""
    if isinstance(value, str):
        return clean(value, record).strip()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        parts = [_as_text(item, record) for item in value]
        # Each item ends its line, so that a list of one is still a list.
        return None if None in parts else "".join(f"{part}\n" for part in parts if part)
    return None
