"""Real feed readers, over HTTP: an edition is one item, a correction makes it no new one, and what
is withdrawn is in no feed and answers 410."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest

from flows import acts, outgoing, plan
from tests.network import free_port
from tests.readers.readers import Newsboat, Rss2Email, served
from tests.release import workshop

pytestmark = pytest.mark.slow
FEEDS = ("feed.xml", "atom.xml", "tags/water/feed.xml", "languages/en/atom.xml")
Reader = Newsboat | Rss2Email


@dataclass(frozen=True)
class Site:
    """Three editions, online."""

    content: Path
    output: Path
    address: str

    def publish(self, minutes: int) -> None:
        workshop.publish_due(self.content, self.output, minutes)

    def write(self, number: int, words: str) -> None:
        head = f"title: Edition {number:05d}\ndate: 2026-01-02\nlanguage: en\ntags: [Water]"
        source = self.content / f"e{number:05d}.md"
        source.write_text(f"---\n{head}\n---\n\n{words}\n", encoding="utf-8")

    def correct(self, number: int, words: str) -> None:
        self.write(number, words)
        with workshop.desk(self.content, self.output, 10) as at:
            [surveyed] = plan.survey(self.content, at.ledger, [f"e{number:05d}.md"])
            outgoing.ask_for_correction(at, surveyed, "A word was missing.", "Anne")
        self.publish(10)

    def withdraw(self, number: int) -> None:
        with workshop.desk(self.content, self.output, 20) as at:
            staged = acts.withdrawal(
                f"edition-{number:05d}", "It was wrong.", "Anne", at.store, at.ledger, at.house,
                at.clock(), at.staging,
            )  # fmt: skip
            outgoing.release(at, [staged])

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"{self.address}/{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    house = workshop.HOUSE.replace("https://house.example", address)
    content = workshop.content_folder(tmp_path / "content", range(0), house=house)
    online = Site(content, tmp_path / "output", address)
    for number in range(1, 4):
        online.write(number, f"Word {number}.")
    online.publish(0)
    with served(online.output, port):
        yield online


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("program", [Newsboat, Rss2Email])
def test_a_reader_has_each_edition_once_and_a_correction_is_no_new_one(
    site: Site, tmp_path: Path, program: type[Reader], feed: str
) -> None:
    reader = program(tmp_path / "reader", f"{site.address}/{feed}")
    reader.fetch()
    first = reader.has()
    assert sorted(seen.title for seen in first) == [f"Edition {n:05d}" for n in range(1, 4)]
    assert len({seen.id for seen in first}) == 3
    assert all(f"Word {seen.title[-1]}." in seen.text for seen in first)
    reader.fetch()
    assert reader.has() == first
    reader.read_all()
    site.correct(1, "Another word 1.")
    reader.fetch()
    assert [seen for seen in reader.has() if seen.is_new] == []
    site.write(4, "Word 4.")
    site.publish(30)
    reader.fetch()
    assert [seen.title for seen in reader.has() if seen.is_new] == ["Edition 00004"]


def test_newsboat_has_the_corrected_words(site: Site, tmp_path: Path) -> None:
    reader = Newsboat(tmp_path / "reader", f"{site.address}/feed.xml")
    reader.fetch()
    site.correct(1, "Another word 1.")
    reader.fetch()
    [corrected] = [seen for seen in reader.has() if seen.title == "Edition 00001"]
    assert "Another word 1." in corrected.text
    assert "A word was missing." in corrected.text


@pytest.mark.parametrize("program", [Newsboat, Rss2Email])
def test_what_is_withdrawn_is_in_no_feed_and_its_address_answers_410(
    site: Site, tmp_path: Path, program: type[Reader]
) -> None:
    site.withdraw(2)
    for n, feed in enumerate(FEEDS):
        reader = program(tmp_path / f"reader-{n}", f"{site.address}/{feed}")
        reader.fetch()
        assert sorted(seen.title for seen in reader.has()) == ["Edition 00001", "Edition 00003"]
    assert site.status("2026/edition-00002/") == 410
    assert site.status("2026/edition-00002/brochure.pdf") == 410
    assert site.status("2026/edition-00001/") == 200


def test_a_feed_that_did_not_change_is_not_sent_again(site: Site) -> None:
    for feed in FEEDS:
        first = feedparser.parse(f"{site.address}/{feed}")
        assert (first.status, len(first.entries)) == (200, 3)
        again = feedparser.parse(f"{site.address}/{feed}", etag=first.etag)
        assert (again.status, len(again.entries)) == (304, 0)
