"""What a target is known to hold, kept beside the site in ``.parution/``.

One file a branch of the site (a year, the numbered pages, the assets, the files at the front), so
that a push reads and writes no more than what changes, and a head that names the branches and the
number of the newest push, the fencing token. What the index claims is there. So a path is noted as
*doubtful* before it is touched, and claimed again only once it is whole; a push that is killed
leaves doubts, and the next one settles them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

FOLDER = ".parution"
HEAD = f"{FOLDER}/index.json"
#: The branch of the files that lie at the front, in no folder.
FRONT = ""
FORMAT = 1


def place(branch: str) -> str:
    """Where a branch of the index is kept."""
    return f"{FOLDER}/below-{branch}.json" if branch else f"{FOLDER}/front.json"


@dataclass(slots=True)
class Branch:
    """Part of the index. ``files``: path → SHA-256; ``folders``: path → what all below is known
    to be; ``token``: the number of the push that wrote it."""

    name: str
    token: int = 0
    files: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def doubt(self, paths: Iterable[str]) -> None:
        """Claim nothing of these any more, nor of the folders that they lie in."""
        for path in paths:
            self.files.pop(path, None)
            self.doubtful.add(path)
            for folder in above(path):
                self.folders.pop(folder, None)

    def settle(self, path: str, digest: str | None) -> None:
        """Claim a file with this digest, or with None that it is not there."""
        self.doubtful.discard(path)
        if digest is not None:
            self.files[path] = digest

    def to_json(self) -> bytes:
        value = {
            "token": self.token,
            "files": self.files,
            "folders": self.folders,
            "doubtful": sorted(self.doubtful),
        }
        return _to_json(value)


@dataclass(slots=True)
class Head:
    """The number of the newest push; each branch's identity (None while it changes) and token."""

    number: int = 0
    branches: dict[str, tuple[str | None, int]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        branches = {name: list(known) for name, known in sorted(self.branches.items())}
        return _to_json({"format": FORMAT, "number": self.number, "branches": branches})


def read_head(data: bytes | None) -> Head | None:
    """The head, or None where it is lost or cannot be read: then nothing is known."""
    try:
        value = json.loads(data or b"")
        if value["format"] != FORMAT:
            return None
        branches = {
            str(name): (known[0], int(known[1])) for name, known in value["branches"].items()
        }
        return Head(int(value["number"]), branches)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def read_branch(name: str, data: bytes | None, tokens: Iterable[int]) -> Branch | None:
    """A branch, or None where it is lost, or written by a push that none of ``tokens`` names:
    an older one that was overtaken, and whose claims are not to be trusted."""
    try:
        value = json.loads(data or b"")
        branch = Branch(
            name,
            int(value["token"]),
            dict(value["files"]),
            dict(value["folders"]),
            set(value["doubtful"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return branch if branch.token in set(tokens) else None


def above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _to_json(value: dict[str, Any]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, sort_keys=True, indent=0)}\n".encode()
