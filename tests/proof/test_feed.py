"""The feed is well-formed, valid as the W3C's validator means it, whole, and newest first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows import proof
from flows.rendition import File
from flows.shelf import Item, Line
from flows.shelf.atom import atom
from flows.shelf.feeds import rss
from flows.shelf.jsonfeed import json_feed
from flows.words import say
from tests.proof.proof_samples import HOUSE

ITEM = """<item><title>{title}</title><link>https://conseil.example/2018/{title}/</link>
<guid isPermaLink="false">tag:conseil.example,2018:{title}</guid><pubDate>{day}</pubDate>
<author>a@b.example (Conseil)</author>
<enclosure url="https://conseil.example/2018/{title}/brochure.pdf" length="4200"
type="application/pdf"/>
<content:encoded><![CDATA[<p>Texte <a href="https://exemple.org/">ici</a></p>]]></content:encoded></item>"""
FEED = f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Conseil</title><link>https://conseil.example/</link><description>d</description>
<atom:link rel="self" type="application/rss+xml" href="https://conseil.example/feed.xml"/>
<language>fr</language><lastBuildDate>Thu, 16 Aug 2018 09:00:00 +0200</lastBuildDate>
{ITEM.format(title="deux", day="Thu, 16 Aug 2018 09:00:00 +0200")}
{ITEM.format(title="un", day="Wed, 15 Aug 2018 09:00:00 +0200")}</channel></rss>"""


def alone(feed: str) -> list[proof.Check]:
    """The checks of RSS, leaving the feeds beside it."""
    files = [File("feed.xml", "application/xml", feed.encode())]
    return [check for check in proof.prove_feed(files, HOUSE) if check.id != "feed-same"]


def faults(feed: str) -> list[str]:
    checks = alone(feed)
    found = [check.fault for check in checks if check.fault]
    assert all(say(fault, language) for fault in found for language in ("fr", "en"))
    return [f.rule for f in found]


def test_a_good_feed_passes_and_its_items_are_counted():
    checks = alone(FEED)
    assert [(check.passed, check.figure) for check in checks] == [(True, "2"), (True, "2")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("</channel>", ""),
        ('version="2.0"\n', 'version="0.9"\n'),
        ("<title>Conseil</title>", ""),
        ("<description>d</description>", "<description> </description>"),
        ("<link>https://conseil.example/</link>", "<link>/</link>"),
        ('href="https://conseil.example/feed.xml"', 'href="https://conseil.example/rss"'),
        ("<language>fr</language>", "<language>français</language>"),
        ("<lastBuildDate>Thu, 16", "<lastBuildDate>Fri, 16"),
        ("<pubDate>Thu, 16 Aug 2018", "<pubDate>2018-08-16"),
        ("2018:deux", "2018:un"),
        ('length="4200"', 'length="0"'),
        ('url="https://conseil.example/2018/un/', 'url="/2018/un/'),
        ('type="application/pdf"', 'type="pdf"'),
        ("a@b.example (Conseil)", "Conseil"),
        ('href="https://exemple.org/"', 'href="/ici"'),
        ("<p>Texte", "<script>1</script><p>Texte"),
        ("<p>Texte", '<p onclick="x()">Texte'),
        ('isPermaLink="false"', ""),
    ],
)
def test_what_the_validator_would_refuse_is_refused(before: str, after: str):
    assert before in FEED
    assert faults(FEED.replace(before, after)) == ["feed-invalid"]


def test_an_item_without_its_text_is_refused():
    start, end = FEED.index("<content:encoded>"), FEED.index("</content:encoded>")
    assert faults(FEED[:start] + "<content:encoded>" + FEED[end:]) == ["feed-invalid"]


def test_an_older_edition_never_comes_first():
    assert faults(
        FEED.replace("Thu, 16 Aug 2018 09:00:00 +0200</pub", "Tue, 14 Aug 2018 09:00:00 +0200</pub")
    ) == ["feed-order"]


def test_external_entities_are_not_read():
    feed = FEED.replace("<rss", '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss')
    assert faults(feed.replace("<title>Conseil<", "<title>&x;<")) == ["feed-invalid"]


def test_a_shelf_without_a_feed_is_refused():
    (check,) = proof.prove_feed([], HOUSE)
    assert not check.passed


# --------------------------------------------------------------------------- the feeds beside RSS

MOMENT = datetime(2018, 8, 16, 9, tzinfo=UTC)
ITEMS = [
    Item(
        Line(f"2018/{n}", f"Édition {n}", "fr", None, MOMENT + timedelta(n), MOMENT + timedelta(n)),
        f"tag:conseil.example,2018:{n}",
        "Un résumé",
        f"<p>Texte {n} &amp; suite</p>",
    )
    for n in range(3)
]


def same(files: list[File]) -> dict[str, str]:
    """What each of the feeds beside RSS is refused for, by its path; nothing where it holds."""
    checks = [c for c in proof.prove_feed(files, HOUSE) if c.id == "feed-same"]
    return {check.subject: check.fault.rule if check.fault else "" for check in checks}


def test_feeds_that_say_the_same_hold() -> None:
    files = [make(ITEMS, HOUSE) for make in (rss, atom, json_feed)]
    assert same(files) == {"atom.xml": "", "feed.json": ""}


@pytest.mark.parametrize("path", ["atom.xml", "feed.json"])
@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("Texte 1", "Texte 9", "feed-differs"),
        ("dition 1", "dition 9", "feed-differs"),
        ("2018:1", "2018:9", "feed-differs"),
        ("2018/2/", "2018/9/", "feed-differs"),
        ("2018-08-17", "2018-08-27", "feed-differs"),
        ("2018-08-17", "hier", "feed-invalid"),
        ("<", "", "feed-invalid"),
    ],
)
def test_a_feed_that_says_something_else_is_refused(
    path: str, before: str, after: str, rule: str
) -> None:
    if (path, before) == ("feed.json", "<"):
        before = "{"
    files = [make(ITEMS, HOUSE) for make in (rss, atom, json_feed)]
    other = [
        replace(f, data=f.data.replace(before.encode(), after.encode())) if f.path == path else f
        for f in files
    ]
    assert same(other)[path] == rule


def test_a_feed_that_lacks_an_edition_or_is_not_there_is_refused() -> None:
    assert same([rss(ITEMS, HOUSE), atom(ITEMS[:2], HOUSE)]) == {
        "atom.xml": "feed-differs",
        "feed.json": "feed-invalid",
    }
