"""Each recipient once, whatever happens to the sender, the server or the disk."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest

from flows.ledger import AlreadyRecordedError, LedgerError
from flows.ledger.mailings import FAILED, QUEUED, SENDING, SENT, UNKNOWN, Step
from flows.mailing import mailroom
from flows.mailing.campaign import MOST_TRIES, Brake, Progress
from flows.mailing.due import Due, asked, due
from flows.mailing.recipients import RecipientsError
from tests.mailing import killed, post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop


def one_due(at: object) -> Due:
    [one] = due(at.ledger, at.house, at.clock())  # type: ignore[attr-defined]
    return one


def send(content: Path, output: Path, **more: object) -> Progress:
    with workshop.desk(content, output) as at:
        return mailroom.send(at, one_due(at), "Anne", patience=PATIENCE, **more).progress  # type: ignore[arg-type]


def counts(content: Path, output: Path) -> dict[str, int]:
    with workshop.desk(content, output) as at:
        [campaign] = at.ledger.mailings.campaigns()
        return {k: n for k, n in at.ledger.mailings.counts(campaign.key).items() if n}


def test_everybody_on_the_list_gets_one(tmp_path: Path, output: Path, sink: Sink) -> None:
    content = post.house(tmp_path / "content", sink.server, people=post.many(60))
    post.publish(content, output)
    progress = send(content, output)
    assert progress.counts[SENT] == 60
    assert progress.trouble is None
    assert set(sink.taken().values()) == {1}
    assert len(sink.taken()) == 60


def test_a_campaign_that_is_done_is_not_due_again(tmp_path: Path, output: Path, sink: Sink) -> None:
    content = post.house(tmp_path / "content", sink.server)
    fact = post.publish(content, output)
    send(content, output)
    with workshop.desk(content, output) as at:
        assert due(at.ledger, at.house, at.clock()) == ()
        [again] = asked(fact, (), at.ledger, at.house)
        mailroom.send(at, again, "Anne", patience=PATIENCE)
    assert len(sink.mails) == 1


def test_who_is_put_off_is_tried_again_and_counted_once(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server)
    post.publish(content, output)
    sink.orders["anne@house.example"] = ["later", "later", "take"]
    assert send(content, output).counts[SENT] == 1
    assert len(sink.mails) == 1


def test_who_is_put_off_for_long_waits_in_the_ledger_for_the_next_run(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server)
    post.publish(content, output)
    sink.orders["anne@house.example"] = ["later"]
    progress = send(content, output)
    assert (progress.counts[QUEUED], progress.trouble) == (1, None)
    sink.orders.clear()
    assert send(content, output).counts[SENT] == 1


def test_who_is_put_off_for_days_is_given_up_and_not_before(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    """A server that has its fill for today loses nobody, however often it is asked."""
    content = post.house(tmp_path / "content", sink.server)
    fact = post.publish(content, output)
    sink.orders["anne@house.example"] = ["later"]
    for _ in range(MOST_TRIES):
        assert send(content, output).counts[QUEUED] == 1
    with workshop.desk(content, output, minutes=5 * 24 * 60) as at:
        [late] = asked(fact, (), at.ledger, at.house)
        mailroom.send(at, late, "Anne", patience=PATIENCE)
        [mail] = at.ledger.mailings.mails(late.key, FAILED)
    assert mail.number > MOST_TRIES
    assert mail.why == "451 4.7.1 come back later"


def test_a_refusal_is_final_and_has_the_servers_words(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    people = "email\nanne@house.example\nbob@house.example\n"
    content = post.house(tmp_path / "content", sink.server, people=people)
    post.publish(content, output)
    sink.orders["anne@house.example"] = ["refuse"]
    assert send(content, output).counts[FAILED] == 1
    with workshop.desk(content, output) as at:
        [campaign] = at.ledger.mailings.campaigns()
        [mail] = at.ledger.mailings.mails(campaign.key, FAILED)
    assert mail.why == "550 5.1.1 no such mailbox"
    assert sink.taken() == Counter({"bob@house.example": 1})


@pytest.mark.parametrize("order", ["mute", "cut"])
def test_a_server_that_takes_a_mail_and_never_says_so_leaves_it_unknown(
    order: str, tmp_path: Path, output: Path, sink: Sink
) -> None:
    people = "email\nanne@house.example\nbob@house.example\n"
    content = post.house(tmp_path / "content", sink.server, "connections = 1", people)
    post.publish(content, output)
    sink.orders["anne@house.example"] = [order]
    progress = send(content, output)
    assert (progress.counts[UNKNOWN], progress.counts[SENT]) == (1, 1)
    with workshop.desk(content, output) as at:
        assert due(at.ledger, at.house, at.clock()) == (), "what is unknown is not due"
    assert sink.taken() == Counter({"anne@house.example": 1, "bob@house.example": 1})


def test_a_message_that_broke_off_before_its_end_reached_nobody_and_goes_again(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    """Unless all of it was on its way already: then it is unknown, and goes to nobody again."""
    content = post.house(tmp_path / "content", sink.server)
    post.publish(content, output)
    sink.orders["anne@house.example"] = ["drop", "take"]
    progress = send(content, output)
    assert progress.counts[SENT] + progress.counts[UNKNOWN] == 1
    assert len(sink.mails) == progress.counts[SENT]


def test_a_server_that_says_goodbye_is_called_again(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, "connections = 1", post.many(5))
    post.publish(content, output)
    sink.orders["r2@house2.example"] = ["goodbye", "take"]
    assert send(content, output).counts[SENT] == 5
    assert set(sink.taken().values()) == {1}


def test_what_a_person_says_of_an_unknown_mail_is_done(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, people=post.many(2))
    post.publish(content, output)
    sink.orders["r0@house0.example"] = ["cut"]
    sink.orders["r1@house1.example"] = ["cut"]
    send(content, output)
    with workshop.desk(content, output) as at:
        for campaign, mail in list(mailroom.unsettled(at, None, ())):
            verdict = SENT if mail.address.startswith("r0") else QUEUED
            mailroom.resolve(at, campaign.key, mail, verdict, "Anne")
    sink.orders.clear()
    send(content, output)
    assert sink.taken() == Counter({"r0@house0.example": 1, "r1@house1.example": 2})
    assert counts(content, output) == {SENT: 2}


def test_a_run_that_is_stopped_ends_with_what_is_in_hand_and_another_goes_on(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, people=post.many(200))
    post.publish(content, output)
    brake = Brake()

    def reached(progress: Progress) -> None:
        if progress.counts[SENT] >= 20:
            brake.stop()

    stopped = send(content, output, brake=brake, reached=reached)
    assert 20 <= stopped.counts[SENT] < 200
    assert stopped.counts[SENDING] == stopped.counts[UNKNOWN] == 0
    assert send(content, output).counts[SENT] == 200
    assert set(sink.taken().values()) == {1}


def test_a_ledger_that_cannot_be_written_sends_nothing_more(
    tmp_path: Path, output: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full: what was not recorded was not handed over."""
    content = post.house(tmp_path / "content", sink.server, people=post.many(50))
    post.publish(content, output)
    with workshop.desk(content, output) as at:
        written, real = 0, at.ledger.mailings.record

        def record(steps: object, now: object) -> None:
            nonlocal written
            written += 1
            if written > 10:
                raise LedgerError("the disk is full")
            real(steps, now)  # type: ignore[arg-type]

        monkeypatch.setattr(at.ledger.mailings, "record", record)
        with pytest.raises(LedgerError, match="the disk is full"):
            mailroom.send(at, one_due(at), "Anne", patience=PATIENCE)
    assert sink.log, "it had begun"
    progress = send(content, output)
    unknown = progress.counts[UNKNOWN]
    assert progress.counts[SENT] + unknown == 50
    assert unknown <= 4, "one for each connection at the most"
    assert set(sink.taken().values()) == {1}
    assert len(sink.taken()) == 50, "what is unknown here had arrived"


def test_a_run_that_cannot_go_on_writes_down_what_has_arrived(
    tmp_path: Path, output: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody mends the file of the suppressed while a campaign is under way."""
    more = 'connections = 1\nsuppressed = "gone.csv"'
    content = post.house(tmp_path / "content", sink.server, more, post.many(5))
    (content / "gone.csv").write_text("email\n")
    post.publish(content, output)
    monkeypatch.setattr(mailroom, "LOOK", -1.0)
    with pytest.raises(RecipientsError):
        send(content, output, reached=lambda _p: (content / "gone.csv").write_text("email\nbob"))
    assert len(sink.mails) == 1
    assert counts(content, output) == {SENT: 1, QUEUED: 4}


def test_of_two_who_send_the_same_mail_one_does(tmp_path: Path, output: Path, sink: Sink) -> None:
    """Two machines that lost their locks: the record itself lets one through."""
    content = post.house(tmp_path / "content", sink.server)
    post.publish(content, output)
    with workshop.desk(content, output) as at:
        mailings = at.ledger.mailings
        mailings.record([Step(1, 1, SENDING)], at.clock())
        with pytest.raises(AlreadyRecordedError):
            mailings.record([Step(1, 1, SENDING)], at.clock())
        mailings.record([Step(1, 2, SENDING)], at.clock())


def test_two_runs_for_one_list_are_one_and_a_sentence(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, people=post.many(20))
    post.publish(content, output)
    told: list[str] = []
    once = threading.Event()

    def reached(_progress: Progress) -> None:
        if not once.is_set():
            once.set()
            with workshop.desk(content, output) as other:
                try:
                    mailroom.send(other, one_due(other), "Hugo", patience=PATIENCE)
                except Exception as error:
                    told.append(str(error))

    assert send(content, output, reached=reached).counts[SENT] == 20
    assert told == [
        "another run is sending to the list readers already; `parution send` shows how far it is "
        "once that has ended."
    ]


def test_killed_again_and_again_nobody_gets_two_and_nobody_is_lost(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    report = killed.run(tmp_path / "content", output, sink, people=150, kills=8, seed=11)
    assert report.broken == []
    assert report.kills == 8
