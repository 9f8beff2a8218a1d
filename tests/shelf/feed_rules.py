"""The rules that the feeds are held to, each with its source and with a change that breaks it.

They are those of the W3C Feed Validation Service and of the specifications behind it, for what
Parution writes. A rule yields what is wrong; nothing, where the document keeps it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree, html

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000"
)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ABSOLUTE = re.compile(r"https?://[^\s/]+/")
IRI = re.compile(r"(https?://[^\s/]+/|tag:[^\s,]+,\d{4}(-\d\d){0,2}:\S)")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: RSS 2.0.11, <channel> and <item>.
CHANNEL = _names(
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate"
    " category generator docs cloud ttl image textInput skipHours skipDays item"
)
ITEM = _names("title link description author category comments enclosure guid pubDate source")
#: RFC 4287 §4.1.1 and §4.1.2.
FEED = _names(
    "author category contributor generator icon id link logo rights subtitle title updated entry"
)
ENTRY = _names(
    "author category content contributor id link published rights source summary title updated"
)
#: IANA's registry of link relations.
RELATIONS = {"self", "alternate", "enclosure", "hub", "current", "prev-archive", "next-archive"}
#: jsonfeed.org/version/1.1, top level and items.
JSON_FEED = _names(
    "version title home_page_url feed_url description user_comment next_url icon favicon authors"
    " language expired hubs items"
)
JSON_ITEM = _names(
    "id url external_url title content_html content_text summary image banner_image date_published"
    " date_modified authors tags language attachments"
)


@dataclass(frozen=True)
class Rule:
    """``name`` says what is so; ``source`` where that is asked for. ``before`` and ``after``
    are a regular expression and what takes its place in a document that then breaks the rule."""

    name: str
    source: str
    check: Callable[[Any, str], Iterator[str]]
    before: str
    after: str

    def __str__(self) -> str:
        return self.name


RSS: list[Rule] = []
ATOM_RULES: list[Rule] = []
JSON: list[Rule] = []

Check = Callable[[Any, str], Iterator[str]]


def rule(table: list[Rule], source: str, before: str, after: str) -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        table.append(Rule(check.__name__.strip("_"), source, check, before, after))
        return check

    return enter


def texts(element: Any, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path)]


def twice(values: list[str]) -> Iterator[str]:
    yield from (value for value, count in Counter(values).items() if count > 1)


def unsafe(markup: str) -> Iterator[str]:
    """What no reader should be sent: relative addresses, scripts, styles."""
    for element in html.fragment_fromstring(markup, create_parent="div").iter():
        if element.tag in ("script", "style", "iframe", "object", "embed", "form"):
            yield f"<{element.tag}>"
        yield from (name for name in element.attrib if name.startswith("on") or name == "style")
        for name in ("href", "src"):
            value = element.get(name)
            if value is not None and not re.match(r"(https?://|mailto:|tel:)", value):
                yield f"{name}={value}"


# ------------------------------------------------------------------------------------ RSS 2.0

SPEC, PROFILE = "RSS 2.0.11", "RSS Advisory Board, Best Practices Profile 1.0"


@rule(RSS, SPEC, 'version="2.0"', 'version="2.1"')
def the_root_is_rss_2_0_with_one_channel(root: Any, _address: str) -> Iterator[str]:
    if (root.tag, root.get("version"), len(root)) != ("rss", "2.0", 1):
        yield f"{root.tag} {root.get('version')}"


@rule(RSS, SPEC, r"<description>[^<]*</description>\n\s*<atom:link", "<atom:link")
def a_channel_has_a_title_a_link_and_a_description(root: Any, _address: str) -> Iterator[str]:
    for name in ("title", "link", "description"):
        if [bool(text.strip()) for text in texts(root, f"channel/{name}")] != [True]:
            yield name


@rule(RSS, PROFILE, r'rel="self" href="[^"]+"', 'rel="self" href="https://elsewhere.example/"')
def a_channel_names_its_own_address_once(root: Any, address: str) -> Iterator[str]:
    own = [e.get("href") for e in root.findall(f"channel/{ATOM}link") if e.get("rel") == "self"]
    if own != [address]:
        yield str(own)


@rule(RSS, SPEC, r"<ttl>60</ttl>", "<ttl>60</ttl><colour/>")
def no_element_is_unknown(root: Any, _address: str) -> Iterator[str]:
    for parent, known in (("channel", CHANNEL), ("channel/item", ITEM)):
        for element in root.iterfind(f"{parent}/*"):
            if "{" not in element.tag and element.tag not in known:
                yield element.tag


@rule(RSS, SPEC, r"(<guid .*</guid>)", r"\1\1")
def no_element_of_an_item_stands_twice(root: Any, _address: str) -> Iterator[str]:
    many = {"category", f"{DC}creator", f"{MEDIA}content"}
    for item in root.iterfind("channel/item"):
        yield from twice([e.tag for e in item if e.tag not in many])


@rule(RSS, SPEC, r"<link>https://val.example.org/2", "<link>/2")
def every_link_is_absolute(root: Any, _address: str) -> Iterator[str]:
    yield from (link for link in texts(root, ".//link") if not ABSOLUTE.match(link))
    for link in root.iter(f"{ATOM}link"):
        if not ABSOLUTE.match(link.get("href", "")):
            yield str(link.get("href"))


@rule(RSS, "IANA, link relations", 'rel="alternate"', 'rel="home"')
def every_relation_is_registered(root: Any, _address: str) -> Iterator[str]:
    for link in root.iter(f"{ATOM}link"):
        if link.get("rel") not in RELATIONS:
            yield str(link.get("rel"))


@rule(RSS, f"{SPEC}; RFC 5322 §3.3", r"<pubDate>\w{3},", "<pubDate>Xxx,")
def every_date_is_one_of_rfc_822_on_its_weekday(root: Any, _address: str) -> Iterator[str]:
    for text in (*texts(root, ".//pubDate"), *texts(root, ".//lastBuildDate")):
        if not RFC_822.fullmatch(text) or f"{parsedate_to_datetime(text):%a}" != text[:3]:
            yield text


@rule(RSS, PROFILE, r"<lastBuildDate>.*\d{4} ", "<lastBuildDate>Sat, 01 Jan 2000 ")
def the_channel_is_no_older_than_its_items(root: Any, _address: str) -> Iterator[str]:
    built = [parsedate_to_datetime(text) for text in texts(root, "channel/lastBuildDate")]
    for text in texts(root, "channel/item/pubDate"):
        if built and parsedate_to_datetime(text) > built[0]:
            yield text


@rule(RSS, "RFC 5646", r"<language>\w+", "<language>français")
def the_language_is_a_tag(root: Any, _address: str) -> Iterator[str]:
    for text in (*texts(root, "channel/language"), *texts(root, f".//{DC}language")):
        if not LANGUAGE.fullmatch(text):
            yield text


@rule(RSS, PROFILE, r"<managingEditor>\S+", "<managingEditor>The editor")
def an_editor_is_an_address_and_a_name(root: Any, _address: str) -> Iterator[str]:
    for text in texts(root, "channel/managingEditor"):
        if not re.fullmatch(r"[^@\s]+@[^@\s]+ \([^)]+\)", text):
            yield text


@rule(RSS, SPEC, "<ttl>60", "<ttl>an hour")
def the_time_to_live_is_in_minutes(root: Any, _address: str) -> Iterator[str]:
    yield from (text for text in texts(root, "channel/ttl") if not text.isdigit())


@rule(RSS, PROFILE, r">tag:[^<]+</guid>", ">tag:x,2018:1</guid>")
def every_guid_is_its_own(root: Any, _address: str) -> Iterator[str]:
    yield from twice(texts(root, "channel/item/guid"))
    if len(texts(root, "channel/item/guid")) != len(root.findall("channel/item")):
        yield "an item without a guid"


@rule(RSS, SPEC, ' isPermaLink="false"', "")
def a_guid_that_is_no_address_says_so(root: Any, _address: str) -> Iterator[str]:
    for guid in root.iter("guid"):
        if guid.get("isPermaLink", "true") == "true" and not ABSOLUTE.match(guid.text or ""):
            yield guid.text or ""


@rule(RSS, PROFILE, r"<title>[^<]+</title>\s*<link>(.*/\d{4}/)", r"<title> </title><link>\1")
def an_item_has_a_title_and_words(root: Any, _address: str) -> Iterator[str]:
    for item in root.iterfind("channel/item"):
        for name in ("title", "description", CONTENT):
            if not (item.findtext(name) or "").strip():
                yield name


@rule(RSS, PROFILE, r"(<enclosure [^>]+>)", r"\1\1")
def an_item_has_one_enclosure_at_most(root: Any, _address: str) -> Iterator[str]:
    for item in root.iterfind("channel/item"):
        if len(item.findall("enclosure")) > 1:
            yield item.findtext("link")


@rule(RSS, SPEC, r'length="\d+"', 'length="0"')
def an_enclosure_has_an_address_a_length_and_a_type(root: Any, _address: str) -> Iterator[str]:
    for found in root.iter("enclosure"):
        if not (
            ABSOLUTE.match(found.get("url", ""))
            and int(found.get("length", "0")) > 0
            and re.fullmatch(r"[\w.+-]+/[\w.+-]+", found.get("type", ""))
        ):
            yield str(found.attrib)


@rule(RSS, SPEC, r"<category>[^<]+", "<category> ")
def a_category_is_said_and_once(root: Any, _address: str) -> Iterator[str]:
    for item in root.iterfind("channel/item"):
        yield from twice(texts(item, "category"))
        yield from (text for text in texts(item, "category") if not text.strip())


@rule(RSS, SPEC, r"<dc:creator>([^<]+)</dc:creator>", r"<author>\1</author>")
def an_author_has_an_address_and_a_creator_a_name(root: Any, _address: str) -> Iterator[str]:
    yield from (text for text in texts(root, ".//author") if "@" not in text)
    yield from (text for text in texts(root, f".//{DC}creator") if not text.strip())


@rule(RSS, PROFILE, r"&lt;p&gt;", '&lt;p onclick="x()"&gt;&lt;a href="here"&gt;')
def the_full_text_is_safe_and_its_addresses_are_absolute(root: Any, _address: str) -> Iterator[str]:
    for text in texts(root, f".//{CONTENT}"):
        yield from unsafe(text)


@rule(RSS, PROFILE, r"(<description>)([^<]*)(</description>\s*<content)", r"\1&lt;b&gt;\2\3")
def a_summary_is_words_and_no_markup(root: Any, _address: str) -> Iterator[str]:
    for text in texts(root, "channel/item/description"):
        if "<" in text:
            yield text


@rule(RSS, "Media RSS 1.5.1", 'medium="image"', 'medium="picture"')
def a_picture_has_its_address_its_kind_and_its_size(root: Any, _address: str) -> Iterator[str]:
    yield from pictures(root)


@rule(RSS, "RFC 5005 §4", r'rel="current"', 'rel="hub"')
def an_archive_leads_to_its_feed_and_a_feed_is_none(root: Any, address: str) -> Iterator[str]:
    yield from archive(root[0], address)


@rule(
    RSS, "its order is Parution's own promise", r"<pubDate>.*\d{4} ", "<pubDate>Mon, 01 Jan 2001 "
)
def the_newest_stands_first(root: Any, _address: str) -> Iterator[str]:
    moments = [parsedate_to_datetime(text) for text in texts(root, "channel/item/pubDate")]
    if moments != sorted(moments, reverse=True):
        yield str(moments)


def pictures(root: Any) -> Iterator[str]:
    for found in root.iter(f"{MEDIA}content", f"{MEDIA}thumbnail"):
        numbers = [found.get(name, "1") for name in ("fileSize", "width", "height")]
        if not ABSOLUTE.match(found.get("url", "")) or not all(n.isdigit() for n in numbers):
            yield str(found.attrib)
        if found.get("medium", "image") != "image":
            yield str(found.get("medium"))
    for said in root.iter(f"{MEDIA}description"):
        if said.get("type") not in ("plain", "html") or not (said.text or "").strip():
            yield "media:description"


def archive(channel: Any, address: str) -> Iterator[str]:
    links = {link.get("rel"): link.get("href") for link in channel.findall(f"{ATOM}link")}
    marks = len(channel.findall(f"{HISTORY}archive"))
    is_archive = "/page/" in address
    current = re.sub(r"page/\d+/", "", address) if is_archive else None
    if marks != is_archive or links.get("current") != current:
        yield f"{marks} fh:archive, {links.get('current')}"
    for rel in ("prev-archive", "next-archive"):
        if rel in links and (links[rel] == address or "/page/" not in links[rel]):
            yield f"{rel} {links[rel]}"


# --------------------------------------------------------------------------------------- Atom


@rule(ATOM_RULES, "RFC 4287 §4.1.1", r"(<feed[^>]*>\s*)<id>[^<]*</id>", r"\1")
def a_feed_has_one_id_one_title_and_one_update(root: Any, _address: str) -> Iterator[str]:
    for name in ("id", "title", "updated"):
        if len(texts(root, f"{ATOM}{name}")) != 1:
            yield name


@rule(ATOM_RULES, "RFC 4287 §4.1.2", r"(<entry[^>]*>\s*)<id>[^<]*</id>", r"\1")
def an_entry_has_one_id_one_title_and_one_update(root: Any, _address: str) -> Iterator[str]:
    for entry in root.iterfind(f"{ATOM}entry"):
        for name in ("id", "title", "updated"):
            if [bool(text.strip()) for text in texts(entry, f"{ATOM}{name}")] != [True]:
                yield name


@rule(ATOM_RULES, "RFC 4287 §4.2.6", r"<id>tag:val.example.org,2018-09-03:", "<id>")
def an_id_is_an_iri_and_its_own(root: Any, _address: str) -> Iterator[str]:
    yield from (text for text in texts(root, f".//{ATOM}id") if not IRI.match(text))
    yield from twice(texts(root, f"{ATOM}entry/{ATOM}id"))


@rule(ATOM_RULES, "RFC 4287 §3.3", r"<updated>([^<]+)Z<", r"<updated>\1<")
def a_date_is_one_of_rfc_3339_with_its_offset(root: Any, _address: str) -> Iterator[str]:
    for stamp in root.iter(f"{ATOM}updated", f"{ATOM}published"):
        if not RFC_3339.fullmatch(stamp.text or ""):
            yield stamp.text or ""


@rule(ATOM_RULES, "RFC 4287 §4.2.15", r"(?s)(.*)<updated>20..", r"\1<updated>2000")
def what_is_updated_was_published_before(root: Any, _address: str) -> Iterator[str]:
    for entry in root.iterfind(f"{ATOM}entry"):
        if entry.findtext(f"{ATOM}updated") < entry.findtext(f"{ATOM}published"):
            yield entry.findtext(f"{ATOM}id")


@rule(ATOM_RULES, "RFC 4287 §4.2.15", r"</author>\s*<entry|<updated>20..", "<updated>2000")
def the_feed_is_as_new_as_its_newest_entry(root: Any, _address: str) -> Iterator[str]:
    stamps = texts(root, f"{ATOM}entry/{ATOM}updated")
    if stamps and texts(root, f"{ATOM}updated") != [max(stamps)]:
        yield str(texts(root, f"{ATOM}updated"))


@rule(ATOM_RULES, "RFC 4287 §4.1.1, §3.2", r"<name>[^<]+</name>", "<name> </name>")
def an_author_has_a_name(root: Any, _address: str) -> Iterator[str]:
    if root.find(f"{ATOM}author") is None:
        yield "no author of the feed"
    for author in root.iter(f"{ATOM}author"):
        if [bool(text.strip()) for text in texts(author, f"{ATOM}name")] != [True]:
            yield "author"
        yield from (text for text in texts(author, f"{ATOM}uri") if not ABSOLUTE.match(text))
        yield from (text for text in texts(author, f"{ATOM}email") if "@" not in text)


@rule(ATOM_RULES, "RFC 4287 §4.1.1", r'rel="self" href="[^"]+"', 'rel="self" href="https://x/y"')
def a_feed_names_its_own_address_once(root: Any, address: str) -> Iterator[str]:
    own = [e.get("href") for e in root.findall(f"{ATOM}link") if e.get("rel") == "self"]
    if own != [address]:
        yield str(own)


@rule(
    ATOM_RULES,
    "RFC 4287 §4.1.1",
    r'(<link rel="alternate" type="text/html" href="[^"]+"/>)',
    r"\1\1",
)
def there_is_one_page_for_each_feed_and_entry(root: Any, _address: str) -> Iterator[str]:
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        pages = [
            e.get("type") for e in element.findall(f"{ATOM}link") if e.get("rel") == "alternate"
        ]
        if pages != ["text/html"]:
            yield str(pages)


@rule(ATOM_RULES, "RFC 4287 §4.2.7", 'rel="enclosure"', 'rel="brochure"')
def a_link_is_absolute_and_of_a_registered_relation(root: Any, _address: str) -> Iterator[str]:
    for link in root.iter(f"{ATOM}link"):
        if not ABSOLUTE.match(link.get("href", "")) or link.get("rel") not in RELATIONS:
            yield str(link.attrib)
        if not link.get("length", "1").isdigit():
            yield str(link.get("length"))


@rule(ATOM_RULES, "RFC 4287 §4.1", r"<published>([^<]+)</published>", r"<pubDate>\1</pubDate>")
def no_element_of_atom_is_unknown(root: Any, _address: str) -> Iterator[str]:
    for parent, known in ((root, FEED), *((e, ENTRY) for e in root.iterfind(f"{ATOM}entry"))):
        for element in parent:
            name = element.tag.removeprefix(ATOM)
            if "{" not in name and name not in known:
                yield name


@rule(ATOM_RULES, "RFC 4287 §4.1.2", r"(<summary>.*</summary>)", r"\1\1")
def no_element_of_an_entry_stands_twice(root: Any, _address: str) -> Iterator[str]:
    many = {f"{ATOM}{name}" for name in ("author", "category", "link")} | {f"{MEDIA}content"}
    for entry in root.iterfind(f"{ATOM}entry"):
        yield from twice([e.tag for e in entry if e.tag not in many])


@rule(ATOM_RULES, "RFC 4287 §4.2.2", r'term="[^"]+"', 'term=""')
def a_category_has_a_term(root: Any, _address: str) -> Iterator[str]:
    yield from ("term" for found in root.iter(f"{ATOM}category") if not found.get("term"))


@rule(ATOM_RULES, "RFC 4287 §4.1.3", r"&lt;p&gt;", '&lt;p style="x"&gt;')
def the_content_is_html_safe_and_absolute(root: Any, _address: str) -> Iterator[str]:
    for content in root.iter(f"{ATOM}content"):
        if content.get("type") != "html":
            yield str(content.get("type"))
        yield from unsafe(content.text or "")


@rule(ATOM_RULES, "RFC 5646", r'<entry xml:lang="\w+"', '<entry xml:lang="français"')
def the_language_of_feed_and_entries_is_a_tag(root: Any, _address: str) -> Iterator[str]:
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        said = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
        if not LANGUAGE.fullmatch(said):
            yield said


@rule(ATOM_RULES, "Media RSS 1.5.1", r'fileSize="\d+"', 'fileSize="big"')
def a_picture_is_described_as_in_rss(root: Any, _address: str) -> Iterator[str]:
    yield from pictures(root)


@rule(ATOM_RULES, "RFC 5005 §4", "<fh:archive/>", "")
def an_archive_says_so_and_leads_to_its_feed(root: Any, address: str) -> Iterator[str]:
    yield from archive(root, address)


# ---------------------------------------------------------------------------------- JSON Feed

JSON_SPEC = "jsonfeed.org/version/1.1"


@rule(JSON, JSON_SPEC, r'"https://jsonfeed.org/version/1.1"', '"1.1"')
def it_says_its_version_its_title_and_its_items(feed: Any, _address: str) -> Iterator[str]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield str(feed.get("version"))
    if not str(feed.get("title") or "").strip() or not isinstance(feed.get("items"), list):
        yield "title, items"


@rule(JSON, JSON_SPEC, r'"feed_url": "[^"]+"', '"feed_url": "/feed.json"')
def it_names_its_own_address_and_its_page(feed: Any, address: str) -> Iterator[str]:
    if feed.get("feed_url") != address or not ABSOLUTE.match(feed.get("home_page_url", "")):
        yield str(feed.get("feed_url"))


@rule(JSON, JSON_SPEC, r'"next_url": "[^"]+"', '"next_url": "page/1"')
def what_comes_next_is_another_document(feed: Any, address: str) -> Iterator[str]:
    following = feed.get("next_url", "https://else.example/")
    if following == address or not ABSOLUTE.match(following):
        yield following


@rule(JSON, JSON_SPEC, r'"summary"', '"abstract"')
def no_key_is_unknown_or_of_version_1(feed: Any, _address: str) -> Iterator[str]:
    for said, known in ((feed, JSON_FEED), *((item, JSON_ITEM) for item in feed["items"])):
        yield from (key for key in said if key not in known and not key.startswith("_"))


@rule(JSON, JSON_SPEC, r'"id": "[^"]+"', '"id": 7')
def an_id_is_a_string_and_its_own(feed: Any, _address: str) -> Iterator[str]:
    ids = [item.get("id") for item in feed["items"]]
    yield from (str(value) for value in ids if not isinstance(value, str) or not value)
    yield from twice([str(value) for value in ids])


@rule(JSON, JSON_SPEC, r'"content_html": "<p>', '"content_html": "<p><img src=\'a.png\'>')
def an_item_has_its_text_safe_and_absolute(feed: Any, _address: str) -> Iterator[str]:
    for item in feed["items"]:
        if not item.get("content_html"):
            yield item["id"]
        else:
            yield from unsafe(item["content_html"])


@rule(JSON, JSON_SPEC, r'"date_published": "[^"]+"', '"date_published": "yesterday"')
def a_moment_is_one_of_rfc_3339(feed: Any, _address: str) -> Iterator[str]:
    for item in feed["items"]:
        for key in ("date_published", "date_modified"):
            if not RFC_3339.fullmatch(item.get(key, "")) or not datetime.fromisoformat(item[key]):
                yield f"{key} {item.get(key)}"


@rule(JSON, JSON_SPEC, r'"name": "Ada Lovelace"', '"name": ""')
def an_author_is_somebody(feed: Any, _address: str) -> Iterator[str]:
    for said in (feed, *feed["items"]):
        authors = said.get("authors", [{"name": "x"}])
        yield from ("authors" for a in authors if not (a.get("name") or "").strip())
        if not authors:
            yield "authors: []"


@rule(JSON, JSON_SPEC, r'"tags": \[\s*"[^"]+"', '"tags": ["a", "a", ""')
def a_tag_is_a_word_and_once(feed: Any, _address: str) -> Iterator[str]:
    for item in feed["items"]:
        yield from twice(item.get("tags", []))
        yield from ("tags" for tag in item.get("tags", []) if not tag.strip())


@rule(JSON, JSON_SPEC, r'"mime_type": "[^"]+"', '"mime": "pdf"')
def an_attachment_has_an_address_and_a_type(feed: Any, _address: str) -> Iterator[str]:
    for item in feed["items"]:
        for found in item.get("attachments", []):
            if not ABSOLUTE.match(found.get("url", "")) or "/" not in found.get("mime_type", ""):
                yield str(found)
            if not isinstance(found.get("size_in_bytes", 0), int):
                yield str(found)


@rule(JSON, JSON_SPEC, r'"image": "https://val.example.org/', '"image": "/')
def an_address_of_an_item_is_absolute(feed: Any, _address: str) -> Iterator[str]:
    for item in feed["items"]:
        for key in ("url", "image"):
            if not ABSOLUTE.match(item.get(key, "https://x/")):
                yield item[key]


@rule(JSON, JSON_SPEC, r'"type": "WebSub"', '"kind": "WebSub"')
def a_hub_has_a_type_and_an_address(feed: Any, _address: str) -> Iterator[str]:
    for hub in feed.get("hubs", []):
        if not hub.get("type") or not ABSOLUTE.match(hub.get("url", "")):
            yield str(hub)


@rule(JSON, "RFC 5646", r'"language": "\w+"', '"language": "français"')
def a_language_is_a_tag(feed: Any, _address: str) -> Iterator[str]:
    for said in (feed, *feed["items"]):
        if not LANGUAGE.fullmatch(said.get("language", "")):
            yield said.get("language", "")


def read_xml(data: bytes) -> Any:
    return etree.fromstring(data)


def read_json(data: bytes) -> Any:
    return json.loads(data)
