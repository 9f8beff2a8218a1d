"""Telling a hub which feeds have changed, so that it tells whoever subscribed (WebSub)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.targets.remote import TargetError, shown

if TYPE_CHECKING:
    import httpx

#: Seconds for the hub to answer.
TIMEOUT = 30.0


def ping(hub: str, feeds: Iterable[str], *, timeout: float = TIMEOUT) -> None:
    """Tell ``hub`` that ``feeds`` (their addresses) have changed: W3C WebSub §7, where the form of
    the request is left to hubs; they agree on ``hub.mode=publish`` and take a feed as ``hub.url``
    or as ``hub.topic``, so it is named in both.

    A request a feed, over one connection: PubSubHubbub 0.4 lets ``hub.url`` be repeated, and hubs
    that take it so are few; and an answer is about one feed then. Raises :class:`TargetError` for
    anything but an answer 2xx; told again, a hub finds nothing new.
    """
    import httpx

    with httpx.Client(timeout=timeout) as client:
        for feed in feeds:
            _tell(client, hub, feed)


def _tell(client: httpx.Client, hub: str, feed: str) -> None:
    import httpx

    form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
    try:
        answer = client.post(hub, data=form)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why: object = error
        if isinstance(error, httpx.TimeoutException):
            why = "no answer in time"
        elif isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
            why = "that is no address of a hub"
        raise TargetError(
            f"{shown(hub)}: the hub could not be told of {shown(feed)} ({why}). See that the "
            "address in house.toml is right, and that it is up; readers who ask for the feed have "
            "it already."
        ) from error
    if not answer.is_success:
        raise TargetError(
            f"{shown(hub)}: the hub answered {answer.status_code}. See whether it takes feeds from "
            f"{shown(feed)}; readers who ask for the feed have it already."
        )
