"""Bringing a remote copy up to date with a root of the local site, in an order that is safe.

What is pointed to goes up before what points, the feed last, removals after that. The local tree
is made of folders that never change and are named after what they hold, so a folder that the index
knows is not looked into: what a push costs follows the change.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from flows.targets import index
from flows.targets.index import Branch, Claim, Head
from flows.targets.remote import Line, Pushed, TargetError
from flows.targets.roots import Found, branches, digest_of, rank
from flows.targets.types import ASSETS

#: Files between two looks at the number, and between two notes of how far it came.
BATCH, NOTED = 16, 100


def mirror(root: Path, number: int, line: Line, reached: Callable[[str], None]) -> Pushed:
    """Make the remote equal to ``root``. Raises :class:`TargetError`."""
    push = _Push(root.resolve(), number, line, reached)
    try:
        return push.run()
    except FileNotFoundError as error:
        raise TargetError(
            f"{line.url}: {error.filename} went while it was being read, since a newer site is "
            "out. Push again: the newer one goes there."
        ) from error
    finally:
        push.pool.shutdown(cancel_futures=True)


@dataclass(slots=True)
class _Change:
    """What must be done in one branch. ``uploads``: path → file, digest; ``unsure``: what a push
    that did not end had in hand, and may have in hand still."""

    branch: Branch
    unsure: frozenset[str]
    identity: str | None = None
    uploads: dict[str, tuple[Path, str]] = field(default_factory=dict)
    removals: list[str] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)


class _Push:
    def __init__(self, root: Path, number: int, line: Line, reached: Callable[[str], None]) -> None:
        self.root, self.line, self.reached = root, line, reached
        self.claim = Claim(number, secrets.token_hex(8))
        self.pool = ThreadPoolExecutor(line.remote.lanes, thread_name_prefix="push")
        self.bytes = 0

    def run(self) -> Pushed:
        local, before = branches(self.root), self._read_claim()
        self._require_newer_than(before)
        head = self._read_head()
        names = {*local, *before.branches, *(head.branches if head else ())}
        is_same = all(self._is_known(name, local.get(name), head, before) for name in names)
        if is_same and before.number == self.claim.number:
            return Pushed(self.line.url, 0, 0, 0, before.number)
        self.claim = replace(self.claim, branches=tuple(sorted(names)))
        self._write(index.CLAIM, self.claim.to_json())
        self.reached("claimed")
        head = self._read_head()  # once more: whoever passed before the claim has written it
        changes = [
            self._change(name, local.get(name), head, before)
            for name in self.claim.branches
            if not self._is_known(name, local.get(name), head, before)
        ]
        self._doubt(changes)
        uploaded, removed = self._upload(changes), self._remove(changes)
        self._conclude(head or Head(), changes)
        return Pushed(self.line.url, uploaded, removed, self.bytes, self.claim.number)

    # What is there, and what differs.

    def _read_claim(self) -> Claim:
        return index.read_claim(self.line.ask(lambda: self.line.remote.read(index.CLAIM)))

    def _read_head(self) -> Head | None:
        head = index.read_head(self.line.ask(lambda: self.line.remote.read(index.HEAD)))
        if head:
            self._require_newer_than(head.claim)
        return head

    def _require_newer_than(self, claim: Claim) -> None:
        if claim.number > self.claim.number:
            raise TargetError(
                f"{self.line.url}: a newer site is there, number {claim.number}, and this is "
                f"number {self.claim.number}; nothing older overwrites it. If this one is right "
                f"nevertheless, remove the folder {index.FOLDER} there and push again."
            )

    def _look(self) -> None:
        """Whether the claim is still this push's; nothing is touched without it."""
        claim = self._read_claim()
        self._require_newer_than(claim)
        if claim.push not in (self.claim.push, ""):
            raise TargetError(
                f"{self.line.url}: another push began while this one was under way, and goes on in "
                "its place. Let one machine push at a time, and push again when it is done."
            )

    def _is_known(
        self, name: str, here: tuple[Path, str] | None, head: Head | None, before: Claim
    ) -> bool:
        """Whether a branch is there as it should be; after a push that broke off, none is."""
        if not head or head.claim != before or not here:
            return False
        return head.branches.get(name, (None, ""))[0] == here[1]

    def _change(
        self, name: str, here: tuple[Path, str] | None, head: Head | None, before: Claim
    ) -> _Change:
        branch = self._load(name, head, before)
        change = _Change(branch, frozenset(branch.doubtful))
        if here is None:
            change.removals = sorted(branch.paths)
            return change
        found = Found(branch.folders, self.root.parent)
        found.walk(here[0], name)
        kept = {p for p in branch.files if any(f in found.kept for f in index.above(p))}
        for path, file in found.files.items():
            digest = digest_of(file)
            if branch.files.get(path) != digest:
                change.uploads[path] = (file, digest)
        change.identity, change.folders = here[1], found.folders
        change.removals = sorted(branch.paths - kept - found.files.keys())
        return change

    def _load(self, name: str, head: Head | None, before: Claim) -> Branch:
        if head and head.claim == before and name not in head.branches:
            return Branch(name)
        data = self.line.ask(lambda: self.line.remote.read(index.place(name)))
        wrote = head.branches.get(name, (None, ""))[1] if head else ""
        if branch := index.read_branch(name, data, {wrote, before.push} - {""}):
            return branch
        lost = Branch(name)
        if name not in (index.FRONT, ASSETS):  # a folder of that name may be another's too
            lost.again.update(self.line.ask(lambda: self.line.remote.below(name)))
        return lost

    # The work, in order.

    def _doubt(self, changes: Sequence[_Change]) -> None:
        """Take back what the index says of whatever is about to change."""
        self._look()
        for change in changes:
            change.branch.doubt([*change.uploads, *change.removals])
            self._save(change.branch)
        self.line.ask(self.line.remote.tidy)
        self.reached("doubted")

    def _upload(self, changes: Sequence[_Change]) -> int:
        todo = sorted(
            ((path, change) for change in changes for path in change.uploads),
            key=lambda item: (rank(item[0]), item[0]),
        )
        since: list[tuple[str, _Change]] = []
        for _rank, group in groupby(todo, key=lambda item: rank(item[0])):
            for batch in _batches(list(group)):
                self._look()
                self.bytes += sum(self.pool.map(self._put, batch))
                for path, change in batch:
                    change.branch.settle(path, change.uploads[path][1])
                since += batch
                if len(since) >= NOTED:
                    self._note(since)
                    since = []
        return len(todo)

    def _put(self, item: tuple[str, _Change]) -> int:
        path, change = item
        file, _digest = change.uploads[path]
        size = file.stat().st_size
        self.line.ask(lambda: self.line.remote.put(path, file))
        self.reached(f"uploaded {path}")
        return size

    def _remove(self, changes: Sequence[_Change]) -> int:
        todo = [(path, change) for change in changes for path in change.removals]
        for batch in _batches(todo):
            self._look()
            list(self.pool.map(self._take_away, [path for path, _change in batch]))
            for path, change in batch:
                change.branch.settle(path, None)
        return len(todo)

    def _take_away(self, path: str) -> None:
        self.line.ask(lambda: self.line.remote.remove(path))
        self.reached(f"removed {path}")

    def _note(self, done: Iterable[tuple[str, _Change]]) -> None:
        self._look()
        for branch in {change.branch.name: change.branch for _path, change in done}.values():
            self._save(branch)
        self.reached("noted")

    def _conclude(self, head: Head, changes: Sequence[_Change]) -> None:
        self._look()
        for change in changes:
            branch = change.branch
            branch.folders = change.folders
            branch.repeat(change.unsure)
            if change.identity or branch.again:
                self._save(branch)
                identity = None if branch.again else change.identity
                head.branches[branch.name] = (identity, self.claim.push)
            else:
                self._take_away(index.place(branch.name))
                head.branches.pop(branch.name, None)
        self.reached("noted")
        self._look()
        head.claim = self.claim
        self._write(index.HEAD, head.to_json())
        self.reached("done")

    def _save(self, branch: Branch) -> None:
        branch.push = self.claim.push
        self._write(index.place(branch.name), branch.to_json())

    def _write(self, path: str, data: bytes) -> None:
        self.line.ask(lambda: self.line.remote.write(path, data))


def _batches(items: Sequence[tuple[str, _Change]]) -> Iterator[Sequence[tuple[str, _Change]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
