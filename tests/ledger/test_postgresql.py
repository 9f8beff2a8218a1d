"""What a ledger on PostgreSQL promises beyond the other: several machines, and trouble between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from flows import release
from flows.failures import explain
from flows.ledger import COMMITTING, Ledger, LedgerError
from tests.cluster import servers
from tests.cluster.servers import Postgres
from tests.ledger.test_ledger import NOW, fact
from tests.release import workshop

COUNT = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted = {}"
END = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"


@pytest.fixture
def shared(on_postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ledger of every desk in this test."""
    monkeypatch.setenv("PARUTION_LEDGER", on_postgres)
    return on_postgres


@pytest.fixture
def mine() -> Iterator[Postgres]:
    """A server of this test's own, to be killed."""
    if servers.POSTGRES is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    with servers.postgres() as running:
        yield running


# ----------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "url",
    [
        "no address at all",
        "mysql+nothing://host/ledger",
        "postgresql://postgres@127.0.0.1:1/ledger?connect_timeout=2",
    ],
)
def test_a_ledger_that_cannot_be_reached_is_told_in_one_sentence(url: str) -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger(url, trial=False)
    told = explain(caught.value)
    assert told is not None
    assert told.startswith("the ledger")
    assert "\n" not in told


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql://me:hunter2@127.0.0.1:1/ledger?connect_timeout=2", trial=False)
    assert "hunter2" not in str(caught.value)
    assert "me:***@127.0.0.1" in str(caught.value)


def test_a_server_killed_in_the_middle_of_a_transaction_leaves_nothing_and_is_told(
    mine: Postgres,
) -> None:
    ledger = Ledger(mine.database("ledger"), trial=False)
    ledger.record("done", [fact(1)], NOW)
    other = psycopg.connect(mine.url("ledger"))
    other.execute("LOCK TABLE turns IN EXCLUSIVE MODE")  # so that the writer waits
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(ledger.record, "done", [fact(2), fact(3)], NOW)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        servers.until(lambda: mine.tell(waiting)[0][0], "a writer that waits")
        mine.kill()
        with pytest.raises(LedgerError, match=r"^the ledger at \S+ cannot be written: [^\n]+$"):
            writing.result()
    other.close()
    mine.start()
    assert [f.slug for f in ledger.history()] == ["edition-1"]  # the same ledger goes on
    ledger.record("done", [fact(2), fact(3)], NOW)
    assert len(ledger.history()) == 3
    ledger.close()


# -------------------------------------------------------------------------------- two machines


def test_two_runs_at_once_publish_each_edition_once(shared: str, tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 6))
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(workshop.publish_due, content, tmp_path / "output") for _ in range(3)]
    published = [fact.slug for run in runs for fact in run.result()]
    assert sorted(published) == [f"edition-0000{n}" for n in range(1, 6)]
    ledger = Ledger(shared, trial=False)
    assert len(ledger.history()) == ledger.total() == 5
    ledger.close()


def test_one_run_of_all_machines_changes_the_site_at_a_time(
    shared: str, postgres: Postgres, tmp_path: Path
) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    inside = threading.Event()
    # Different folders stand for a file system whose locks do not reach the other machine.
    with (
        workshop.desk(content, tmp_path / "a") as one,
        workshop.desk(content, tmp_path / "b") as two,
    ):

        def second() -> None:
            with two.committing():
                inside.set()

        with one.committing():
            waiter = threading.Thread(target=second)
            waiter.start()
            servers.until(lambda: _count(postgres, granted=False), "a second that waits")
            assert not inside.is_set()
        waiter.join(timeout=30)
        assert inside.is_set()
    assert _count(postgres, granted=True) == 0


def test_a_lock_is_free_once_its_holder_is_dead(shared: str, postgres: Postgres) -> None:
    dead, living = Ledger(shared, trial=False), Ledger(shared, trial=False)
    with dead.database.locked(COMMITTING):
        postgres.tell(END)
        with living.database.locked(COMMITTING):
            with pytest.raises(LedgerError, match="somebody else may be publishing"):
                dead.database.require_lock()
            living.database.require_lock()
    dead.close()
    living.close()


def test_a_run_that_lost_its_lock_changes_nothing_and_the_next_one_finishes(
    shared: str, postgres: Postgres, tmp_path: Path
) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 3))
    output = tmp_path / "output"

    def cut(step: str) -> None:
        if step == "built":
            postgres.tell(END)

    with workshop.desk(content, output) as at:
        staged = workshop.stage_due(at)
        with pytest.raises(LedgerError), at.committing():
            release.publish(staged, at.store, at.ledger, at.house, at.clock(), cut)
    assert not (output / "site").exists()
    assert workshop.publish_due(content, output, minutes=1) == []  # recovered, not made again
    addresses = workshop.public_files(output / "site")
    assert {f"/2026/edition-0000{n}/index.html" for n in (1, 2)} <= set(addresses)
    ledger = Ledger(shared, trial=False)
    assert [f.act for f in ledger.history()] == ["published", "published"]
    ledger.close()


def _count(server: Postgres, *, granted: bool) -> int:
    return int(str(server.tell(COUNT.format(str(granted).lower()))[0][0]))


def test_a_house_that_moves_to_postgresql_publishes_nothing_again(
    on_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 4))
    output = tmp_path / "output"
    workshop.publish_due(content, output)
    with workshop.desk(content, output) as at:
        known = at.ledger.known()
    monkeypatch.setenv("PARUTION_LEDGER", on_postgres)
    assert workshop.publish_due(content, output, minutes=5) == []
    ledger = Ledger(on_postgres, trial=False)
    assert ledger.known() == known
    ledger.close()
