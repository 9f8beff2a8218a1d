"""Bringing a remote copy up to date with a root of the local site, in an order that is safe.

What is pointed to goes up before what points, the feed last, removals after that. The local tree
is made of folders that never change and are named after what they hold, so a folder that the index
knows is not looked into: what a push costs follows the change.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from flows.targets import index
from flows.targets.index import Branch, Head
from flows.targets.remote import Line, Pushed, TargetError
from flows.targets.types import ASSETS

#: Files between two looks at the number, and between two notes of how far it came.
BATCH, NOTED = 16, 100
PAGES = "page"


def rank(path: str) -> int:
    """When a file goes up: 0 assets; 1 pictures, PDF and the like; 2 the pages of editions;
    3 lists; 4 the front; 5 sitemap and the like; 6 the feed."""
    parts = path.split("/")
    if parts[0] == ASSETS:
        return 0
    if len(parts) == 1:
        return 6 if path == "feed.xml" else 4 if path.endswith(".html") else 5
    if len(parts) == 2 or parts[0] == PAGES:
        return 3
    return 2 if path.endswith(".html") else 1


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
    """What must be done in one branch. ``uploads``: path → file, digest."""

    branch: Branch
    identity: str | None
    uploads: dict[str, tuple[Path, str]] = field(default_factory=dict)
    removals: list[str] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)


class _Push:
    def __init__(self, root: Path, number: int, line: Line, reached: Callable[[str], None]) -> None:
        self.root, self.number, self.line, self.reached = root, number, line, reached
        self.pool = ThreadPoolExecutor(line.remote.lanes, thread_name_prefix="push")
        self.bytes = 0

    def run(self) -> Pushed:
        known = self._require_newest()
        head = known or Head()
        local = branches(self.root)
        changes = [
            self._change(name, local.get(name), known)
            for name in sorted({*local, *head.branches})
            if name not in local or head.branches.get(name, (None, 0))[0] != local[name][1]
        ]
        if not changes and head.number == self.number:
            return Pushed(self.line.url, 0, 0, 0, self.number)
        self._claim(head, changes)
        uploaded = self._upload(changes)
        removed = self._remove(changes)
        self._conclude(head, changes)
        return Pushed(self.line.url, uploaded, removed, self.bytes, self.number)

    # What is there, and what differs.

    def _require_newest(self) -> Head | None:
        head = index.read_head(self.line.ask(lambda: self.line.remote.read(index.HEAD)))
        if head and head.number > self.number:
            raise TargetError(
                f"{self.line.url}: a newer site is there, number {head.number}, and this is number "
                f"{self.number}; nothing older overwrites it. If this one is right nevertheless, "
                f"remove {index.HEAD} there and push again."
            )
        return head

    def _change(self, name: str, here: tuple[Path, str] | None, known: Head | None) -> _Change:
        branch = self._load(name, known)
        was = {*branch.files, *branch.doubtful}
        if here is None:
            return _Change(branch, None, removals=sorted(was))
        found = _Found(branch.folders, self.root.parent)
        found.walk(here[0], name)
        kept = {p for p in branch.files if any(f in found.kept for f in index.above(p))}
        uploads = {}
        for path, file in found.files.items():
            digest = _digest(file)
            if branch.files.get(path) != digest:
                uploads[path] = (file, digest)
        removals = sorted(was - kept - found.files.keys())
        return _Change(branch, here[1], uploads, removals, found.folders)

    def _load(self, name: str, head: Head | None) -> Branch:
        if head and name not in head.branches:
            return Branch(name)
        if head:
            data = self.line.ask(lambda: self.line.remote.read(index.place(name)))
            branch = index.read_branch(name, data, (head.branches[name][1], head.number))
            if branch:
                return branch
        lost = Branch(name)
        if name not in (index.FRONT, ASSETS):  # a folder of that name may be another's too
            lost.doubtful.update(self.line.ask(lambda: self.line.remote.below(name)))
        return lost

    # The work, in order.

    def _claim(self, head: Head, changes: Sequence[_Change]) -> None:
        """Raise the number, and take back what the index says of whatever is about to change."""
        head.number = self.number
        for change in changes:
            head.branches[change.branch.name] = (None, change.branch.token)
        self._write(index.HEAD, head.to_json())
        self.reached("claimed")
        for change in changes:
            change.branch.doubt([*change.uploads, *change.removals])
            change.branch.token = self.number
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
                self._require_newest()
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
            self._require_newest()
            list(self.pool.map(self._take_away, [path for path, _change in batch]))
            for path, change in batch:
                change.branch.settle(path, None)
        return len(todo)

    def _take_away(self, path: str) -> None:
        self.line.ask(lambda: self.line.remote.remove(path))
        self.reached(f"removed {path}")

    def _note(self, done: Iterable[tuple[str, _Change]]) -> None:
        self._require_newest()
        for branch in {change.branch.name: change.branch for _path, change in done}.values():
            self._save(branch)
        self.reached("noted")

    def _conclude(self, head: Head, changes: Sequence[_Change]) -> None:
        self._require_newest()
        for change in changes:
            name = change.branch.name
            if change.identity is None:
                del head.branches[name]
                self._take_away(index.place(name))
                continue
            change.branch.folders = change.folders
            self._save(change.branch)
            head.branches[name] = (change.identity, self.number)
        self.reached("noted")
        self._require_newest()
        self._write(index.HEAD, head.to_json())
        self.reached("done")

    def _save(self, branch: Branch) -> None:
        self._write(index.place(branch.name), branch.to_json())

    def _write(self, path: str, data: bytes) -> None:
        self.line.ask(lambda: self.line.remote.write(path, data))


@dataclass(slots=True)
class _Found:
    """The files of a branch, but those of folders that the index ``knows`` already."""

    knows: Mapping[str, str]
    home: Path
    files: dict[str, Path] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)

    def walk(self, folder: Path, name: str) -> None:
        """``folder`` is found below ``name``; at the front, its files only."""
        for item in _entries(folder):
            path = f"{name}/{item.name}" if name else item.name
            if not item.is_dir():
                self.files[path] = item
            elif name and item.is_symlink():
                self.folders[path] = os.path.relpath(item.resolve(), self.home)
                if self.knows.get(path) == self.folders[path]:
                    self.kept.add(path)
                else:
                    self.walk(item.resolve(), path)
            elif name:
                self.walk(item, path)


def branches(root: Path) -> dict[str, tuple[Path, str]]:
    """The branches of a root by name: where they lie, and what identifies all that they hold."""
    found = {index.FRONT: (root, root.name)}
    for item in _entries(root):
        if not item.is_dir():
            continue
        folder = item.resolve()
        identity = os.path.relpath(folder, root.parent)
        if item.name == ASSETS:  # the one folder that grows; its files are named by content
            names = "\n".join(file.name for file in _entries(folder))
            identity = hashlib.sha256(names.encode()).hexdigest()
        found[item.name] = (folder, identity)
    return found


def _entries(folder: Path) -> Iterator[Path]:
    """What a reader may see in a folder: a name that begins with a dot is nobody's."""
    return iter(sorted(item for item in folder.iterdir() if not item.name.startswith(".")))


def _batches(items: Sequence[tuple[str, _Change]]) -> Iterator[Sequence[tuple[str, _Change]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
