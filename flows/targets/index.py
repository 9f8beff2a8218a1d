"""What a target is known to hold, kept beside the site in ``.parution/``.

- The *claim* says who pushed last, and the number of that site: the fencing token. Whoever pushes
  claims first; whoever finds another's claim in place of its own stops.
- The *head* is written when all is done: it names the branches of the site (a year, the numbered
  pages, the assets, the files at the front) and what identifies each as a whole.
- A file a *branch* holds what is known file by file, so that a push reads and writes no more than
  what changes.

What the index says is there, is there. So a path is noted as *doubtful* before it is touched, and
entered again only once it is whole; a push that is killed leaves doubts, and the next one settles
them. It may be asleep, not dead, and still write what it had in hand: so what was doubtful before a
push is done *again* by the one after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

FOLDER = ".parution"
CLAIM = f"{FOLDER}/claim.json"
HEAD = f"{FOLDER}/index.json"
#: The branch of the files that lie at the front, in no folder.
FRONT = ""
FORMAT = 1


def place(branch: str) -> str:
    """Where a branch of the index is kept."""
    return f"{FOLDER}/below-{branch}.json" if branch else f"{FOLDER}/front.json"


@dataclass(frozen=True, slots=True)
class Claim:
    """A site's number, the push that brings it, by a name that no other push has, and the branches
    in which it may have left something."""

    number: int = 0
    push: str = ""
    branches: tuple[str, ...] = field(default=(), compare=False)

    def to_json(self) -> bytes:
        value = {"number": self.number, "push": self.push, "branches": self.branches}
        return _to_json(value)


@dataclass(slots=True)
class Head:
    """The push that ended last; for each branch, what identifies it (None where something is to be
    done again) and the push that wrote its file."""

    claim: Claim = Claim()
    branches: dict[str, tuple[str | None, str]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        branches = {name: list(known) for name, known in sorted(self.branches.items())}
        claim = {"number": self.claim.number, "push": self.claim.push}
        return _to_json({"format": FORMAT, **claim, "branches": branches})


@dataclass(slots=True)
class Branch:
    """Part of the index. ``files``: path → SHA-256; ``folders``: path → what all below is known
    to be; ``push``: who wrote it."""

    name: str
    push: str = ""
    files: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)

    @property
    def paths(self) -> set[str]:
        """All that is or may be there."""
        return {*self.files, *self.doubtful, *self.again}

    def doubt(self, paths: Iterable[str]) -> None:
        """Know nothing of these any more, nor of the folders that they lie in."""
        for path in paths:
            self.files.pop(path, None)
            self.again.discard(path)
            self.doubtful.add(path)
            for folder in above(path):
                self.folders.pop(folder, None)

    def settle(self, path: str, digest: str | None) -> None:
        """Know a file by this digest, or with None that it is not there."""
        self.doubtful.discard(path)
        if digest is not None:
            self.files[path] = digest

    def repeat(self, paths: Iterable[str]) -> None:
        """Have these done again by the next push."""
        self.doubt(paths)
        self.again, self.doubtful = self.doubtful, set()

    def to_json(self) -> bytes:
        value = {
            "push": self.push,
            "files": self.files,
            "folders": self.folders,
            "doubtful": sorted(self.doubtful),
            "again": sorted(self.again),
        }
        return _to_json(value)


def read_claim(data: bytes | None) -> Claim:
    """The claim; one that is lost or cannot be read is nobody's."""
    try:
        value = json.loads(data or b"")
        return Claim(int(value["number"]), str(value["push"]), tuple(map(str, value["branches"])))
    except (ValueError, KeyError, TypeError):
        return Claim()


def read_head(data: bytes | None) -> Head | None:
    """The head, or None where it is lost or cannot be read: then nothing is known."""
    try:
        value = json.loads(data or b"")
        if value["format"] != FORMAT:
            return None
        known = {str(name): (one, str(push)) for name, (one, push) in value["branches"].items()}
        return Head(Claim(int(value["number"]), str(value["push"])), known)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def read_branch(name: str, data: bytes | None, pushes: Iterable[str]) -> Branch | None:
    """A branch, or None where it is lost, or written by none of these pushes: then by one that was
    overtaken, and what it says is not to be believed."""
    try:
        value = json.loads(data or b"")
        branch = Branch(
            name,
            str(value["push"]),
            dict(value["files"]),
            dict(value["folders"]),
            set(value["doubtful"]),
            set(value["again"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return branch if branch.push in set(pushes) else None


def above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _to_json(value: dict[str, Any]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, sort_keys=True, indent=0)}\n".encode()
