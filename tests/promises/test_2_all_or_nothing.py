"""Promise 2: a reader sees the old state on all channels or the new one on all."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flows import outgoing
from flows.targets import file as tree
from tests.release import workshop
from tests.release.workshop import NAMES

STEPS = ("staged", "begun", "moved", "built", "swapped", "recorded")


def kill_at(content: Path, output: Path, step: str, count: int = 1) -> None:
    arguments = [str(content), str(output), step, str(count)]
    done = subprocess.run([sys.executable, "-m", "tests.release.killed", *arguments], check=False)
    assert done.returncode == -9, f"the run was not killed at {step}"


def slugs_on_each_channel(site: Path) -> list[set[str]]:
    files = workshop.public_files(site) if site.exists() else {}
    editions = [address for address in files if re.match(r"/\d{4}/[^/]+/[^/]+$", address)]
    pages = [{a.split("/")[2] for a in editions if a.endswith(f"/{name}")} for name in NAMES]
    feed = files.get("/feed.xml", b"").decode()
    in_feed = {slug for slug in set().union(*pages) if f"/{slug}/</link>" in feed}
    assert feed.count("<item>") == len(in_feed)
    return [*pages, in_feed]


@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_at_any_step_shows_all_channels_or_none(tmp_path: Path, step: str) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 3))
    workshop.publish_due(content, output)
    workshop.content_folder(content, range(3, 5))
    kill_at(content, output, step)
    seen = slugs_on_each_channel(output / "site")
    assert all(channel == seen[0] for channel in seen)
    assert seen[0] in (
        {"edition-00001", "edition-00002"},
        {f"edition-0000{n}" for n in range(1, 5)},
    )


@pytest.mark.parametrize("step", STEPS)
def test_the_next_run_finishes_or_undoes_and_says_which(tmp_path: Path, step: str) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 4))
    kill_at(content, output, step)
    with workshop.desk(content, output, minutes=2) as at:
        at.recover()
        said = {(r.done, r.slug) for r in at.outcome.recovered}
        outgoing.release(at, workshop.stage_due(at))
        assert not at.ledger.unfinished()
    everything = {f"edition-0000{n}" for n in range(1, 4)}
    expected = {"staged": "undone", "begun": "undone", "recorded": None}
    if step == "moved":  # the first of three stood in its place, the others did not
        assert {slug for done, slug in said if done == "finished"} == {"edition-00001"}
    elif done := expected.get(step, "finished"):
        assert said == {(done, slug) for slug in everything}
    else:
        assert said == set()
    assert all(channel == everything for channel in slugs_on_each_channel(output / "site"))


def test_a_run_killed_while_recovering_is_recovered_too(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 4))
    kill_at(content, output, "moved", count=2)
    kill_at(content, output, "built")
    workshop.publish_due(content, output, 3)
    everything = {f"edition-0000{n}" for n in range(1, 4)}
    assert all(channel == everything for channel in slugs_on_each_channel(output / "site"))


def test_a_reader_never_meets_a_half_changed_root(tmp_path: Path) -> None:
    """While twelve editions go out one by one, every look at the site is whole."""
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 2))
    workshop.publish_due(content, output)
    torn: list[tuple[int, int]] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            root = (output / "site").resolve()
            in_feed = (root / "feed.xml").read_text(encoding="utf-8").count("<item>")
            on_page = len(tree.links(root / "2026"))
            if in_feed != on_page:
                torn.append((in_feed, on_page))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for n in range(2, 14):
            workshop.content_folder(content, range(n, n + 1))
            workshop.publish_due(content, output, n)
    finally:
        stop.set()
        reader.join()
    assert torn == []


def test_a_process_that_slept_cannot_overwrite_a_newer_root(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 2))
    workshop.publish_due(content, output)
    old = tree.current(output / "site")
    workshop.content_folder(content, range(2, 3))
    workshop.publish_due(content, output, 1)
    assert old is not None
    with pytest.raises(tree.SiteError):
        tree.swap(output / "site", old)


def test_an_edition_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 3))
    (content / "empty.txt").write_bytes(b"")
    published = workshop.publish_due(content, tmp_path / "output")
    assert [fact.slug for fact in published] == ["edition-00001", "edition-00002"]
