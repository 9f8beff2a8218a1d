"""What the plain-text reader understands from lines alone."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.days import ImpossibleDateError, iso_day, stated_day
from flows.edition import Heading, Paragraph, SideBox
from flows.reading import inline_runs, inline_text
from flows.sources._record import Reading, Record
from flows.sources.text import levels, read_text, split

LONG = "Un paragraphe assez long pour que personne ne le prenne pour un titre, car il s’étire. " * 2


def read_lines(*runs: str, gap: str = "\n\n") -> Reading:
    return read_text(gap.join(runs), Record("a.txt"))


def levels_of(*runs: str) -> list[int]:
    return [level for level in levels(split("\n\n".join(runs))) if level]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("le 16 août 2018", date(2018, 8, 16)),
        ("Le 1er mars 2015", date(2015, 3, 1)),
        ("Publié le mardi 2 février 2021 à 14h30", date(2021, 2, 2)),
        ("16 aout 2018.", date(2018, 8, 16)),
        ("16 AOÛT 2018", date(2018, 8, 16)),
        ("August 16, 2018", date(2018, 8, 16)),
        ("Thursday 16th of August 2018", date(2018, 8, 16)),
        ("2018-08-16", date(2018, 8, 16)),
        ("2018-08-16T09:30", date(2018, 8, 16)),
        ("16/08/2018", date(2018, 8, 16)),
        ("08/16/2018", date(2018, 8, 16)),
        ("16.08.2018", date(2018, 8, 16)),
    ],
)
def test_a_day_is_read_in_french_and_english_in_words_and_figures(line: str, day: date) -> None:
    assert stated_day(line) == day


@pytest.mark.parametrize(
    "line", ["", "août 2018", "le 16 brumaire 2018", "Il est venu le 16 août 2018", "2018", "12"]
)
def test_a_line_that_says_more_or_less_than_a_day_is_no_day(line: str) -> None:
    assert stated_day(line) is None


@pytest.mark.parametrize("line", ["le 31 février 2018", "2019-02-29", "32/01/2018", "0/0/0000"])
def test_a_day_that_no_calendar_has_is_left_as_it_was_written(line: str) -> None:
    with pytest.raises(ImpossibleDateError):
        stated_day(line)
    assert iso_day(line) == line


def test_headings_that_never_stand_upon_each_other_have_one_level() -> None:
    assert levels_of("Un", LONG, "Deux", LONG, "Trois", LONG) == [1, 1, 1]


def test_a_heading_upon_another_opens_a_part() -> None:
    assert levels_of("Un", LONG, "Deux", "Trois", LONG, "Quatre", LONG) == [1, 1, 2, 2]


def test_three_headings_upon_each_other_are_three_levels() -> None:
    assert levels_of("Un", "Deux", "Trois", LONG, "Quatre", LONG) == [1, 2, 3, 3]


def test_four_short_lines_upon_each_other_are_no_headings() -> None:
    assert levels_of("Anne", "Yann", "Nadia", "Ruth", LONG) == []


def test_an_aside_closes_a_part() -> None:
    runs = ("Un", "Deux", LONG, "Quotation", "Trois", LONG, "Quatre", LONG)
    assert levels_of(*runs) == [1, 2, 1, 2]


@pytest.mark.parametrize(
    "line", ["Une phrase courte.", "une suite", "- un point", "Oui ?", "Et puis,", "A" * 101]
)
def test_what_looks_like_speech_or_a_list_is_no_heading(line: str) -> None:
    assert levels_of("Titre", LONG, line, "Une réponse à peine plus longue.", LONG) == [1]


def test_a_last_short_line_is_no_heading() -> None:
    assert levels_of(LONG, "Anne Le Goff") == []


def test_a_wider_gap_begins_a_side_box_up_to_the_next_heading() -> None:
    text = f"Titre\n\nle 3 mai 2017\n\n{LONG}\n\n{LONG}\n\n\n{LONG}\n\n{LONG}\n\nSuite\n\n{LONG}"
    blocks = [placed.block for placed in read_text(text, Record("a.txt")).placed]
    assert [type(b) for b in blocks] == [Paragraph, SideBox, Heading, Paragraph]
    box = blocks[1]
    assert isinstance(box, SideBox)
    assert box.heading == ()
    assert len(box.blocks) == 2


def test_a_text_with_two_blank_lines_everywhere_has_no_side_boxes() -> None:
    reading = read_lines("Titre", LONG, LONG, LONG, gap="\n\n\n")
    assert [type(placed.block) for placed in reading.placed] == [Paragraph] * 3


def test_each_line_is_a_paragraph_and_knows_its_number() -> None:
    reading = read_lines("Titre", f"{LONG}\n{LONG}", LONG)
    assert [(p.place.line, p.gap) for p in reading.placed] == [(3, 1), (4, 0), (6, 1)]


def test_one_crumb_is_the_section_and_the_way_home_is_left_out() -> None:
    reading = read_lines("Accueil", "Conférences", "le 3 mai 2017", "Titre", LONG)
    assert reading.metadata["section"] == "Conférences"
    assert "category" not in reading.metadata


_LINES = st.text(alphabet="abÉé19 .,?!:…«»’-•–—\t\u00a0\u202f\u2009", max_size=80)


@given(st.lists(_LINES | st.sampled_from(["", "Quotation", "le 3 mai 2017", LONG]), max_size=40))
def test_no_word_of_a_text_is_lost_and_none_is_added(lines: list[str]) -> None:
    record = Record("a.txt")
    text = "\n".join(lines)
    reading = read_text(text, record)
    kept = [inline_text(run) for p in reading.placed for run in inline_runs(p.block)]
    kept += [inline_text(reading.standfirst)]
    kept += [value for key, value in reading.metadata.items() if key != "date"]
    kept += [change.before for change in record.changes]

    def words(texts: list[str]) -> Counter[str]:
        found = (word.strip("-•") for word in " ".join(texts).split())
        return Counter(word for word in found if any(c.isalnum() for c in word))

    assert words(kept) == words([text])
