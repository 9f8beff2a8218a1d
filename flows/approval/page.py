"""The page that asks for a yes: a signed link opens it, and only its form acts.

Mail scanners and previewers open each address of a message, so a GET changes nothing. The form
carries the link's token, is taken from this page's own site only, and a name without a personal
link needs that person's code. Whoever has no token is answered as if nothing were there.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from flows.approval import codes, yes
from flows.approval.sign_off import View, give, sentence, view_of
from flows.clocks import utc_now
from flows.desk import Desk
from flows.failures import explain
from flows.house import House
from flows.ledger import Galley
from flows.targets.types import content_type
from flows.words import catalogue, environment, served

#: Codes that may be tried in so many seconds, for one galley.
TRIES, SECONDS = 5, 60.0
#: The most bytes of a form; ours has some hundred.
LARGEST = 10_000
LONGEST_NAME = 100
_CLOSED = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    # Not no-referrer: a browser would then send our own form with `Origin: null`.
    "Referrer-Policy": "same-origin",
}

#: In both languages, as the house's may be what cannot be read.
_UNABLE = (
    "Cette page ne peut pas être montrée pour l’instant. · This page cannot be shown right now."
)

Answer = Callable[[Request], Awaitable[Response]]
Wake = Callable[[str, Iterable[str]], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks: the galley that a token opens, and the person whose own link it is, if any."""

    galley: Galley
    who: str
    token: str
    look: str


class Tries:
    """How often a code may be tried, by galley: in memory, for one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._tried = clock, dict[str, deque[float]]()

    def allow(self, content: str) -> bool:
        """Count a try; false where there were too many."""
        now = self._clock()
        tried = self._tried.setdefault(content, deque())
        while tried and tried[0] <= now - SECONDS:
            tried.popleft()
        if len(tried) >= TRIES:
            return False
        tried.append(now)
        return True


def routes(
    content: Path,
    output: Path,
    wake: Wake,
    *,
    clock: Callable[[], datetime] = utc_now,
    tries: Tries | None = None,
) -> list[Route]:
    """``/approve/<content>``, and below it the galley's files, under a key of their own."""
    page = _Page(content, output, wake, clock, tries or Tries())
    return [
        Route("/approve/{content}", _able(page.show), methods=["GET"]),
        Route("/approve/{content}", _able(page.take), methods=["POST"]),
        Route("/approve/{content}/files/{key}/{path:path}", _able(page.file), methods=["GET"]),
    ]


def _able(answer: Answer) -> Answer:
    """An answer that says so where the house or the ledger cannot be read; ``/readyz`` says why."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except Exception as error:
            if explain(error) is None:
                raise
            return PlainTextResponse(f"{_UNABLE}\n", 503, {**_CLOSED, "Retry-After": "60"})

    return answered


class _Page:
    def __init__(
        self,
        content: Path,
        output: Path,
        wake: Wake,
        clock: Callable[[], datetime],
        tries: Tries,
    ) -> None:
        self._content, self._output, self._wake = content, output, wake
        self._clock, self._tries = clock, tries

    def _desk(self) -> Desk:
        return Desk(self._content, self._output, self._clock)

    # ------------------------------------------------------------------------------ answering

    async def show(self, request: Request) -> Response:
        """The page. It changes nothing."""
        asked = await asyncio.to_thread(self._opened, request, request.query_params)
        if asked is None:
            return self._nothing()
        view = await asyncio.to_thread(self._view, asked.galley)
        return _answer(asked, view)

    async def take(self, request: Request) -> Response:
        """The form: a yes, if it is the page's own and from whom it says."""
        form = await _form(request)
        asked = await asyncio.to_thread(self._opened, request, form or request.query_params)
        if asked is None:
            return self._nothing()
        view = await asyncio.to_thread(self._view, asked.galley)
        if form is None:
            return _answer(asked, view, "page_unreadable", status=400)
        if _is_foreign(request.headers, view.house):
            return _answer(asked, view, "page_foreign", status=403)
        if not view.is_current:
            return _answer(asked, view)
        name, code = asked.who or form.get("name", "").strip(), form.get("code", "")
        if not asked.who:
            if not (0 < len(name) <= LONGEST_NAME and code):
                return _answer(asked, view, "page_no_name", status=400, name=name)
            if not self._tries.allow(asked.galley.content):
                return _answer(asked, view, "page_too_often", status=429, name=name)
            if not await asyncio.to_thread(self._is_code, code, name):
                return _answer(asked, view, "page_wrong_code", status=403, name=name)
        answer, view = await asyncio.to_thread(self._say_yes, asked.galley, name)
        if answer.is_yes:
            self._wake("approval", (asked.galley.entry,))
        status = 200 if answer.is_yes or not view.is_current else 403
        return _answer(asked, view, f"page_{answer.result}", status=status, name=name)

    async def file(self, request: Request) -> Response:
        """One file of a galley, to whoever has the key to look at it."""
        path = await asyncio.to_thread(self._found, **request.path_params)
        if path is None:
            return self._nothing()
        return FileResponse(path, headers={**_CLOSED, "Content-Type": content_type(path.name)})

    def _nothing(self) -> Response:
        """What the site answers where nothing is."""
        page = self._output / "site" / "404.html"
        if page.is_file():
            return HTMLResponse(page.read_bytes(), 404, _CLOSED)
        return PlainTextResponse("404\n", 404, _CLOSED)

    # --------------------------------------------------------------------------- what blocks

    def _opened(self, request: Request, sent: Mapping[str, str]) -> Asked | None:
        content, token, who = (
            request.path_params["content"],
            sent.get("token", ""),
            sent.get("who", ""),
        )
        with self._desk() as desk:
            galley = _galley(desk, content)
            if galley is None or not codes.is_link(token, galley, who, desk.secret):
                return None
            return Asked(galley, who, token, codes.look_key(galley, desk.secret))

    def _view(self, galley: Galley) -> View:
        with self._desk() as desk:
            return view_of(desk, galley)

    def _is_code(self, code: str, name: str) -> bool:
        with self._desk() as desk:
            return codes.is_code(code, name, desk.secret)

    def _say_yes(self, galley: Galley, name: str) -> tuple[yes.Answer, View]:
        """Keep a yes to what the entry says now, read again; how things stand then."""
        with self._desk() as desk:
            return give(desk, galley, name, "link")

    def _found(self, content: str, key: str, path: str) -> Path | None:
        with self._desk() as desk:
            galley = _galley(desk, content)
            true = codes.look_key(galley, desk.secret) if galley else ""
            if not true or not codes.same(key, true):
                return None
            folder = desk.store.galley(content).resolve()
        file = folder / path
        try:
            is_inside = "\0" not in path and file.resolve().is_relative_to(folder)
            return file if is_inside and file.is_file() else None
        except OSError:  # a name that no file can have
            return None


def _galley(desk: Desk, content: str) -> Galley | None:
    """The galley of a content hash, whether it is the newest of its entry or not."""
    return desk.ledger.records.galley(content) if re.fullmatch("[0-9a-f]{64}", content) else None


# ----------------------------------------------------------------------------- request, answer


async def _form(request: Request) -> Mapping[str, str] | None:
    """The fields of the form, the first of each name; None where it is none of ours."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    try:
        fields = parse_qs(body.decode(), max_num_fields=20, errors="strict")
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}


def _is_foreign(headers: Mapping[str, str], house: House) -> bool:
    """Whether a browser says that the form stood on another site (Fetch §3.2, Fetch Metadata).

    Behind a proxy ``Host`` may be this process's own; the browser still names the house's address.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    own = (headers.get("host", ""), urlsplit(house.address).netloc.lower())
    return origin is not None and urlsplit(origin).netloc not in own


def _answer(
    asked: Asked, view: View, key: str = "", *, status: int = 0, name: str = ""
) -> Response:
    """The page; ``key`` names the sentence that it answers with, by default the standing's."""
    house, galley = view.house, view.galley
    words = catalogue("approval", house.language)
    if not key or not view.is_current:
        key = "" if view.standing == "waiting" else f"page_{view.standing}"
        status = 410 if view.standing == "changed" else 200
    said = sentence(key, view, name) if key else ""
    style, policy = styled(house)
    page = environment("approval").get_template("page.html").render(
        language=served(house.language),
        words=words,
        house=house,
        galley=galley,
        view=view,
        style=style,
        answer=said,
        refused=status >= 400,
        asks=view.standing == "waiting" and (asked.who or name) not in view.names,
        who=asked.who,
        name=name,
        token=asked.token,
        looks=_looks(asked, view),
    )  # fmt: skip
    return HTMLResponse(page, status or 200, {**_CLOSED, "Content-Security-Policy": policy})


def _looks(asked: Asked, view: View) -> list[tuple[str, str]]:
    base = f"/approve/{asked.galley.content}/files/{asked.look}"
    return [(key, f"{base}/{quote(path)}") for key, path in view.shown]


def styled(house: House) -> tuple[str, str]:
    """The stylesheet of a page of ours that asks for something, and the policy that lets a browser
    take it and nothing else (CSP 3 §2.3.1, by its hash)."""
    from flows.looks import palette

    style = environment("approval").get_template("style.css").render(palette=palette(house))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return style, (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
