"""The site as its readers see it: files, lists and the feed, and nothing else.

No ledger and no manifest is read here. What holds of every state that readers may meet is checked
while it is read (:attr:`Public.faults`); whether it is the right state, :mod:`tests.chaos.oracle`
says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import feedparser
from lxml import etree, html

from tests.chaos.archive import NAMES, SECRETS, WORD

_MARK = re.compile(rb"(edition-\d{5}) revision (\d+) (kw\d\dv\d\dkw)")
_EDITION = re.compile(r"^/(\d{4})/([a-z0-9-]+)/(.+)$")
_ASSET = re.compile(r"^/assets/.*-([0-9a-f]{8})\.\w+$")
_LINK = re.compile(r"(\d{4})/([a-z0-9-]+)/$")


Says = Callable[[str, bytes, str], tuple[bytes, bytes, bytes] | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """One edition as readers see it: ``word`` where it is out, ``reason`` where it is gone."""

    slug: str
    revision: int = 0
    word: str = ""
    reason: str = ""
    guid: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    digest: str = ""

    @property
    def state(self) -> str:
        return f"gone: {self.reason}" if self.reason else self.word


@dataclass(frozen=True, slots=True)
class Public:
    """What the public sees, and what is wrong with it whatever the acts were."""

    editions: Mapping[str, Seen]
    faults: tuple[str, ...]

    def states(self) -> dict[str, str]:
        return {slug: seen.state for slug, seen in self.editions.items()}


def snapshot(site: Path, *, assets: bool = True) -> dict[str, bytes] | None:
    """Every file below the root that ``site`` points to at this moment, by address; None where
    that root went while it was being read."""
    files: dict[str, bytes] = {}
    if not site.is_symlink():
        return files
    try:
        pending = [(site.resolve(strict=True), "")]
        while pending:
            folder, prefix = pending.pop()
            for item in folder.iterdir():
                if item.name == "assets" and not assets:
                    continue
                if item.is_dir():
                    pending.append((item, f"{prefix}/{item.name}"))
                else:
                    files[f"{prefix}/{item.name}"] = item.read_bytes()
    except FileNotFoundError:
        return None
    return files


def marked(name: str, data: bytes, own: str) -> tuple[bytes, bytes, bytes] | None:
    """The edition, revision and word that a file of the workshop bears."""
    found = _MARK.search(data)
    return (found[1], found[2], found[3]) if found else None


def read(files: Mapping[str, bytes], says: Says = marked) -> Public:
    """What a set of files says to readers; ``says`` tells what one file of an edition bears."""
    faults: list[str] = []
    seen: dict[str, dict[str, bytes]] = {}
    for address, data in files.items():
        if (found := _EDITION.match(address)) and found[2] != "page":
            seen.setdefault(f"{found[1]}/{found[2]}", {})[found[3]] = data
        if (asset := _ASSET.match(address)) and hashlib.sha256(data).hexdigest()[:8] != asset[1]:
            faults.append(f"{address} is not what its name says")
        faults += [f"{address} says {s}" for s in SECRETS if s.encode() in data]
    items = _items(files.get("/feed.xml", b""), faults)
    editions = {path: _edition(path, own, items, faults, says) for path, own in seen.items()}
    _judge_lists(files, editions, items, faults)
    shown = {e.word for e in editions.values()}
    for address, data in files.items():
        strange = {w.decode() for w in WORD.findall(data)} - shown
        faults += [f"{address} says {w}, which is not public" for w in sorted(strange)]
    return Public({e.slug: e for e in editions.values()}, tuple(faults))


def _edition(
    path: str, files: dict[str, bytes], items: dict[str, Seen], faults: list[str], says: Says
) -> Seen:
    slug = path.split("/")[1]
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
    if ".gone" in files:
        if set(files) != {".gone", "index.html"}:
            faults.append(f"{path} is withdrawn, and has {sorted(files)}")
        page = html.fromstring(files.get("index.html", b"<p/>"))
        reason = " ".join(page.xpath("//p[starts-with(., 'Reason ')]/text()"))
        if not reason or not page.xpath("//meta[@name='robots'][contains(@content, 'noindex')]"):
            faults.append(f"{path} has no whole tombstone")
        return Seen(slug, reason=reason or "?", digest=digest)
    marks = {name: says(name, files.get(name, b""), slug) for name in NAMES}
    said = set(marks.values())
    item = items.get(path)
    if len(said) != 1 or None in said or item is None:
        faults.append(f"{path} is not whole: {marks}, {item}")
        return Seen(slug, word="broken", digest=digest)
    [[own, revision, word]] = said  # type: ignore[misc]
    if own.decode() != slug or word.decode() != item.word:
        faults.append(f"{path}: the files say {own} {word}, the feed {item.word}")
    return Seen(slug, int(revision), word.decode(), "", item.guid, item.published, item.updated,
                digest)  # fmt: skip


def _items(feed: bytes, faults: list[str]) -> dict[str, Seen]:
    """The items of the feed, by path."""
    parsed = feedparser.parse(feed)
    if parsed.bozo:
        faults.append(f"feed.xml is no feed: {parsed.get('bozo_exception')}")
    items: dict[str, Seen] = {}
    guids: list[str] = []
    for one in parsed.entries:
        path = "/".join(one.link.rstrip("/").split("/")[-2:])
        content = one.content[0].value if "content" in one else ""
        words = set(WORD.findall(content.encode()))
        published = _moment(one.published_parsed)
        updated = dict.get(one, "updated_parsed")
        if path in items or len(words) != 1:
            faults.append(f"feed.xml has two items of {path}, or an odd one: {words}")
            continue
        guids.append(one.id)
        items[path] = Seen(
            path.split("/")[1], word=words.pop().decode(), guid=one.id, published=published,
            updated=_moment(updated) if updated else published,
        )  # fmt: skip
    if len(set(guids)) != len(guids):
        faults.append("feed.xml has one guid twice")
    return items


def _moment(parts: object) -> datetime:
    return datetime(*tuple(parts)[:6], tzinfo=UTC)  # type: ignore[arg-type, misc]


def _judge_lists(
    files: Mapping[str, bytes], editions: dict[str, Seen], items: dict[str, Seen],
    faults: list[str],
) -> None:  # fmt: skip
    """Each list names what is out, and nothing that is not."""
    if not files:
        return
    out = {path for path, e in editions.items() if not e.reason}
    listed = {"feed.xml": set(items), "index.html": _links(files.get("/index.html", b""), "")}
    years = {path.split("/")[0] for path in editions}
    for year in years:
        page = _links(files.get(f"/{year}/index.html", b""), year)
        sitemap = files.get(f"/{year}/sitemap.xml", b"")
        for name, found in ((f"{year}/index.html", page), (f"{year}/sitemap.xml", _locs(sitemap))):
            here = {path for path in out if path.startswith(year)}
            if found != here:
                faults.append(f"{name} lists {sorted(found)}, and there is {sorted(here)}")
    for name in ("index.html", "feed.xml"):
        every = [
            data for at, data in files.items() if re.fullmatch(rf"/languages/[a-z]+/{name}", at)
        ]
        listed[f"languages/*/{name}"] = set().union(*map(_named, every))
    for name, found in listed.items():
        if found != out:
            faults.append(f"{name} lists {sorted(found)}, and there is {sorted(out)}")


def _named(data: bytes) -> set[str]:
    """The editions that a list or a feed leads to, however it is written."""
    found = re.findall(r"(?:/|\./)(\d{4}/[a-z0-9-]+)/(?=[\"<])", data.decode())
    return set(found)


def _links(page: bytes, year: str) -> set[str]:
    if not page:
        return set()
    links = html.fromstring(page).xpath("//main//a/@href")
    paths = (f"{year}/{link}" if year and "../" not in link else link for link in links)
    found = (_LINK.search(path) for path in paths)
    return {f"{m[1]}/{m[2]}" for m in found if m}


def _locs(sitemap: bytes) -> set[str]:
    if not sitemap:
        return set()
    locs = etree.fromstring(sitemap).xpath("//*[local-name()='loc']/text()")
    found = (_LINK.search(str(loc)) for loc in locs)
    return {f"{m[1]}/{m[2]}" for m in found if m}
