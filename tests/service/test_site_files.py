"""What a reader who has a file already is answered (RFC 9110, §13.1)."""

from __future__ import annotations

import os
from email.utils import formatdate
from pathlib import Path

from starlette.testclient import TestClient

from flows.service import web
from flows.service.metrics import Metrics
from flows.words import catalogue


def site(output: Path, at: int) -> TestClient:
    """A site with one feed, which was written at a moment."""
    feed = output / "site" / "feed.xml"
    feed.parent.mkdir()
    feed.write_text("<rss/>", encoding="utf-8")
    os.utime(feed, (at, at))
    return TestClient(web.app(output, Metrics(), catalogue("serve", "en"), faults=dict))


def test_what_a_rollback_brings_back_is_sent_though_it_is_older(tmp_path: Path) -> None:
    """It was not sent to who had asked in between; and libcurl threw away what bore a date of
    before, so that newsboat never saw it."""
    client = site(tmp_path, at=1_000_000)
    later = formatdate(2_000_000, usegmt=True)
    answer = client.get("/feed.xml", headers={"If-Modified-Since": later})
    assert answer.status_code == 200
    assert "last-modified" not in answer.headers


def test_who_names_its_tag_is_not_sent_it_again(tmp_path: Path) -> None:
    client = site(tmp_path, at=1_000_000)
    tag = client.get("/feed.xml").headers["etag"]
    assert client.get("/feed.xml", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/feed.xml", headers={"If-None-Match": '"other"'}).status_code == 200
