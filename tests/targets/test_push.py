"""What a copy of the site elsewhere promises: convergence, order, and no more than what changed."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows import targets
from flows.targets import index, mirror, roots
from flows.targets.remote import Pushed, TargetError
from tests.release import workshop
from tests.targets.sites import seen, site
from tests.targets.stores import PATIENCE, Bucket, Place, Shore

pytestmark = pytest.mark.slow

TWO = {"a": 1, "b": 1}
CHANGED = {"b": 2, "c": 1}  # a is gone, b corrected, c new


class Killed(BaseException):
    """Nothing is cleaned up after it, as after SIGKILL."""


def push(root: Path, place: Place, number: int, **more: object) -> Pushed:
    return targets.push(root, place.url, number, environ=place.environ, patience=PATIENCE, **more)  # type: ignore[arg-type]


def shown(place: Place) -> dict[str, bytes]:
    """What readers find there: all but the index."""
    return {path: data for path, data in place.files().items() if not path.startswith(".")}


def false_claims(place: Place) -> list[str]:
    """What the index says is there, and is not, or is otherwise."""
    files, wrong = place.files(), []
    for name, data in files.items():
        if name.startswith(index.FOLDER) and name != index.HEAD and name.endswith(".json"):
            for path, digest in json.loads(data).get("files", {}).items():
                if hashlib.sha256(files.get(path, b"nothing is there")).hexdigest() != digest:
                    wrong.append(path)
    return wrong


def test_a_copy_holds_what_a_reader_sees_and_nothing_else(tmp_path: Path, place: Place) -> None:
    root = site(tmp_path / "output", 1, TWO)
    done = push(root, place, 1)
    assert shown(place) == seen(root)
    assert (done.uploaded, done.removed, done.number) == (len(seen(root)), 0, 1)
    assert done.bytes == sum(map(len, seen(root).values()))
    assert false_claims(place) == []


def test_a_published_house_goes_there_as_it_is(tmp_path: Path, place: Place) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    for number, editions in enumerate((range(1, 3), range(3, 4)), 1):
        workshop.content_folder(content, editions)
        workshop.publish_due(content, output, number)
        push(output / "site", place, number)
        assert shown(place) == seen(output / "site")


def test_the_second_time_nothing_goes_up(tmp_path: Path, place: Place) -> None:
    root = site(tmp_path / "output", 1, TWO)
    push(root, place, 1)
    before = place.files()
    assert push(root, place, 1) == Pushed(targets.shown(place.url), 0, 0, 0, 1)
    assert place.files() == before


def test_one_changed_edition_uploads_what_changed(tmp_path: Path, place: Place) -> None:
    output = tmp_path / "output"
    push(site(output, 1, TWO), place, 1)
    went: list[str] = []
    root = site(output, 2, {"a": 1, "b": 2})
    push(root, place, 2, reached=went.append)
    assert sorted(step.removeprefix("uploaded ") for step in went if " " in step) == [
        "2026/b/brochure.pdf",
        "2026/b/index.html",
        "2026/b/newsletter.txt",
        "2026/index.html",
        "feed.xml",
        "index.html",
        "page/1/index.html",
    ]
    assert shown(place) == seen(root)


def test_editions_that_stay_are_not_read_again(tmp_path: Path, place: Place) -> None:
    output = tmp_path / "output"
    push(site(output, 1, TWO), place, 1)
    unread = output / "releases" / "a" / "1" / "public" / "brochure.pdf"
    unread.write_bytes(b"changed behind everybody's back: who reads it would upload it")
    push(site(output, 2, {"a": 1, "b": 2}), place, 2)
    assert place.files()["2026/a/brochure.pdf"] != unread.read_bytes()


def test_one_more_edition_asks_as_much_of_a_large_archive_as_of_a_small_one(
    tmp_path: Path, bucket: Bucket
) -> None:
    asked: list[int] = []
    for size in (2, 40):
        output, there = tmp_path / str(size), replace(bucket, prefix=f"of {size}")
        editions = {f"e{n}": 1 for n in range(size)}
        push(site(output, 1, editions), there, 1)
        bucket.recorder.asked.clear()
        push(site(output, 2, {**editions, "one-more": 1}), there, 2)
        asked.append(len(bucket.recorder.asked))
    assert asked[0] == asked[1]


def test_a_root_that_was_swept_meanwhile_is_told_as_such(tmp_path: Path, place: Place) -> None:
    output = tmp_path / "output"
    root = site(output, 1, TWO)
    shutil.rmtree(output / "releases" / "a")
    with pytest.raises(TargetError, match="since a newer site is out"):
        push(root, place, 1)


def test_what_is_gone_is_removed_after_the_feed(tmp_path: Path, place: Place) -> None:
    output = tmp_path / "output"
    push(site(output, 1, TWO), place, 1)
    steps: list[str] = []
    root = site(output, 2, {"b": 1})
    assert push(root, place, 2, reached=steps.append).removed == 4
    assert shown(place) == seen(root)
    assert steps.index("uploaded feed.xml") < min(
        steps.index(step) for step in steps if step.startswith("removed")
    )


def test_no_empty_folder_stays_behind(tmp_path: Path, shore: Shore) -> None:
    output = tmp_path / "output"
    push(site(output, 1, TWO), shore, 1)
    push(site(output, 2, {"b": 1}), shore, 2)
    assert not (shore.folder / "2026" / "a").exists()


def test_what_is_pointed_to_comes_before_what_points(tmp_path: Path, place: Place) -> None:
    push(site(tmp_path / "output", 1, TWO), place, 1)
    ranks = [roots.rank(path) for path in place.order()]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 7
    assert place.order()[-1] == "feed.xml"


def test_a_feed_comes_after_its_archives_and_those_of_all_editions_come_last() -> None:
    order = [
        "assets/site-1a2b3c4d.css",
        "2026/edition-1/brochure.pdf",
        "2026/edition-1/index.html",
        "tags/water/page/1/atom.xml",
        "page/1/feed.xml",
        "tags/water/index.html",
        "tags/index.html",
        "index.html",
        "sitemap.xml",
        "languages/en/feed.json",
        "tags/water/feed.xml",
        "atom.xml",
        "feed.xml",
    ]
    ranks = [roots.rank(path) for path in order]
    assert ranks == sorted(ranks)
    assert ranks[-5] < ranks[-4] == ranks[-3] < ranks[-2] == ranks[-1]


# ------------------------------------------------------------------------------------- killed


def test_a_push_killed_at_any_step_is_made_good_by_the_next(tmp_path: Path, place: Place) -> None:
    """The next push may bring the same site, or, rolled back, the bytes that were there before.

    Every other step here, and those between on the other target: each takes real connections, and
    test_convergence goes through all of them in memory.
    """
    output, steps = tmp_path / "output", list[str]()
    push(site(output, 1, TWO), place, 1)
    push(site(output, 2, CHANGED), place, 2, reached=steps.append)
    number, now, other = 2, CHANGED, TWO
    first = 1 + isinstance(place, Bucket)
    for turn, step in enumerate(range(first, len(steps) + 1, 2)):  # there and back pass as many
        passed = itertools.count(1)

        def die(_name: str, at: int = step, passed: Iterator[int] = passed) -> None:
            if next(passed) == at:
                raise Killed

        number += 1
        with pytest.raises(Killed):
            push(site(output, number, other), place, number, reached=die)
        assert false_claims(place) == [], step
        number += 1
        if turn % 2:
            now, other = other, now
        root = site(output, number, now)
        push(root, place, number)
        assert shown(place) == seen(root), step
        assert false_claims(place) == [], step


@pytest.mark.parametrize("step", ["uploaded 2026/b/brochure.pdf", "removed 2026/a/index.html"])
def test_a_push_killed_for_real_is_made_good_by_the_next(
    tmp_path: Path, place: Place, step: str
) -> None:
    output = tmp_path / "output"
    push(site(output, 1, TWO), place, 1)
    root = site(output, 2, CHANGED)
    command = [sys.executable, "-m", "tests.targets.killed", str(root), place.url, "2", step]
    done = subprocess.run(command, check=False, env={**os.environ, **place.environ})
    assert done.returncode == -9
    assert false_claims(place) == []
    push(root, place, 2)
    assert shown(place) == seen(root)


def test_what_a_killed_push_left_half_uploaded_is_taken_away(tmp_path: Path, shore: Shore) -> None:
    shore.add(f"{index.FOLDER}/parts/0123abcd-7", b"half a broch")
    push(site(tmp_path / "output", 1, TWO), shore, 1)
    assert not any("/parts/" in path for path in shore.files())


# -------------------------------------------------------------------------------------- fences


def test_an_older_site_overwrites_nothing_and_says_so(tmp_path: Path, place: Place) -> None:
    output = tmp_path / "output"
    old, new = site(output, 1, TWO), site(output, 2, CHANGED)
    push(new, place, 2)
    before = place.files()
    with pytest.raises(TargetError, match=r"a newer site is there, number 2, and this is number 1"):
        push(old, place, 1)
    assert place.files() == before


@pytest.mark.parametrize("when", ["claimed", "doubted", "uploaded index.html", "uploaded feed.xml"])
def test_a_machine_that_slept_does_not_overwrite_a_newer_site(
    tmp_path: Path, place: Place, when: str
) -> None:
    """While number 2 is under way, another machine pushes number 3 from beginning to end."""
    push(site(tmp_path / "output", 1, TWO), place, 1)
    slow, fast = (
        site(tmp_path / "output", 2, {"a": 2, "b": 1}),
        site(tmp_path / "output", 3, CHANGED),
    )

    def overtake(step: str) -> None:
        if step == when:
            push(fast, place, 3)

    with pytest.raises(TargetError, match="a newer site is there"):
        push(slow, place, 2, reached=overtake)
    assert shown(place) == seen(fast)
    root = site(tmp_path / "output", 4, TWO)
    push(root, place, 4)
    assert shown(place) == seen(root)


def test_the_claims_of_a_push_that_was_overtaken_are_not_believed() -> None:
    branch = index.Branch("2026", push="two", files={"2026/a/index.html": "0"})
    assert index.read_branch("2026", branch.to_json(), ("one", "three")) is None
    assert index.read_branch("2026", branch.to_json(), ("two", "three")) == branch


# ------------------------------------------------------------------------------------ the index


@pytest.mark.parametrize(
    "lost", [index.CLAIM, index.HEAD, index.place("2026"), index.place(index.FRONT)]
)
@pytest.mark.parametrize("how", ["gone", "spoilt"])
def test_a_lost_index_is_made_again(tmp_path: Path, place: Place, lost: str, how: str) -> None:
    output = tmp_path / "output"
    push(site(output, 1, TWO), place, 1)
    if how == "gone":
        place.remove(lost)
    else:
        place.add(lost, b'{"format": 1, "number": ')
    place.add("2026/b/index.html" if "2026" in lost else "index.html", b"changed by hand")
    root = site(output, 2, CHANGED)
    push(root, place, 2)
    assert shown(place) == seen(root)
    assert false_claims(place) == []


def test_files_of_others_beside_the_site_are_left_alone(tmp_path: Path, place: Place) -> None:
    theirs = {".well-known/security.txt": b"x", "assets/logo.svg": b"x", "old/index.html": b"x"}
    for path, data in theirs.items():
        place.add(path, data)
    output = tmp_path / "output"
    push(site(output, 1, TWO), place, 1)
    push(site(output, 2, CHANGED), place, 2)
    assert theirs.items() <= place.files().items()


def test_many_files_are_noted_on_the_way(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push that is killed late uploads again only what came after the last note."""
    monkeypatch.setattr(mirror, "NOTED", 5)
    root = site(tmp_path / "output", 1, {f"e{n}": 1 for n in range(5)})

    def die(step: str) -> None:
        if step == "uploaded feed.xml":
            raise Killed

    with pytest.raises(Killed):
        push(root, place, 1, reached=die)
    assert push(root, place, 1).uploaded <= 5
    assert shown(place) == seen(root)


# -------------------------------------------------------------------------------------- whole


def test_a_reader_never_meets_half_a_file(tmp_path: Path, shore: Shore) -> None:
    output, met = tmp_path / "output", set[bytes]()
    roots = [site(output, number, {"a": number}, pdf=3_000_000) for number in range(1, 5)]
    whole = {seen(root)["2026/a/brochure.pdf"] for root in roots}
    push(roots[0], shore, 1)
    stop, torn = threading.Event(), list[int]()

    def read() -> None:
        while not stop.is_set():
            data = (shore.folder / "2026" / "a" / "brochure.pdf").read_bytes()
            met.add(data[:10])
            if data not in whole:
                torn.append(len(data))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number, root in enumerate(roots[1:], 2):
            push(root, shore, number)
    finally:
        stop.set()
        reader.join()
    assert torn == []
    assert len(met) > 1
