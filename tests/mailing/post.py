"""A house that mails, and a mail server that does as it is told and keeps a log of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from flows import channels, outgoing
from flows.desk import Desk
from flows.ledger import Fact
from flows.mailing.line import Patience
from flows.press import Made
from flows.release import Staged
from flows.rendition import File, Rendition
from tests.release import workshop

#: Short enough for tests, long enough for a busy machine.
PATIENCE = Patience(
    connect=10.0, command=10.0, message=2.0, reconnect=(0.05, 0.1, 0.2), put_off=(0.05, 0.05)
)
LIST = """
[[lists]]
name = "readers"
server = "{server}"
from = "Notebooks <notebooks@house.example>"
recipients = "readers.csv"
tls = "none"
{more}
"""


def house(folder: Path, server: str, more: str = "", people: str | None = None) -> Path:
    """A content folder with one edition and one list."""
    toml = workshop.HOUSE + 'email = "notebooks@house.example"\n'
    content = workshop.content_folder(
        folder, range(1, 2), house=toml + LIST.format(server=server, more=more)
    )
    (content / "readers.csv").write_text(people or "email\nanne@house.example\n", encoding="utf-8")
    return content


def many(count: int) -> str:
    return "email;name\n" + "".join(f"r{n}@house{n % 7}.example;Reader {n}\n" for n in range(count))


def publish(content: Path, output: Path, minutes: int = 0) -> Fact:
    """Publish what is due, with the real newsletter and nothing that takes time."""
    with workshop.desk(content, output, minutes) as at:
        at.recover()
        [fact] = outgoing.release(at, _staged(at))
        return fact


def _staged(at: Desk) -> list[Staged]:
    staged = []
    for item in at.plan(watched=True):
        if item.state != "due":
            continue
        imprint = at.making.imprint(item)
        made = [channels.render(name, item.edition, imprint, at.house) for name in _QUICK]
        pdfs = [File(f"public/{n}", "application/pdf", b"%PDF-") for n in workshop.NAMES[3:]]
        made.append(Rendition("brochure", tuple(pdfs)))
        parts = [Made(rendition, ()) for rendition in made]
        staged.append(outgoing.stage(at, item, parts, {"proof.json": b"{}\n"}))
    return staged


_QUICK = ("newsletter", "feed")


# ----------------------------------------------------------------------------------- a server


@dataclass
class Sink:
    """A mail server's memory. ``orders``: what it does with a recipient, each time a word, the
    last one for good: ``take``, ``later`` (451), ``refuse`` (550), ``goodbye`` (421), ``drop``
    (in the middle of the message), ``mute`` (takes it and never says so), ``cut`` (takes it and
    hangs up)."""

    port: int = 0
    orders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: (moment, what, recipient, the connection's port), as it happened.
    log: list[tuple[float, str, str, int]] = field(default_factory=list)
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    #: Connections: those there are, and those there were.
    open: int = 0
    calls: int = 0
    lines: set[Any] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def server(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> Counter[str]:
        """How many messages each recipient has got."""
        return Counter(to for to, _message in self.mails)

    def message(self, to: str = "") -> EmailMessage:
        """The newest message, or the newest to somebody."""
        return read(next(m for who, m in reversed(self.mails) if to in ("", who)))

    def next_order(self, to: str) -> str:
        orders = self.orders.get(to, [])
        return orders.pop(0) if len(orders) > 1 else orders[0] if orders else "take"

    def note(self, what: str, to: str, port: int) -> None:
        self.log.append((time.monotonic(), what, to, port))
        self.tell()

    def tell(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def hang_up(self) -> None:
        """Close every connection that there is."""
        for transport, loop in list(self.lines):
            loop.call_soon_threadsafe(transport.abort)
        self.wait_for(lambda: self.open == 0)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until the server has seen something."""
        with self.changed:
            end = time.monotonic() + seconds
            while not condition():
                assert time.monotonic() < end, "the server never saw it"
                self.changed.wait(0.05)


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(message: EmailMessage) -> str:
    """The plain text of a message."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class _Smtp(SMTP):
    """aiosmtpd's, which tells when a message begins, and may hang up in the middle of one."""

    sink: Sink
    _order = "take"

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.sink.lines.add((transport, asyncio.get_running_loop()))
        self.sink.open += 1
        self.sink.calls += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.sink.open -= 1
        self.sink.tell()
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        [to] = self.envelope.rcpt_tos or ["nobody"]
        self.sink.note("begun", to, self.session.peer[1])
        if self._order == "drop":
            await self.push("354 go on")
            await self._reader.read(100)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802
        self, server: _Smtp, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        server._order = self._sink.next_order(address)
        refusal = {
            "later": "451 4.7.1 come back later",
            "refuse": "550 5.1.1 no such mailbox",
            "goodbye": "421 4.3.2 going down",
        }.get(server._order)
        if server._order == "goodbye":
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: _Smtp, session: Any, envelope: Any) -> str:  # noqa: N802
        [to] = envelope.rcpt_tos
        self._sink.mails.append((to, bytes(envelope.content)))
        self._sink.note("taken", to, session.peer[1])
        if server._order == "mute":
            await asyncio.sleep(3600)  # until whoever waits has hung up
        if server._order == "cut":
            server.transport.abort()
        return "250 2.0.0 ok, queued as 4F2A"


class _Controller(Controller):
    def __init__(self, sink: Sink, **options: Any) -> None:
        self._sink = sink
        super().__init__(_Handler(sink), hostname="127.0.0.1", port=sink.port, **options)

    def factory(self) -> SMTP:
        made = _Smtp(self.handler, **self.SMTP_kwargs)
        made.sink = self._sink
        return made


@contextmanager
def sink(**options: Any) -> Iterator[Sink]:
    """A mail server of this process; ``options`` are aiosmtpd's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Sink(port)
    controller = _Controller(running, enable_SMTPUTF8=True, **options)
    controller.start()
    running.wait_for(lambda: running.open == 0)  # it has called itself, to see that it listens
    running.calls = 0
    try:
        yield running
    finally:
        controller.stop()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for ``name`` that nobody has signed but itself, and
    the certificate's file, for whoever wants to trust it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


@contextmanager
def hanging() -> Iterator[str]:
    """The address of a server that takes every call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def hold() -> None:
            try:
                while True:
                    held.append(listener.accept()[0])
            except OSError:
                return

        threading.Thread(target=hold, daemon=True).start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        for one in held:
            one.close()


@dataclass
class Talk:
    """What a server that speaks from a script was told: the commands of all its connections, and
    the messages that it got to their end."""

    server: str
    commands: list[str] = field(default_factory=list)
    messages: int = 0


#: What a server says that takes everything.
FRIENDLY = {"": "220 hello", "EHLO": "250 here", "DATA": "354 go on", ".": "250 taken"}


@contextmanager
def scripted(**said: str) -> Iterator[Talk]:
    """A server that answers each command with what it is told to, whatever that is; ``banner``
    comes first, ``end`` answers a message. Where nothing is told it is friendly."""
    names = {"banner": "", "end": "."}
    replies = FRIENDLY | {names.get(name, name.upper()): reply for name, reply in said.items()}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        talk = Talk(f"smtp://127.0.0.1:{listener.getsockname()[1]}")

        def serve(connection: socket.socket) -> None:
            with connection, connection.makefile("rwb", buffering=0) as lines:
                is_message = False

                def say(command: str) -> None:
                    lines.write(f"{replies.get(command, '250 ok')}\r\n".encode())

                say("")
                for line in lines:
                    told = line.decode("utf-8", "replace").rstrip("\r\n")
                    if is_message and told != ".":
                        continue
                    talk.messages += is_message
                    verb = told.partition(" ")[0].upper()
                    talk.commands.append(verb)
                    is_message = verb == "DATA" and "354" in replies["DATA"]
                    say(verb)

        def answer() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                threading.Thread(target=_quietly, args=(serve, connection), daemon=True).start()

        threading.Thread(target=answer, daemon=True).start()
        yield talk


def _quietly(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with suppress(OSError):  # whoever talked to it has hung up
        serve(connection)
