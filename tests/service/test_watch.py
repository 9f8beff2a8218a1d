"""What is told of ``content/``: whole files, once, and nothing that can be no edition."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.service import watch

SETTLE = 0.3
ENOUGH = 20.0


def heard(
    content: Path, act: Callable[[], None], last: str, *, settle: float = SETTLE
) -> list[frozenset[str]]:
    """What is told while ``act`` works in a thread, up to the set in which ``last`` is."""

    async def listen() -> list[frozenset[str]]:
        told: list[frozenset[str]] = []
        acting: asyncio.Task[None] | None = None
        changes = watch.changes(content, settle)
        probe = content / "probe.md"

        async def knock_until_heard() -> None:
            while True:  # inotify is being set up: until then nothing is heard
                probe.write_text("x", encoding="utf-8")
                await asyncio.sleep(2 * settle)

        knocking = asyncio.create_task(knock_until_heard())
        async for names in changes:
            if acting is None:
                knocking.cancel()
                acting = asyncio.create_task(asyncio.to_thread(act))
                continue
            told.append(names - {"probe.md"})
            if last in names:
                break
        assert acting is not None
        await acting
        await changes.aclose()
        return [names for names in told if names]

    return asyncio.run(asyncio.wait_for(listen(), ENOUGH))


def paced(path: Path, chunks: int) -> None:
    """A program that writes for some time, and stays silent for less than it takes to settle."""
    with path.open("wb") as file:
        for n in range(chunks):
            file.write(b"Word %d.\n" % n)
            file.flush()
            threading.Event().wait(0.1)


def test_a_thousand_files_dropped_at_once_are_told_of_once(tmp_path: Path) -> None:
    def drop() -> None:
        for n in range(1000):
            (tmp_path / f"e{n:04d}.md").write_text(f"# {n}\n", encoding="utf-8")
        (tmp_path / "e9999.md").write_text("# Last\n", encoding="utf-8")

    [names] = heard(tmp_path, drop, "e9999.md")
    assert len(names) == 1001


def test_a_file_that_is_being_written_is_told_of_once_at_its_end(tmp_path: Path) -> None:
    slow = tmp_path / "slow.md"
    sizes: list[int] = []

    def write() -> None:
        paced(slow, 20)
        sizes.append(slow.stat().st_size)

    told = heard(tmp_path, write, "slow.md")
    assert told == [{"slow.md"}]
    assert sizes == [slow.stat().st_size]


def test_a_folder_is_told_of_when_its_last_file_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "edition"

    def copy() -> None:
        folder.mkdir()
        (folder / "text.md").write_text("# Text\n", encoding="utf-8")
        paced(folder / "picture.png", 12)

    assert heard(tmp_path, copy, "edition") == [{"edition"}]
    assert (folder / "picture.png").read_bytes().endswith(b"Word 11.\n")


def test_a_file_that_a_program_has_open_for_writing_is_not_settled(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    if not hasattr(fcntl, "F_SETLEASE"):
        pytest.skip("only Linux tells who has a file open")
    path = tmp_path / "open.md"
    with path.open("wb") as file:
        file.write(b"half of a sent")
        file.flush()
        threading.Event().wait(2 * SETTLE)
        assert not watch.is_quiet(path, SETTLE)
    threading.Event().wait(2 * SETTLE)
    assert watch.is_quiet(path, SETTLE)


def test_an_office_file_without_its_directory_is_not_settled(tmp_path: Path) -> None:
    import zipfile

    whole, half = tmp_path / "whole.docx", tmp_path / "half.docx"
    with zipfile.ZipFile(whole, "w") as package:
        package.writestr("word/document.xml", "x" * 10_000)
    half.write_bytes(whole.read_bytes()[:-80])
    threading.Event().wait(2 * SETTLE)
    assert watch.is_quiet(whole, SETTLE)
    assert not watch.is_quiet(half, SETTLE)


@pytest.mark.parametrize(
    "name", ["~$text.docx", ".~lock.text.odt#", ".text.md.swp", "text.md.part", "text.md~", "a.tmp"]
)
def test_lock_files_and_half_copies_are_told_of_by_nobody(tmp_path: Path, name: str) -> None:
    def drop() -> None:
        (tmp_path / name).write_text("x", encoding="utf-8")
        (tmp_path / "after.md").write_text("x", encoding="utf-8")

    assert heard(tmp_path, drop, "after.md") == [{"after.md"}]


def test_a_new_house_is_told_of(tmp_path: Path) -> None:
    def write() -> None:
        (tmp_path / "house.toml").write_text('name = "House"\n', encoding="utf-8")

    assert heard(tmp_path, write, "house.toml") == [{"house.toml"}]


def test_what_changes_behind_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    content, outside = tmp_path / "content", tmp_path / "outside"
    content.mkdir()
    outside.mkdir()
    (content / "away").symlink_to(outside)

    def write() -> None:
        paced(outside / "secret.md", 5)
        (content / "after.md").write_text("x", encoding="utf-8")

    assert heard(content, write, "after.md") == [{"after.md"}]
    assert not any("secret" in name for name, *_rest in watch.glance(content))


def test_an_output_folder_inside_content_wakes_nobody(tmp_path: Path) -> None:
    (tmp_path / "parution.db").write_bytes(b"")

    def write() -> None:
        for name in ("prefect", "site", "staging"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "file.md").write_text("x", encoding="utf-8")
        (tmp_path / "after.md").write_text("x", encoding="utf-8")

    assert heard(tmp_path, write, "after.md") == [{"after.md"}]


def test_a_glance_sees_each_change_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "text.md").write_text("one", encoding="utf-8")
    before = watch.glance(tmp_path)
    assert watch.glance(tmp_path) == before
    (tmp_path / "a" / "text.md").write_text("two", encoding="utf-8")
    changed = watch.glance(tmp_path)
    assert changed != before
    shutil.rmtree(tmp_path / "a")
    assert watch.glance(tmp_path) == frozenset()
