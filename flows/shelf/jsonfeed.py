"""The feed as JSON Feed 1.1 (jsonfeed.org/version/1.1): the same items, ids, dates and order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flows.edition import FORBIDDEN
from flows.house import House
from flows.rendition import File
from flows.shelf.feeds import FEED, categories, channel_title, one_line, rfc3339
from flows.shelf.items import Item, newest_first


def json_feed(items: Sequence[Item], house: House) -> File:
    """``feed.json``: the newest :data:`FEED` items with their full text, newest first."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": one_line(channel_title(house)) or house.address,
        "home_page_url": house.url(),
        "feed_url": house.url("feed.json"),
        "description": one_line(house.tagline),
        "language": house.language,
        "authors": [{"name": one_line(house.publisher or house.name), "url": house.url()}],
        "items": [_item(item, house) for item in newest_first(items)[:FEED]],
    }
    text = json.dumps(_filled(feed), ensure_ascii=False, indent=1)
    return File("feed.json", "application/feed+json", f"{text}\n".encode())


def _item(item: Item, house: House) -> dict[str, Any]:
    line = item.line
    said = {
        "id": item.guid,
        "url": house.url(f"{line.path}/"),
        "title": one_line(line.title) or line.path,
        "summary": one_line(item.summary),
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
