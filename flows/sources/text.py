"""The reader of plain text: a page saved from a website, or a text typed in an editor.

What the lines tell
-------------------
*Head.* Short lines down to one that states a day are the page's head: a breadcrumb (section, then
category), the day, and the title on the next line. Where the line after the day is a paragraph,
the title is the line before it. Without a day, the title is the first line if it looks like one.

*Standfirst.* The paragraph after the title, where a second one follows before the first heading;
in a text with neither day nor headings there is none.

*Headings.* A short line alone between blank lines, without final punctuation, above a paragraph.
After ``? ! … : »`` the paragraph must be a long one, since a short reply would follow speech.

*Levels.* A heading directly above another opens a part: the first is level 1, the next level 2,
and so are the single headings that follow in that part. An aside (a side box, or what is left of
a pull quote) closes a part: the next heading is level 1 again, those after it level 2. A text
whose headings never stand upon each other has one level.

*Side boxes.* A paragraph after more blank lines than the text's usual gap begins a side box whose
heading was lost; it ends at the next heading, at debris, or at the next such gap.

*Lines.* Each line is a paragraph, unless the whole text is wrapped at a fixed width.

Debris of the page (``Quotation``, ``bool(false)``) stays in as paragraphs: editing takes it out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from flows.days import iso_day, states_day
from flows.edition import Block, Heading, ItemList, Paragraph, SideBox
from flows.manuscript import Placed
from flows.sources._record import Reading, Record, runs_of

#: Lines that a website's templates leave behind in a saved page.
DEBRIS = re.compile(r"Quotation|bool\((true|false)\)|null|undefined|NULL|\[object Object\]")
_BULLET = re.compile(r"[-•*‣◦]\s+")
_CRUMB_SEPARATOR = re.compile(r"\s+[>›»/|]\s+")
_HOME = frozenset({"accueil", "home", "vous êtes ici", "you are here"})
_HEAD_LINES, _CRUMB_LENGTH = 8, 60
_TITLE_LENGTH, _HEADING_LENGTH, _HEADING_WORDS = 200, 100, 16
_LONG_PARAGRAPH, _STANDFIRST_WORDS = 120, 220
_MAX_STACK = 3


@dataclass(frozen=True, slots=True)
class Run:
    """Lines without a blank line between them; ``gap`` counts those before the first."""

    line: int
    lines: tuple[str, ...]
    gap: int

    @property
    def text(self) -> str:
        return self.lines[0]


def read_text(text: str, record: Record) -> Reading:
    """Reads a cleaned text."""
    reading = Reading()
    runs = split(text)
    runs = _without_head(runs, reading, record)
    first = next((i for i, level in enumerate(levels(runs)) if level), len(runs))
    structured = first < len(runs) or "date" in reading.metadata
    if "title" in reading.metadata and structured and first > 1 and _may_be_standfirst(runs[0]):
        reading.standfirst = runs_of(runs[0].text)
        reading.places["standfirst"] = record.place(runs[0].line, runs[0].text)
        runs = [replace(runs[1], gap=min(runs[1].gap, 1)), *runs[2:]]
    reading.placed = _blocks(runs, record)
    return reading


def split(text: str) -> list[Run]:
    """The runs of a text, with blanks at the ends of lines taken off."""
    runs: list[Run] = []
    lines: list[str] = []
    gap = 0
    rows = text.split("\n")
    for number, row in enumerate([*rows, ""], start=1):
        if line := row.replace("\t", " ").strip().strip("\ufeff\u200b").strip():
            lines.append(line)
            continue
        if lines:
            runs.append(Run(number - len(lines), tuple(lines), gap))
            lines, gap = [], 0
        gap += 1
    return _unwrapped(runs)


def _unwrapped(runs: list[Run]) -> list[Run]:
    """Joins the lines of runs where the whole text is wrapped at a fixed width."""
    inner = [line for run in runs for line in run.lines[:-1]]
    widest = max((len(line) for run in runs for line in run.lines), default=0)
    full = sum(len(line) > widest - 25 and line[-1] not in ".!?:;…»" for line in inner)
    if len(inner) < 3 or not 40 < widest <= 100 or full < 0.6 * len(inner):
        return runs
    return [run if _is_list(run) else replace(run, lines=(" ".join(run.lines),)) for run in runs]


def _is_list(run: Run) -> bool:
    return len(run.lines) > 1 and all(_BULLET.match(line) for line in run.lines)


# ------------------------------------------------------------------------------------- the head


def _without_head(runs: list[Run], reading: Reading, record: Record) -> list[Run]:
    rows = [(run.line + i, line) for run in runs for i, line in enumerate(run.lines)]
    for at, (number, line) in enumerate(rows[:_HEAD_LINES]):
        if len(line) > _TITLE_LENGTH:
            break
        if not states_day(line):
            continue
        reading.state("date", iso_day(line), record.place(number, line))
        record.took("date-line", record.place(number, line), line)
        return _dated(runs, rows, at, reading, record)
    return _undated(runs, reading, record)


def _dated(
    runs: list[Run], rows: list[tuple[int, str]], at: int, reading: Reading, record: Record
) -> list[Run]:
    """Breadcrumb above the day and title below it, or the title above where none is below."""
    above, below = rows[:at], rows[at + 1 : at + 2]
    last = rows[at][0]
    title_above = bool(above) and (
        len(above[-1][1]) > _CRUMB_LENGTH or not below or not _is_title(below[0][1])
    )
    title = above.pop() if title_above else below[0] if below else None
    if title:
        reading.state("title", title[1], record.place(*title))
        last = max(last, title[0])
    _breadcrumb(above, reading, record)
    return _after(runs, last)


def _undated(runs: list[Run], reading: Reading, record: Record) -> list[Run]:
    if not runs:
        return runs
    first = runs[0]
    alone = len(runs) == 1 and len(first.lines) == 1 and len(first.text) <= 80
    above_text = len(first.lines) == 1 or len(first.lines[1]) > _LONG_PARAGRAPH
    if not alone and not (above_text and _is_title(first.text)):
        return runs
    reading.state("title", first.text, record.place(first.line, first.text))
    return _after(runs, first.line)


def _is_title(line: str) -> bool:
    return len(line) <= _TITLE_LENGTH and line[-1] not in ".,;:"


def _breadcrumb(rows: Sequence[tuple[int, str]], reading: Reading, record: Record) -> None:
    """The last two crumbs are section and category; those before them lead to every page."""
    crumbs = [(n, crumb) for n, line in rows for crumb in _CRUMB_SEPARATOR.split(line) if crumb]
    kept = [crumb for crumb in crumbs if crumb[1].casefold().strip(" :") not in _HOME][-2:]
    for number, crumb in crumbs:
        if (number, crumb) not in kept:
            record.took("breadcrumb", record.place(number, crumb), crumb)
    for key, (number, crumb) in zip(("section", "category"), kept, strict=False):
        reading.state(key, crumb, record.place(number, crumb))


def _after(runs: list[Run], line: int) -> list[Run]:
    """What stands below a line; the gap after a head says nothing."""
    rest: list[Run] = []
    for run in runs:
        if run.line > line:
            rest.append(run)
        elif kept := run.lines[line - run.line + 1 :]:
            rest.append(Run(line + 1, kept, 0))
    return [replace(rest[0], gap=min(rest[0].gap, 1)), *rest[1:]] if rest else rest


def _may_be_standfirst(run: Run) -> bool:
    words = len(run.text.split())
    return len(run.lines) == 1 and words <= _STANDFIRST_WORDS and not _is_debris(run)


# --------------------------------------------------------------------------- headings and levels


def _is_debris(run: Run) -> bool:
    return len(run.lines) == 1 and DEBRIS.fullmatch(run.text) is not None


def _furniture(runs: Sequence[Run]) -> frozenset[int]:
    """Indexes of debris, and of short lines that stand twice, as a page's buttons do."""
    times = Counter(run.text for run in runs if len(run.lines) == 1)
    return frozenset(
        i
        for i, run in enumerate(runs)
        if _is_debris(run) or (len(run.lines) == 1 and len(run.text) <= 30 and times[run.text] > 1)
    )


def _headings(runs: Sequence[Run], furniture: frozenset[int]) -> list[bool]:
    found = [False] * len(runs)
    for i in range(len(runs) - 2, -1, -1):  # from the end: a heading needs something under it
        run, below = runs[i], runs[i + 1]
        if i in furniture or i + 1 in furniture or not _may_be_heading(run):
            continue
        if found[i + 1]:
            found[i] = True
        elif run.text[-1] in '?!…:»"”':
            found[i] = len(below.text) >= _LONG_PARAGRAPH
        else:
            found[i] = len(below.text) > len(run.text) or bool(_BULLET.match(below.text))
    _drop_long_stacks(found)
    return found


def _may_be_heading(run: Run) -> bool:
    text = run.text
    first = text.lstrip("«“\"'‘(…. \u00a0\u202f\u2009")[:1]
    return (
        len(run.lines) == 1
        and len(text) <= _HEADING_LENGTH
        and len(text.split()) <= _HEADING_WORDS
        and text[-1] not in ".,;"
        and (first.isalnum())
        and (not first.islower() or text[0] == "…")
        and not _BULLET.match(text)
    )


def _drop_long_stacks(found: list[bool]) -> None:
    """More than three headings upon each other are no headings: a list of names, a poem."""
    start = 0
    for i in range(len(found) + 1):
        if i == len(found) or not found[i]:
            if i - start > _MAX_STACK:
                found[start:i] = [False] * (i - start)
            start = i + 1


def levels(runs: Sequence[Run]) -> list[int]:
    """The heading level of each run, 0 for what is no heading; see the rule in this module."""
    furniture = _furniture(runs)
    found = _headings(runs, furniture)
    asides = _box_starts(runs, found, furniture) | furniture
    stacked = any(a and b for a, b in pairwise(found))
    made = [0] * len(runs)
    depth, fresh = 1, False
    for i, is_heading in enumerate(found):
        if i in asides:
            fresh = stacked
        if not is_heading:
            continue
        above = made[i - 1] if i else 0
        below = i + 1 < len(found) and found[i + 1]
        if above:
            made[i] = depth = above + 1
        elif below or fresh:
            made[i], depth = 1, 2
        else:
            made[i] = depth
        fresh = False
    return made


# ------------------------------------------------------------------------------------ side boxes


def _box_starts(
    runs: Sequence[Run], headings: Sequence[bool], furniture: frozenset[int]
) -> frozenset[int]:
    gaps = Counter(run.gap for run in runs[1:] if run.gap)
    usual = min(gaps, key=lambda gap: (-gaps[gap], gap)) if gaps else 1
    return frozenset(
        i
        for i, run in enumerate(runs)
        if run.gap > usual and not headings[i] and i not in furniture
    )


def _blocks(runs: list[Run], record: Record) -> list[Placed]:
    placed: list[Placed] = []
    furniture = _furniture(runs)
    level = levels(runs)
    starts = _box_starts(runs, [bool(n) for n in level], furniture)
    box: list[Block] = []
    for i, run in enumerate(runs):
        plain = not level[i] and i not in furniture
        if i in starts and not box:
            box = list(_paragraphs(run))
            placed.append(
                Placed(SideBox((), tuple(box)), record.place(run.line, run.text), run.gap)
            )
        elif box and plain and i not in starts:
            box += _paragraphs(run)
            placed[-1] = replace(placed[-1], block=SideBox((), tuple(box)))
        else:
            box = []
            placed += _placed(run, level[i], record)
    return placed


def _placed(run: Run, level: int, record: Record) -> list[Placed]:
    if level:
        block = Heading(level, runs_of(run.text))
        return [Placed(block, record.place(run.line, run.text), run.gap)]
    if _is_list(run):
        return [Placed(_paragraphs(run)[0], record.place(run.line, run.text), run.gap)]
    return [
        Placed(Paragraph(runs_of(line)), record.place(run.line + i, line), 0 if i else run.gap)
        for i, line in enumerate(run.lines)
    ]


def _paragraphs(run: Run) -> tuple[Block, ...]:
    if _is_list(run):
        items = (_BULLET.sub("", line, count=1) for line in run.lines)
        return (ItemList(tuple((Paragraph(runs_of(item)),) for item in items)),)
    return tuple(Paragraph(runs_of(line)) for line in run.lines)
