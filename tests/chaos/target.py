"""A remote target for the tests, in a folder: it may be slow, that is, never answer at all.

Registered as ``chaos://`` by the harness. Where a file ``hangs`` lies beside the folder it holds
a port that accepts and is silent, and how many requests are answered before that.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from flows.targets import Patience


class Folder:
    lanes = 1
    passing = (OSError,)

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, 0
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, path: str) -> bytes | None:
        self._ask()
        return (self.folder / path).read_bytes() if (self.folder / path).is_file() else None

    def write(self, path: str, data: bytes) -> None:
        self._ask()
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        draft.write_bytes(data)
        draft.replace(target)

    def put(self, path: str, file: Path) -> None:
        self.write(path, file.read_bytes())

    def remove(self, path: str) -> None:
        self._ask()
        (self.folder / path).unlink(missing_ok=True)

    def below(self, folder: str) -> list[str]:
        self._ask()
        here = self.folder / folder
        return [str(p.relative_to(self.folder)) for p in here.rglob("*") if p.is_file()]

    def tidy(self) -> None:
        for draft in self.folder.rglob(".*.[0-9]*"):
            draft.unlink()

    def explain(self, error: Exception) -> str | None:
        return None

    def renew(self) -> None: ...

    def close(self) -> None: ...

    def _ask(self) -> None:
        self.asked += 1
        hangs = self.folder.with_name("hangs")
        if not hangs.exists():
            return
        port, answered = (int(part) for part in hangs.read_text().split())
        if self.asked > answered:
            with socket.create_connection(("127.0.0.1", port), timeout=0.05) as line:
                line.recv(1)  # TimeoutError


def connect(url: str, environ: Mapping[str, str], patience: Patience) -> Folder:
    return Folder(Path(urlsplit(url).path))
