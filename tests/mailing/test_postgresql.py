"""Mail with the ledger on PostgreSQL, as several machines share it: the same promises."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from flows.ledger.mailings import SENT
from flows.mailing import mailroom
from flows.mailing.due import MailError, due
from tests.cluster.servers import Postgres
from tests.mailing import killed, post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop


@pytest.fixture(autouse=True)
def on_postgres(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARUTION_LEDGER", postgres.database(f"mail-{uuid4().hex[:12]}"))


def test_everybody_gets_one_from_whoever_was_killed_and_whoever_goes_on(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    report = killed.run(tmp_path / "content", output, sink, people=80, kills=4, seed=5)
    assert report.broken == []


def test_one_machine_at_a_time_sends_to_a_list(tmp_path: Path, output: Path, sink: Sink) -> None:
    """They share the ledger, and no disk: another output folder is another machine."""
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
