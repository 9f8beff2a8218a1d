"""The long-lived process: Prefect's server, its deployments, and the site on localhost."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from flows import embedded
from flows.house import House
from flows.words import catalogue

#: Types as RFC 9110 §8.3 wants them, where the system's table is silent or says otherwise.
TYPES = {
    ".html": "text/html",
    ".txt": "text/plain",
    ".css": "text/css",
    ".xml": "application/xml",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
#: Assets are named after their content, and never change; all else is asked for again.
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

Scope = MutableMapping[str, Any]


class SiteFiles(StaticFiles):
    """The public tree, with ETag and 304. The root may be swapped between two requests."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_asset = path.startswith("assets") and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = FOREVER if is_asset else ASK_AGAIN
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response


def site_app(output: Path) -> Starlette:
    """The application that serves ``output/site``; until something is out, it says so."""
    for suffix, media_type in TYPES.items():
        mimetypes.add_type(media_type, suffix)
    files = SiteFiles(
        directory=output.resolve() / "site", html=True, check_dir=False, follow_symlink=True
    )

    async def healthy(_request: object) -> Response:
        return PlainTextResponse("ok\n")

    async def site(scope: Scope, receive: Any, send: Any) -> None:
        if (output / "site").exists():
            await files(scope, receive, send)
        else:
            await PlainTextResponse("Nothing is published yet.\n", 404)(scope, receive, send)

    return Starlette(routes=[Route("/healthz", healthy), Mount("/", app=site)])


def serve(content: Path, output: Path, house: House, *, port: int, prefect_port: int) -> None:
    """Run until SIGINT or SIGTERM: the embedded server, the deployments, the site.

    Raises :class:`flows.embedded.ServerError` when Prefect's server does not come up.
    """
    output.mkdir(parents=True, exist_ok=True)
    _require_free(port, "--port", house)
    if not embedded.running(output):
        _require_free(prefect_port, "--prefect-port", house)
    server = embedded.running(output) or embedded.start(output, services=True, port=prefect_port)
    try:
        embedded.use(output, server)
        server.wait()
        if server.process:
            embedded.remember(output, server)
        embedded.announce(output, server)
        asyncio.run(_serve(content, output, house, server, port))
    finally:
        embedded.withdraw(output)
        server.stop()


class PortTakenError(Exception):
    """Another program listens there; the message says which port, and what to do."""


def _require_free(port: int, option: str, house: House) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            said = _words(house)["port_taken"].format(port=port, option=option)
            raise PortTakenError(said) from error


def _words(house: House) -> Mapping[str, str]:
    return catalogue("cli", os.environ.get("PARUTION_LANG") or house.language)


async def _serve(
    content: Path, output: Path, house: House, server: embedded.Server, port: int
) -> None:
    from flows.schedule import open_runner

    config = uvicorn.Config(
        site_app(output), host="127.0.0.1", port=port, log_level="warning", access_log=False
    )
    web = _Web(config, lambda: _say_hello(house, server, port))

    def stop() -> None:
        web.should_exit = True

    runner = await open_runner(content, output, house, stop)
    running = asyncio.create_task(runner.start())
    try:
        await _first(web.serve(), running)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class _Web(uvicorn.Server):
    """uvicorn, which answers the signals for the whole process, and tells when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._listening()


async def _first(web: Awaitable[None], runner: asyncio.Task[None]) -> None:
    serving = asyncio.ensure_future(web)
    await asyncio.wait((serving, runner), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
        return
    serving.cancel()
    runner.result()


def _say_hello(house: House, server: embedded.Server, port: int) -> None:
    words = _words(house)
    print(words["serving"].format(site=f"http://localhost:{port}/"), flush=True)
    print(words["runs"].format(prefect=server.url.removesuffix("/api")), flush=True)
    print(words["to_stop"], flush=True)
