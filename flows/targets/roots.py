"""What a reader sees below a root of the local site, and in which order it may go elsewhere.

Folders of the tree never change and are named after what they hold (:mod:`flows.targets.file`), so
that where a link leads identifies all that lies below it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flows.targets.index import FRONT
from flows.targets.types import ASSETS

LISTS = ("page", "tags", "languages")
FEEDS = ("feed.xml", "atom.xml", "feed.json")


def rank(path: str) -> int:
    """When a file goes up: 0 assets; 1 pictures, PDF and the like; 2 the pages of editions;
    3 lists, and the archives of feeds; 4 the front; 5 sitemap and the like; 6 the feeds of
    subjects and languages; 7 those of all editions."""
    parts = path.split("/")
    if parts[0] == ASSETS:
        return 0
    if len(parts) == 1:
        return 7 if path in FEEDS else 4 if path.endswith(".html") else 5
    if len(parts) == 2 or parts[0] in LISTS:
        return 6 if parts[-1] in FEEDS and parts[-3:-2] != ["page"] else 3
    return 2 if path.endswith(".html") else 1


@dataclass(slots=True)
class Found:
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
    found = {FRONT: (root, root.name)}
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


def digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
