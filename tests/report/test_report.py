"""How findings are printed: like a good compiler, for people and for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import report
from flows.edition import Change, Finding, Place, Severity

LINE = "Les uns y voient une marche, les autres un quai déserté.Reste une bonne nouvelle, à la fin."
PLACE = Place("a.txt", 2, 35, "déserté.Reste")


def finding(severity: Severity = Severity.DOUBT, place: Place = PLACE) -> Finding:
    values = (("slug", "le-pays"), ("other", "b.txt"))
    return Finding("slug-taken", severity, place, values)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(*findings: Finding, language: str = "en", content: Path | None = None) -> str:
    stream = io.StringIO()
    report.show(findings, language, stream, content=content)
    return stream.getvalue()


def test_a_finding_starts_with_file_line_column_severity_and_rule():
    first = printed(finding()).splitlines()[0]
    assert first.startswith(
        "a.txt:2:35: doubt[slug-taken] Another edition has the address “le-pays”"
    )


def test_it_is_said_in_the_officers_language():
    text = printed(finding(Severity.ERROR), language="fr")
    assert "a.txt:2:35: erreur[slug-taken]" in text
    assert "1 erreur." in text


def test_the_content_folder_stands_before_the_file_as_the_user_typed_it():
    assert printed(finding(), content=Path("content")).startswith("content/a.txt:2:35: ")


def test_carets_stand_under_the_words_in_the_line_of_the_source(tmp_path):
    (tmp_path / "a.txt").write_text(f"Titre\n{LINE}\n", encoding="utf-8")
    place = Place("a.txt", 2, LINE.index("déserté") + 1, "déserté.Reste")
    lines = printed(finding(place=place), content=tmp_path).splitlines()
    at = lines[1].index("déserté.Reste")
    assert lines[1].startswith("    …")
    assert lines[2] == " " * at + "^" * len("déserté.Reste")


def test_a_source_that_has_changed_or_cannot_be_read_shows_the_words_alone(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    for content in (tmp_path, tmp_path / "nowhere"):
        assert "\n    déserté.Reste\n    ^^^^^^^^^^^^^\n" in printed(finding(), content=content)


def test_without_a_column_the_words_are_shown_without_carets():
    text = printed(finding(place=Place("a.docx", 0, 0, "un passage")))
    assert "\n    un passage\n" in text
    assert "^" not in text


def test_carets_count_wide_and_combining_characters_as_a_terminal_does():
    words, carets = report.excerpt(Place("a.txt", 1, 1, "北e\u0301"))
    assert (words, carets) == ("北e\u0301", "^^^")


def test_what_to_do_closes_a_finding():
    assert "\n    to do: Give this one an address of its own" in printed(finding())


def test_findings_stand_in_the_order_of_the_text_and_the_gravest_first_at_one_place():
    later, first = finding(place=Place("a.txt", 9)), finding(place=Place("a.txt", 1))
    grave = finding(Severity.ERROR, Place("a.txt", 1))
    assert report.in_order([later, first, grave]) == (grave, first, later)


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        ((), "Nothing to report."),
        ((Severity.NOTE,), "1 note."),
        ((Severity.DOUBT, Severity.DOUBT), "2 doubts. "),
        ((Severity.NOTE, Severity.ERROR, Severity.DOUBT), "1 error, 1 doubt and 1 note. "),
    ],
)
def test_one_line_sums_up(severities, said):
    assert report.summary([finding(s) for s in severities], "en").startswith(said)


def test_a_pipe_gets_plain_text_and_a_terminal_the_same_words_in_colour():
    stream = Terminal()
    report.show([finding()], "en", stream)
    assert "\x1b" not in printed(finding())
    assert "doubt[slug-taken]" in stream.getvalue()


def test_a_pipe_in_latin_1_loses_no_finding():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1")
    report.show([finding(place=Place("a.txt", 1, 1, "œuvre"))], "fr", stream)
    stream.flush()
    assert "[slug-taken]" in raw.getvalue().decode("latin-1")


@given(st.text())
def test_no_words_of_a_source_can_move_the_terminals_cursor_or_reorder_a_message(words):
    text = report.plain(finding(place=Place("a.txt", 1, 1, words)), "en")
    assert not set(text) & set("\x07\x1b\r\x08\u202e\u2066\x9b")


def test_json_has_stable_keys_and_survives_a_round_trip():
    change = Change("debris", PLACE, "bool(false)", "")
    told = report.as_json([finding()], [change], "en", entry="a.txt", state="draft")
    assert json.loads(json.dumps(told)) == told
    assert list(told) == ["entry", "state", "counts", "findings", "changes"]
    assert told["counts"] == {"error": 0, "doubt": 1, "note": 0, "changes": 1}
    assert set(told["findings"][0]) == {
        "rule", "severity", "file", "line", "column", "words", "message", "remedy", "values",
    }  # fmt: skip
    assert told["changes"] == [
        {"rule": "debris", "file": "a.txt", "line": 2, "column": 35,
         "before": "bool(false)", "after": ""}
    ]  # fmt: skip


def test_json_says_null_where_the_format_has_no_lines():
    told = report.as_json([finding(place=Place("a.docx"))], [], "en")
    assert told["findings"][0]["line"] is None
