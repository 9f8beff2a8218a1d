"""Small sites for tests, made of the same nodes as real ones, and what a reader sees of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flows.targets.file import node, write
from tests.release.workshop import public_files


def site(output: Path, number: int, editions: Mapping[str, int], *, pdf: int = 2_000) -> Path:
    """A root with these editions (slug → revision) of 2026, each with a page, a text, a brochure
    of ``pdf`` bytes and a picture."""
    tree, links = output / "tree", {}
    for slug, revision in editions.items():
        links[slug] = _release(output, slug, revision, pdf)
    said = " ".join(f"{slug}:{revision}" for slug, revision in sorted(editions.items()))
    lists = {"index.html": f"<p>2026 {said}".encode(), "sitemap.xml": b"<urlset/>"}
    year = node(tree / "years", "2026", {**links, **lists})
    first = node(tree / "pages", "1", {"index.html": f"<p>page {said}".encode()})
    pages = node(tree / "lists", "pages", {"1": first})
    _asset(tree / "assets", b"body { color: black }")
    front = {
        "index.html": f"<p>front {said}".encode(),
        "404.html": b"<p>not here",
        "sitemap.xml": b"<sitemapindex/>",
        "robots.txt": b"User-agent: *\n",
        "feed.xml": f"<rss>{said}</rss>".encode(),
    }
    folders = {"2026": year, "page": pages, "assets": tree / "assets"}
    return node(tree / "roots", f"{number:06d}", {**front, **folders})


def _release(output: Path, slug: str, revision: int, pdf: int) -> Path:
    folder = output / "releases" / slug / str(revision) / "public"
    if not folder.exists():
        (folder / "pictures").mkdir(parents=True)
        mark = f"{slug} {revision} ".encode()
        write(folder / "index.html", b"<p>" + mark)
        write(folder / "newsletter.txt", mark)
        write(folder / "brochure.pdf", (mark * (pdf // len(mark) + 1))[:pdf])
        write(folder / "pictures" / "map.png", b"the map, which no revision changes")
        write(folder / ".gone", b"")
    return folder


def _asset(folder: Path, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / f"site-{hashlib.sha256(data).hexdigest()[:10]}.css", data)


def seen(root: Path) -> dict[str, bytes]:
    """What a reader can fetch of a root, by path: no name that begins with a dot."""
    files = {address[1:]: data for address, data in public_files(root).items()}
    return {path: data for path, data in files.items() if "/." not in f"/{path}"}
