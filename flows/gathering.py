"""Which editions are in which collection, with those on top that are about to be published.

The ledger's members follow its turns. What a turn says is read from its release once, in the order
of the turns, so that a ledger made before there were collections, or in place of a lost one, comes
to the same places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from flows import shelf
from flows.ledger import Fact, Ledger, Member
from flows.manifest import read_manifest
from flows.store import Store


def item_of(fact: Fact, store: Store) -> shelf.Item:
    """The item of the release that a turn chose."""
    folder = store.release(fact.slug, fact.revision)
    return shelf.item(read_manifest(folder), (folder / "parts" / "item.json").read_bytes())


def collections_of(fact: Fact, store: Store) -> tuple[shelf.Collection, ...]:
    """The collections that an edition is in after a turn; none once it is withdrawn, and none that
    are known where somebody has cleared a former release away."""
    if fact.is_withdrawn or not store.release(fact.slug, fact.revision).is_dir():
        return ()
    return shelf.collections_of(item_of(fact, store))


def follow(store: Store, ledger: Ledger) -> None:
    """Bring the ledger's members up to its turns. Call it with the lock held."""
    position = ledger.position()
    facts = ledger.since(ledger.members.position())
    if facts:
        moment = facts[-1].at or facts[-1].updated
        ledger.members.follow(_joining(facts, store, ledger), position, moment)


def changed_collections(facts: Iterable[Fact], store: Store, ledger: Ledger) -> list[str]:
    """The homes of the collections that turns changed: those that an edition was in before, and
    those that it was in after."""
    homes: dict[str, None] = {}
    for fact in facts:
        former = [past for past in ledger.history(fact.slug) if past.turn == fact.turn - 1]
        for one in (*former, fact):
            homes |= dict.fromkeys(c.home for c in collections_of(one, store))
    return sorted(homes)


def _joining(facts: Sequence[Fact], store: Store, ledger: Ledger) -> list[Member]:
    """Who comes to which collection by these turns, the oldest first."""
    slugs = {fact.slug for fact in facts}
    there = {(member.slug, member.collection) for member in ledger.members.of(slugs)}
    came = [
        (fact.slug, collection)
        for fact in _as_done(facts)
        for collection in collections_of(fact, store)
        if (fact.slug, collection.home) not in there
    ]
    places = Counter(ledger.members.totals(collection.home for _slug, collection in came))
    joining = []
    for slug, collection in came:
        if (slug, collection.home) not in there:
            there.add((slug, collection.home))
            places[collection.home] += 1
            place = places[collection.home]
            name, language = collection.name, collection.language
            joining.append(Member(collection.home, place, slug, name, language))
    return joining


def _as_done(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Turns in their order; those of one moment by number, as a lost ledger is read back."""
    for _at, together in groupby(facts, key=lambda fact: fact.at):
        yield from sorted(together, key=lambda fact: fact.number)


class Gathering:
    """The members as they will be once ``changed`` are published."""

    def __init__(self, changed: Sequence[Fact], store: Store, ledger: Ledger) -> None:
        follow(store, ledger)
        self._members = ledger.members
        self._joining = _joining(changed, store, ledger)
        self._changed = [*ledger.members.of(fact.slug for fact in changed), *self._joining]
        first = [*ledger.members.first(), *(m for m in self._joining if m.place == 1)]
        named = (shelf.Collection(m.collection, m.name, m.language) for m in first)
        self.collections = sorted(named, key=lambda collection: collection.home)
        self._totals = self._members.totals({m.collection for m in self._changed})

    def touched(self) -> dict[str, list[int]]:
        """The places of the changed editions, by the home of each collection that they are or
        were in."""
        found: dict[str, list[int]] = {}
        for member in self._changed:
            found.setdefault(member.collection, []).append(member.place)
        return found

    def total(self, home: str) -> int:
        """How many editions came to a collection."""
        if home not in self._totals:
            self._totals |= {home: 0, **self._members.totals([home])}
        new = [member.place for member in self._joining if member.collection == home]
        return max([self._totals[home], *new])

    def slugs(self, home: str, first: int, last: int) -> list[str]:
        """The editions that came to a collection in these places, both included."""
        new = [m.slug for m in self._joining if m.collection == home and first <= m.place <= last]
        return [*self._members.between(home, first, last), *new]
