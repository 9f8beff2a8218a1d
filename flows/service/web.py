"""What ``parution serve`` answers over HTTP: the site, its own health, and webhooks."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows import policies
from flows.house import TRIAL
from flows.service.metrics import MEDIA_TYPE, Metrics
from flows.shelf import GONE
from flows.targets.types import ASK_AGAIN, FOREVER, TYPES, content_type

#: What is small already.
_PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", "application/octet-stream")


class SiteFiles(StaticFiles):
    """The public tree, with ETag and 304. The root may be swapped between two requests.

    What was withdrawn answers 410 at each of its addresses; what begins with a dot is nobody's.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        parts = PurePosixPath(path.replace("\\", "/")).parts
        if any(part.startswith(".") and part != "." for part in parts):
            path = "404.html/-"  # a file is no folder: the house's page for what is not there
        response = await self._tombstone(parts, scope)
        response = response or await super().get_response(path, scope)
        del response.headers["last-modified"]  # a date of before would keep readers from a rollback
        is_asset = path.startswith("assets") and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = FOREVER if is_asset else ASK_AGAIN
        return response

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Told by its tag alone: what a rollback brings back is older than what it replaces."""
        is_asked = "if-none-match" in request_headers
        return is_asked and super().is_not_modified(response_headers, request_headers)

    async def _tombstone(self, parts: Sequence[str], scope: Scope) -> Response | None:
        """``/<year>/<slug>/…`` of a withdrawn edition: its tombstone (RFC 9110 §15.5.11)."""
        if len(parts) < 2 or scope["method"] not in ("GET", "HEAD"):
            return None
        folder = PurePosixPath(*parts[:2])
        try:
            _path, marker = await asyncio.to_thread(self.lookup_path, str(folder / GONE))
        except (ValueError, OSError):  # a name that no file can have; Starlette answers it
            return None
        if marker is None:
            return None
        path, _stat = await asyncio.to_thread(self.lookup_path, str(folder / "index.html"))
        headers = {"X-Robots-Tag": "noindex"}
        return FileResponse(path, 410, headers) if path else Response(status_code=410)


def app(
    output: Path,
    metrics: Metrics,
    words: Mapping[str, str],
    *,
    faults: Callable[[], Mapping[str, str]],
    more: Sequence[BaseRoute] = (),
    address: Callable[[], str] = lambda: TRIAL.address,
) -> ASGIApp:
    """The application. ``faults``: what is not right, by name and in a sentence, which may block
    for some seconds; ``more``: routes of others, such as webhooks; no address of the site begins
    with any of theirs. ``address``: the house's, as it is now."""
    for suffix, media_type in TYPES.items():
        mimetypes.add_type(media_type, suffix)
    site_files = SiteFiles(
        directory=output.resolve() / "site", html=True, check_dir=False, follow_symlink=True
    )
    # What is public is packed, and nothing that holds a token: BREACH reads secrets off sizes.
    files = GZipMiddleware(site_files, compresslevel=6, exclude_content_types=_PACKED)

    async def healthy(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        found = dict(await asyncio.to_thread(faults))
        return JSONResponse({"ready": not found, "faults": found}, 503 if found else 200)

    async def figures(_request: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": MEDIA_TYPE})

    async def site(scope: Scope, receive: Any, send: Any) -> None:
        if (output / "site").exists():
            await files(scope, receive, send)
        else:
            await PlainTextResponse(f"{words['nothing_yet']}\n", 404)(scope, receive, send)

    own = [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", figures)]
    return _Guarded(Starlette(routes=[*own, *more, Mount("/", app=site)]), address)


class _Guarded:
    """Each answer with its security headers, but for those that it has of its own.

    An answer goes out by https where a proxy on this machine says so (``X-Forwarded-Proto``, which
    uvicorn believes from the loopback address and from ``FORWARDED_ALLOW_IPS``).
    """

    def __init__(self, app: ASGIApp, address: Callable[[], str]) -> None:
        self._app, self._address = app, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._guard(scope, message)
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)

    def _guard(self, scope: Scope, message: Message) -> None:
        path, given = scope["path"], MutableHeaders(scope=message)
        media_type = given.get("content-type") or _type_at(path)
        added = policies.headers(
            path,
            media_type.partition(";")[0],
            self._address(),
            found=message["status"] < 400,
            is_https=scope["scheme"] == "https",
        )
        for name, value in added.items():
            given.setdefault(name, value)


def _type_at(path: str) -> str:
    """What stands at an address, where an answer does not say so, as 304 does not."""
    name = PurePosixPath(path).name
    return content_type(name) if "." in name and not path.endswith("/") else "text/html"
