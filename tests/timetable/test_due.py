"""When an edition is due: at its moment, in its slot, after downtime once, and never too late
without being asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import outgoing
from flows.desk import Desk
from flows.plan import State
from tests.release import workshop

TUESDAYS = workshop.HOUSE + '[schedule]\nslots = ["0 9 * * 2"]\n'


def at(content: Path, output: Path, *moment: int) -> Desk:
    """A desk on a day of March 2026 in Paris, an hour ahead of UTC until the 29th."""
    now = datetime(2026, 3, *moment, tzinfo=UTC)  # type: ignore[arg-type,misc]
    return Desk(content, output, clock=lambda: now)


def folder(tmp_path: Path, house: str = workshop.HOUSE, publish_at: str = "") -> Path:
    content = workshop.content_folder(tmp_path / "content", [1], house=house)
    if publish_at:
        source = content / "e00001.md"
        text = source.read_text("utf-8").replace(
            "language: en", f"language: en\npublish_at: {publish_at}"
        )
        source.write_text(text, encoding="utf-8")
    return content


def state(desk: Desk, named: Sequence[str] = (), *, watched: bool = False) -> State:
    with desk:
        return desk.plan(named, watched=watched)[0].state


def test_an_embargo_ends_at_its_minute_on_the_houses_clocks(tmp_path: Path) -> None:
    content, output = folder(tmp_path, publish_at="2026-03-10 18:00"), tmp_path / "output"
    assert state(at(content, output, 10, 16, 59, 59)) is State.SCHEDULED
    assert state(at(content, output, 10, 17, 0, 0)) is State.DUE


def test_what_fell_due_while_nothing_ran_goes_out_once(tmp_path: Path) -> None:
    content, output = folder(tmp_path, publish_at="2026-03-10 18:00"), tmp_path / "output"
    for _ in range(2):
        with at(content, output, 10, 20) as desk:
            outgoing.release(desk, workshop.stage_due(desk))
    with at(content, output, 10, 21) as desk:
        assert [fact.turn for fact in desk.ledger.history()] == [1]


@pytest.mark.parametrize("watched", [True, False])
def test_what_is_too_late_waits_until_somebody_names_it(tmp_path: Path, watched: bool) -> None:
    content, output = folder(tmp_path, publish_at="2026-03-10 18:00"), tmp_path / "output"
    assert state(at(content, output, 11, 17, 1), watched=watched) is State.LATE
    assert state(at(content, output, 11, 17, 1), ["e00001.md"], watched=True) is State.DUE


def test_a_house_may_say_how_late_is_too_late(tmp_path: Path) -> None:
    house = workshop.HOUSE + "[schedule]\nlate_hours = 1\n"
    content, output = folder(tmp_path, house, "2026-03-10 18:00"), tmp_path / "output"
    assert state(at(content, output, 10, 17, 59)) is State.DUE
    assert state(at(content, output, 10, 18, 1)) is State.LATE


def test_without_a_date_an_edition_waits_for_the_slot_after_it_was_first_seen(
    tmp_path: Path,
) -> None:
    content, output = folder(tmp_path, TUESDAYS), tmp_path / "output"
    assert state(at(content, output, 4, 10)) is State.SCHEDULED  # a Wednesday
    assert state(at(content, output, 10, 7, 59)) is State.SCHEDULED
    assert state(at(content, output, 10, 8, 0)) is State.DUE


def test_a_slot_that_passed_while_nothing_ran_is_made_up_for(tmp_path: Path) -> None:
    content, output = folder(tmp_path, TUESDAYS), tmp_path / "output"
    assert state(at(content, output, 4, 10)) is State.SCHEDULED
    assert state(at(content, output, 10, 15)) is State.DUE


def test_what_is_first_seen_after_a_slot_waits_for_the_next_however_old_its_file_is(
    tmp_path: Path,
) -> None:
    content, output = folder(tmp_path, TUESDAYS), tmp_path / "output"
    assert state(at(content, output, 10, 8, 1)) is State.SCHEDULED


def test_a_person_who_names_an_edition_waits_for_no_slot(tmp_path: Path) -> None:
    content, output = folder(tmp_path, TUESDAYS), tmp_path / "output"
    assert state(at(content, output, 4, 10), watched=True) is State.SCHEDULED
    assert state(at(content, output, 4, 10), ["e00001.md"], watched=True) is State.DUE


def test_a_person_who_names_an_edition_does_not_lift_its_embargo(tmp_path: Path) -> None:
    content, output = folder(tmp_path, publish_at="2026-03-10 18:00"), tmp_path / "output"
    assert state(at(content, output, 10, 16), ["e00001.md"], watched=True) is State.SCHEDULED


def test_a_correction_is_neither_late_nor_in_want_of_a_slot(tmp_path: Path) -> None:
    content, output = folder(tmp_path, TUESDAYS, "2026-03-10 18:00"), tmp_path / "output"
    with at(content, output, 10, 18) as desk:
        outgoing.release(desk, workshop.stage_due(desk))
        [item] = desk.plan(watched=False)
        outgoing.ask_for_correction(desk, item.surveyed, "Said better.", "Anne")
    assert state(at(content, output, 20, 12)) is State.DUE


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (24, (7, 59, 59), (8, 0)),  # winter: 9:00 is 8:00 UTC
        (31, (6, 59, 59), (7, 0)),  # summer, since the 29th: 9:00 is 7:00 UTC
    ],
)
def test_a_slot_is_at_the_same_time_on_the_wall_on_both_sides_of_a_change_of_clocks(
    tmp_path: Path, day: int, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    content, output = folder(tmp_path, TUESDAYS), tmp_path / "output"
    assert state(at(content, output, day - 1, 12)) is State.SCHEDULED
    assert state(at(content, output, day, *before)) is State.SCHEDULED
    assert state(at(content, output, day, *after)) is State.DUE


def test_every_minute_is_a_slot_too(tmp_path: Path) -> None:
    house = workshop.HOUSE + '[schedule]\nslots = ["* * * * *"]\n'
    content, output = folder(tmp_path, house), tmp_path / "output"
    assert state(at(content, output, 4, 10, 0, 30)) is State.SCHEDULED
    assert state(at(content, output, 4, 10, 1, 0)) is State.DUE
