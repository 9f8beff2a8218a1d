"""Ports and JSON over HTTP, as tests of several folders need them."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any


def free_port() -> int:
    """A port that nobody has, below those that the system gives to outgoing connections: what is
    started here connects to one another, and would take it away before it is listened on."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def ask_json(
    url: str,
    body: object | None = None,
    method: str | None = None,
    *,
    again: Callable[[Exception], bool],
    seconds: float,
    timeout: float,
) -> Any:
    """What a server answers; asked again while it fails in a way that may pass (``again``), for
    so many ``seconds``."""
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except (OSError, ValueError) as error:
            if not again(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def has_status(error: Exception, least: int, most: int = 599) -> bool:
    """Whether an error is an answer with a status in a range."""
    return isinstance(error, urllib.error.HTTPError) and least <= error.code <= most
