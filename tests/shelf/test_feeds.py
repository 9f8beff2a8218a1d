"""The feed is valid RSS 2.0, complete, and the same bytes for the same items."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from flows import __version__
from flows.house import TRIAL, House
from flows.shelf import Item, front, item, split, year
from flows.shelf.atom import atom
from flows.shelf.feeds import rss
from flows.shelf.jsonfeed import json_feed

Editions = Callable[..., Item]
CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}"


def channel(items: list[Item], house: House) -> etree._Element:
    return etree.fromstring(rss(items, house).data)[0]


# ------------------------------------------------------------------------------------- golden


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_manifests_give_these_files_byte_for_byte(case: Path) -> None:
    house = House.model_validate(tomllib.loads((case / "in/house.toml").read_text("utf-8")))
    items = [
        item(json.loads(path.read_bytes()), path.with_suffix(".item.json").read_bytes())
        for path in sorted((case / "in").glob("*.json"))
        if not path.name.endswith(".item.json")
    ]
    years = sorted({int(i.line.path[:4]) for i in items})
    files = [*front(items, len(items), years, house)]
    for each in years:
        files += year(each, [i.line for i in items if i.line.path.startswith(f"{each}/")], house)
    files = [file for file in files if file.path.endswith((".xml", ".txt", ".json"))]
    for file in files:
        golden = case / "golden" / file.path
        made = file.data.replace(f"Parution {__version__}".encode(), b"Parution VERSION")
        made = made.replace(f'"{__version__}"'.encode(), b'"VERSION"')
        made = re.sub(rb"/feed-[0-9a-f]{8}\.css", b"/feed-HASH.css", made)
        if os.environ.get("PARUTION_SAVE_GOLDEN"):
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_bytes(made)
        assert made == golden.read_bytes(), file.path
    kept = {p.relative_to(case / "golden").as_posix() for p in (case / "golden").rglob("*.*")}
    assert kept == {file.path for file in files}


# ---------------------------------------------------------------------- what a reader reads


def test_a_feed_reader_reads_back_everything(edition: Editions, house: House) -> None:
    given_item = edition(1, updated=edition(4).line.updated, title="Ville & campagne")
    parsed = feedparser.parse(rss([given_item], house).data)
    assert not parsed.bozo
    assert parsed.version == "rss20"
    feed, entry = parsed.feed, parsed.entries[0]
    assert feed.title == house.name
    assert feed.subtitle == house.tagline
    assert feed.link == "https://val.example.org/"
    assert feed.language == "fr"
    assert feed.rights == house.licence
    assert feed.ttl == "60"
    assert feed.generator == f"Parution {__version__}"
    assert {link["rel"] for link in feed.links} == {"self", "alternate"}
    assert entry.title == "Ville & campagne"
    assert entry.id == given_item.guid
    assert not entry.guidislink
    assert entry.link == "https://val.example.org/2018/edition-1/"
    assert entry.summary == given_item.summary
    assert entry.content[0].value == given_item.content_html
    assert [author.name for author in entry.authors] == ["Ada Lovelace", "Grace Hopper"]
    assert [tag.term for tag in entry.tags] == ["Conférences", "Numérique", "numérique"]
    assert entry.enclosures[0].href == "https://val.example.org/2018/edition-1/brochure.pdf"
    assert entry.enclosures[0].length == "348123"
    assert entry.enclosures[0].type == "application/pdf"
    assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == given_item.line.published
    assert datetime(*entry.updated_parsed[:6], tzinfo=UTC) == given_item.line.updated


def test_the_newest_stands_first_in_whatever_order_they_come(
    edition: Editions, house: House
) -> None:
    for order in ([1, 2, 3], [3, 2, 1], [2, 3, 1]):
        guids = [g.text for g in channel([edition(n) for n in order], house).iter("guid")]
        assert guids == [edition(n).guid for n in (3, 2, 1)]


def test_the_feed_holds_what_the_front_page_shows(edition: Editions, house: House) -> None:
    full, shown = split(199)
    items = [edition(n) for n in range(199)][-shown:]
    made = front(items, 199, [2018], house)
    files = {f.path: f.data.decode() for f in made if not f.path.endswith(".woff2")}
    assert (full, shown) == (2, 99)
    on_page = re.findall(r'<h2><a href="([^"]+)">', files["index.html"])
    in_feed = re.findall(r"<link>https://val.example.org/(\d.*?)</link>", files["feed.xml"])
    assert on_page == in_feed == [f"{item.line.path}/" for item in reversed(items)]


def test_a_correction_updates_the_item_and_keeps_its_guid(edition: Editions, house: House) -> None:
    first = edition(1)
    at = first.line.published + timedelta(days=30)
    corrected = replace(first, line=replace(first.line, updated=at, title="Corrigée"))
    before, after = channel([first], house), channel([corrected], house)
    assert before.findtext("item/guid") == after.findtext("item/guid")
    assert before.findtext("item/pubDate") == after.findtext("item/pubDate")
    assert before.find(f"item/{ATOM}updated") is None
    assert after.findtext(f"item/{ATOM}updated") == at.isoformat().replace("+00:00", "Z")


def test_an_edition_in_another_language_says_so(edition: Editions, house: House) -> None:
    items = channel([edition(1), edition(2, language="en")], house).findall("item")
    assert [i.findtext(f"{DC}language") for i in items] == ["en", None]


def test_a_trial_says_so_in_its_title(edition: Editions) -> None:
    title = channel([edition(1)], TRIAL).findtext("title")
    assert title is not None
    assert "Essai – ce document n’est pas une publication" in title


# ------------------------------------------------------------------------- rules of the format


def test_the_channel_has_what_rss_requires_in_a_fixed_order(
    edition: Editions, house: House
) -> None:
    names = [child.tag for child in channel([edition(1), edition(2)], house)]
    assert names[:3] == ["title", "link", "description"]
    assert names[-2:] == ["item", "item"]
    once = [name for name in names if name not in ("item", f"{ATOM}link")]
    assert len(once) == len(set(once))
    assert {"language", "copyright", "lastBuildDate", "generator", "docs", "ttl"} <= set(once)


def test_an_empty_feed_is_a_feed_without_a_date(house: House) -> None:
    empty = channel([], house)
    assert empty.findtext("title") == house.name
    assert empty.find("lastBuildDate") is None
    assert not feedparser.parse(rss([], house).data).bozo


def test_the_feed_names_its_own_address(edition: Editions, house: House) -> None:
    links = channel([edition(1)], house).findall(f"{ATOM}link")
    by_rel = {link.get("rel"): link for link in links}
    assert by_rel["self"].get("href") == "https://val.example.org/feed.xml"
    assert by_rel["self"].get("type") == "application/rss+xml"
    assert by_rel["alternate"].get("href") == "https://val.example.org/"


def test_each_item_has_its_guid_and_none_is_a_link(edition: Editions, house: House) -> None:
    guids = list(channel([edition(n) for n in range(5)], house).iter("guid"))
    assert len({g.text for g in guids}) == 5
    assert {g.get("isPermaLink") for g in guids} == {"false"}


def test_the_description_comes_before_the_full_text(edition: Editions, house: House) -> None:
    names = [child.tag for child in channel([edition(1)], house).findall("item/*")]
    assert names.index("description") < names.index(CONTENT)


def test_a_summary_is_words_even_where_it_looks_like_markup(
    edition: Editions, house: House
) -> None:
    described = channel([edition(1, summary="Si a < b & c")], house).findtext("item/description")
    assert described == "Si a &lt; b &amp; c"


@pytest.mark.parametrize("offset", [-9, 0, 2])
def test_dates_are_those_of_rfc_822(edition: Editions, house: House, offset: int) -> None:
    at = datetime(2019, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=offset)))
    made = channel([edition(1, published=at, updated=at)], house)
    for text in (made.findtext("item/pubDate"), made.findtext("lastBuildDate")):
        assert text is not None
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", text)
        assert parsedate_to_datetime(text) == at


def test_the_build_date_is_that_of_the_newest_update(edition: Editions, house: House) -> None:
    late = edition(9).line.updated
    made = channel([edition(3), edition(1, updated=late)], house)
    assert parsedate_to_datetime(made.findtext("lastBuildDate") or "") == late


def test_every_address_is_absolute(edition: Editions, house: House) -> None:
    root = channel([edition(1)], house)
    addresses = [e.text for e in root.iter("link", "docs")]
    addresses += [e.get("href") for e in root.iter(f"{ATOM}link")]
    addresses += [e.get("url") for e in root.iter("enclosure")]
    assert len(addresses) == 6
    for address in addresses:
        assert address
        assert urlsplit(address).scheme in ("https", "http")
        assert urlsplit(address).netloc


def test_a_release_without_a_brochure_has_no_enclosure(edition: Editions, house: House) -> None:
    assert channel([edition(1, enclosure_path="")], house).find("item/enclosure") is None


# ------------------------------------------------------------------------------------ the laws

anything = st.text(st.characters(), max_size=30)
carried = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


@settings(deadline=None)
@example(
    title="\x00", summary="\ud800", html="]]>\ufffe", name="\x0b", tag="\x85", house_name="\x1f"
)
@given(
    title=anything,
    summary=anything,
    html=anything,
    name=anything,
    tag=anything,
    house_name=st.text(max_size=20),
)
def test_any_text_at_all_gives_a_well_formed_feed(
    edition: Editions, title: str, summary: str, html: str, name: str, tag: str, house_name: str
) -> None:
    one = edition(
        1, title=title, summary=summary, content_html=html, authors=(name,), tags=(tag, tag)
    )
    house = House.model_construct(name=f"x{house_name}", tagline=house_name, email="a@b.example")
    made = etree.fromstring(rss([one], house).data)
    assert made.findtext("channel/item/guid") == one.guid


@settings(deadline=None)
@given(html=st.text(carried, min_size=1, max_size=60))
def test_the_full_text_arrives_as_it_was(edition: Editions, house: House, html: str) -> None:
    encoded = channel([edition(1, content_html=html)], house).findtext(f"item/{CONTENT}")
    assert (encoded or "") == "".join(c for c in html if not 0xFDD0 <= ord(c) <= 0xFDEF)


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), unique=True, max_size=8), st.randoms())
def test_the_same_items_give_the_same_bytes(
    edition: Editions, house: House, numbers: list[int], chance: object
) -> None:
    items = [edition(n) for n in numbers]
    shuffled = list(items)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rss(items, house) == rss(shuffled, house)
    assert rss(items, house).data == rss(items, house).data


# ------------------------------------------------------------------------- three of one model


def test_the_three_feeds_say_the_same(edition: Editions, house: House) -> None:
    items = [edition(n) for n in range(1, 60)]
    in_rss = feedparser.parse(rss(items, house).data)
    in_atom = feedparser.parse(atom(items, house).data)
    in_json = json.loads(json_feed(items, house).data)
    assert not in_atom.bozo
    told = [
        (e.id, e.link, e.title, e.published_parsed, e.updated_parsed, e.content[0].value.strip())
        for e in in_atom.entries
    ]
    assert len(told) == 59
    assert [(e.id, e.link, e.title, e.published_parsed) for e in in_rss.entries] == [
        each[:4] for each in told
    ]
    assert [each["id"] for each in in_json["items"]] == [each[0] for each in told]
    assert [each["content_html"].strip() for each in in_json["items"]] == [each[5] for each in told]
    for each, (*_, published, updated, _content) in zip(in_json["items"], told, strict=True):
        for key, parsed in (("date_published", published), ("date_modified", updated)):
            assert datetime.fromisoformat(each[key]).utctimetuple()[:6] == parsed[:6]


def test_an_atom_feed_has_what_rfc_4287_asks_for(edition: Editions, house: House) -> None:
    root = etree.fromstring(atom([edition(1), edition(2)], house).data)
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == house.url("atom.xml")
    for stamp in root.iter(f"{ATOM}updated", f"{ATOM}published"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp.text or "")


def test_an_empty_feed_is_one(house: House) -> None:
    assert atom([], house).data == atom([], house).data
    assert json.loads(json_feed([], house).data)["items"] == []
