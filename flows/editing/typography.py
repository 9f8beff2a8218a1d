"""The spacing, quotes and dashes of a language, set across emphasis, links and notes.

polytypo sets strings; here a run of inline text is joined to one string, set, and taken apart
again. No word is ever changed: where the marks of the two strings cannot be paired off one by
one, the run stays as its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from flows.editing import spacing
from flows.editing.tree import map_runs
from flows.edition import Block, Foreign, Inline, Inlines, LineBreak, Link, Note, Superscript, Text

#: Stands for what typography must not look into, and is a letter so that spacing works around it.
OPAQUE = "\U0001d535"
_DOMAIN = r"[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|net|eu|io|info|gouv|bzh|be|ch|ca|uk|de|paris)"
#: Addresses of all kinds, and a program's braces: no prose.
ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>«»\"“”]*[^\s<>«»\"“”.,;:!?)\]…’']"
    rf"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.@-]){_DOMAIN}(?![\w-])(?:/[^\s<>«»\"“”]*[\w/])?"
    r"|\{\{[^{}\n]*\}\}"
    f"|{OPAQUE}"
)
#: One mark, or several that are set as one: what pairs off between the text before and after.
_ATOM = re.compile(r"\.{2,}|…|[-–—]+|\n|\S")
_OPENING = ("«", "—", "–")
_BETWEEN_WORDS = re.compile(r"[\W_]+")

_ORDINAL = re.compile(
    r"(?<![\w./])(1(?=(?:er|re|[èe]re)s?\b)|2(?=nde?s?\b|des?\b|ds?\b)|\d+(?=es?\b|[èe]mes?\b)"
    r"|I(?=er\b|re\b)|(?=[IVX])(?!I(?:e|ème)s?\b)X{0,3}(?:IX|IV|V?I{0,3})(?=es?\b|èmes?\b))"
    r"((?:er|re|[èe]re)s?|nde?s?|des?|ds?|es?|[èe]mes?)\b"
)


def typeset(block: Block, language: str) -> Block:
    """A block in the spacing of its language, nested blocks and alternative texts included."""
    return map_runs(
        block, partial(set_run, language=language), partial(set_text, language=language)
    )


def set_text(text: str, language: str) -> str:
    """A string without markup, such as a title or an alternative text."""
    (piece,) = _set_pieces((text,), language)
    return piece


def set_run(children: Inlines, language: str) -> Inlines:
    """A run of inline text. Foreign passages are set in their own language, addresses not at
    all; French ordinals get their superscript."""
    if not children:
        return children
    pieces = _set_pieces(tuple(_leaves(children)), language)
    done = _rebuild(children, iter(pieces), language)
    return _ordinals(done) if language.split("-")[0].lower() == "fr" else done


# ------------------------------------------------------------------------ taking apart, joining


def _leaves(children: Inlines) -> Iterator[str]:
    for child in children:
        match child:
            case Text(value):
                yield value
            case LineBreak():
                yield "\n"
            case Foreign():
                yield OPAQUE
            case Note():
                pass
            case _:
                yield from _leaves(child.children)


def _rebuild(children: Inlines, pieces: Iterator[str], language: str) -> Inlines:
    """The same tree around new characters; what lost its last space to a neighbour goes."""
    rebuilt = (_rebuild_one(child, pieces, language) for child in children)
    return tuple(child for child in rebuilt if child is not None)


def _rebuild_one(child: Inline, pieces: Iterator[str], language: str) -> Inline | None:
    match child:
        case Text():
            piece = next(pieces)
            return Text(piece) if piece else None
        case LineBreak():
            next(pieces)
            return child
        case Foreign():
            next(pieces)
            return replace(child, children=set_run(child.children, child.language))
        case Note():
            return replace(child, children=set_run(child.children, language))
        case _:
            inner = _rebuild(child.children, pieces, language)
            return replace(child, children=inner) if inner else None


def _set_pieces(pieces: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The pieces of one run, set as one string and cut again where they were cut."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match.group())
        return OPAQUE

    masked = [ADDRESS.sub(hide, piece) for piece in pieces]
    before = "".join(masked)
    after = spacing.set_string(before, language)
    if after == before:
        return pieces
    cut = _cut(before, after, [len(piece) for piece in masked])
    if cut is None:
        return pieces
    shown = iter(hidden)
    return tuple(re.sub(OPAQUE, lambda _: next(shown), piece) for piece in cut)


def _cut(before: str, after: str, lengths: list[int]) -> list[str] | None:
    """``after`` cut into as many pieces as ``lengths`` counts in ``before``; None where the two
    do not pair off mark by mark, with the same words."""
    if _BETWEEN_WORDS.sub("", before) != _BETWEEN_WORDS.sub("", after):
        return None
    if sum(map(bool, lengths)) == 1:
        return [after if length else "" for length in lengths]
    old, new = list(_ATOM.finditer(before)), list(_ATOM.finditer(after))
    if len(old) != len(new):
        return None
    pieces, start, position, passed = [], 0, 0, 0
    for length in lengths[:-1]:
        position += length
        while passed < len(old) and old[passed].start() < position:
            passed += 1
        end = _boundary(before[:position], new, passed, len(after))
        end = max(start, end)
        pieces.append(after[start:end])
        start = end
    return [*pieces, after[start:]]


def _boundary(left: str, marks: list[re.Match[str]], passed: int, length: int) -> int:
    """Where, after ``passed`` marks, two pieces part: a space stays on the side where it stood;
    a new one goes to the mark that asked for it."""
    following = marks[passed] if passed < len(marks) else None
    opened = passed > 0 and marks[passed - 1].group() in _OPENING
    if left[-1:].isspace() or opened:
        return following.start() if following else length
    return marks[passed - 1].end() if passed else 0


# ------------------------------------------------------------------------------------- ordinals


def _ordinals(children: Inlines) -> Inlines:
    """``1er``, ``2e``, ``XXe`` with their endings raised, as French sets them."""
    return tuple(new for child in children for new in _ordinal(child))


def _ordinal(child: Inline) -> Inlines:
    match child:
        case Text(value):
            return _raise(value)
        case LineBreak() | Superscript() | Foreign():
            return (child,)
        case Link(_, (Text(value),)) if ADDRESS.fullmatch(value.strip()):
            return (child,)
        case Note():
            return (child,)  # its own run was set already
        case _:
            return (replace(child, children=_ordinals(child.children)),)


def _raise(value: str) -> Inlines:
    addresses = [m.span() for m in ADDRESS.finditer(value)]
    parts: list[Inline] = []
    start = 0
    for found in _ORDINAL.finditer(value):
        if any(a <= found.start() < b for a, b in addresses):
            continue
        parts += [Text(value[start : found.end(1)]), Superscript((Text(found.group(2)),))]
        start = found.end()
    rest = value[start:]
    return (*parts, Text(rest)) if rest or not parts else tuple(parts)
