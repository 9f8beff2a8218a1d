"""What ``parution serve`` answers to somebody who wants no more letters: RFC 8058.

A GET changes nothing, since mail scanners open each address of a message: it shows a button. A
POST, from the button or from a mail program's own, takes the token off the list. Nobody's address
is in the link, nor in the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from flows.approval.page import styled
from flows.clocks import utc_now
from flows.failures import explain
from flows.house import House
from flows.lists import MailingList
from flows.mailing.leaving import PATH, is_token
from flows.office import Office
from flows.words import catalogue, environment, served

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
#: In both languages, as the house's may be what cannot be read.
_UNABLE = "Cela ne se peut pas pour l’instant. · This cannot be done right now."


def routes(content: Path, output: Path, *, clock: Callable[[], datetime] = utc_now) -> list[Route]:
    """``/unsubscribe/<list>/<token>``."""
    page = _Page(content, output, clock)
    path = f"/{PATH}/{{list}}/{{token}}"
    return [
        Route(path, page.show, methods=["GET"]),
        Route(path, page.take, methods=["POST"]),
    ]


class _Page:
    def __init__(self, content: Path, output: Path, clock: Callable[[], datetime]) -> None:
        self._content, self._output, self._clock = content, output, clock

    async def show(self, request: Request) -> Response:
        """The page with its button. It changes nothing."""
        return await asyncio.to_thread(self._answered, request, leaves=False)

    async def take(self, request: Request) -> Response:
        """Somebody leaves: twice is as once."""
        return await asyncio.to_thread(self._answered, request, leaves=True)

    def _answered(self, request: Request, *, leaves: bool) -> Response:
        try:
            return self._answer(request.path_params, leaves=leaves)
        except Exception as error:
            if explain(error) is None:
                raise
            headers = {**_HEADERS, "Retry-After": "60"}
            return PlainTextResponse(f"{_UNABLE}\n", 503, headers)

    def _answer(self, asked: dict[str, str], *, leaves: bool) -> Response:
        with Office(self._content, self._output, self._clock) as office:
            to, token = office.house.list_named(asked["list"]), asked["token"]
            if to is None or not is_token(token, to.name, office.secret):
                return _shown(office.house, to, "page_bad", 404)
            if not leaves:
                return _shown(office.house, to, "page_ask", 200)
            office.ledger.mailings.leave(to.name, token, office.clock())
            return _shown(office.house, to, "page_done", 200)


def _shown(house: House, to: MailingList | None, key: str, status: int) -> Response:
    words = catalogue("mail", house.language)
    style, policy = styled(house)
    title = (to.title if to else "") or house.name
    page = environment("mail").get_template("unsubscribe.html").render(
        words=words,
        language=served(house.language),
        house=house,
        style=style,
        said=words[key].format(title=title, email=house.email),
        asks=key == "page_ask",
    )  # fmt: skip
    return HTMLResponse(page, status, {**_HEADERS, "Content-Security-Policy": policy})
