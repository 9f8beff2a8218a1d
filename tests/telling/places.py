"""Places that take notices, on this machine: a web service, a mail server, one that hangs."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Service:
    """A web service as apprise's ``json://`` speaks to it, and what it was told."""

    port: int = 0
    status: int = 200
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/"

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.told]

    @property
    def bodies(self) -> list[str]:
        return [one["message"] for one in self.told]


@contextmanager
def service(status: int = 200) -> Iterator[Service]:
    took = Service(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if took.status == 200:
                took.told.append(json.loads(body))
            self.send_response(took.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    took.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield took
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def slow() -> Iterator[tuple[str, Callable[[], int]]]:
    """The address of a service that takes everything and is never heard to say so; how many
    notices it took, counted once nobody is being told any more."""
    took: list[str] = []
    closed = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            took.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"])
            closed.wait()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def count() -> int:
        closed.set()
        for thread in threading.enumerate():
            if thread.name.startswith("tell "):
                thread.join()
        return len(took)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/", count
    finally:
        closed.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def hanging() -> Iterator[str]:
    """The address of a service that takes every call and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"json://127.0.0.1:{listener.getsockname()[1]}/"


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which nothing listens, with a secret in it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"json://anne:s3cr3t@127.0.0.1:{taken.getsockname()[1]}/t0k3n"


@dataclass
class MailServer:
    """A mail server, and the mails that it took."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)

    def url(self, to: str = "desk@house.example") -> str:
        return f"mailto://127.0.0.1:{self.port}/?from=parution@house.example&to={to}&format=text"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    from aiosmtpd.controller import Controller

    class Handler:
        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
            took.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    took = MailServer(port)
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield took
    finally:
        controller.stop()
