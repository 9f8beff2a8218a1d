"""The proof of the source: between manuscript and edition no word came or went without a rule.

Punctuation and spacing are typography's, and do not count; letters and digits do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from flows.edition import Block, Change, Edited, Edition, Figure, Place
from flows.manuscript import Manuscript
from flows.proof.check import Check, fails, holds, share
from flows.proof.words import is_word, words
from flows.reading import inline_runs, inline_text, walk

#: Metadata that is words, in the order in which both sides are read.
_WORDY = ("title", "section", "category", "speakers", "tags")
#: Above this many pairs of words difflib takes seconds: long texts are first cut at the words
#: that both sides have once.
_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class _Said:
    """Words, and for each the number of the field or block that says it."""

    words: tuple[str, ...]
    owners: tuple[int, ...]
    fields: int


def prove(manuscript: Manuscript, edited: Edited) -> tuple[Check, ...]:
    """One check on the words that went, one on those that came. None for a refused edition."""
    edition = edited.edition
    if edition is None:
        return ()
    before, after = _of_manuscript(manuscript), _of_edition(edition)
    changes = (*manuscript.changes, *edited.changes)
    gone, come = _differences(before.words, after.words)
    went, came = _unaccounted(before, after, gone, come, changes)
    return (_lost(manuscript, before, went), _found(manuscript, after, came))


def taken(manuscript: Manuscript, edited: Edited) -> tuple[Change, ...]:
    """What was done to the words, in order: reading's changes, then editing's."""
    return (*manuscript.changes, *edited.changes)


def _unaccounted(
    before: _Said, after: _Said, gone: list[int], come: list[int], changes: Iterable[Change]
) -> tuple[list[int], list[int]]:
    """The indexes of words that no change answers for and that did not move to the metadata."""
    took: Counter[str] = Counter()
    gave: Counter[str] = Counter()
    for change in changes:
        took.update(_plain_words(change.before))
        gave.update(_plain_words(change.after))
    went = [k for k in gone if not _spend(took, before.words[k])]
    came = [k for k in come if not _spend(gave, after.words[k])]
    # A title, a breadcrumb or a standfirst that the source has among its blocks, or the reverse.
    to_fields = Counter(after.words[k] for k in came if after.owners[k] < after.fields)
    from_fields = Counter(before.words[k] for k in went if before.owners[k] < before.fields)
    moved_in = to_fields & Counter(before.words[k] for k in went)
    moved_out = from_fields & Counter(after.words[k] for k in came)
    moved = moved_in | moved_out
    back = moved.copy()
    went = [k for k in went if not _spend(moved, before.words[k])]
    came = [k for k in came if not _spend(back, after.words[k])]
    return went, came


def _spend(purse: Counter[str], word: str) -> bool:
    if purse[word] <= 0:
        return False
    purse[word] -= 1
    return True


def _lost(manuscript: Manuscript, before: _Said, went: list[int]) -> Check:
    total = len(before.words)
    figure = share(total - len(went), total)
    if not went:
        return holds("source-kept", "source", figure)
    first = went[0]
    block = before.owners[first] - before.fields
    place = manuscript.placed[block].place if block >= 0 else Place(manuscript.file)
    return fails(
        "source-kept",
        "source",
        figure,
        "source-word-lost",
        Place(place.file, place.line, place.column, _context(before.words, first)),
        word=before.words[first],
        around=_context(before.words, first),
        count=str(len(went)),
    )


def _found(manuscript: Manuscript, after: _Said, came: list[int]) -> Check:
    total = len(after.words)
    figure = share(total - len(came), total)
    if not came:
        return holds("source-only", "source", figure)
    first = came[0]
    return fails(
        "source-only",
        "source",
        figure,
        "source-word-added",
        Place(manuscript.file, words=_context(after.words, first)),
        word=after.words[first],
        around=_context(after.words, first),
        count=str(len(came)),
    )


def _context(said: Sequence[str], at: int) -> str:
    return " ".join(said[max(0, at - 3) : at + 4])


def _plain_words(text: str) -> Iterator[str]:
    return (token for token in words(text) if is_word(token))


def _said(fields: Sequence[str], blocks: Iterable[Block]) -> _Said:
    said: list[str] = []
    owners: list[int] = []
    texts = [*fields]
    for block in blocks:
        runs = (inline_text(run, notes=True) for run in inline_runs(block))
        texts.append("\n".join((*runs, *_alt(block))))
    for owner, text in enumerate(texts):
        found = tuple(_plain_words(text))
        said.extend(found)
        owners.extend([owner] * len(found))
    return _Said(tuple(said), tuple(owners), len(fields))


def _alt(block: Block) -> Iterator[str]:
    return (inner.alt for inner in walk((block,)) if isinstance(inner, Figure))


def _of_manuscript(manuscript: Manuscript) -> _Said:
    stated = dict(manuscript.metadata)
    standfirst = inline_text(manuscript.standfirst, notes=True) or stated.get("standfirst", "")
    fields = [stated.get(key, "") for key in _WORDY]
    return _said([*fields, standfirst], (placed.block for placed in manuscript.placed))


def _of_edition(edition: Edition) -> _Said:
    fields = [edition.title, edition.section, edition.category]
    fields += ["\n".join(edition.speakers), "\n".join(edition.tags)]
    return _said([*fields, inline_text(edition.standfirst, notes=True)], edition.blocks)


# ---------------------------------------------------------------------------------- differences


def _differences(a: Sequence[str], b: Sequence[str]) -> tuple[list[int], list[int]]:
    """The indexes that only ``a`` has and those that only ``b`` has, in one order of both."""
    low = 0
    while low < min(len(a), len(b)) and a[low] == b[low]:
        low += 1
    high = 0
    while high < min(len(a), len(b)) - low and a[-1 - high] == b[-1 - high]:
        high += 1
    gone: list[int] = []
    come: list[int] = []
    windows = [(low, len(a) - high, low, len(b) - high)]
    while windows:
        a0, a1, b0, b1 = windows.pop()
        if (a1 - a0) * (b1 - b0) <= _PAIRS:
            _by_difflib(a, b, (a0, a1, b0, b1), gone, come)
        elif anchor := _anchor(a, b, (a0, a1, b0, b1)):
            x, y = anchor
            windows += [(x + 1, a1, y + 1, b1), (a0, x, b0, y)]
        else:  # no word to hold on to: nothing is taken as kept that is not proved
            gone.extend(range(a0, a1))
            come.extend(range(b0, b1))
    return gone, come


def _by_difflib(
    a: Sequence[str],
    b: Sequence[str],
    window: tuple[int, int, int, int],
    gone: list[int],
    come: list[int],
) -> None:
    a0, a1, b0, b1 = window
    matcher = SequenceMatcher(None, a[a0:a1], b[b0:b1], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            gone.extend(range(a0 + i1, a0 + i2))
            come.extend(range(b0 + j1, b0 + j2))


def _anchor(
    a: Sequence[str], b: Sequence[str], window: tuple[int, int, int, int]
) -> tuple[int, int] | None:
    """The word nearest the middle that each side has exactly once."""
    a0, a1, b0, b1 = window
    in_a, in_b = Counter(a[a0:a1]), Counter(b[b0:b1])
    middle = (a0 + a1) // 2
    for x in sorted(range(a0, a1), key=lambda k: (abs(k - middle), k)):
        if in_a[a[x]] == 1 and in_b[a[x]] == 1:
            return x, b.index(a[x], b0, b1)
    return None
