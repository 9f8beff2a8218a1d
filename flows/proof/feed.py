"""The proof of the feeds: RSS 2.0 as the W3C Feed Validation Service asks for it, and complete.

The rules are those that the validator reports as errors for the elements that Parution writes
(RSS 2.0.11, RSS Advisory Board's profile 1.0, RFC 5322 dates, RFC 4287 for ``atom:link``, RFC 5005
for archives).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from flows.house import House
from flows.occasions import CALENDAR
from flows.proof import siblings
from flows.proof.calendar import prove_events
from flows.proof.check import Check, fails, holds
from flows.proof.html import parse
from flows.rendition import File

_ATOM = "{http://www.w3.org/2005/Atom}"
_HISTORY = "{http://purl.org/syndication/history/1.0}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_DAY = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT)"
)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")
#: Elements that readers refuse or that may run code.
_UNSAFE = frozenset(["script", "style", "iframe", "object", "embed", "form", "input", "meta"])

_Fault = tuple[str, str]  # what is wrong, and where: a key of the sentences, and the words there


def prove(files: Sequence[File], house: House) -> tuple[Check, ...]:
    """For each document in RSS: one check that it is there and well-formed, one that it is valid,
    one of its order, and one for each of those that say the same in another format; and one for a
    calendar of their events."""
    found = [file for file in files if _name(file) == "feed.xml"]
    if not found:
        return (fails("feed", "feed.xml", "", "feed-invalid", reason="feed.xml"),)
    calendars = [
        prove_events(file, _titles(found)) for file in files if file.media_type == CALENDAR
    ]
    return (*(check for file in found for check in _document(file, files, house)), *calendars)


def _titles(documents: Sequence[File]) -> dict[str, str]:
    """The titles of the editions in feeds, by address; of feeds that cannot be read, none."""
    from lxml import etree

    titles: dict[str, str] = {}
    for file in documents:
        try:
            items = siblings.parsed(file.data).iterfind("channel/item")
        except etree.XMLSyntaxError:
            continue
        titles |= {i.findtext("link") or "": i.findtext("title") or "" for i in items}
    return titles


def _name(file: File) -> str:
    return file.path.rpartition("/")[2]


def _document(file: File, files: Sequence[File], house: House) -> tuple[Check, ...]:
    from lxml import etree

    try:
        root = siblings.parsed(file.data)
    except etree.XMLSyntaxError as error:
        return (fails("feed", file.path, "", "feed-invalid", reason=str(error)),)
    items = root.findall("channel/item")
    return (
        _valid(file, root, items, house),
        _newest_first(file, items),
        *siblings.prove(file.path.removesuffix("feed.xml"), files, items),
    )


def _valid(file: File, root: Any, items: list[Any], house: House) -> Check:
    faults = [*_channel(root, file.path, house), *_archive(root, file.path), *_items(items)]
    if faults:
        what, where = faults[0]
        return fails("feed", file.path, str(len(items)), "feed-invalid", reason=f"{what} {where}")
    return holds("feed", file.path, str(len(items)))


def _newest_first(file: File, items: list[Any]) -> Check:
    days = [_moment(item.findtext("pubDate") or "") for item in items]
    for earlier, later, item in zip(days, days[1:], items[1:], strict=False):
        if earlier and later and later > earlier:
            title = item.findtext("title") or ""
            return fails("feed-order", file.path, str(len(items)), "feed-order", title=title)
    return holds("feed-order", file.path, str(len(items)))


def _channel(root: Any, path: str, house: House) -> Iterator[_Fault]:
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        yield "rss", 'version="2.0"'
        return
    for name in ("title", "link", "description"):
        if len(channel.findall(name)) != 1 or not (channel.findtext(name) or "").strip():
            yield f"channel/{name}", "0"
    if not _ABSOLUTE.match(channel.findtext("link") or ""):
        yield "channel/link", channel.findtext("link") or ""
    if _related(root, "self") != [house.url(path)]:
        yield "atom:link rel=self", str(_related(root, "self"))
    language = channel.findtext("language")
    if language is None or not _LANGUAGE.fullmatch(language):
        yield "channel/language", language or ""
    for name in ("lastBuildDate", "pubDate"):
        for element in channel.findall(name):
            if not _moment(element.text or ""):
                yield f"channel/{name}", element.text or ""


def _related(root: Any, rel: str) -> list[str]:
    """The addresses of the channel's links with a relation."""
    links = root.findall(f"channel/{_ATOM}link")
    return [link.get("href") for link in links if link.get("rel") == rel]


def _archive(root: Any, path: str) -> Iterator[_Fault]:
    """An archive document says that it is one, and of which feed (RFC 5005, §4)."""
    home, is_archive, number = path.removesuffix("/feed.xml").rpartition("page/")
    marks = len(root.findall(f"channel/{_HISTORY}archive"))
    if marks != bool(is_archive):
        yield "fh:archive", str(marks)
    ends = [a.partition(f"{home}page/")[0] for a in _related(root, "self")]
    if is_archive and _related(root, "current") != [f"{end}{home}feed.xml" for end in ends]:
        yield "atom:link rel=current", str(_related(root, "current"))
    if is_archive and bool(_related(root, "prev-archive")) != (number != "1"):
        yield "atom:link rel=prev-archive", str(_related(root, "prev-archive"))


def _items(items: list[Any]) -> Iterator[_Fault]:
    seen: set[str] = set()
    rules: tuple[Callable[[Any], Iterator[_Fault]], ...] = (_item, _enclosure, _content)
    for item in items:
        guid = item.findtext("guid") or ""
        if not guid or guid in seen:
            yield "item/guid", guid
        seen.add(guid)
        for rule in rules:
            yield from rule(item)


def _item(item: Any) -> Iterator[_Fault]:
    title = item.findtext("title") or ""
    if not title.strip():
        yield "item/title", item.findtext("guid") or ""
    link = item.findtext("link") or ""
    if not _ABSOLUTE.match(link):
        yield "item/link", f"{title} {link}"
    guid = item.find("guid")
    permalink = guid is not None and guid.get("isPermaLink", "true") == "true"
    if permalink and not (guid.text or "").startswith(("http://", "https://")):
        yield "item/guid isPermaLink", guid.text or ""
    if len(item.findall("pubDate")) != 1 or not _moment(item.findtext("pubDate") or ""):
        yield "item/pubDate", f"{title} {item.findtext('pubDate')}"
    for author in item.findall("author"):
        if "@" not in (author.text or ""):
            yield "item/author", author.text or ""


def _enclosure(item: Any) -> Iterator[_Fault]:
    title = item.findtext("title") or ""
    if len(item.findall("enclosure")) > 1:
        yield "item/enclosure", title
    for enclosure in item.findall("enclosure"):
        length = enclosure.get("length", "")
        if not (length.isdigit() and int(length) > 0):
            yield "enclosure/length", f"{title} {length}"
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", enclosure.get("type", "")):
            yield "enclosure/type", f"{title} {enclosure.get('type', '')}"
        if not enclosure.get("url", "").startswith(("http://", "https://")):
            yield "enclosure/url", f"{title} {enclosure.get('url', '')}"


def _content(item: Any) -> Iterator[_Fault]:
    """The full text is there, and holds no relative address and nothing that runs."""
    title = item.findtext("title") or ""
    content = item.findtext(_CONTENT) or ""
    if not content.strip():
        yield "content:encoded", title
        return
    for element in parse(content.encode()).iter():
        if element.tag in _UNSAFE or any(name.startswith("on") for name in element.keys()):  # noqa: SIM118 (an lxml element is no mapping)
            yield f"content:encoded <{element.tag}>", title
        for name in ("href", "src"):
            value = element.get(name)
            if value is not None and not _ABSOLUTE.match(value):
                yield f"content:encoded {name}", f"{title} {value}"
            if value is not None and value.lower().startswith("javascript:"):
                yield f"content:encoded {name}", f"{title} {value}"


def _moment(text: str) -> datetime | None:
    """An RFC 5322 date with its offset, and a weekday that is the day's; else None."""
    if not _DAY.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    weekday = text.partition(",")[0] if "," in text else ""
    if weekday and weekday != "Mon Tue Wed Thu Fri Sat Sun".split()[moment.weekday()]:  # noqa: SIM905
        return None
    return moment
