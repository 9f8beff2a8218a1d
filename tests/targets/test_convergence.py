"""The law of a copy: however many pushes were killed, wherever, the next one makes it right."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from flows.targets import index
from flows.targets.mirror import mirror
from flows.targets.remote import Line, Patience, TargetError
from tests.targets.sites import seen, site

SEEDS = range(40)
SLUGS = ("a", "b", "c")


class Killed(BaseException):
    """Nothing is cleaned up after it, as after SIGKILL."""


class Memory:
    """A store in memory, with one lane so that a seed gives the same order twice."""

    lanes = 1
    passing = (OSError,)

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.before: Callable[[], None] = lambda: None

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        self.before()
        self.files[path] = data

    def put(self, path: str, file: Path) -> None:
        self.write(path, file.read_bytes())

    def remove(self, path: str) -> None:
        self.before()
        self.files.pop(path, None)

    def below(self, folder: str) -> list[str]:
        return [path for path in self.files if path.startswith(f"{folder}/")]

    def tidy(self) -> None: ...

    def explain(self, error: Exception) -> str | None:
        return None

    def renew(self) -> None: ...

    def close(self) -> None: ...

    def claims(self) -> dict[str, str]:
        claimed: dict[str, str] = {}
        for path, data in self.files.items():
            if path.startswith(index.FOLDER) and path != index.HEAD:
                claimed |= json.loads(data).get("files", {})
        return claimed


def push(root: Path, store: Memory, number: int, writes: float = float("inf")) -> None:
    """Push, and die before the next write once there have been as many as ``writes``."""

    def count() -> None:
        nonlocal writes
        writes -= 1
        if writes < 0:
            raise Killed

    store.before = count
    mirror(root, number, Line(store, "memory://", Patience(tries=1)), lambda _step: None)


@pytest.mark.parametrize("then", [{"a": 2, "b": 1}, {"b": 2, "c": 1}, {"a": 1, "b": 1}])
@pytest.mark.parametrize("writes", range(1, 16))
def test_what_a_machine_that_slept_still_wrote_is_made_good_by_the_next_push(
    tmp_path: Path, writes: int, then: dict[str, int]
) -> None:
    """Number 3 passes from beginning to end while number 2 holds a write in its hand."""
    store = Memory()
    push(site(tmp_path, 1, {"a": 1, "b": 1}), store, 1)
    slow, fast = site(tmp_path, 2, {"a": 2, "b": 1}), site(tmp_path, 3, {"b": 2, "c": 1})
    left = writes

    def overtake() -> None:
        nonlocal left
        left -= 1
        if not left:
            push(fast, store, 3)
            store.before = lambda: None

    store.before = overtake
    with suppress(TargetError):  # its last write may be the very one
        mirror(slow, 2, Line(store, "memory://", Patience(tries=1)), lambda _step: None)
    assert left <= 0, "number 2 has fewer writes"
    root = site(tmp_path, 4, then)
    push(root, store, 4)
    assert {p: d for p, d in store.files.items() if p[0] != "."} == seen(root)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_row_of_killed_pushes_the_next_one_is_right(tmp_path: Path, seed: int) -> None:
    chance, store = random.Random(seed), Memory()
    last_revision = dict.fromkeys(SLUGS, 1)
    for number in range(1, 26):
        for slug in SLUGS:
            last_revision[slug] += chance.random() < 0.2
        editions = {
            slug: chance.randint(1, last_revision[slug]) for slug in SLUGS if chance.random() < 0.7
        }
        root = site(tmp_path, number, editions)
        if chance.random() < 0.1:  # somebody lost it
            store.files.pop(chance.choice([p for p in store.files if p[0] == "."] or [""]), None)
        try:
            push(root, store, number, chance.choice([*range(25), 1_000]))
        except Killed:
            pass
        else:
            assert {p: d for p, d in store.files.items() if p[0] != "."} == seen(root)
        for path, digest in store.claims().items():
            assert hashlib.sha256(store.files[path]).hexdigest() == digest
    push(root, store, number)
    assert {p: d for p, d in store.files.items() if p[0] != "."} == seen(root)
    with pytest.raises(TargetError):
        push(root, store, number - 1)
