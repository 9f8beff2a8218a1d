"""What was told, and where that failed, is known to every later run."""

from __future__ import annotations

from flows.ledger import TRIES, Ledger, Said
from tests.ledger.test_ledger import NOW

BUS, TRAM = "published/bus/1", "published/tram/1"
BOTH, NONE = frozenset({BUS, TRAM}), frozenset[str]()


def test_what_was_said_nowhere_is_owed_everywhere(ledger: Ledger) -> None:
    assert Said(ledger.database).owed(BOTH, ["a", "b"]) == {"a": BOTH, "b": BOTH}
    assert Said(ledger.database).owed((), ["a"]) == {"a": NONE}
    assert Said(ledger.database).owed(BOTH, ()) == {}


def test_what_one_place_took_is_owed_only_to_those_that_failed(ledger: Ledger) -> None:
    said = Said(ledger.database)
    said.record({"a": BOTH, "b": frozenset({TRAM})}, {"b": frozenset({BUS})}, NOW)
    assert said.owed(BOTH, ["a", "b", "new"]) == {"a": NONE, "b": frozenset({BUS}), "new": NONE}
    assert said.missing("published/") == {BUS}
    assert said.missing("trial/published/") == NONE
    said.record({"b": frozenset({BUS})}, {}, NOW)
    assert said.owed(BOTH, ["b"]) == {"b": NONE}
    assert said.missing("published/") == NONE


def test_a_place_is_given_up_after_its_last_try_and_no_other_with_it(ledger: Ledger) -> None:
    said = Said(ledger.database)
    for _try in range(TRIES - 1):
        assert said.record({}, {"a": frozenset({BUS})}, NOW) == {"a": NONE}
    assert said.missing("published/") == {BUS}
    assert said.record({}, {"a": BOTH}, NOW) == {"a": frozenset({BUS})}
    assert said.owed(BOTH, ["a", "b"]) == {"a": frozenset({TRAM}), "b": BOTH}
    assert said.missing("published/") == {TRAM}


def test_two_runs_that_tell_the_same_at_once_disturb_nothing(ledger: Ledger) -> None:
    for said in (Said(ledger.database), Said(ledger.database)):
        said.add([BUS], NOW)
    assert Said(ledger.database).among(BOTH) == {BUS}


def test_more_keys_than_one_query_takes_are_all_looked_up(ledger: Ledger) -> None:
    keys = frozenset(f"published/e-{n}/1" for n in range(1100))
    Said(ledger.database).add(sorted(keys)[::100], NOW)
    assert len(Said(ledger.database).owed(keys, ["a"])["a"]) == 1100 - 11
