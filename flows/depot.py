"""The depot: what several machines have rendered, shared by content, so that none renders twice.

``blobs/<sha256>`` is a file of a rendition, ``made/<key>.json`` what one channel made of one
edition. The key is a hash of all that decides the bytes, so nothing in it is ever out of date and
all of it may be deleted at any time. It holds proved renditions only; what is read back is held
against its hash, and what does not fit counts as missing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from flows.approval.codes import content_of
from flows.edition import Edition
from flows.house import House
from flows.press import Made
from flows.proof import Check
from flows.proof.check import Mark
from flows.reading import fingerprint
from flows.rendition import File, Imprint, Rendition
from flows.targets import SCHEMES, TargetError, shown
from flows.targets.remote import PATIENCE


class Shelf(Protocol):
    """Files by path: those of a folder, or of a remote target."""

    def read(self, path: str) -> bytes | None:
        """A file, or None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """A file, whole or not at all."""


class Folder:
    """``file://``: a folder that every machine sees."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
        draft.write_bytes(data)
        draft.replace(target)


class Depot:
    """What was rendered, wherever it was."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def get(self, key: str) -> Made | None:
        """What stands under a key, or None; anything less than whole is nothing."""
        record = self._shelf.read(f"made/{key}.json")
        try:
            return self._made(json.loads(record)) if record else None
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, made: Made) -> None:
        """Keep a rendition whose proof holds; its record last, since it points to the rest."""
        if not all(check.passed for check in made.checks):
            return
        for file in made.rendition.files:
            if self._shelf.read(f"blobs/{file.sha256}") is None:
                self._shelf.write(f"blobs/{file.sha256}", file.data)
        record = {
            "channel": made.rendition.channel,
            "files": [_file_as_json(file) for file in made.rendition.files],
            "checks": [_check_as_json(check) for check in made.checks],
        }
        self._shelf.write(f"made/{key}.json", json.dumps(record).encode())

    def _made(self, record: dict[str, Any]) -> Made | None:
        files = []
        for about in record["files"]:
            sha256 = about.pop("sha256")
            data = self._shelf.read(f"blobs/{sha256}")
            if data is None or hashlib.sha256(data).hexdigest() != sha256:
                return None
            files.append(File(data=data, **about))
        checks = tuple(_check(about) for about in record["checks"])
        return Made(Rendition(str(record["channel"]), tuple(files)), checks)


def _file_as_json(file: File) -> dict[str, Any]:
    return {
        "path": file.path,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "copy_of": file.copy_of,
        "is_excerpt": file.is_excerpt,
        "blocks": file.blocks,
    }


def _check_as_json(check: Check) -> dict[str, Any]:
    marks = [[mark.rule, mark.page, mark.box, mark.words] for mark in check.marks]
    return {"id": check.id, "subject": check.subject, "figure": check.figure, "marks": marks}


def _check(about: dict[str, Any]) -> Check:
    marks = tuple(Mark(rule, page, tuple(box), words) for rule, page, box, words in about["marks"])
    return Check(about["id"], about["subject"], True, about["figure"], marks=marks)


def shared(
    depot: Depot, key: str, alone: AbstractContextManager[None], render: Callable[[], Future[Made]]
) -> Made:
    """What stands in the depot, or what ``render`` makes, once on all machines: ``alone`` is held
    by one at a time, and freed where its holder dies. Blocks.

    A depot or a lock that is away costs a rendering, and no publication.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(alone)
            if found := depot.get(key):
                return found
        except Exception:  # whatever a store of files can raise
            return render().result()
        made = render().result()
        with suppress(Exception):
            depot.put(key, made)
        return made


@cache
def open_depot(url: str) -> Depot:
    """The depot at a URL: ``file:///…``, or any that a target may have. Raises ``TargetError``."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return Depot(Folder(Path(unquote(parts.path))))
    if parts.scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in ("file", *SCHEMES))
        raise TargetError(
            f"{shown(url)}: there is no depot of that kind. Write storage.depot in house.toml "
            f"with one of {known}; a folder is written like file:///srv/depot."
        )
    return Depot(import_module(SCHEMES[parts.scheme]).connect(url, os.environ, PATIENCE))


def key_of(channel: str, edition: Edition, imprint: Imprint, house: House) -> str:
    """A SHA-256 over all that decides what a channel makes: the edition with its media, imprint,
    house, templates, the versions of the tools, and this package's own code."""
    content = content_of(edition, house, imprint.revision, imprint.history[-1].note)
    parts = (channel, content, fingerprint(imprint), str(house.trial), _code())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _code() -> str:
    here, digest = Path(__file__).parent, hashlib.sha256()
    for path in sorted(here.rglob("*.py")):
        digest.update(f"{path.relative_to(here)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
