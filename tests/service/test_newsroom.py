"""The newsroom's passes: what they leave alone, what they wait for, and when the next one is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import acts, events, outgoing, release
from flows.house_file import read_house
from flows.service import newsroom, watch
from flows.service.dispatches import DROP, LOOK, START, Wakes
from flows.service.logs import Log
from flows.service.metrics import Metrics
from flows.service.newsroom import Newsroom, PrefectAwayError
from tests.release import workshop

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What would be told to Prefect, which does not run here: (event, resource)."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        events, "emit", lambda name, resource, payload, event=None: found.append((name, resource))
    )
    return found


def room(
    content: Path,
    output: Path,
    *,
    answers: Callable[[], bool] = lambda: False,
    settle: float = 0.0,
    now: datetime = NOW,
) -> Newsroom:
    house = read_house(content)
    return Newsroom(
        *(content, output, house, Log("en"), Metrics()),
        answers=answers,
        clock=lambda: now,
        settle=settle,
    )


def woken(*reasons: str, entries: tuple[str, ...] = ()) -> Wakes:
    return Wakes(frozenset(reasons), frozenset(entries))


def test_with_nothing_due_there_is_no_run_and_the_next_look_costs_a_glance(tmp_path: Path) -> None:
    content, output = workshop.content_folder(tmp_path / "c", range(1, 3)), tmp_path / "o"
    workshop.publish_due(content, output)
    at = room(content, output)
    first = at.look(woken(START))
    assert first is not None
    assert (first.run, first.outcome.due) == (None, ())
    assert at.look(woken(LOOK)) is None
    workshop.content_folder(content, range(3, 4))
    with pytest.raises(PrefectAwayError):
        at.look(woken(LOOK))


def test_while_prefect_is_away_what_is_due_waits_and_says_so(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "c", range(1, 2))
    at = room(content, tmp_path / "o")

    async def until_it_says_so() -> None:
        running = asyncio.create_task(at.run())
        while not at.problem:
            await asyncio.sleep(0.01)
        at.stop()
        await running

    asyncio.run(asyncio.wait_for(until_it_says_so(), 30))
    at.close()
    assert at.problem == "Prefect's server does not answer"
    assert not (tmp_path / "o" / "site").exists()


def test_an_edition_that_is_being_written_is_not_even_read(
    tmp_path: Path, told: list[tuple[str, str]]
) -> None:
    content = workshop.content_folder(tmp_path / "c", range(0))
    (content / "half.md").write_bytes(b"")  # an error, were it read
    at = room(content, tmp_path / "o", settle=3600)
    done = at.look(woken(DROP, entries=("half.md",)))
    assert done is not None
    assert (done.writing, done.outcome.planned, told) == (("half.md",), (), [])
    assert done.next == NOW + timedelta(seconds=newsroom.UNTIL_WHOLE)


def test_what_is_whole_goes_on_while_another_is_being_written(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "c", range(1, 3))
    with (content / "e00002.md").open("ab") as file:
        file.flush()
        threading.Event().wait(0.1)
        if watch.is_quiet(content / "e00002.md", 0.05):
            pytest.skip("only Linux tells who has a file open")
        at = room(content, tmp_path / "o", settle=0.05)
        with pytest.raises(PrefectAwayError):
            at.look(woken(DROP, entries=("e00001.md",)))


def test_where_an_edition_stands_is_told_once(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    content = workshop.content_folder(tmp_path / "c", range(0))
    (content / "empty.md").write_bytes(b"")
    at = room(content, tmp_path / "o")
    for reason in (START, DROP, DROP):
        at.look(woken(reason))
    assert told == [("parution.edition.refused", "parution.entry.empty.md")]


def test_a_drop_and_a_change_are_told_apart(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    content = workshop.content_folder(tmp_path / "c", range(1, 2))
    workshop.publish_due(content, tmp_path / "o")
    at = room(content, tmp_path / "o")
    at.look(woken(START))
    (content / "new.md").write_bytes(b"")
    (content / "e00001.md").write_text("# Other\n", encoding="utf-8")
    at.look(woken(DROP, entries=("new.md", "e00001.md")))
    sources = [event for event in told if event[0].startswith(events.SOURCE)]
    assert sources == [
        ("parution.source.changed", "parution.entry.e00001.md"),
        ("parution.source.dropped", "parution.entry.new.md"),
    ]


def test_it_sleeps_until_the_moment_of_what_is_under_embargo(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "c", range(0))
    text = "---\ntitle: Later\ndate: 2026-03-03\npublish_at: 2026-03-03 09:00\n---\n\nWords.\n"
    (content / "later.md").write_text(text, encoding="utf-8")
    done = room(content, tmp_path / "o").look(woken(START))
    assert done is not None
    assert done.next == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_a_house_that_cannot_be_read_is_told_and_the_loop_goes_on(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "c", range(0))
    at = room(content, tmp_path / "o")
    (content / "house.toml").write_text("name = ", encoding="utf-8")

    async def until_mended() -> None:
        running = asyncio.create_task(at.run())
        while not at.problem:
            await asyncio.sleep(0.01)
        assert "house.toml" in at.problem
        (content / "house.toml").write_text('name = "Mended"\n', encoding="utf-8")
        at.wake("hook test")
        while at.problem:
            await asyncio.sleep(0.01)
        at.stop()
        await running

    asyncio.run(asyncio.wait_for(until_mended(), 30))
    at.close()
    assert at.house.name == "Mended"


def test_many_wakes_become_one_pass(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "c", range(0))
    at = room(content, tmp_path / "o")

    async def storm() -> None:
        for n in range(1000):
            at.wake("hook test", [f"e{n}.md"])
        running = asyncio.create_task(at.run())
        while not at._metrics.registry.get_sample_value(
            "parution_passes_total", {"result": "idle"}
        ):
            await asyncio.sleep(0.01)
        at.stop()
        await running

    asyncio.run(asyncio.wait_for(storm(), 30))
    at.close()
    passes = at._metrics.registry.get_sample_value("parution_passes_total", {"result": "idle"})
    assert passes == 1


def test_a_withdrawal_by_command_is_told_at_the_next_look(
    tmp_path: Path, told: list[tuple[str, str]]
) -> None:
    content, output = workshop.content_folder(tmp_path / "c", range(1, 3)), tmp_path / "o"
    workshop.publish_due(content, output)
    at = room(content, output)
    at.look(woken(START))
    with workshop.desk(content, output, 5) as desk:
        slug = "edition-00001"
        staged = acts.withdrawal(
            slug, "Wrong.", "Anne", desk.store, desk.ledger, desk.house, NOW, desk.staging
        )
        outgoing.release(desk, [staged])
    for _ in range(2):
        at.look(woken(LOOK))
    assert told == [("parution.edition.withdrawn", "parution.edition.edition-00001")]


def test_what_a_killed_run_had_begun_is_told_once_it_is_finished(
    tmp_path: Path, told: list[tuple[str, str]]
) -> None:
    class Killed(BaseException):
        pass

    def reached(step: str) -> None:
        if step == "moved":
            raise Killed

    content, output = workshop.content_folder(tmp_path / "c", range(1, 2)), tmp_path / "o"
    with workshop.desk(content, output) as at:
        staged = workshop.stage_due(at)
        with at.committing(), pytest.raises(Killed):
            release.publish(staged, at.store, at.ledger, at.house, at.clock(), reached)
    newsroom = room(content, output)
    for _ in range(2):
        newsroom.look(woken(START))
    newsroom.close()
    assert told == [("parution.edition.published", "parution.edition.edition-00001")]
