"""What a reader notes while it reads one source: findings, changes and where things stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.edition import FORBIDDEN, Change, Finding, Inlines, Place, Severity, Text
from flows.manuscript import Placed
from flows.reading import normal

#: A file that is damaged everywhere gets this many changes listed; the finding gives the count.
LISTED = 200
#: A longer line is no paragraph that a person wrote; layout would need minutes for it.
MAX_LINE = 100_000
_INLINED = re.compile(r"data:image/[^)\s\"'>]*")
_BLANKS = re.compile(r"[\t\n\v\f\r\u2028\u2029]+")


class Refusal(Exception):  # noqa: N818 - it is no fault of ours: the source is refused
    """The source, or a picture of it, cannot be used; carries the error finding to be made."""

    def __init__(self, rule: str, line: int = 0, words: str = "", **values: str) -> None:
        super().__init__(rule)
        self.rule, self.line, self.words, self.values = rule, line, words, values


def first_words(text: str, count: int = 8) -> str:
    """The first words of ``text``, enough to find it again, at most 80 characters."""
    return " ".join(text[:400].split()[:count])[:80]


@dataclass
class Record:
    """Collects what one reading has to say. ``file`` is relative to content/."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def place(self, line: int = 0, words: str = "") -> Place:
        return Place(self.file, line, 0, first_words(normal(_printable(words))))

    def error(self, rule: str, place: Place, **values: str) -> None:
        self._find(rule, Severity.ERROR, place, values)

    def doubt(self, rule: str, place: Place, **values: str) -> None:
        self._find(rule, Severity.DOUBT, place, values)

    def note(self, rule: str, place: Place, **values: str) -> None:
        self._find(rule, Severity.NOTE, place, values)

    def refuse(self, refusal: Refusal) -> None:
        self.error(refusal.rule, self.place(refusal.line, refusal.words), **refusal.values)

    def took(self, rule: str, place: Place, before: str, after: str = "") -> None:
        """Notes that a rule took words out of the text, or put others in their place."""
        self.changes.append(Change(rule, place, normal(before), normal(after)))

    def _find(self, rule: str, severity: Severity, place: Place, values: dict[str, str]) -> None:
        shown = tuple((key, _printable(value)) for key, value in values.items())
        self.findings.append(Finding(rule, severity, place, shown))


@dataclass
class Reading:
    """What a reader found in a source, before edition.toml has its say.

    ``metadata`` has its keys from :data:`flows.manuscript.METADATA_KEYS`.
    """

    placed: list[Placed] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    standfirst: Inlines = ()

    def state(self, key: str, value: str, place: Place) -> None:
        self.metadata[key], self.places[key] = value, place


# ------------------------------------------------------------------------ characters to refuse


def clean_lines(text: str, record: Record) -> str:
    """``text`` in NFC, with lines ended by a line feed and without forbidden characters.

    Each word that lost some is a change in ``record``, and one note says how many there were.
    """
    text = re.sub(r"\r\n|[\r\v\f\u2028\u2029]", "\n", text)
    if not FORBIDDEN.search(text):
        return normal(text)
    lines, first, count = [], 0, 0
    for number, line in enumerate(text.split("\n"), start=1):
        if found := len(FORBIDDEN.findall(line)):
            first, count = first or number, count + found
            line = _clean_words(line, record, number)
        lines.append(line)
    record.note("control-characters", record.place(first), count=str(count))
    return normal("\n".join(lines))


def check_lines(text: str) -> None:
    """Raises :class:`Refusal` for a line too long to be set; pictures in it do not count."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE and len(_INLINED.sub("", line)) > MAX_LINE:
            raise Refusal("line-too-long", number, line, length=str(len(line)))


def clean(text: str, record: Record) -> str:
    """A single line of text, as :func:`clean_lines` does, for formats that have no lines."""
    text = _BLANKS.sub(" ", text)
    if found := len(FORBIDDEN.findall(text)):
        text = _clean_words(text, record, 0)
        record.note("control-characters", record.place(words=text), count=str(found))
    return normal(text)


def _clean_words(line: str, record: Record, number: int) -> str:
    for word in line.split():
        if len(record.changes) >= LISTED:
            break
        if FORBIDDEN.search(word):
            after = FORBIDDEN.sub(_replacement, word)
            place = record.place(number, after)
            record.took("control-characters", place, _printable(word)[:200], after[:200])
    return FORBIDDEN.sub(_replacement, line)


def _replacement(found: re.Match[str]) -> str:
    # C1 controls in text are nearly always cp1252 read as Latin-1: U+0092 was typed as ’.
    code = ord(found.group())
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", errors="ignore")
    return ""


def _printable(text: str) -> str:
    return FORBIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def runs_of(text: str) -> Inlines:
    """``text`` as inline text; empty for an empty string."""
    return (Text(text),) if text else ()
