"""The long-lived process: the site, the newsroom, and Prefect's server beside them.

One process tree, one event loop, and a thread in which the newsroom makes its passes. It stops
on SIGTERM or SIGINT: a pass under way may finish for some seconds, and may be cut short, since
whatever is killed is finished or undone by the next start.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.routing import BaseRoute, Route

from flows import embedded, events
from flows.approval import page
from flows.failures import sentence_for
from flows.house import House
from flows.ledger import Ledger
from flows.service import leaving, logs, web
from flows.service.hooks import Hooks, Knock
from flows.service.keeper import Keeper
from flows.service.logs import Log
from flows.service.metrics import Metrics
from flows.service.newsroom import Newsroom
from flows.service.postman import Postman
from flows.store import Store
from flows.words import catalogue

#: Seconds that a stop takes at the most: answers under way, then the pass, then the rest.
ANSWERS_END, PASS_ENDS, REST_ENDS = 1, 5.0, 2.0
LOCALHOST = "127.0.0.1"
#: What a port says that somebody else has; anything else is about the host.
_TAKEN = (errno.EADDRINUSE, errno.EACCES)


@dataclass(frozen=True, slots=True)
class Places:
    """Where it listens: the site, and Prefect's server and pages."""

    host: str = LOCALHOST
    port: int = 8000
    prefect_host: str = LOCALHOST
    prefect_port: int = 4200

    @property
    def site(self) -> str:
        reached = embedded.reached_at(self.host)
        return f"http://{'localhost' if reached == LOCALHOST else reached}:{self.port}/"


def serve(
    content: Path, output: Path, house: House, places: Places, style: logs.Style | None = None
) -> None:
    """Run until SIGINT or SIGTERM: Prefect's server, the newsroom, the site.

    Raises :class:`flows.embedded.ServerError` when Prefect's server does not come up, and
    :class:`PortTakenError`.
    """
    output.mkdir(parents=True, exist_ok=True)
    _require_free(places.host, places.port, "--port", house)
    more = embedded.bounds(house.storage.keep_runs)

    def begin() -> embedded.Server:
        where = {"host": places.prefect_host, "port": places.prefect_port}
        return embedded.start(output, services=True, more=more, **where)  # type: ignore[arg-type]

    server = embedded.running(output)
    if not server:
        _require_free(places.prefect_host, places.prefect_port, "--prefect-port", house)
        server = begin()
    is_ended = True
    try:
        embedded.use(output, server)
        # Once, while the server starts, and not in two threads that would wait for each other.
        importlib.import_module("flows.schedule")
        _have_it_answer(output, server)
        is_ended = asyncio.run(_Serving(content, output, house, places, server, begin, style).run())
    finally:
        if server.process:
            embedded.withdraw(output)
        server.stop()
        if not is_ended:
            os._exit(0)  # a pass that would not end; its thread would keep the process


def _have_it_answer(output: Path, server: embedded.Server) -> None:
    server.wait()
    if server.process:
        embedded.remember(output, server)
        embedded.announce(output, server)


class PortTakenError(Exception):
    """Nobody can listen there: another program does, or the address is not this machine's. The
    message says which, and what to do."""


def _require_free(host: str, port: int, option: str, house: House) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            key = "port_taken" if error.errno in _TAKEN else "no_such_host"
            said = _words(house)[key].format(port=port, option=option, host=host)
            raise PortTakenError(said) from error


def _language(house: House) -> str:
    return os.environ.get("PARUTION_LANG") or house.language


def _words(house: House) -> Mapping[str, str]:
    return catalogue("cli", _language(house))


class _Serving:
    """What runs side by side, and how it stops."""

    def __init__(
        self,
        content: Path,
        output: Path,
        house: House,
        places: Places,
        server: embedded.Server,
        begin: Callable[[], embedded.Server],
        style: logs.Style | None,
    ) -> None:
        self._content, self._output, self._house, self._places = content, output, house, places
        self._server, self._begin, self._style = server, begin, style
        self._log, self._metrics = Log(_language(house)), Metrics()
        self._stopping = asyncio.Event()

    async def run(self) -> bool:
        """Until it is told to stop; False when a pass had to be cut short."""
        logs.set_up(self._style)
        self._loop = asyncio.get_running_loop()
        keeper = Keeper(
            *(self._content, self._output, self._house, self._server, self._log, self._metrics),
            start_again=self._start_again,
            stop=self._stop,
        )
        self._newsroom = newsroom = Newsroom(
            *(self._content, self._output, self._house, self._log, self._metrics),
            answers=keeper.answers,
            moved=keeper.moved,
            published=lambda: self._postman.wake(),
        )
        self._postman = Postman(
            *(self._content, self._output, self._log, self._metrics), answers=keeper.answers
        )
        app = web.app(
            *(self._output, self._metrics, self._log.words),
            faults=self._faults,
            more=self._routes(),
            address=lambda: newsroom.house.address,
        )
        site = _Web(app, self._places, self._say_hello)
        with self._signals():
            serving = asyncio.create_task(site.serve())
            keeping = asyncio.create_task(keeper.run())
            passing = asyncio.create_task(newsroom.run())
            mailing = asyncio.create_task(self._postman.run())
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait(
                (serving, keeping, passing, mailing, stopping), return_when=asyncio.FIRST_COMPLETED
            )
            return await self._end(site, serving, keeping, passing, mailing)

    async def _end(
        self,
        site: _Web,
        serving: asyncio.Task[None],
        keeping: asyncio.Task[None],
        passing: asyncio.Task[None],
        mailing: asyncio.Task[None],
    ) -> bool:
        self._log.say("stopping")
        site.should_exit = True
        self._newsroom.stop()
        self._postman.stop()
        await asyncio.wait((serving, passing, mailing), timeout=PASS_ENDS)
        is_ended = passing.done() and mailing.done()
        if not is_ended:
            self._log.warn("cut_short")
        keeping.cancel()
        await asyncio.wait((keeping, serving), timeout=REST_ENDS)
        self._newsroom.close()
        self._log.say("stopped")
        for task in (serving, keeping, passing, mailing):
            if task.done() and not task.cancelled():
                task.result()
        return is_ended

    def _routes(self) -> Sequence[BaseRoute]:
        hooks = Hooks(
            lambda: self._newsroom.house.hooks, self._knocked, self._told_of_hook, self._log.words
        )
        asking = page.routes(self._content, self._output, self._newsroom.wake)
        leave = leaving.routes(self._content, self._output)
        return [Route("/hooks/{name}", hooks.answer, methods=["POST"]), *asking, *leave]

    def _knocked(self, knock: Knock) -> None:
        self._newsroom.wake(f"hook {knock.hook}", knock.entries)
        events.hook(knock.hook, knock.event, knock.entries)

    def _told_of_hook(self, hook: str, result: str) -> None:
        self._metrics.hooks.labels(hook, result).inc()
        self._log.say("knocked", hook=hook or "–", result=result)

    def _faults(self) -> Mapping[str, str]:
        """What is not right, by name: what ``/readyz`` tells. Blocks."""
        words, found = self._log.words, {}
        for name, probe in (("site", self._read_site), ("ledger", self._open_ledger)):
            try:
                probe()
            except Exception as error:
                why = sentence_for(error)
                found[name] = words[f"ready_{name}"].format(why=why)
        if not self._server.is_healthy():
            found["prefect"] = words["ready_prefect"]
        if why := self._newsroom.problem:
            found["pass"] = words["ready_pass"].format(why=why)
        return found

    def _read_site(self) -> None:
        site = self._output / "site"
        if site.is_symlink() or site.exists():
            (site / "index.html").read_bytes()
        else:
            os.listdir(self._output)  # noqa: PTH208 - nothing is published yet

    def _open_ledger(self) -> None:
        trial = self._newsroom.house.trial
        ledger = Ledger(Store(self._output, trial).ledger_url, trial=trial)
        try:
            ledger.knows_nothing()
        finally:
            ledger.close()

    def _start_again(self) -> None:
        self._server.process = self._begin().process
        _have_it_answer(self._output, self._server)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {
            number: signal.signal(number, lambda *_: self._stop())
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _say_hello(self) -> None:
        words = _words(self._house)
        print(words["serving"].format(site=self._places.site), flush=True)
        print(words["runs"].format(prefect=self._server.url.removesuffix("/api")), flush=True)
        print(words["to_stop"], flush=True)
        self._log.say("started", content=self._content, site=self._places.site)


class _Web(uvicorn.Server):
    """uvicorn, which leaves the signals to whoever runs it, and tells when it listens."""

    def __init__(self, app: Any, places: Places, listening: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            host=places.host,
            port=places.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=ANSWERS_END,
        )
        super().__init__(config)
        self._listening = listening

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._listening()
