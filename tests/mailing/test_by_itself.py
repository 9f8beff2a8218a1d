"""Mail by itself, after a publication: by the command, by ``serve``, as a flow of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.desk import Desk, Outcome
from flows.ledger import Ledger
from flows.mailing import mailroom
from flows.mailing.due import due
from flows.store import Store
from flows.telling.notices import notices
from tests.cli.command import parution
from tests.mailing import post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop
from tests.service import process
from tests.service.process import until


def counts(output: Path) -> dict[str, int]:
    ledger = Ledger(Store(output).ledger_url, trial=False)
    try:
        campaigns = ledger.mailings.campaigns()
        found = [ledger.mailings.counts(campaign.key) for campaign in campaigns]
        return {name: sum(one[name] for one in found) for name in found[0]} if found else {}
    finally:
        ledger.close()


@pytest.mark.slow
def test_publish_mails_what_it_has_published_as_a_run_of_its_own_and_says_so(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, people=post.many(20))
    done = parution("publish", "--content", content, "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Edition 00001: to readers, 20 of 20 sent" in done.stdout
    assert set(sink.taken().values()) == {1}
    again = parution("publish", "--content", content, "--output", output)
    assert "Nothing is due." in again.stdout
    assert len(sink.mails) == 20


@pytest.mark.slow
def test_an_edition_is_out_though_its_mail_could_not_go(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "smtp://mail.invalid:25", people=post.many(3))
    (content / "readers.csv").write_text("phone\n1234\n")
    done = parution("publish", "--content", content, "--output", output, "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert [edition["slug"] for edition in told["published"]] == ["edition-00001"]
    [unmailed] = told["unmailed"]
    assert unmailed["list"] == "readers"
    assert "no column is called email" in unmailed["why"]


@pytest.mark.slow
@pytest.mark.xdist_group("serve")
def test_serve_mails_what_it_publishes_once_and_ends_well_in_the_middle_of_it(
    tmp_path: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, "per_minute = 600", post.many(300))
    with process.served(tmp_path, content) as serving:
        until(lambda: len(sink.mails) > 5 or None)
        runs = serving.api("flow_runs/filter", {"flows": {"name": {"any_": ["mail"]}}})
        assert [run["name"] for run in runs] == ["mail what is due"]
    found = counts(tmp_path / "output")
    assert found["sending"] == found["unknown"] == 0
    assert found["sent"] == len(sink.mails) < 300
    with process.served(tmp_path, content) as serving:
        until(lambda: len(sink.mails) > found["sent"] + 5 or None)
    assert set(sink.taken().values()) == {1}


@pytest.mark.slow
@pytest.mark.xdist_group("serve")
def test_serve_ends_though_a_mail_server_is_silent(tmp_path: Path, sink: Sink) -> None:
    """It may be for ten minutes; whoever was in its hands is looked up later."""
    content = post.house(tmp_path / "content", sink.server, "connections = 1", post.many(3))
    sink.orders["r0@house0.example"] = ["mute"]
    with process.served(tmp_path, content):
        until(lambda: sink.mails or None)
    assert counts(tmp_path / "output")["sending"] == 1


def test_people_are_told_of_whoever_has_not_got_it(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    people = "email\nanne@house.example\nbob@house.example\n"
    content = post.house(tmp_path / "content", sink.server, people=people)
    post.publish(content, output)
    sink.orders["anne@house.example"] = ["cut"]
    with workshop.desk(content, output) as at:
        [one] = due(at.ledger, at.house, at.clock())
        mailed = mailroom.send(at, one, "Anne", patience=PATIENCE)
        outcome = Outcome(mailed=(mailed,), unmailed=(("others", "No such server."),))
        day = datetime(2026, 3, 2, tzinfo=UTC).date()
        told = notices(outcome, at.house, lambda _galley, _who: "", day)
    assert [notice.title for notice in told] == [
        "Not mailed: others",
        "Not everybody has got it: Edition 00001 (readers)",
    ]
    assert "1 are unknown" in told[1].body
    assert "parution send edition-00001 --resolve" in told[1].body


def test_the_history_says_which_list_got_it(tmp_path: Path, output: Path, sink: Sink) -> None:
    content = post.house(tmp_path / "content", sink.server)
    post.publish(content, output)
    with workshop.desk(content, output) as at:
        assert isinstance(at, Desk)
        [one] = due(at.ledger, at.house, at.clock())
        mailroom.send(at, one, "Anne", patience=PATIENCE)
    done = parution("history", "--content", content, "--output", output, "--json")
    mailed = [event for event in json.loads(done.stdout) if event["act"] == "mailed"]
    assert [(event["who"], event["note"]) for event in mailed] == [("Anne", "readers: 1/1")]
