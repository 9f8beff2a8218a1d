"""Telling a hub that the feed has changed, so that it tells whoever subscribed (WebSub)."""

from __future__ import annotations

from flows.targets.remote import TargetError, shown

#: Seconds for the hub to answer.
TIMEOUT = 30.0


def ping(hub: str, feed: str, *, timeout: float = TIMEOUT) -> None:
    """Tell ``hub`` that ``feed`` (its address) has changed: W3C WebSub §7, where the form of the
    request is left to hubs; they agree on ``hub.mode=publish`` and take the feed as ``hub.url`` or
    as ``hub.topic``, so it is named in both.

    Raises :class:`TargetError` for anything but an answer 2xx.
    """
    import httpx

    form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
    try:
        answer = httpx.post(hub, data=form, timeout=timeout)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why: object = error
        if isinstance(error, httpx.TimeoutException):
            why = "no answer in time"
        elif isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
            why = "that is no address of a hub"
        raise TargetError(
            f"{shown(hub)}: the hub could not be told of the feed ({why}). See that the address in "
            "house.toml is right, and that it is up; readers who ask for the feed have it already."
        ) from error
    if not answer.is_success:
        raise TargetError(
            f"{shown(hub)}: the hub answered {answer.status_code}. See whether it takes feeds from "
            f"{shown(feed)}; readers who ask for the feed have it already."
        )
