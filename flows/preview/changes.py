"""Changes made visible: before and after, with the blanks that differ drawn as signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup

from flows.edition import Change

#: Characters of unchanged text kept on each side of a difference.
CONTEXT = 28
#: Longer texts are cut before they are compared, which takes the square of their length.
LONGEST = 1_200
#: Changes of one rule that are shown at once; the others wait in a fold.
AT_ONCE = 5

#: How a blank is drawn where it makes the difference, by class; see ``.blank`` in the stylesheet.
_BLANKS = {
    " ": "plain",
    "\u00a0": "nobreak",
    "\u202f": "thin",
    "\u2009": "thin",
    "\t": "tab",
    "\n": "return",
    "\u00ad": "hidden",
    "\u200b": "hidden",
    "\u200c": "hidden",
    "\u200d": "hidden",
    "\u2060": "hidden",
    "\ufeff": "hidden",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One change: its line in the source (0 unknown), and both sides as HTML."""

    line: int
    before: Markup
    after: Markup


@dataclass(frozen=True, slots=True)
class Group:
    """All that one rule did, in the source's order."""

    rule: str
    first: tuple[Shown, ...]
    more: tuple[Shown, ...]

    @property
    def count(self) -> int:
        return len(self.first) + len(self.more)


def grouped(changes: Sequence[Change]) -> tuple[Group, ...]:
    """Changes by rule: those that took words first, since they weigh most; then by name."""
    by_rule: dict[str, list[Change]] = {}
    for change in changes:
        by_rule.setdefault(change.rule, []).append(change)

    def weight(rule: str) -> tuple[bool, str]:
        return not any(taken_words(change) for change in by_rule[rule]), rule

    groups = []
    for rule in sorted(by_rule, key=weight):
        shown = tuple(_shown(change) for change in by_rule[rule])
        groups.append(Group(rule, shown[:AT_ONCE], shown[AT_ONCE:]))
    return tuple(groups)


def taken_words(change: Change) -> bool:
    """True where letters or digits were taken or put, not blanks and signs alone."""

    def letters(text: str) -> list[str]:
        return [c for c in text if c.isalnum()]

    return letters(change.before) != letters(change.after)


def _shown(change: Change) -> Shown:
    before, after = change.before[:LONGEST], change.after[:LONGEST]
    if not after:
        return Shown(change.place.line, Markup("<del>{}</del>").format(_visible(before)), Markup())
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return Shown(
        change.place.line,
        Markup("").join(_side(before, [(op, i, j) for op, i, j, _, _ in codes], "del")),
        Markup("").join(_side(after, [(op, i, j) for op, _, _, i, j in codes], "ins")),
    )


def _side(text: str, parts: Sequence[tuple[str, int, int]], tag: str) -> Iterator[Markup]:
    for index, (op, start, end) in enumerate(parts):
        piece = text[start:end]
        if op != "equal":
            if piece:
                yield Markup("<{0}>{1}</{0}>").format(Markup(tag), _visible(piece))  # noqa: S704
            continue
        last = index == len(parts) - 1
        head = piece[:CONTEXT] if index or last else ""
        tail = "" if last else piece[-CONTEXT:]
        cut = len(piece) > len(head) + len(tail)
        yield Markup.escape(f"{head}…{tail}" if cut else piece)


def _visible(text: str) -> Markup:
    """``text`` with each blank as a sign: what is about blanks must show them."""
    if any(not c.isspace() and c not in _BLANKS for c in text):
        return Markup.escape(text)
    blanks = (_BLANKS.get(c, "plain") for c in text)
    return Markup("").join(Markup('<i class="blank {}"></i>').format(kind) for kind in blanks)
