"""The feed is well-formed, valid as the W3C's validator means it, whole, and newest first."""

import pytest

from flows import proof
from flows.rendition import File
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


def faults(feed: str) -> list[str]:
    checks = proof.prove_feed([File("feed.xml", "application/xml", feed.encode())], HOUSE)
    found = [check.fault for check in checks if check.fault]
    assert all(say(fault, language) for fault in found for language in ("fr", "en"))
    return [f.rule for f in found]


def test_a_good_feed_passes_and_its_items_are_counted():
    checks = proof.prove_feed([File("feed.xml", "application/xml", FEED.encode())], HOUSE)
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
