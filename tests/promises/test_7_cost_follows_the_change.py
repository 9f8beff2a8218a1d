"""Promise 7: one new edition among many costs what it costs among few."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import sources
from tests.release import workshop


def written_by_one_more(tmp_path: Path, archive: int, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The files that publishing one more edition writes, beside ``archive`` published ones."""
    content, output = tmp_path / "content", tmp_path / "output"
    years = 4
    for year in range(years):
        numbers = range(1 + archive * year // years, 1 + archive * (year + 1) // years)
        workshop.content_folder(content, numbers, year=2023 + year)
    workshop.publish_due(content, output)
    before = {p for p in output.rglob("*") if not p.is_symlink()}
    read: list[str] = []
    really_read = sources.read

    def counting(entry: sources.Entry, folder: Path) -> object:
        read.append(entry.name)
        return really_read(entry, folder)

    monkeypatch.setattr(sources, "read", counting)
    workshop.content_folder(content, range(9001, 9002))
    workshop.publish_due(content, output, 5)
    monkeypatch.undo()
    assert read == ["e09001.md"]
    new = {p for p in output.rglob("*") if not p.is_symlink()} - before
    return {p.name for p in new if p.is_file()}


def test_one_new_edition_reads_one_source_and_writes_as_many_files_in_any_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = written_by_one_more(tmp_path / "few", 12, monkeypatch)
    many = written_by_one_more(tmp_path / "many", 240, monkeypatch)
    assert many == few


def test_a_page_of_the_index_changes_only_with_its_own_editions(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 161))
    workshop.publish_due(content, output)
    pages = {p.name: p.resolve() for p in (output / "site" / "page").iterdir()}
    assert sorted(pages) == ["1", "2"]
    workshop.content_folder(content, range(161, 162))
    workshop.publish_due(content, output, 1)
    assert {p.name: p.resolve() for p in (output / "site" / "page").iterdir()} == pages
    workshop.content_folder(content, range(162, 201))
    workshop.publish_due(content, output, 2)
    after = {p.name: p.resolve() for p in (output / "site" / "page").iterdir()}
    assert sorted(after) == ["1", "2", "3"]
    assert after["1"] == pages["1"]
