"""What the composer promises: no character lost, each line as wide as its column, few holes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from flows.channels._html import InlineHtml
from flows.channels.brochure.composer import (
    HOLE,
    LETTERS,
    SPACES,
    At,
    Break,
    Line,
    Measured,
    compose,
)
from flows.channels.brochure.lines import divisions, lines_of
from flows.channels.brochure.shaping import UnshapableError, Voice, advances
from flows.edition import Emphasis, LineBreak, Note, Text

SIZE = 10.0
FRENCH = Voice("Parution Serif", SIZE, "fr")
WIDTHS = {" ": 2.4, "\u00a0": 2.4, "\u202f": 1.2}

#: Words that may be divided after their second letter, and those that may not.
words = st.text(alphabet="abcdefghijklm", min_size=1, max_size=12)
texts = st.lists(words, min_size=1, max_size=60).map(" ".join)
measures = st.floats(min_value=80, max_value=400)


def measured(text: str) -> Measured:
    return Measured(text, [WIDTHS.get(c, 4.9) for c in text], 2.5, SIZE)


def places(text: str) -> list[Break]:
    """A line may end at each space, and in the middle of each word of six letters or more."""
    found = [Break(k, At.SPACE) for k, c in enumerate(text) if c == " "]
    start = 0
    for word in text.split(" "):
        if len(word) >= 6:
            found.append(Break(start + len(word) // 2, At.DIVISION))
        start += len(word) + 1
    return sorted(found)


def composed(text: str, width: float, first: float) -> tuple[Line, ...]:
    lines = compose(measured(text), places(text), width, first)
    assert lines is not None
    return lines


def wide(line: Line, paragraph: Measured) -> float:
    """How wide a line is set."""
    gaps = sum(paragraph.text.count(space, line.start, line.end) for space in SPACES)
    letters = line.end - line.start + line.hyphen
    natural = sum(paragraph.advances[line.start : line.end]) + line.hyphen * paragraph.hyphen
    return natural + gaps * line.space + letters * line.letter


# ------------------------------------------------------------------------------------- the laws


@given(texts, measures)
def test_no_character_is_lost_but_the_space_at_a_line_s_end(text: str, width: float) -> None:
    lines = composed(text, width, width)
    assert lines[0].start == 0
    assert lines[-1].end == len(text)
    for line, following in pairwise(lines):
        between = text[line.end : following.start]
        assert between == ("" if line.hyphen else " ")


@given(texts, measures, st.floats(min_value=0, max_value=20))
def test_each_line_but_the_last_fills_the_column(text: str, width: float, indent: float) -> None:
    paragraph = measured(text)
    lines = composed(text, width, width - indent)
    for number, line in enumerate(lines[:-1]):
        available = width - (indent if number == 0 else 0)
        if " " in text[line.start : line.end]:
            assert wide(line, paragraph) == pytest.approx(available, abs=0.01)
        else:
            assert wide(line, paragraph) <= available + 0.01
    assert wide(lines[-1], paragraph) <= width + 0.01


@given(texts, measures)
def test_letters_are_moved_by_two_percent_at_most(text: str, width: float) -> None:
    for line in composed(text, width, width):
        assert abs(line.letter) <= LETTERS * SIZE + 1e-9


@given(texts, measures)
def test_the_last_line_is_left_as_it_is_but_for_what_must_be_narrower(
    text: str, width: float
) -> None:
    *_, last = composed(text, width, width)
    assert last.space <= 0


def greedy(text: str, width: float) -> int:
    """The lines with a hole, at their end at least, of a paragraph that is cut where the next
    word does not fit."""
    holes, line = 0, [""]
    for word in text.split(" "):
        longer = [*line, word] if line != [""] else [word]
        if len("".join(longer)) * 4.9 + (len(longer) - 1) * 2.4 > width and line != [""]:
            gaps = len(line) - 1
            missing = width - len("".join(line)) * 4.9
            holes += missing / gaps > HOLE if gaps else missing > 0.02 * width
            longer = [word]
        line = longer
    return holes


@given(texts, measures)
def test_no_paragraph_has_more_holes_than_one_that_is_cut_word_by_word(
    text: str, width: float
) -> None:
    lines = composed(text, width, width)
    paragraph = measured(text)
    holes = sum(
        x.space + 2.4 > HOLE if " " in text[x.start : x.end] else wide(x, paragraph) < 0.98 * width
        for x in lines[:-1]
    )
    assert holes <= greedy(text, width)


# -------------------------------------------------------------------------------- its judgement


def shown(text: str, lines: Sequence[Line]) -> list[str]:
    return [text[x.start : x.end] + "-" * x.hyphen for x in lines]


def test_a_word_is_divided_only_where_the_paragraph_needs_it() -> None:
    text = "abcd efgh ijkl mnop qrst uvwx"
    assert not any(x.hyphen for x in composed(text, 54, 54))
    text = "abcdefghijkl abcdefghijkl abcdefghijkl"
    assert any(x.hyphen for x in composed(text, 96, 96))


def test_three_hyphens_in_a_row_are_rare() -> None:
    text = " ".join(["abcdefgh"] * 60)
    marks = [x.hyphen for x in composed(text, 110, 110)]
    assert not any(all(run) for run in zip(marks, marks[1:], marks[2:], strict=False))


def test_a_short_word_is_not_left_on_a_line_of_its_own_where_the_paragraph_is_hard() -> None:
    text = (
        "Il existe un nombre que les pêcheurs connaissent et que les autres découvrent les années"
        " sèches\u00a0: trois cents litres par seconde. Au-dessous, la rivière n’a plus de quoi"
        " nourrir ce qui y vit ni diluer ce qu’on y rejette."
    )
    for width in range(150, 260):
        assert all(" " in line for line in cuts(text, width)[:-1]), width


def test_a_paragraph_with_a_word_that_fits_no_line_is_not_composed() -> None:
    assert compose(measured("a " + "b" * 90), [Break(1, At.SPACE)], 200, 200) is None


# ------------------------------------------------------------------------- in the house's faces


def cuts(text: str, width: float = 180) -> list[str]:
    lines = lines_of((Text(text),), FRENCH, width, 0, 1)
    assert lines is not None
    return shown(text, lines.lines)


#: What must stay together in each position that a column may bring about.
KEPT = ("12\u00a0%", "3\u202f500\u00a0km", "J.\u00a0Roi", "vrai\u202f?", "«\u00a0mot\u00a0»")


@pytest.mark.parametrize("together", KEPT)
def test_no_line_ends_within_what_belongs_together(together: str) -> None:
    for ahead in range(1, 30):
        text = f"{'x' * ahead} la rive {together} et la suite du chemin qui longe la rive"
        assert sum(together in line for line in cuts(text)) == 1, cuts(text)


def test_words_are_divided_by_the_rules_of_their_language() -> None:
    assert divisions("territoire", "fr") == (3, 5)
    assert divisions("territory", "en") != divisions("territory", "fr")
    assert divisions("SNCF", "fr") == ()
    assert divisions("mot", "fr") == ()
    assert divisions("слово", "xx") == ()


def test_the_same_text_is_as_wide_in_parts_as_in_one() -> None:
    whole = sum(advances("la rive", FRENCH))
    assert whole == pytest.approx(sum(advances("la", FRENCH) + advances(" rive", FRENCH)), abs=0.3)
    assert sum(advances("la rive", FRENCH.strong())) != pytest.approx(whole)
    assert advances("fi", FRENCH)[0] == advances("fi", FRENCH)[1], "a ligature is shared out"


def test_what_cannot_be_measured_is_left_to_weasyprint() -> None:
    with pytest.raises(UnshapableError):
        advances("🎉", FRENCH)
    for children in ((Text("Bravo 🎉"),), (Text("une"), LineBreak(), Text("deux"))):
        assert lines_of(children, FRENCH, 180, 0, 1) is None


def test_emphasis_and_notes_are_cut_with_the_text_around_them() -> None:
    children = (
        Text("Une rive "),
        Emphasis((Text("qui ne finit pas de longer la plaine"),)),
        Note((Text("Note."),)),
        Text(" et s’en va vers la mer, qui la prend sans rien dire."),
    )
    lines = lines_of(children, FRENCH, 150, 0, 1)
    assert lines is not None
    parts = str(lines.html(InlineHtml(lambda number, _text: Markup("({})").format(number))))
    shares = parts.split("\n")
    assert len(shares) == len(lines.lines)
    assert sum("<em>" in share for share in shares) > 1, "each line has its part of the emphasis"
    assert all(share.count("<em>") == share.count("</em>") for share in shares)
    assert parts.count("(1)") == 1
