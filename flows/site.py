"""The local site's next root, built from the ledger and from the releases' manifests.

Each folder below it is a function of few facts (a year's, a page's, the newest fifty to
ninety-nine), so that one new edition costs the same in a small archive and in a large one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from flows import shelf
from flows.gathering import Gathering, item_of
from flows.house import House
from flows.ledger import Fact, Ledger, fact_from
from flows.listing import Between, RefusedError, collection_nodes, numbered_pages, proved
from flows.rendition import File
from flows.store import Store
from flows.targets import file as tree
from flows.targets.file import SiteError

__all__ = ["RefusedError", "build_root", "facts_of", "line_of"]


def build_root(changed: Sequence[Fact], store: Store, ledger: Ledger, house: House) -> Path:
    """A root in which ``changed`` stand beside everything that the ledger calls published.

    Only the folders that ``changed`` touch are made; the others are shared with the public root.
    Raises :class:`RefusedError` and :class:`SiteError`; nothing public has changed then.
    """
    public = tree.current(store.site)
    before = _same_mode(public, store)
    if store.trial:  # whose addresses may change: nothing of the last trial is taken over
        before = None
    view = _View(changed, store, ledger, house)
    total = max([ledger.total(), *(fact.number for fact in changed)])
    everything = before is None
    years = set(ledger.years()) | {fact.year for fact in changed}
    if everything:
        years = {year for year in years if view.year(year)}
    links = tree.links(before, but=["page", "assets", shelf.TAGS, shelf.LANGUAGES, shelf.PLACE])
    for year in sorted(years if everything else {fact.year for fact in changed}):
        links[str(year)] = _year_node(year, view)
    pages = _page_nodes(total, view, tree.links(before / "page" if before else None))
    gathering = Gathering(changed, store, ledger)
    gathered, collections = collection_nodes(
        gathering, partial(view.gathered, gathering), before, store, house
    )
    links |= gathered
    if pages:
        links["page"] = tree.node(store.tree / "lists", "pages", pages)
    links["assets"] = store.tree / "assets"
    front = _front_files(total, sorted(years), collections, view)
    files = _in_folder("", front)
    links[shelf.PLACE] = tree.node(
        store.tree / "lists", shelf.PLACE, _in_folder(f"{shelf.PLACE}/", front)
    )
    label = f"{tree.number(public) + 1:06d}{'-trial' if store.trial else ''}"
    return tree.node(store.tree / "roots", label, {**files, **links})


def facts_of(store: Store) -> list[Fact]:
    """Every turn that the output folder keeps, in the order in which they were done: for a lost
    ledger. A release without a turn's file was not meant to go out yet."""
    facts = []
    for path in sorted((store.output / "releases").glob("*/*turn-*.json")):
        if path.name.startswith("trial-") != store.trial:
            continue
        try:
            fact = fact_from(json.loads(path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SiteError(f"{path} cannot be read: {error}. Put it back from a copy.") from error
        if (store.release(fact.slug, fact.revision) / "manifest.json").is_file():
            facts.append(fact)
    return _in_order(facts)


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    """By their moments, but an edition's by its turns, also where the clock was put back."""
    latest: dict[str, datetime] = {}
    dated = []
    for fact in sorted(facts, key=lambda fact: (fact.slug, fact.turn)):
        at = fact.at or fact.updated
        latest[fact.slug] = max(at, latest.get(fact.slug, at))
        dated.append((latest[fact.slug], fact.number, fact.turn, fact))
    return [fact for *_key, fact in sorted(dated, key=lambda one: one[:3])]


def _same_mode(root: Path | None, store: Store) -> Path | None:
    """The root, if it is of the same kind; a trial's is left behind when a house comes."""
    if root is None or ("-trial-" in root.name) == store.trial:
        return root
    if store.trial:
        raise SiteError(
            f"{store.site} was published by a house, and house.toml is missing now. "
            "Put it back, or try things out with another --output."
        )
    return None


class _View:
    """The ledger with the changed facts on top: what will be published once the root is swapped."""

    def __init__(self, changed: Sequence[Fact], store: Store, ledger: Ledger, house: House) -> None:
        self.changed = {fact.slug: fact for fact in changed}
        self.changed_entries = {fact.entry for fact in changed}
        self.store, self.ledger, self.house = store, ledger, house
        self._items: dict[tuple[str, int], shelf.Item] = {}

    def year(self, year: int) -> list[Fact]:
        new = [fact for fact in self.changed.values() if fact.year == year]
        return self._merged(self.ledger.year(year), new)

    def numbered(self, first: int, last: int) -> list[Fact]:
        new = [fact for fact in self.changed.values() if first <= fact.number <= last]
        return self._merged(self.ledger.numbered(first, last), new)

    def items(self, first: int, last: int) -> list[shelf.Item]:
        """The editions with these numbers that can be read."""
        return self._shown(self.numbered(first, last))

    def gathered(self, gathering: Gathering, home: str) -> Between:
        """The editions with some places of a collection that are in it still."""

        def between(first: int, last: int) -> list[shelf.Item]:
            slugs = set(gathering.slugs(home, first, last))
            new = [fact for fact in self.changed.values() if fact.slug in slugs]
            items = self._shown(self._merged(self.ledger.editions(slugs), new))
            return [i for i in items if home in (c.home for c in shelf.collections_of(i))]

        return between

    def _shown(self, facts: Iterable[Fact]) -> list[shelf.Item]:
        return [self._item(fact) for fact in facts if not fact.is_withdrawn]

    def _item(self, fact: Fact) -> shelf.Item:
        release = (fact.slug, fact.revision)
        if release not in self._items:
            self._items[release] = item_of(fact, self.store)
        return self._items[release]

    def _merged(self, old: Iterable[Fact], new: Iterable[Fact]) -> list[Fact]:
        kept = [fact for fact in old if fact.entry not in self.changed_entries]
        by_slug = {fact.slug: fact for fact in (*kept, *new)}
        return sorted(by_slug.values(), key=lambda fact: fact.number)


def _in_folder(folder: str, files: Iterable[File]) -> dict[str, bytes]:
    """The files that lie right in a folder, by name."""
    inside = {f.path.removeprefix(folder): f.data for f in files if f.path.startswith(folder)}
    return {name: data for name, data in inside.items() if "/" not in name}


def _year_node(year: int, view: _View) -> Path:
    facts = view.year(year)
    entries: dict[str, bytes | Path] = {
        fact.slug: view.store.release(fact.slug, fact.revision) / "public" for fact in facts
    }
    files = shelf.year(year, _lines(facts), view.house)
    entries |= _in_folder(f"{year}/", files)
    for file in files:
        if (page := Path(file.path).parent.name) != str(year):
            label, held = f"{year}-{page}", {Path(file.path).name: file.data}
            entries[page] = tree.node(view.store.tree / "pages", label, held)
    return tree.node(view.store.tree / "years", str(year), entries)


def _page_nodes(total: int, view: _View, before: dict[str, Path]) -> dict[str, bytes | Path]:
    numbers = [fact.number for fact in view.changed.values()]
    return numbered_pages(shelf.ALL, total, numbers, view.items, before, view.store, view.house)


def _front_files(
    total: int, years: Sequence[int], collections: Sequence[shelf.Collection], view: _View
) -> tuple[File, ...]:
    full, _on_front = shelf.split(total)
    newest = view.items(full * shelf.PAGE + 1, total)
    files = proved(shelf.front(newest, total, years, view.house, collections), view.house)
    _share_assets(files, view.store)
    return files


def _share_assets(files: Iterable[File], store: Store) -> None:
    for file in files:
        target = store.tree / file.path
        if file.path.startswith("assets/") and not _has(target, len(file.data)):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = store.tree / f".{target.name}.{os.getpid()}"
            tree.write_whole(target, file.data, draft)  # it is public from the first byte on


def _has(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _lines(facts: Iterable[Fact]) -> list[shelf.Line]:
    """The lines of what can be read: a tombstone keeps its address and is in no list."""
    return [line_of(fact) for fact in facts if not fact.is_withdrawn]


def line_of(fact: Fact) -> shelf.Line:
    """What a list says about an edition."""
    return shelf.Line(
        path=fact.path,
        title=fact.title,
        language=fact.language,
        day=fact.day,
        published=fact.published,
        updated=fact.updated,
        section=fact.section,
        category=fact.category,
    )
