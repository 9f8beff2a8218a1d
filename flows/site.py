"""The local site's next root, built from the ledger and from the releases' manifests.

Each folder below it is a function of few facts (a year's, a page's, the newest fifty to
ninety-nine), so that one new edition costs the same in a small archive and in a large one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from flows import proof as proving
from flows import shelf
from flows.house import House
from flows.ledger import Fact, Ledger, fact_from
from flows.manifest import read_manifest
from flows.rendition import File
from flows.store import Store
from flows.targets import file as tree
from flows.targets.file import Entries, SiteError


class RefusedError(Exception):
    """The shelf's proof does not hold; ``proof`` says what and where."""

    def __init__(self, proof: proving.Proof) -> None:
        super().__init__("the proof of the feed does not hold")
        self.proof = proof


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
    links = tree.links(before, but=["page", "assets", shelf.PLACE])
    for year in sorted(years if everything else {fact.year for fact in changed}):
        links[str(year)] = _year_node(year, view)
    pages = _page_nodes(total, view, tree.links(before / "page" if before else None))
    if pages:
        links["page"] = tree.node(store.tree / "lists", "pages", pages)
    links["assets"] = store.tree / "assets"
    front = _front_files(total, sorted(years), view)
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

    def year(self, year: int) -> list[Fact]:
        new = [fact for fact in self.changed.values() if fact.year == year]
        return self._merged(self.ledger.year(year), new)

    def numbered(self, first: int, last: int) -> list[Fact]:
        new = [fact for fact in self.changed.values() if first <= fact.number <= last]
        return self._merged(self.ledger.numbered(first, last), new)

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


def _page_nodes(total: int, view: _View, before: dict[str, Path]) -> Entries:
    full, _on_front = shelf.split(total)
    touched = {(fact.number - 1) // shelf.PAGE + 1 for fact in view.changed.values()}
    touched |= {n - 1 for n in range(1, full + 1) if str(n) not in before}  # it has a next page now
    nodes: dict[str, bytes | Path] = {}
    for n in range(1, full + 1):
        if str(n) in before and n not in touched:
            nodes[str(n)] = before[str(n)]
            continue
        items = _items(view.numbered(shelf.PAGE * (n - 1) + 1, shelf.PAGE * n), view.store)
        files = _in_folder(f"page/{n}/", shelf.numbered(n, items, view.house, last=n == full))
        nodes[str(n)] = tree.node(view.store.tree / "pages", str(n), files)
    return nodes


def _front_files(total: int, years: Sequence[int], view: _View) -> tuple[File, ...]:
    full, _on_front = shelf.split(total)
    items = _items(reversed(view.numbered(full * shelf.PAGE + 1, total)), view.store)
    files = shelf.front(items, total, years, view.house)
    proof = proving.Proof(proving.prove_feed(files, view.house))
    if not proof.passed:
        raise RefusedError(proof)
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


def _items(facts: Iterable[Fact], store: Store) -> list[shelf.Item]:
    return [_item(fact, store) for fact in facts if not fact.is_withdrawn]


def _item(fact: Fact, store: Store) -> shelf.Item:
    folder = store.release(fact.slug, fact.revision)
    return shelf.item(read_manifest(folder), (folder / "parts" / "item.json").read_bytes())


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
