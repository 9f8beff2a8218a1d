"""The feed as JSON Feed 1.1 (jsonfeed.org/version/1.1): the same items, ids, dates and order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flows.edition import FORBIDDEN
from flows.house import House
from flows.rendition import File
from flows.shelf.documents import (
    NEWEST,
    Document,
    categories,
    channel_title,
    one_line,
    public_hubs,
)
from flows.shelf.feeds import rfc3339
from flows.shelf.items import Item, newest_first


def json_feed(items: Sequence[Item], house: House, document: Document = NEWEST) -> File:
    """``feed.json`` of a document: the items with their full text, newest first. ``next_url``
    leads to the older ones; the format knows no other relation between documents."""
    path, collection, links = document.folder + "feed.json", document.collection, document.links
    hubs = [] if document.number else public_hubs(house)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": one_line(channel_title(house, collection)) or house.address,
        "home_page_url": house.url(collection.home),
        "feed_url": house.url(path),
        "description": one_line(house.tagline),
        "next_url": dict(links("feed.json", house)).get("prev-archive"),
        "language": collection.spoken(house),
        "authors": [{"name": one_line(house.publisher or house.name), "url": house.url()}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in hubs],
        "items": [_item(item, house) for item in newest_first(items)],
    }
    text = json.dumps(_filled(feed), ensure_ascii=False, indent=1)
    return File(path, "application/feed+json", f"{text}\n".encode())


def _item(item: Item, house: House) -> dict[str, Any]:
    line = item.line
    said = {
        "id": item.guid,
        "url": house.url(f"{line.path}/"),
        "title": one_line(line.title) or line.path,
        "summary": one_line(item.summary),
        "image": house.url(item.pictures[0].path) if item.pictures else "",
        "content_html": FORBIDDEN.sub("", item.content_html),
        "date_published": rfc3339(line.published),
        "date_modified": rfc3339(line.updated),
        "authors": [{"name": name} for name in map(one_line, item.authors) if name],
        "tags": categories(item),
        "language": line.language,
        "attachments": _attachments(item, house),
    }
    return _filled(said)


def _attachments(item: Item, house: House) -> list[dict[str, Any]]:
    if not item.enclosure_path:
        return []
    return [
        {
            "url": house.url(item.enclosure_path),
            "mime_type": item.enclosure_type,
            "size_in_bytes": item.enclosure_length,
        }
    ]


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    """What is said: keys without a value are left out, but for the items of a feed."""
    return {key: value for key, value in said.items() if value or key == "items"}
