"""Campaigns on PostgreSQL: as fast as elsewhere, and one sender of all machines."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import uuid4

import pytest

from flows.ledger import Ledger, LedgerError
from flows.ledger.mailings import SENDING, SENT, UNKNOWN, Addressee, Campaign, Step
from flows.mailing import mailroom
from flows.mailing.campaign import Progress
from flows.mailing.due import MailError, due
from tests.cluster.servers import Postgres
from tests.ledger.test_ledger import NOW
from tests.mailing import killed, post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop

PEOPLE = 20_000
END = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"


def database(postgres: Postgres) -> str:
    return postgres.database(f"mail-{uuid4().hex[:12]}")


def test_a_long_campaign_is_counted_though_the_server_knows_nothing_of_its_tables(
    postgres: Postgres,
) -> None:
    """It looks at them now and then only, and no sooner than a campaign is under way."""
    url = database(postgres)
    ledger = Ledger(f"{url}?options=-c statement_timeout=2000", trial=False)
    mailings = ledger.mailings
    people = (Addressee(f"r{n}", f"r{n}@house.example") for n in range(PEOPLE))
    mailings.open(Campaign("key", "readers", "slug", 1, "Anne"), people, NOW)
    for state in (SENDING, SENT):
        mailings.record((Step(n, 1, state) for n in range(1, PEOPLE + 1)), NOW)
    assert mailings.counts("key")[SENT] == PEOPLE
    assert list(mailings.mails("key", SENDING, UNKNOWN)) == []
    ledger.close()


def test_a_run_whose_list_may_be_in_other_hands_ends(
    postgres: Postgres,
    tmp_path: Path,
    output: Path,
    sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The session that held the list is gone, and with it the right to send: a second run has
    other tries of a mail that a server put off, and the records do not keep these two apart."""
    monkeypatch.setenv("PARUTION_LEDGER", database(postgres))
    monkeypatch.setattr(mailroom, "LOOK", -1.0)
    content = post.house(tmp_path / "content", sink.server, "connections = 2", post.many(50))
    post.publish(content, output)
    with workshop.desk(content, output) as at:
        [one] = due(at.ledger, at.house, at.clock())
        ended = threading.Event()

        def reached(_progress: Progress) -> None:
            if not ended.is_set():
                ended.set()
                postgres.tell(END)

        with pytest.raises(LedgerError, match="somebody else"):
            mailroom.send(at, one, "Anne", patience=PATIENCE, reached=reached)
        assert len(sink.mails) < 50
        mailroom.send(at, one, "Anne", patience=PATIENCE)
        assert at.ledger.mailings.counts(one.key)[SENT] == 50
    assert set(sink.taken().values()) == {1}


def test_everybody_gets_one_from_whoever_was_killed_and_whoever_goes_on(
    postgres: Postgres,
    tmp_path: Path,
    output: Path,
    sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARUTION_LEDGER", database(postgres))
    report = killed.run(tmp_path / "content", output, sink, people=80, kills=4, seed=5)
    assert report.broken == []


def test_one_machine_at_a_time_sends_to_a_list(
    postgres: Postgres,
    tmp_path: Path,
    output: Path,
    sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They share the ledger, and no disk: another output folder is another machine."""
    monkeypatch.setenv("PARUTION_LEDGER", database(postgres))
    content = post.house(tmp_path / "content", sink.server, people=post.many(20))
    post.publish(content, output)
    told: list[str] = []

    def reached(_progress: object) -> None:
        if told:
            return
        with workshop.desk(content, tmp_path / "elsewhere") as other:
            [same] = due(other.ledger, other.house, other.clock())
            try:
                mailroom.send(other, same, "Hugo", patience=PATIENCE)
            except MailError as error:
                told.append(str(error))

    with workshop.desk(content, output) as at:
        [one] = due(at.ledger, at.house, at.clock())
        mailed = mailroom.send(at, one, "Anne", reached=reached, patience=PATIENCE)
    assert mailed.progress.counts[SENT] == 20
    assert "another run is sending to the list readers" in told[0]
    assert set(sink.taken().values()) == {1}
