"""Where things lie in an output folder, and the two locks that keep runs apart."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Folders of the output folder whose files are public, or are on their way there.
KEPT = ("site", "tree", "releases", "proofs", "galleys", "staging", "preview")


@dataclass(frozen=True, slots=True)
class Store:
    """The output folder: ``site`` (public), ``releases``, ``proofs``, ``tree``, the ledger."""

    output: Path
    trial: bool = False

    @property
    def site(self) -> Path:
        return self.output / "site"

    @property
    def tree(self) -> Path:
        return self.output / "tree"

    @property
    def ledger_url(self) -> str:
        """The ledger's SQLAlchemy URL: the environment's, which may hold a secret, or a file."""
        own = f"sqlite:///{self.output.resolve() / 'parution.db'}"
        return os.environ.get("PARUTION_LEDGER") or own

    def label(self, revision: int) -> str:
        """A release's folder name: trials are numbered apart and never taken for the others."""
        return f"trial-{revision}" if self.trial else str(revision)

    def release(self, slug: str, revision: int) -> Path:
        return self.output / "releases" / slug / self.label(revision)

    def turn(self, slug: str, turn: int) -> Path:
        """The file that keeps one turn of an edition, beside the releases that it chose from."""
        return self.output / "releases" / slug / f"{'trial-' * self.trial}turn-{turn}.json"

    def proof(self, slug: str, revision: int) -> Path:
        return self.output / "proofs" / slug / self.label(revision)

    def galley(self, content: str) -> Path:
        """What a person who is asked for a yes looks at: the proof, and the files in ``site``."""
        return self.output / "galleys" / content

    def has_staging(self) -> bool:
        """Whether a run, living or killed, has releases in the making."""
        folder = self.output / "staging"
        return folder.is_dir() and any(folder.iterdir())

    def entry_of(self, slug: str) -> str | None:
        """The entry that a release under ``slug`` was made from, told without the ledger."""
        for release in sorted((self.output / "releases" / slug).glob("*/manifest.json")):
            if release.parent.name.startswith("trial-") == self.trial:
                try:
                    return str(json.loads(release.read_bytes())["source"]["file"])
                except (ValueError, KeyError, TypeError):
                    continue
        return None

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Held by the one run that changes the site; freed by the system if its process dies."""
        from filelock import FileLock

        self.output.mkdir(parents=True, exist_ok=True)
        with FileLock(self.output / ".lock"):
            yield

    @contextmanager
    def delivering(self, target: str) -> Iterator[None]:
        """Held by the one run that brings ``target`` up to date."""
        from filelock import FileLock

        with FileLock(self._lock(target)):
            yield

    def _lock(self, name: str) -> Path:
        return self.output / f".lock-{hashlib.sha256(name.encode()).hexdigest()[:12]}"

    @contextmanager
    def trying(self, name: str) -> Iterator[bool]:
        """As :meth:`delivering`, without waiting: whether nobody else was at it."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._lock(name), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder of this run's own for releases in the making; gone when the run ends."""
        from filelock import FileLock

        folder = self.output / "staging" / secrets.token_hex(4)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):  # first: a folder without a lock would never be swept
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.lock").unlink(missing_ok=True)

    def sweep_staging(self) -> list[str]:
        """Remove what killed runs left in staging; the slugs that stood there."""
        from filelock import FileLock, Timeout

        slugs: list[str] = []
        for lock in sorted((self.output / "staging").glob("*.lock")):
            try:
                with FileLock(lock, timeout=0):
                    folder = lock.with_suffix("")
                    if folder.is_dir():
                        slugs += sorted(p.name for p in folder.iterdir() if p.is_dir())
                        shutil.rmtree(folder)
                    lock.unlink(missing_ok=True)
            except Timeout:
                continue
        return slugs
