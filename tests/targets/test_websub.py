"""What a hub is told of the feed, and what is said when it does not take it (WebSub §7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from flows.targets.remote import TargetError
from flows.targets.websub import ping
from tests.targets.stores import free_port, silent

FEED = "https://house.example/feed.xml"


@contextmanager
def hub(status: int) -> Iterator[tuple[str, list[tuple[str, dict[str, list[str]]]]]]:
    """A hub that answers ``status``; its address, and what it was sent: type and form."""
    sent: list[tuple[str, dict[str, list[str]]]] = []

    class Hub(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent.append((self.headers["Content-Type"], parse_qs(body.decode())))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?key=hunter2", sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_a_hub_that_refuses_is_told_with_its_number(status: int) -> None:
    with hub(status) as (address, _sent), pytest.raises(TargetError) as raised:
        ping(address, FEED)
    assert f"the hub answered {status}" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_hub_that_is_down_is_told() -> None:
    with pytest.raises(TargetError, match="could not be told of the feed"):
        ping(f"http://127.0.0.1:{free_port()}/", FEED)


def test_a_hub_that_never_answers_is_given_up() -> None:
    with silent() as port, pytest.raises(TargetError, match="no answer in time"):
        ping(f"http://127.0.0.1:{port}/", FEED, timeout=0.5)


@pytest.mark.parametrize("address", ["hub.example", "http://[", "mailto:hub@example.org"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(TargetError, match="could not be told of the feed"):
        ping(address, FEED)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_hub_is_told_of_the_feed_and_any_yes_will_do(status: int) -> None:
    with hub(status) as (address, sent):
        ping(address, FEED)
    form = {"hub.mode": ["publish"], "hub.url": [FEED], "hub.topic": [FEED]}
    assert sent == [("application/x-www-form-urlencoded", form)]
