"""Promise 7: one new edition among many costs what it costs among few."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows import outgoing, plan, shelf, sources
from tests.release import workshop


def written_by_one_more(tmp_path: Path, archive: int, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The files that publishing one more edition writes, beside ``archive`` published ones."""
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.archive(content, archive, years=4)
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


# -------------------------------------------------------------------------------- the feeds


@dataclass(frozen=True)
class Cost:
    """What one more edition cost: files by the feed that they are of, releases read for lists,
    and statements to the ledger."""

    files: dict[str, int]
    releases: int
    statements: int


def cost_of_one_more(tmp_path: Path, archive: int, monkeypatch: pytest.MonkeyPatch) -> Cost:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.archive(content, archive, years=4, tags=("Water", "Maps"))
    workshop.publish_due(content, output)
    workshop.content_folder(content, range(9001, 9002), tags=("Water", "Maps"))
    before = {p.resolve() for p in output.rglob("*.xml")} | {
        p.resolve() for p in output.rglob("*.json")
    }
    read: list[str] = []
    really_read = shelf.item

    def counting(manifest: dict[str, object], part: bytes) -> shelf.Item:
        read.append(str(manifest["slug"]))
        return really_read(manifest, part)

    statements: list[str] = []
    with workshop.desk(content, output, 5) as at, monkeypatch.context() as patched:
        staged = workshop.stage_due(at)
        patched.setattr(shelf, "item", counting)
        engine = at.ledger.database.engine
        sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        outgoing.release(at, staged)
    tree = output / "tree"
    written = Counter(
        f"{feed_of(file, tree)} {file.name}"
        for file in tree.rglob("*")
        if file.name in shelf.FEEDS and file.resolve() not in before
    )
    return Cost(dict(written), len(read), len(statements))


def feed_of(file: Path, tree: Path) -> str:
    """Of what a feed's file is: its title says it."""
    title = re.search(r'(?:<title>|"title": ")(?:[^<"]* · )?([^<"]+)', file.read_text("utf-8"))
    assert title is not None
    return title[1]


FEEDS = {
    f"{of} {name}" for of in ("House of tests", "Water", "Maps", "English") for name in shelf.FEEDS
}


def test_one_more_edition_costs_its_feeds_the_same_in_any_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = cost_of_one_more(tmp_path / "few", 120, monkeypatch)
    many = cost_of_one_more(tmp_path / "many", 320, monkeypatch)
    assert many == few
    assert many.files == dict.fromkeys(FEEDS, 1)


def test_the_edition_that_fills_a_page_writes_three_files_a_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feed, the new archive, and the one before it, which leads to it now."""
    assert cost_of_one_more(tmp_path, 149, monkeypatch).files == dict.fromkeys(FEEDS, 3)


def test_a_correction_writes_the_documents_that_hold_its_edition(
    tmp_path: Path,
) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 161))
    workshop.publish_due(content, output)

    def documents() -> dict[str, Path]:
        found = (
            p for home in ("", "languages/en/") for p in (output / "site" / home / "page").iterdir()
        )
        return {str(p.relative_to(output / "site")): p.resolve() for p in found}

    before = documents()
    source = content / "e00060.md"
    source.write_text(source.read_text("utf-8") + "\nAnother word.\n", encoding="utf-8")
    with workshop.desk(content, output, 10) as at:
        [surveyed] = plan.survey(content, at.ledger, ["e00060.md"])
        outgoing.ask_for_correction(at, surveyed, "A word was missing.", "Anne")
    workshop.publish_due(content, output, 10)
    changed = {name for name, place in documents().items() if before[name] != place}
    assert changed == {"page/2", "languages/en/page/2"}
