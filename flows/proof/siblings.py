"""The proof of the feeds beside RSS: Atom and JSON Feed say what it says, item by item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from flows.proof.check import Check, fails, holds
from flows.rendition import File

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


class _Told(NamedTuple):
    """What a feed tells of an edition."""

    id: str
    link: str
    title: str
    published: datetime
    content: str


def prove(folder: str, files: Sequence[File], items: Sequence[Any]) -> Iterator[Check]:
    """A check for each feed beside RSS in a folder, whose parsed ``items`` are given."""
    try:
        true = [_of_rss(item) for item in items]
    except (TypeError, ValueError):  # it is told of already that RSS is not valid
        return
    for name, read in (("atom.xml", _of_atom), ("feed.json", _of_json)):
        path = folder + name
        file = next((f for f in files if f.path == path), None)
        try:
            told = list(read(file.data)) if file else None
        except (ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
            yield fails("feed-same", path, "", "feed-invalid", reason=str(error))
            continue
        if told is None:
            yield fails("feed-same", path, "", "feed-invalid", reason=path)
        elif told != true:
            pairs = zip((*told, None), (*true, None), strict=False)
            other = next(b or a for a, b in pairs if a != b)
            title = other.title if other else path
            yield fails("feed-same", path, str(len(told)), "feed-differs", title=title)
        else:
            yield holds("feed-same", path, str(len(told)))


def parsed(data: bytes) -> Any:
    """The root of a feed, read without anything that it points to. Raises ``XMLSyntaxError``."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


def _of_rss(item: Any) -> _Told:
    return _Told(
        item.findtext("guid"),
        item.findtext("link"),
        item.findtext("title"),
        parsedate_to_datetime(item.findtext("pubDate")).astimezone(UTC),
        (item.findtext(_CONTENT) or "").strip(),
    )


def _of_atom(data: bytes) -> Iterator[_Told]:
    for entry in parsed(data).findall(f"{_ATOM}entry"):
        links: dict[str | None, str | None] = {
            link.get("rel"): link.get("href") for link in entry.findall(f"{_ATOM}link")
        }
        yield _Told(
            entry.findtext(f"{_ATOM}id") or "",
            links["alternate"] or "",
            entry.findtext(f"{_ATOM}title") or "",
            datetime.fromisoformat(entry.findtext(f"{_ATOM}published") or "").astimezone(UTC),
            (entry.findtext(f"{_ATOM}content") or "").strip(),
        )


def _of_json(data: bytes) -> Iterator[_Told]:
    for item in json.loads(data)["items"]:
        moment = datetime.fromisoformat(item["date_published"]).astimezone(UTC)
        yield _Told(item["id"], item["url"], item["title"], moment, item["content_html"].strip())
