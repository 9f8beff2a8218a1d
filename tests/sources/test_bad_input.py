"""Whatever is dropped gives a manuscript or one clear finding with its place, never an error."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.edition import FORBIDDEN, Finding, Severity
from flows.manuscript import Manuscript
from flows.reading import inline_runs, inline_text, normal
from flows.sources import Entry, entries, read
from flows.words import say

GOLDEN = Path(__file__).parent / "golden"


def read_bytes(content: Path, data: bytes, name: str = "a.txt") -> Manuscript:
    (content / name).write_bytes(data)
    return read(Entry(name, content / name, (content / name,)), content)


def errors(manuscript: Manuscript) -> list[str]:
    return [f.rule for f in manuscript.findings if f.severity is Severity.ERROR]


def words_of(manuscript: Manuscript) -> Iterator[str]:
    yield inline_text(manuscript.standfirst, notes=True)
    yield from (value for _, value in manuscript.metadata)
    for placed in manuscript.placed:
        yield from (inline_text(run, notes=True) for run in inline_runs(placed.block))


def is_sound(manuscript: Manuscript) -> bool:
    """Publishable words, each in Unicode's normal form; or an error that says why not."""
    for text in words_of(manuscript):
        assert not FORBIDDEN.search(text)
        assert normal(text) == text
    for finding in manuscript.findings:
        for language in ("fr", "en"):
            assert all(say(finding, language))
    return bool("".join(words_of(manuscript)).strip() or errors(manuscript))


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/"), data)
    return made.getvalue()


@pytest.mark.parametrize("suffix", ["txt", "md", "docx", "odt", "html", "pdf"])
def test_an_empty_file_is_one_error_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    assert errors(read_bytes(tmp_path, b"", f"a.{suffix}")) == ["empty"]


def test_a_binary_named_txt_is_one_error(tmp_path: Path) -> None:
    assert errors(read_bytes(tmp_path, bytes(range(256)) * 100)) == ["not-text"]


def test_five_megabytes_on_one_line_are_one_error_with_their_place(tmp_path: Path) -> None:
    manuscript = read_bytes(tmp_path, b"Titre\n\n" + b"mot " * 1_300_000)
    assert errors(manuscript) == ["line-too-long"]
    assert manuscript.findings[0].place.line == 3
    assert errors(read_bytes(tmp_path, b"# T\n\n" + b"m" * 5_000_000, "a.md")) == ["line-too-long"]


def test_a_text_over_the_limit_is_one_error(tmp_path: Path) -> None:
    assert errors(read_bytes(tmp_path, b"Un mot par ligne\n" * 600_000)) == ["too-large"]


def test_a_package_that_unpacks_beyond_reason_is_not_opened(tmp_path: Path) -> None:
    bomb = packed(word__document_xml=b"", **{"word/document.xml": b"\0" * 60_000_000})
    assert errors(read_bytes(tmp_path, bomb, "a.docx")) == ["unpacks-too-large"]


def test_a_package_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    office = GOLDEN / "office" / "in"
    as_text = read_bytes(tmp_path, (office / "veillee.docx").read_bytes(), "a.txt")
    as_html = read_bytes(tmp_path, (office / "veillee.odt").read_bytes(), "a.html")
    assert dict(as_text.metadata)["title"] == dict(as_html.metadata)["title"] == "La veillée"
    assert errors(read_bytes(tmp_path, packed(a=b"b"), "a.docx")) == ["source-kind"]


def test_a_source_nested_without_end_is_one_error(tmp_path: Path) -> None:
    html = b"<!doctype html><h1>T</h1>" + b"<blockquote>" * 5000 + b"<p>mot</p>"
    markdown = b"# T\n\n" + b">" * 3000 + b" mot\n"
    for name, data in (("a.html", html), ("a.md", markdown)):
        manuscript = read_bytes(tmp_path, data, name)
        assert is_sound(manuscript)
        assert set(errors(manuscript)) <= {"too-deep", "takes-too-long", "damaged"}


def test_each_rule_of_the_readers_has_its_sentences_in_both_languages() -> None:
    import tomllib

    from flows.words import TEMPLATES

    french, english = (
        tomllib.loads((TEMPLATES / "findings" / f"sources.{language}.toml").read_text("utf-8"))
        for language in ("fr", "en")
    )
    assert french.keys() == english.keys()
    for sentences in (*french.values(), *english.values()):
        assert sentences.keys() == {"message", "remedy"}


def test_each_finding_of_the_golden_cases_can_be_said() -> None:
    found: list[Finding] = []
    for case in sorted(GOLDEN.iterdir()):
        for entry in entries(case / "in"):
            found += read(entry, case / "in").findings
    assert found
    for finding in found:
        for language in ("fr", "en"):
            message, remedy = say(finding, language)
            assert "{" not in message.replace("{{ 7*7 }}", "")
            assert remedy


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: Path, data: bytes) -> None:
    assert is_sound(read_bytes(content, data))


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(st.text(max_size=60), max_size=30))
def test_any_lines_of_text_keep_their_words(content: Path, lines: list[str]) -> None:
    manuscript = read_bytes(content, "\n".join(lines).encode("utf-8", "surrogatepass"))
    assert is_sound(manuscript)


_MARKS = st.sampled_from(
    ["# ", "## ", "- ", "> ", "|", "---\n", "\n\n", "[a](", ")", "![", "](x.png)", "^[", "]", "**",
     "<b>", "</b>", "<script>", "</div>", "<div>", "```\n", ":::", "::: encadre\n", "1. ", "~~",
     "&#7;", "\u202e", "é", "mot ", "{{ 7*7 }}", "$x$", "\\", "`", ": "]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(_MARKS, max_size=40), name=st.sampled_from(["a.md", "a.html"]))
def test_any_markup_is_read_or_refused(content: Path, parts: list[str], name: str) -> None:
    assert is_sound(read_bytes(content, "".join(parts).encode(), name))


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["veillee.docx", "veillee.odt"]),
    cut=st.integers(0, 8000),
    noise=st.binary(max_size=6),
)
def test_any_damage_to_an_office_file_is_read_or_refused(
    content: Path, name: str, cut: int, noise: bytes
) -> None:
    whole = (GOLDEN / "office" / "in" / name).read_bytes()
    assert is_sound(read_bytes(content, whole[:cut] + noise + whole[cut + len(noise) :], name))
