"""The feeds keep each rule of their formats, over editions of every kind; and each rule bites."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import feedparser
import pytest

from flows.house import TRIAL, House
from flows.rendition import File
from flows.shelf import FEEDS, Collection, Item, feeds
from flows.shelf.documents import Document
from flows.shelf.items import Shot
from tests.shelf import feed_rules
from tests.shelf.feed_rules import Rule

Editions = Callable[..., Item]
TABLES = {
    "feed.xml": feed_rules.RSS,
    "atom.xml": feed_rules.ATOM_RULES,
    "feed.json": feed_rules.JSON,
}
READ = {"feed.xml": feed_rules.read_xml, "atom.xml": feed_rules.read_xml,
        "feed.json": feed_rules.read_json}  # fmt: skip
RULES = [pytest.param(name, rule, id=f"{name} {rule}") for name in FEEDS for rule in TABLES[name]]
#: The documents that there are, by what they are called here.
DOCUMENTS = {
    "all, with nothing older": Document(),
    "all, with an archive": Document(older=3),
    "the first archive": Document(number=1, newer=2),
    "an archive between two": Document(number=2, older=1, newer=3),
    "the last archive of a subject": Document(Collection("tags/eau/", "L’eau", "fr"), 2, 1),
    "a subject": Document(Collection("tags/eau/", "L’eau & <les> rives", "fr")),
    "a language": Document(Collection("languages/en/", "English", "en")),
}
SHOTS = (
    Shot("2018/edition-3/pictures/carte%20du%20val.png", "image/png", 3210, 640, 480, "La <carte>"),
    Shot("2018/edition-3/pictures/debits.png", "image/png", 4321, 800, 600),
)


@pytest.fixture(scope="module")
def hubbed(house: House) -> House:
    return House.model_validate(
        house.model_dump() | {"targets": {"hubs": ("https://hub.example/",)}}
    )


@pytest.fixture(scope="module")
def varied(edition: Editions) -> list[Item]:
    """An edition of every kind that makes a feed say something else."""
    rich = (
        '<p>Un <a href="https://exemple.org/?a=1&amp;b=2">lien</a>, <em>des</em> signes ]]&gt;.</p>'
    )
    return [
        edition(1),
        edition(2, title="Ville & campagne < 2050", summary="Si a < b & c > d"),
        edition(3, pictures=SHOTS, content_html=f'{rich}<img src="https://val.example.org/a.png">'),
        edition(4, updated=edition(40).line.updated),
        edition(5, language="en", authors=(), tags=()),
        edition(6, enclosure_path="", section="", category="", tags=()),
        edition(
            7, tags=("numérique", "Numérique", "中国", "C++"), authors=("Zoé  O’Neil, maire", " ")
        ),
        edition(8, published=edition(7).line.published, updated=edition(7).line.published),
    ]


def documents(items: list[Item], house: House, document: Document) -> dict[str, File]:
    return {file.path.rpartition("/")[2]: file for file in feeds(items, house, document)}


@pytest.mark.parametrize("called", DOCUMENTS)
@pytest.mark.parametrize(("name", "rule"), RULES)
def test_every_feed_keeps_every_rule(
    varied: list[Item], hubbed: House, name: str, rule: Rule, called: str
) -> None:
    for items in (varied, varied[:1], []):
        file = documents(items, hubbed, DOCUMENTS[called])[name]
        assert list(rule.check(READ[name](file.data), hubbed.url(file.path))) == [], rule.source


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_a_feed_that_breaks_a_rule_is_seen(
    varied: list[Item], hubbed: House, name: str, rule: Rule
) -> None:
    broken = []
    for document in DOCUMENTS.values():
        file = documents(varied, hubbed, document)[name]
        text, count = re.subn(rule.before, rule.after, file.data.decode(), count=rule_count(rule))
        if count:
            broken += rule.check(READ[name](text.encode()), hubbed.url(file.path))
    assert broken


def rule_count(rule: Rule) -> int:
    """How often a change is made: an order is broken by one change, an identity by several."""
    return 0 if rule.name.endswith("its_own") else 1


@pytest.mark.parametrize("called", DOCUMENTS)
def test_a_feed_reader_finds_nothing_to_complain_of(
    varied: list[Item], hubbed: House, called: str
) -> None:
    found = documents(varied, hubbed, DOCUMENTS[called])
    for name, version in (("feed.xml", "rss20"), ("atom.xml", "atom10")):
        parsed = feedparser.parse(found[name].data)
        assert (parsed.bozo, parsed.version) == (False, version)
        assert len(parsed.entries) == len(varied)
        shown = next(entry for entry in parsed.entries if "media_content" in entry)
        assert [picture["url"] for picture in shown.media_content] == [
            hubbed.url(picture.path) for picture in SHOTS
        ]
        assert shown.media_thumbnail[0]["width"] == "640"


def test_every_feed_is_utf_8_without_a_mark_and_has_a_stylesheet(
    varied: list[Item], hubbed: House
) -> None:
    for document in DOCUMENTS.values():
        for name, file in documents(varied, hubbed, document).items():
            file.data.decode("utf-8")
            assert not file.data.startswith(b"\xef\xbb\xbf")
            if name != "feed.json":
                said = re.match(
                    rb'<\?xml version="1.0" encoding="UTF-8"\?>\n'
                    rb'<\?xml-stylesheet type="text/css" href="([^"]+)"\?>\n',
                    file.data,
                )
                assert said is not None
                assert said[1].count(b"../") == file.path.count("/")


def test_the_same_items_give_the_same_bytes_in_every_document(
    varied: list[Item], hubbed: House
) -> None:
    for document in DOCUMENTS.values():
        again = [replace(item) for item in reversed(varied)]
        assert feeds(again, hubbed, document) == feeds(varied, hubbed, document)


def test_a_trial_s_feeds_keep_the_rules_too(varied: list[Item]) -> None:
    def broken(name: str, file: File) -> list[Any]:
        root = READ[name](file.data)
        return [list(rule.check(root, TRIAL.url(file.path))) for rule in TABLES[name]]

    for name, file in documents(varied, TRIAL, Document()).items():
        assert not any(broken(name, file))
