"""Mail against bare smtplib with ready bytes, to Postfix's smtp-sink: as JSON, for the table.

    python -m tests.bench.mail rate|far RECIPIENTS CONNECTIONS

``rate``: messages a second, ours and bare, in turn. ``far``: through a proxy that delays each
byte, so that a round trip takes 40 ms; seconds, and the peak of the memory of this process.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.ledger.mailings import Mail
from flows.mailing import mailroom
from flows.mailing.due import due
from flows.mailing.letter import stencil
from flows.mailing.released import letter_of
from tests.mailing import post
from tests.network import free_port
from tests.release import workshop

#: Seconds that a byte is on its way, one way.
ONE_WAY = 0.02


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server that takes everything and keeps nothing."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/sbin")
    if program is None:
        raise SystemExit("smtp-sink is missing: tests/tools/setup installs it")
    port = free_port()
    command = [program, "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _until_it_answers(port)
            yield port
        finally:
            process.terminate()


def _until_it_answers(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=1):
                return
        except OSError:
            continue
    raise SystemExit("smtp-sink does not answer")


@contextmanager
def far(port: int) -> Iterator[int]:
    """The port of a proxy in a process of its own, to a server that is far away."""
    listening = free_port()
    command = [sys.executable, "-m", "tests.bench.mail", "proxy", str(listening), str(port)]
    with subprocess.Popen(command) as process:
        try:
            _until_it_answers(listening)
            yield listening
        finally:
            process.terminate()


async def _proxy(listening: int, port: int) -> None:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(65536):
            loop.call_later(ONE_WAY, writer.write, data)
        loop.call_later(ONE_WAY, writer.close)

    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        for one in (writer, back):
            one.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(carry(reader, back), carry(there, writer))

    server = await asyncio.start_server(call, "127.0.0.1", listening)
    await server.serve_forever()


class Work:
    """A house with a list, one edition, and as many recipients as are asked for."""

    def __init__(self, folder: Path, port: int, people: int, connections: int) -> None:
        self.folder, self.people, self.connections, self.port = folder, people, connections, port
        self.content = post.house(
            folder / "content",
            f"smtp://127.0.0.1:{port}",
            f"connections = {connections}",
            post.many(people),
        )
        # About as much as a letter weighs: 40 kB.
        text = "\n\n".join(f"Paragraph {n}. " + "Some words of it. " * 25 for n in range(60))
        source = next(self.content.glob("e*.md"))
        source.write_text(f"{source.read_text()}\n{text}\n")
        self._runs = 0

    def ours(self) -> float:
        """Seconds for everybody, from a list that was read to the last answer."""
        output = self._published()
        with workshop.desk(self.content, output) as at:
            [one] = due(at.ledger, at.house, at.clock())
            start = time.perf_counter()
            mailed = mailroom.send(at, one, "bench")
            took = time.perf_counter() - start
        if mailed.progress.counts["sent"] != self.people:
            raise SystemExit(f"not everybody got it: {mailed}")
        return took

    def bare(self) -> float:
        """Seconds for the same bytes, ready in memory, as smtplib sends them."""
        ready = iter(self._ready())
        taking = threading.Lock()

        def work() -> None:
            with smtplib.SMTP("127.0.0.1", self.port) as smtp:
                while True:
                    with taking:
                        one = next(ready, None)
                    if one is None:
                        return
                    smtp.sendmail("notebooks@house.example", one[0], one[1])

        threads = [threading.Thread(target=work) for _ in range(self.connections)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    def _ready(self) -> list[tuple[str, bytes]]:
        output = self._published()
        with workshop.desk(self.content, output) as at:
            [one] = due(at.ledger, at.house, at.clock())
            letter = letter_of(one.fact, one.key, at.store)
            made = stencil(letter, one.to, at.house, at.secret, at.clock())
        names = (f"r{n}@house{n % 7}.example" for n in range(self.people))
        return [(name, made.message(Mail(1, name, name, ""))) for name in names]

    def _published(self) -> Path:
        self._runs += 1
        output = self.folder / f"output-{self._runs}"
        post.publish(self.content, output)
        return output


def rate(work: Work) -> dict[str, Any]:
    pairs = [(work.people / work.ours(), work.people / work.bare()) for _ in range(3)]
    ratios = [ours / bare for ours, bare in pairs]
    return {
        "ours": statistics.median(ours for ours, _ in pairs),
        "bare": statistics.median(bare for _, bare in pairs),
        "ratio": statistics.median(ratios),
    }


def main() -> None:
    what, *numbers = sys.argv[1:]
    first, second = map(int, numbers)
    if what == "proxy":
        asyncio.run(_proxy(first, second))
        return
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        if what == "rate":
            print(json.dumps(rate(Work(Path(folder), port, first, second))))
            return
        with far(port) as away:
            seconds = Work(Path(folder), away, first, second).ours()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main()
