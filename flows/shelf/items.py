"""What the shelf knows of an edition: a line in a list, and its item in the feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from flows.edition import FORBIDDEN, Event
from flows.occasions import event_from


@dataclass(frozen=True, slots=True)
class Line:
    """An edition in a list. ``path`` is ``<year>/<slug>``; ``title`` keeps its no-break spaces;
    ``day`` is the one printed on it; ``published`` and ``updated`` are aware."""

    path: str
    title: str
    language: str
    day: date | None
    published: datetime
    updated: datetime
    section: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of an edition. ``path`` is an address on the site without a slash before it,
    ``length`` is in bytes, ``width`` and ``height`` in pixels; ``alt`` may be empty."""

    path: str
    media_type: str
    length: int
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An edition in the feed and on the front page.

    ``content_html`` is clean HTML with absolute addresses; ``enclosure_path`` is an address on
    the site without a slash before it, ``""`` where the release has no such file;
    ``enclosure_length`` is in bytes.
    """

    line: Line
    guid: str
    summary: str
    content_html: str
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    enclosure_path: str = ""
    enclosure_length: int = 0
    enclosure_type: str = ""
    pictures: tuple[Shot, ...] = ()
    revision: int = 1
    event: Event | None = None


def item(manifest: Mapping[str, Any], part: bytes) -> Item:
    """The item of a release: ``part`` is its ``parts/item.json``, as the feed channel made it.

    What only the release knows (where it is, its frozen guid, the true size of the enclosure)
    is read from the manifest. Raises ``KeyError`` or ``ValueError`` on what is neither.
    """
    said = json.loads(part)
    imprint = manifest["imprint"]
    path = imprint["path"]
    line = Line(
        path=path,
        title=_carried(said["title"]),
        language=said["language"],
        day=date.fromisoformat(said["day"]) if said["day"] else None,
        published=_aware(said["published"]),
        updated=_aware(said["updated"]),
        section=_carried(said["section"]),
        category=_carried(said["category"]),
    )
    enclosure = said["enclosure"]
    kept = manifest["files"].get(enclosure)
    return Item(
        line=line,
        guid=imprint["guid"],
        summary=_carried(said["summary"]),
        content_html=_carried(said["content_html"]),
        authors=tuple(_carried(name) for name in said["authors"]),
        tags=tuple(_carried(tag) for tag in said["tags"]),
        enclosure_path=f"{path}/{enclosure.removeprefix('public/')}" if kept else "",
        enclosure_length=kept["size"] if kept else 0,
        enclosure_type=kept["type"] if kept else "",
        pictures=tuple(
            _shots(said.get("pictures", ()), manifest)
        ),  # releases made before have none
        revision=imprint["revision"],
        event=event_from(said["event"]) if "event" in said else None,
    )


def _shots(said: Iterable[Mapping[str, Any]], manifest: Mapping[str, Any]) -> Iterator[Shot]:
    path, files = manifest["imprint"]["path"], manifest["files"]
    for picture in said:
        if kept := files.get(picture["file"]):
            yield Shot(
                path=f"{path}/{quote(picture['file'].removeprefix('public/'))}",
                media_type=kept["type"],
                length=kept["size"],
                width=picture["width"],
                height=picture["height"],
                alt=_carried(picture["alt"]),
            )


def newest_first(items: Iterable[Item]) -> list[Item]:
    """By first publication; what came at the same moment, by address."""
    return sorted(items, key=lambda i: (i.line.published, i.line.path), reverse=True)


def newest_lines_first(lines: Iterable[Line]) -> list[Line]:
    """As :func:`newest_first`, for lines."""
    return sorted(lines, key=lambda line: (line.published, line.path), reverse=True)


def _carried(text: str) -> str:
    """``text`` without what XML cannot carry: an old release may have been made less strictly."""
    return FORBIDDEN.sub("", text)


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment without its offset: {text}")
    return moment
