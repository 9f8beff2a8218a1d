"""The folders of the tree that list editions: a collection's front, and its pages of fifty.

Each is proved before anything points to it, and made again only where an edition in it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from flows import proof as proving
from flows import shelf
from flows.gathering import Gathering
from flows.house import House
from flows.rendition import File
from flows.store import Store
from flows.targets import file as tree
from flows.targets.file import Entries

#: The items of the places from the first to the last, both included.
Between = Callable[[int, int], Sequence[shelf.Item]]
#: Where the folders lie of collections that no edition is in any more: they keep their addresses,
#: and stand in no list.
EMPTY = "empty"


class RefusedError(Exception):
    """The shelf's proof does not hold; ``proof`` says what and where."""

    def __init__(self, proof: proving.Proof) -> None:
        super().__init__("the proof of the feed does not hold")
        self.proof = proof


def proved(files: tuple[File, ...], house: House) -> tuple[File, ...]:
    """``files`` with feeds among them. Raises :class:`RefusedError`."""
    proof = proving.Proof(proving.prove_feed(files, house))
    if not proof.passed:
        raise RefusedError(proof)
    return files


def numbered_pages(
    collection: shelf.Collection,
    total: int,
    places: Iterable[int],
    between: Between,
    before: dict[str, Path],
    store: Store,
    house: House,
) -> dict[str, bytes | Path]:
    """The folders of the numbered pages by their numbers; made again are those with one of the
    changed ``places``, and those of ``before`` that lead to a page that was not there."""
    full, _on_front = shelf.split(total)
    touched = {(place - 1) // shelf.PAGE + 1 for place in places}
    touched |= {n - 1 for n in range(1, full + 1) if str(n) not in before}
    nodes: dict[str, bytes | Path] = {}
    for n in range(1, full + 1):
        kept = before.get(str(n))
        if kept and n not in touched and _is_whole(kept, collection):
            nodes[str(n)] = kept
            continue
        items = between(shelf.PAGE * (n - 1) + 1, shelf.PAGE * n)
        files = proved(shelf.page(n, items, house, collection, last=n == full), house)
        nodes[str(n)] = tree.node(store.tree / "pages", str(n), _named(files))
    return nodes


def _is_whole(page: Path, collection: shelf.Collection) -> bool:
    """Whether a page has the files that it has today; those of former versions had fewer."""
    names = ("feed.xml", "search.json") if collection == shelf.ALL else ("feed.xml",)
    return all((page / name).is_file() for name in names)


def collection_nodes(
    gathering: Gathering,
    between: Callable[[str], Between],
    before: Path | None,
    store: Store,
    house: House,
) -> tuple[dict[str, Path], list[shelf.Collection]]:
    """The folders of the subjects and of the languages, by name, and the collections in them that
    have an edition. ``before`` is the public root; what did not change is taken from there."""
    touched = gathering.touched()
    links: dict[str, Path] = {}
    listed: list[shelf.Collection] = []
    for kind in (shelf.TAGS, shelf.LANGUAGES):
        former = tree.links(before / kind if before else None)
        here = [one for one in gathering.collections if one.kind == kind]
        nodes: dict[str, Path] = {}
        for one in here:
            kept = former.get(one.slug)
            if kept is None or one.home in touched:
                places = touched.get(one.home, ())
                total = gathering.total(one.home)
                kept = _node(one, total, places, between(one.home), kept, store, house)
            nodes[one.slug] = kept
        shown = [one for one in here if nodes[one.slug].parent.name != EMPTY]
        listed += shown
        if nodes:
            entries: Entries = {**_named(shelf.collections(kind, shown, house)), **nodes}
            links[kind] = tree.node(store.tree / "lists", kind, entries)
    return links, listed


def _node(
    collection: shelf.Collection,
    total: int,
    places: Iterable[int],
    between: Between,
    before: Path | None,
    store: Store,
    house: House,
) -> Path:
    former = tree.links(before / "page" if before else None)
    pages = numbered_pages(collection, total, places, between, former, store, house)
    newest = between(shelf.PAGE * len(pages) + 1, total)
    files = proved(shelf.collection(collection, newest, total, house), house)
    entries = _named(files)
    if pages:
        entries["page"] = tree.node(store.tree / "lists", "pages", pages)
    kind = collection.kind if newest or pages else EMPTY
    return tree.node(store.tree / kind, collection.slug, entries)


def _named(files: Iterable[File]) -> dict[str, bytes | Path]:
    """Files of one folder, by their names in it."""
    return {Path(file.path).name: file.data for file in files}
