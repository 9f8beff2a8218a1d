"""Programs that people read feeds with, each in a home of its own; and the site as they meet it."""

from __future__ import annotations

import mailbox
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from flows.service import web
from flows.service.metrics import Metrics
from flows.words import catalogue
from tests.needs import lacking


@contextmanager
def served(output: Path, port: int) -> Iterator[None]:
    """The site over HTTP, as ``parution serve`` answers."""
    app = web.app(output, Metrics(), catalogue("serve", "en"), faults=dict)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with socket.create_server(("127.0.0.1", port)) as listening:  # who comes early waits in it
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


@dataclass(frozen=True)
class Seen:
    """An edition as a reader has it: how its feed knows it, its title, what it says, and whether
    the reader calls it new."""

    id: str
    title: str
    text: str
    is_new: bool


class Newsboat:
    """https://newsboat.org: what it has stands in its cache."""

    def __init__(self, home: Path, feed: str) -> None:
        self.program = shutil.which("newsboat") or lacking(
            "no newsboat: tests/tools/setup installs it"
        )
        self.home = home
        home.mkdir()
        (home / "urls").write_text(f"{feed}\n", encoding="utf-8")
        (home / "config").write_text("", encoding="utf-8")

    def fetch(self) -> None:
        given = [f"-{key}{self.home / name}" for key, name in
                 (("u", "urls"), ("C", "config"), ("c", "cache.db"))]  # fmt: skip
        environ = {**os.environ, "HOME": str(self.home)}
        subprocess.run([self.program, *given, "-x", "reload"], check=True, env=environ, timeout=60)

    def has(self) -> list[Seen]:
        with closing(sqlite3.connect(self.home / "cache.db")) as cache:
            rows = cache.execute("SELECT guid, title, content, unread FROM rss_item ORDER BY id")
            return [Seen(guid, title, text, bool(unread)) for guid, title, text, unread in rows]

    def read_all(self) -> None:
        with closing(sqlite3.connect(self.home / "cache.db")) as cache, cache:
            cache.execute("UPDATE rss_item SET unread = 0")


class Rss2Email:
    """https://github.com/rss2email/rss2email: each new item is a mail in a folder."""

    def __init__(self, home: Path, feed: str) -> None:
        self.program = shutil.which("r2e") or lacking("no rss2email: tests/tools/setup installs it")
        self.home = home
        home.mkdir()
        (home / "config").write_text(
            "[DEFAULT]\nto = reader@example.org\nfrom = r2e@example.org\nemail-protocol = maildir\n"
            f"maildir-path = {home / 'mail'}\nmaildir-mailbox = inbox\nverbose = error\n",
            encoding="utf-8",
        )
        (home / "mail").mkdir()
        self.box = mailbox.Maildir(home / "mail" / "inbox")
        self._run("add", "house", feed)

    def fetch(self) -> None:
        self._run("run")

    def _run(self, *command: str) -> None:
        place = ["-c", str(self.home / "config"), "-d", str(self.home / "data.json")]
        environ = {**os.environ, "HOME": str(self.home)}
        subprocess.run([self.program, *place, *command], check=True, env=environ, timeout=60)

    def has(self) -> list[Seen]:
        mails = [self.box[key] for key in sorted(self.box.keys())]
        return [
            Seen(
                str(mail["X-RSS-ID"]),
                str(mail["Subject"]),
                bytes(mail.get_payload(decode=True) or b"").decode(),
                True,
            )
            for mail in mails
        ]

    def read_all(self) -> None:
        self.box.clear()
