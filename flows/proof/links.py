"""The proof of the links: each address into the site and each anchor is there, and no link of the
edition was lost. Addresses outside the site are not fetched: rendering and proving use no network.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from flows.edition import Edition, Heading, SideBox
from flows.house import House
from flows.proof.check import Check, fails, holds, share
from flows.proof.excerpt import carried
from flows.proof.furniture import addresses
from flows.proof.html import parse
from flows.reading import pictures, walk
from flows.rendition import File, Imprint, Rendition
from flows.tags import subjects

#: What the shelf and the feeds keep at fixed addresses, below the house's.
_SHELF = (
    *("", "index.html", "feed.xml", "atom.xml", "feed.json", "sitemap.xml", "robots.txt"),
    *("search", "search/index.html"),
)
_CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""")
#: Pages that leave the site (a mailbox, a feed reader) cannot resolve relative addresses.
_AWAY = ("public/newsletter.html",)


@dataclass(frozen=True, slots=True)
class _Site:
    """The addresses that exist once the renditions are published, and each page's anchors."""

    root: str
    addresses: frozenset[str]
    anchors: dict[str, frozenset[str]]

    def fault(self, href: str, base: str) -> tuple[str, str] | None:
        """The rule that ``href`` breaks on the page at ``base``, with the address, or None."""
        if href.startswith(("mailto:", "tel:", "data:", "cid:")):
            return None
        address, fragment = urldefrag(urljoin(base, href))
        if address != self.root and not address.startswith(self.root + "/"):
            return None
        address = unquote(address.partition("?")[0])
        if address.rstrip("/") not in self.addresses:
            return "link-dead", href
        here = self.anchors.get(address.rstrip("/"))
        if fragment and here is not None and unquote(fragment) not in here:
            return "anchor-missing", href
        return None


def prove(
    edition: Edition, imprint: Imprint, house: House, renditions: Sequence[Rendition]
) -> tuple[Check, ...]:
    files = [file for rendition in renditions for file in rendition.files]
    pages = {file.path: parse(file.data) for file in files if _is_html(file)}
    site = _site(edition, imprint, house, files, pages)
    checks: list[Check] = []
    for file in files:
        base = house.url(_public(file.path, imprint))
        given = carried(file, edition)
        if file.path in pages:
            checks.append(_page_links(file, pages[file.path], base, site))
            checks.append(_ids(file, pages[file.path]))
            if given:
                checks.append(_kept(file, given, set(_hrefs(pages[file.path]))))
                checks += _pictures(file, given, pages[file.path])
        elif file.media_type.startswith("text/css"):
            urls = _CSS_URL.findall(file.data.decode("utf-8"))
            checks.append(_resolved(file, urls, base, site))
        elif file.media_type.startswith("text/plain") and given:
            checks.append(_said(file, given))
        elif file.media_type == "application/pdf" and given and not file.copy_of:
            checks += _pdf(file, given, site)
        elif file.path == "parts/item.json":
            checks += _item(file, edition, site)
    return tuple(checks)


def _is_html(file: File) -> bool:
    return file.media_type.startswith("text/html")


def _public(path: str, imprint: Imprint) -> str:
    """A file's address below the house's: assets are shared by the editions, the rest is not."""
    if path.startswith("public/"):
        return f"{imprint.path}/{path.removeprefix('public/')}"
    return path


def _site(
    edition: Edition, imprint: Imprint, house: House, files: list[File], pages: dict[str, Any]
) -> _Site:
    year = imprint.path.partition("/")[0]
    known = [*_SHELF, year, f"{year}/index.html", imprint.path]
    # A subject's address is there from the first edition on that has it, whatever becomes of it.
    known += [f"tags/{s}" for s in subjects((edition.section, edition.category, *edition.tags))]
    known += [_public(file.path, imprint) for file in files if not file.path.startswith("parts/")]
    anchors = {
        house.url(_public(path, imprint)): frozenset(_anchors(page)) for path, page in pages.items()
    }
    front = house.url(f"{imprint.path}/index.html")
    if front in anchors:
        anchors[house.url(imprint.path)] = anchors[front]
    return _Site(house.address, frozenset(house.url(k).rstrip("/") for k in known), anchors)


def _anchors(page: Any) -> Iterator[str]:
    for element in page.iter():
        yield from (v for v in (element.get("id"), element.get("name")) if v)


def _hrefs(page: Any) -> Iterator[str]:
    for element in page.iter():
        for name in ("href", "src", "poster", "data", "background"):
            if value := element.get(name):
                yield value
        for candidate in (element.get("srcset") or "").split(","):
            if candidate.strip():
                yield candidate.split()[0]


def _page_links(file: File, page: Any, base: str, site: _Site) -> Check:
    hrefs = [h for h in _hrefs(page) if not (file.path in _AWAY and h.startswith("#"))]
    relative = [h for h in hrefs if file.path in _AWAY and not re.match(r"[a-z][a-z0-9+.-]*:", h)]
    if relative:
        figure = share(len(hrefs) - len(relative), len(hrefs))
        return fails("links", file.path, figure, "link-relative", address=relative[0])
    return _resolved(file, list(_hrefs(page)), base, site)


def _resolved(file: File, hrefs: Sequence[str], base: str, site: _Site) -> Check:
    faults = [fault for href in hrefs if (fault := site.fault(href, base))]
    figure = share(len(hrefs) - len(faults), len(hrefs))
    if not faults:
        return holds("links", file.path, figure)
    rule, href = faults[0]
    return fails("links", file.path, figure, rule, address=href)


def _ids(file: File, page: Any) -> Check:
    ids = Counter(e.get("id") for e in page.iter() if e.get("id"))
    twice = [name for name, count in ids.items() if count > 1]
    figure = share(len(ids) - len(twice), len(ids))
    if twice:
        return fails("anchors", file.path, figure, "anchor-twice", address=twice[0])
    return holds("anchors", file.path, figure)


def _due(edition: Edition, *, within: bool) -> list[str]:
    """The addresses that the edition links to, each once; those ``within`` it if asked for and
    if they lead somewhere: one that does not is a fault of another name."""
    blocks = (b for b in walk(edition.blocks) if isinstance(b, Heading | SideBox))
    anchors = {f"#{block.anchor}" for block in blocks if block.anchor}
    every = dict.fromkeys(addresses(edition))
    return [a for a in every if not a.startswith("#") or (within and a in anchors)]


def _kept(file: File, edition: Edition, found: set[str], *, within: bool = True) -> Check:
    """Each address that the edition links to is linked to in the file."""
    due = _due(edition, within=within)
    known = {_same(address) for address in found}
    known |= {f"#{address.partition('#')[2]}" for address in found if "#" in address}
    lost = [address for address in due if _same(address) not in known]
    figure = share(len(due) - len(lost), len(due))
    if lost:
        return fails("links-kept", file.path, figure, "link-lost", address=lost[0])
    return holds("links-kept", file.path, figure)


def _same(address: str) -> str:
    """An address for comparing: percent-encoding undone, letter case of scheme ignored."""
    scheme, colon, rest = address.partition(":")
    return unquote(scheme.lower() + colon + rest).rstrip("/")


def _said(file: File, edition: Edition) -> Check:
    """In plain text an address is words; it may go on over the end of a line."""
    text = "".join(file.data.decode("utf-8").split())
    due = _due(edition, within=False)
    shown = {address: address.removeprefix("mailto:").removeprefix("tel:") for address in due}
    return _kept(
        file, edition, {address for address in due if shown[address] in text}, within=False
    )


def _pictures(file: File, edition: Edition, page: Any) -> Iterator[Check]:
    due = [picture.name for picture in pictures(edition)]
    if not due:
        return
    sources = [unquote(e.get("src") or "") for e in page.iter("img")]
    lost = [name for name in due if not any(source.endswith(f"/{name}") for source in sources)]
    figure = share(len(due) - len(lost), len(due))
    if lost:
        yield fails("pictures", file.path, figure, "picture-lost", address=lost[0])
    else:
        yield holds("pictures", file.path, figure)


def _item(file: File, edition: Edition, site: _Site) -> list[Check]:
    import json

    page = parse(str(json.loads(file.data)["content_html"]).encode())
    hrefs = list(_hrefs(page))
    relative = [href for href in hrefs if not re.match(r"[a-z][a-z0-9+.-]*:", href)]
    if relative:
        figure = share(len(hrefs) - len(relative), len(hrefs))
        links = fails("links", file.path, figure, "link-relative", address=relative[0])
    else:
        links = _resolved(file, hrefs, site.root, site)
    return [links, _kept(file, edition, set(hrefs)), *_pictures(file, edition, page)]


def _pdf(file: File, edition: Edition, site: _Site) -> list[Check]:
    """Destinations within the file exist (ISO 32000-1 §12.3.2); addresses out of it resolve."""
    import pikepdf

    with pikepdf.open(BytesIO(file.data)) as pdf:
        named = _names(pdf)
        uris: list[str] = []
        wanted: list[str] = []
        for page in pdf.pages:
            for note in page.get("/Annots", ()):
                if str(note.get("/Subtype")) == "/Link":
                    _follow(note, uris, wanted)
    dead = [name for name in wanted if name not in named]
    figure = share(len(wanted) - len(dead), len(wanted))
    anchors = (
        fails("anchors", file.path, figure, "anchor-missing", address=dead[0])
        if dead
        else holds("anchors", file.path, figure)
    )
    return [
        anchors,
        _resolved(file, uris, site.root, site),
        _kept(file, edition, {*uris, *(f"#{name}" for name in wanted)}),
    ]


def _follow(note: Any, uris: list[str], wanted: list[str]) -> None:
    import pikepdf

    action = note.get("/A")
    target = note.get("/Dest")
    if action is not None and str(action.get("/S")) == "/URI":
        uris.append(str(action.URI))
    elif action is not None and str(action.get("/S")) == "/GoTo":
        target = action.get("/D")
    if isinstance(target, pikepdf.String | pikepdf.Name):
        wanted.append(str(target))


def _names(pdf: Any) -> set[str]:
    import pikepdf

    names = pdf.Root.get("/Names")
    if names is None or "/Dests" not in names:
        return set()
    return set(pikepdf.NameTree(names.Dests).keys())
