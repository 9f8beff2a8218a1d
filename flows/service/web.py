"""What ``parution serve`` answers over HTTP: the site, its own health, and webhooks."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from flows.service.metrics import MEDIA_TYPE, Metrics
from flows.shelf import GONE
from flows.targets.types import ASK_AGAIN, FOREVER, TYPES

Scope = MutableMapping[str, Any]


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
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
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
) -> Starlette:
    """The application. ``faults``: what is not right, by name and in a sentence, which may block
    for some seconds; ``more``: routes of others, such as webhooks. No address of the site begins
    with any of theirs."""
    for suffix, media_type in TYPES.items():
        mimetypes.add_type(media_type, suffix)
    files = SiteFiles(
        directory=output.resolve() / "site", html=True, check_dir=False, follow_symlink=True
    )

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
    return Starlette(routes=[*own, *more, Mount("/", app=site)])
