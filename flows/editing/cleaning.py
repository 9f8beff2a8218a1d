"""Cleaning inside the text: encodings, markup and characters that nobody wrote on purpose.

Each rule changes words, records each change word by word, and says once where it began.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from flows.editing.draft import Draft, Outcome, note, rule
from flows.editing.tree import leaves, map_runs, map_texts
from flows.edition import Change, Inlines, Place, Text
from flows.reading import inline_text, normal

#: ``(start, end, replacement)``, in order and apart from each other.
Edit = tuple[int, int, str]
Edits = Callable[[str], Iterable[Edit]]
#: What the source says about itself and a reader will see.
SEEN = ("title", "section", "category", "speakers", "tags")


@rule("mojibake")
def mojibake(draft: Draft, name: str) -> Outcome:
    """Text decoded with the wrong table (``Ã©`` for ``é``), read again with the right one."""
    return _clean(draft, name, _mojibake)


@rule("stray-markup")
def stray_markup(draft: Draft, name: str) -> Outcome:
    """Tags, entities and asterisks that a website or an editor left in the text."""
    return _clean(draft, name, _stray_markup)


@rule("zero-width")
def zero_width(draft: Draft, name: str) -> Outcome:
    """Characters without a width. Joiners stay where a script or an emoji needs them, and so do
    the marks of direction."""
    return _clean(draft, name, _zero_width)


@rule("soft-hyphen")
def soft_hyphen(draft: Draft, name: str) -> Outcome:
    """Hyphens that show only at the end of a line: each channel finds its own."""
    return _clean(draft, name, lambda text: ((*m.span(), "") for m in _SOFT.finditer(text)))


@rule("double-space")
def double_space(draft: Draft, name: str) -> Outcome:
    """Two spaces or more where one is meant."""
    return _clean(draft, name, _double_space)


# ------------------------------------------------------------------------- what each looks for

# UTF-8 read as Windows-1252: the first byte of a character, then as many as it announces.
_TAIL = "[\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_SUSPECT = re.compile(f"[Â-ß](?:{_TAIL}| )|[à-ï]{_TAIL}{{2}}|ð{_TAIL}{{2,3}}|√[©®†ß™®]|Ã")


def _mojibake(text: str) -> Iterator[Edit]:
    if not _SUSPECT.search(text):
        return  # ftfy would say the same; loading it costs a tenth of a second
    from ftfy import fix_encoding

    fixed = normal(fix_encoding(text))
    if fixed == text or not fixed.strip():
        return
    start = next(
        (i for i, (a, b) in enumerate(zip(text, fixed, strict=False)) if a != b),
        min(len(text), len(fixed)),
    )
    end, stop = len(text), len(fixed)
    while end > start and stop > start and text[end - 1] == fixed[stop - 1]:
        end, stop = end - 1, stop - 1
    yield start, end, fixed[start:stop]


_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|script|span|strong|style"
    r"|sub|sup|table|tbody|td|th|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{2,7}|#x[0-9a-fA-F]{2,6}|[a-zA-Z]{2,8}\d{0,2});")
_STARS = re.compile(r"\*\*(?=[^\s*])([^*\n]+)(?<=\S)\*\*")
_BREAKING = re.compile(r"</?(?:br|p|div|li|td|th|tr|h[1-6]|hr)\b", re.IGNORECASE)


def _stray_markup(text: str) -> Iterator[Edit]:
    found: list[Edit] = []
    for tag in _TAG.finditer(text):
        inside = text[tag.start() - 1 : tag.start()].strip() and text[tag.end() : tag.end() + 1]
        parts = bool(_BREAKING.match(tag.group())) and inside and not inside.isspace()
        found.append((*tag.span(), " " if parts else ""))
    for entity in _ENTITY.finditer(text):
        meant = _character(entity.group())
        if meant != entity.group():
            found.append((*entity.span(), meant))
    for stars in _STARS.finditer(text):
        found += [(stars.start(), stars.start(1), ""), (stars.end(1), stars.end(), "")]
    last = 0
    for edit in sorted(found):
        if edit[0] >= last:
            last = edit[1]
            yield edit


def _character(entity: str) -> str:
    """The one character that an entity names; the entity where it names none that may stand."""
    meant = html.unescape(entity)
    if len(meant) > 1 or not (meant.isprintable() or meant == "\u00a0" or meant == "\u00ad"):
        return entity
    return meant


_SOFT = re.compile("\u00ad")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff\u200c\u200d]")
#: Scripts whose letters join, or whose clusters are made, with U+200C and U+200D; and emoji.
_JOINING = re.compile("[\u0590-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufeff]")
_PICTURE = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]")


def _zero_width(text: str) -> Iterator[Edit]:
    for found in _ZERO_WIDTH.finditer(text):
        around = text[max(0, found.start() - 1) : found.start()], text[found.end() :][:1]
        needed = found.group() in "\u200c\u200d" and any(
            _JOINING.match(c) or _PICTURE.match(c) for c in around
        )
        if not needed:
            yield (*found.span(), "")


_SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f]{2,}")


def _double_space(text: str) -> Iterator[Edit]:
    return ((*found.span(), " ") for found in _SPACES.finditer(text))


# --------------------------------------------------------------------------------- doing it all


@dataclass
class _Cleaner:
    """Applies edits text by text, and collects the changes with their places."""

    rule: str
    edits: Edits
    spot: Callable[[Place, str, int], Place]
    place: Place = field(default_factory=lambda: Place(""))
    changes: list[Change] = field(default_factory=list)

    def __call__(self, text: str) -> str:
        return inline_text(self.run((Text(text),)))

    def run(self, children: Inlines) -> Inlines:
        """Edits each piece of a run; a change names whole words, though a word may go on from
        one piece to the next."""
        pieces, edits, length = [], [], 0
        for piece in leaves(children):
            edits += [(length + a, length + b, new) for a, b, new in self.edits(piece)]
            pieces.append(piece)
            length += len(piece)
        if not edits:
            return children
        text = "".join(pieces)
        for start, end, inside in _word_by_word(text, edits):
            before, after = text[start:end], _apply(text, inside, start, end)
            place = self.spot(self.place, before, start)
            self.changes.append(Change(self.rule, place, before, after))
        return map_texts(children, lambda piece: _apply(piece, self.edits(piece), 0, len(piece)))


def _word_by_word(text: str, edits: list[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    """The edits in groups, each with the whole words that it touches."""
    group: list[Edit] = []
    start = end = 0
    for edit in edits:
        if group and edit[0] > end:
            yield start, end, group
            group = []
        if not group:
            start = edit[0]
            while start > 0 and not text[start - 1].isspace():
                start -= 1
        if not group or edit[1] > end:  # what was walked through once is not walked again
            end = edit[1]
            while end < len(text) and not text[end].isspace():
                end += 1
        group.append(edit)
    yield start, end, group


def _apply(text: str, edits: Iterable[Edit], start: int, end: int) -> str:
    parts: list[str] = []
    for left, right, new in edits:
        parts += [text[start:left], new]
        start = right
    return "".join([*parts, text[start:end]])


def _clean(draft: Draft, name: str, edits: Edits) -> Outcome:
    cleaner = _Cleaner(name, edits, draft.spot)
    cleaner.place = draft.place("standfirst")
    standfirst = cleaner.run(draft.standfirst)
    placed = []
    for old in draft.placed:
        cleaner.place = old.place
        block = map_runs(old.block, cleaner.run, cleaner)
        placed.append(old if block == old.block else replace(old, block=block))
    metadata = []
    for key, value in draft.metadata:
        cleaner.place = draft.place(key)
        metadata.append((key, cleaner(value) if key in SEEN else value))
    if not cleaner.changes:
        return Outcome(draft)
    changes = tuple(cleaner.changes)
    first = min(changes, key=lambda change: (change.place.line, change.place.column))
    values = {"before": first.before, "after": first.after, "count": str(len(changes))}
    return Outcome(
        replace(draft, placed=tuple(placed), standfirst=standfirst, metadata=tuple(metadata)),
        (note(name, first.place, **values),),
        changes,
    )
