"""What the ledger promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.ledger import (
    CORRECTED,
    PUBLISHED,
    WITHDRAWN,
    AlreadyRecordedError,
    Approval,
    Fact,
    Galley,
    Ledger,
    Member,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def fact(n: int = 1, *, turn: int = 1, act: str = PUBLISHED, entry: str = "") -> Fact:
    return Fact(
        act=act,
        slug=f"edition-{n}",
        revision=turn,
        entry=entry or f"e{n}.md",
        fingerprint=f"{n:032d}{turn:032d}",
        path=f"{2025 + n % 2}/edition-{n}",
        title=f"L’édition nº {n} — « à l’œil » 🗞",
        language="fr",
        section="",
        category="",
        day=date(2026, 1, n),
        published=NOW,
        updated=NOW + timedelta(minutes=turn),
        turn=turn,
    )


def galley(content: str = "c" * 64) -> Galley:
    return Galley("e1.md", "edition-1", 1, "Title", content, "d" * 64)


def yes(who: str, content: str = "c" * 64) -> Approval:
    return Approval("e1.md", content, "d" * 64, who, "cli", "s" * 64)


# ----------------------------------------------------------------------------------- bad input


def test_a_turn_that_is_done_is_never_done_again(ledger: Ledger) -> None:
    ledger.record("done", [fact()], NOW)
    with pytest.raises(AlreadyRecordedError):
        ledger.record("done", [fact(entry="renamed.md")], NOW)
    assert len(ledger.history()) == 1


def test_of_several_turns_all_are_recorded_or_none(ledger: Ledger) -> None:
    ledger.record("done", [fact(1)], NOW)
    with pytest.raises(AlreadyRecordedError):
        ledger.record("done", [fact(2), fact(1), fact(3)], NOW)
    assert [f.slug for f in ledger.history()] == ["edition-1"]


def test_of_eight_that_record_one_turn_at_once_one_does(url: str, ledger: Ledger) -> None:
    def try_it(_n: int) -> bool:
        mine = Ledger(url, trial=False)
        try:
            mine.record("done", [fact()], NOW)
        except AlreadyRecordedError:
            return False
        finally:
            mine.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1
    assert len(ledger.history("edition-1")) == 1


def test_eight_that_open_a_new_ledger_at_once_all_can(url: str) -> None:
    def open_it(_n: int) -> bool:
        mine = Ledger(url, trial=False)
        try:
            return mine.knows_nothing()
        finally:
            mine.close()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(open_it, range(8)))


# --------------------------------------------------------------------------------------- turns


def test_what_is_recorded_is_read_back_as_it_was(ledger: Ledger) -> None:
    [recorded] = ledger.record("done", [fact()], NOW)
    assert ledger.known() == {"e1.md": recorded}
    assert ledger.edition("edition-1") == recorded
    assert recorded == replace(fact(), number=1, at=NOW)


def test_an_edition_is_what_its_newest_turn_says_and_keeps_its_number(ledger: Ledger) -> None:
    [first, _other] = ledger.record("done", [fact(1), fact(2)], NOW)
    ledger.record("done", [replace(fact(1, turn=2, act=CORRECTED), number=first.number)], NOW)
    ledger.record("done", [replace(fact(1, turn=3, act=WITHDRAWN), number=first.number)], NOW)
    known = ledger.known()["e1.md"]
    assert (known.act, known.turn, known.number) == (WITHDRAWN, 3, 1)
    assert (ledger.last_turn("edition-1"), ledger.last_revision("edition-1")) == (3, 3)
    assert [f.turn for f in ledger.history("edition-1")] == [1, 2, 3]
    assert ledger.total() == 2


def test_years_and_pages_hold_what_belongs_there(ledger: Ledger) -> None:
    ledger.record("done", [fact(n) for n in range(1, 6)], NOW)
    assert ledger.years() == [2025, 2026]
    assert [f.slug for f in ledger.year(2026)] == ["edition-1", "edition-3", "edition-5"]
    assert [f.number for f in ledger.numbered(2, 4)] == [2, 3, 4]


def test_what_was_begun_and_not_ended_is_unfinished(ledger: Ledger) -> None:
    begun = ledger.record("begun", [fact(1), fact(2), fact(3)], NOW)
    ledger.record("done", [begun[0]], NOW)
    ledger.record("undone", [begun[1]], NOW)
    assert [f.slug for f in ledger.unfinished()] == ["edition-3"]
    assert [f.slug for f in ledger.history()] == ["edition-1"]


def test_a_correction_is_asked_for_until_it_is_done(ledger: Ledger) -> None:
    ledger.record("done", [fact()], NOW)
    wish = replace(fact(turn=2, act=CORRECTED), number=1, who="Anne", note="A word.")
    ledger.record("asked", [wish], NOW)
    assert ledger.asked()["e1.md"].note == "A word."
    ledger.record("done", [wish], NOW)
    assert ledger.asked() == {}


def test_the_record_grows_with_what_is_done_and_with_nothing_else(ledger: Ledger) -> None:
    before = ledger.position()
    ledger.record("begun", [fact()], NOW)
    assert ledger.position() == before
    ledger.record("done", [fact()], NOW)
    assert ledger.position() > before
    assert [f.slug for f in ledger.since(before)] == ["edition-1"]
    assert ledger.since(ledger.position()) == []


def test_trials_and_publications_do_not_see_each_other(url: str, ledger: Ledger) -> None:
    trial = Ledger(url, trial=True)
    try:
        trial.record("done", [fact()], NOW)
        ledger.record("done", [fact()], NOW)
        assert len(trial.history()) == len(ledger.history()) == 1
    finally:
        trial.close()


# ------------------------------------------------------------------------- what stands beside


def test_a_proof_is_asked_about_once_for_each_state_of_it(ledger: Ledger) -> None:
    records = ledger.records
    assert records.record_galley(galley(), NOW)
    assert not records.record_galley(galley(), NOW)
    assert records.record_galley(galley("e" * 64), NOW)
    assert records.galleys() == {"e1.md": galley("e" * 64)}


def test_a_yes_counts_once_for_each_person_and_each_state(ledger: Ledger) -> None:
    records = ledger.records
    given = [
        records.approve(yes(*what), NOW)
        for what in [("Anne",), ("Anne",), ("Bruno",), ("Anne", "e" * 64)]
    ]
    assert given == [True, False, True, True]
    assert [a.who for a in records.approvals("e1.md")] == ["Anne", "Bruno", "Anne"]
    assert records.approvals("other.md") == []


def test_a_delivery_is_noted_once_and_the_furthest_counts(ledger: Ledger) -> None:
    records = ledger.records
    assert records.delivered_to("s3://bucket") == 0
    given = [records.delivered("s3://bucket", n, NOW) for n in (3, 7, 7)]
    assert given == [True, True, False]
    assert records.delivered_to("s3://bucket") == 7


def test_an_entry_was_first_seen_when_it_was_first_seen(ledger: Ledger) -> None:
    assert ledger.records.seen("e1.md", NOW) == NOW
    assert ledger.records.seen("e1.md", NOW + timedelta(days=3)) == NOW


# ------------------------------------------------------------------------------------- members


def member(place: int, slug: str = "", collection: str = "tags/water/") -> Member:
    return Member(collection, place, slug or f"edition-{place}", f"Water {place}", "en")


def test_members_are_told_by_place_by_edition_and_by_who_came_first(ledger: Ledger) -> None:
    members = ledger.members
    assert (members.position(), members.first(), members.totals(["tags/water/"])) == (0, [], {})
    maps = member(1, collection="tags/maps/")
    members.follow([*(member(place) for place in range(1, 600)), maps], 7, NOW)
    members.follow([], 9, NOW)
    assert members.position() == 9
    assert members.between("tags/water/", 51, 53) == ["edition-51", "edition-52", "edition-53"]
    assert sorted(members.of(["edition-1"]), key=lambda m: m.collection) == [maps, member(1)]
    assert len(members.of(f"edition-{n}" for n in range(600))) == 600
    assert members.totals(["tags/water/", "tags/none/"]) == {"tags/water/": 599}
    assert members.first() == [maps, member(1)]


@pytest.mark.parametrize("again", [member(2, "edition-1"), member(1, "edition-2")])
def test_no_place_is_given_twice_and_no_edition_comes_twice(ledger: Ledger, again: Member) -> None:
    ledger.members.follow([member(1)], 1, NOW)
    with pytest.raises(AlreadyRecordedError):
        ledger.members.follow([member(3), again], 2, NOW)
    assert ledger.members.position() == 1
    assert ledger.members.totals(["tags/water/"]) == {"tags/water/": 1}


def test_the_editions_asked_for_come_as_they_are_now_in_the_order_of_their_numbers(
    ledger: Ledger,
) -> None:
    ledger.record("done", [fact(n) for n in range(1, 4)], NOW)
    ledger.record("done", [fact(2, turn=2, act=CORRECTED)], NOW)
    found = ledger.editions(["edition-3", "edition-2", "edition-2", "nothing"])
    assert [(f.slug, f.turn) for f in found] == [("edition-2", 2), ("edition-3", 1)]
