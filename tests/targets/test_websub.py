"""What a hub is told of the feeds, and what is said when it does not take it (WebSub §7)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import feedparser
import pytest

from flows import acts, outgoing
from flows.shelf import FEEDS
from flows.targets.remote import TargetError
from flows.targets.websub import ping
from tests.release import workshop
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
        ping(address, [FEED])
    assert f"the hub answered {status}" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_hub_that_is_down_is_told() -> None:
    with pytest.raises(TargetError, match=f"could not be told of {FEED}"):
        ping(f"http://127.0.0.1:{free_port()}/", [FEED])


def test_a_hub_that_never_answers_is_given_up() -> None:
    with silent() as port, pytest.raises(TargetError, match="no answer in time"):
        ping(f"http://127.0.0.1:{port}/", [FEED], timeout=0.5)


@pytest.mark.parametrize("address", ["hub.example", "http://[", "mailto:hub@example.org"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(TargetError, match=f"could not be told of {FEED}"):
        ping(address, [FEED])


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_hub_is_told_of_the_feed_and_any_yes_will_do(status: int) -> None:
    with hub(status) as (address, sent):
        ping(address, [FEED])
    form = {"hub.mode": ["publish"], "hub.url": [FEED], "hub.topic": [FEED]}
    assert sent == [("application/x-www-form-urlencoded", form)]


def test_a_hub_is_told_of_each_feed_by_a_request_of_its_own() -> None:
    feeds = [FEED, "https://house.example/tags/water/atom.xml"]
    with hub(202) as (address, sent):
        ping(address, feeds)
    assert [form["hub.url"] for _type, form in sent] == [[feed] for feed in feeds]


# --------------------------------------------------------------------- which feeds have changed


def test_a_hub_is_told_of_the_feeds_that_turns_touched_since_it_was_told_last(
    tmp_path: Path,
) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    with hub(204) as (address, sent):
        house = f'{workshop.HOUSE}[targets]\nhubs = ["{address}"]\n'
        workshop.content_folder(content, range(0), house=house)

        def published(minutes: int, number: int, *tags: str) -> list[str]:
            """The feeds that a hub is told of when an edition is published."""
            tagged(content, number, *tags)
            workshop.publish_due(content, output, minutes)
            sent.clear()
            with workshop.desk(content, output, minutes) as at:
                outgoing.deliver(at, address)
            return [form["hub.url"][0] for _type, form in sent]

        def feeds(*homes: str) -> list[str]:
            return [f"https://house.example/{home}{name}" for home in homes for name in FEEDS]

        assert published(0, 1, "Water") == feeds("")
        assert published(1, 2, "Maps", "Water") == feeds(
            "", "languages/en/", "tags/maps/", "tags/water/"
        )
        assert published(2, 3) == feeds("", "languages/en/")
        with workshop.desk(content, output, 3) as at:
            staged = acts.withdrawal(
                "edition-00001", "It was wrong.", "Anne", at.store, at.ledger, at.house,
                at.clock(), at.staging,
            )  # fmt: skip
            outgoing.release(at, [staged])
            sent.clear()
            outgoing.deliver(at, address)
        said = [form["hub.url"][0] for _type, form in sent]
        assert said == feeds("", "languages/en/", "tags/water/")


def tagged(content: Path, number: int, *tags: str) -> None:
    head = f"title: Edition {number:05d}\ndate: 2026-01-02\nlanguage: en\ntags: {json.dumps(tags)}"
    (content / f"e{number:05d}.md").write_text(f"---\n{head}\n---\n\nWord.\n", encoding="utf-8")


def test_the_feeds_name_the_hub_where_readers_subscribe_but_not_one_with_a_key(
    tmp_path: Path,
) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    hubs = 'hubs = ["https://hub.example/", "https://other.example/?key=hunter2"]'
    house = f"{workshop.HOUSE}[targets]\n{hubs}\n"
    workshop.content_folder(content, range(1, 102), house=house)
    workshop.publish_due(content, output)
    site = output / "site"
    for home in ("", "languages/en/"):
        for name in ("feed.xml", "atom.xml"):
            told = feedparser.parse((site / home / name).read_bytes()).feed.links
            assert [link.href for link in told if link.rel == "hub"] == ["https://hub.example/"]
        said = json.loads((site / home / "feed.json").read_bytes())["hubs"]
        assert said == [{"type": "WebSub", "url": "https://hub.example/"}]
        archive = (site / home / "page/1/atom.xml").read_text("utf-8")
        assert "hub" not in archive
    assert not any(b"hunter2" in data for data in workshop.public_files(site).values())
