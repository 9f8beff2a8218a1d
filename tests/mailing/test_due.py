"""What mails by itself, and what only when a person asks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from flows import acts, outgoing, plan
from flows.ledger import Fact
from flows.ledger.mailings import QUEUED
from flows.mailing import mailroom
from flows.mailing.due import Due, MailError, asked, due
from tests.mailing import post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop

DAY = 24 * 60


@pytest.fixture
def content(tmp_path: Path, sink: Sink) -> Path:
    return post.house(tmp_path / "content", sink.server)


def now(content: Path, output: Path, minutes: int = 0) -> list[str]:
    """What mails by itself at a moment: list and revision."""
    with workshop.desk(content, output, minutes) as at:
        found = due(at.ledger, at.house, at.clock())
        return [f"{one.to.name} {one.revision}" for one in found]


def wanted(content: Path, output: Path, fact: Fact, *lists: str, **how: bool) -> tuple[Due, ...]:
    with workshop.desk(content, output) as at:
        public = at.ledger.edition(fact.slug)
        assert public is not None
        return asked(public, lists, at.ledger, at.house, **how)


def mail(content: Path, output: Path, *, minutes: int = 0) -> None:
    with workshop.desk(content, output, minutes) as at:
        for one in due(at.ledger, at.house, at.clock()):
            mailroom.send(at, one, "Anne", patience=PATIENCE)


def correct(content: Path, output: Path) -> Fact:
    """A second revision, as a person asks for it."""
    [source] = content.glob("e*.md")
    source.write_text(source.read_text() + "\nA word more.\n")
    with workshop.desk(content, output, 10) as at:
        [surveyed] = plan.survey(content, at.ledger, [source.name])
        outgoing.ask_for_correction(at, surveyed, "A word was missing.", "Anne")
    return post.publish(content, output, 10)


def withdraw(content: Path, output: Path, fact: Fact) -> None:
    with workshop.desk(content, output, 20) as at:
        staged = acts.withdrawal(
            fact.slug, "Because.", "Anne", at.store, at.ledger, at.house, at.clock(), at.staging
        )
        outgoing.release(at, [staged])


def test_a_first_publication_is_mailed_by_itself_once(content: Path, output: Path) -> None:
    post.publish(content, output)
    assert now(content, output) == ["readers 1"]
    mail(content, output)
    assert now(content, output) == []


def test_what_is_out_for_longer_is_too_late(content: Path, output: Path) -> None:
    post.publish(content, output)
    assert now(content, output, DAY) == ["readers 1"]
    assert now(content, output, DAY + 1) == []


def test_a_clock_that_is_put_back_makes_no_news_of_what_is_old(content: Path, output: Path) -> None:
    post.publish(content, output)
    assert now(content, output, -5) == ["readers 1"], "by a little, it is put right"
    assert now(content, output, -DAY - 1) == []
    assert now(content, output, -2000 * DAY) == []


def test_a_list_that_is_new_gets_nothing_of_before_by_itself(content: Path, output: Path) -> None:
    toml = content / "house.toml"
    before = toml.read_text()
    toml.write_text(before.partition("[[lists]]")[0])
    fact = post.publish(content, output)
    toml.write_text(before)
    with workshop.desk(content, output, 5) as at:
        at.plan(watched=True)
    assert now(content, output, 10) == []
    assert wanted(content, output, fact), "a person may ask for it"


def test_a_person_may_ask_for_what_is_too_late(content: Path, output: Path) -> None:
    fact = post.publish(content, output)
    assert [one.key for one in wanted(content, output, fact)] == ["edition-00001/1/readers"]


def test_a_list_that_is_not_automatic_waits_for_a_person(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "eml:outbox", "automatic = false")
    fact = post.publish(content, output)
    assert now(content, output) == []
    assert wanted(content, output, fact)


def test_a_list_of_one_language_gets_no_other(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "eml:outbox", 'languages = ["fr"]')
    fact = post.publish(content, output)
    assert now(content, output) == []
    with pytest.raises(MailError, match="no list takes editions in that language"):
        wanted(content, output, fact)
    assert wanted(content, output, fact, "readers"), "a person may name it"


def test_a_correction_mails_only_when_asked_and_says_that_it_is_one(
    content: Path, output: Path, sink: Sink
) -> None:
    post.publish(content, output)
    mail(content, output)
    fact = correct(content, output)
    assert now(content, output, 10) == []
    with pytest.raises(MailError, match="as revision 1 already"):
        wanted(content, output, fact)
    with workshop.desk(content, output, 10) as at:
        [one] = asked(fact, (), at.ledger, at.house, correction=True)
        mailroom.send(at, one, "Anne", patience=PATIENCE)
    first, second = (post.read(raw) for _to, raw in sink.mails)
    assert second["Subject"] == "Correction: Edition 00001"
    assert first["Message-ID"] != second["Message-ID"]
    assert "A word was missing." in post.text(second)


def test_what_a_person_has_sent_again_of_a_former_campaign_goes_too(
    content: Path, output: Path, sink: Sink
) -> None:
    sink.orders["anne@house.example"] = ["cut"]
    post.publish(content, output)
    mail(content, output)
    sink.orders.clear()
    fact = correct(content, output)
    with workshop.desk(content, output, 10) as at:
        [one] = asked(fact, (), at.ledger, at.house, correction=True)
        mailroom.send(at, one, "Anne", patience=PATIENCE)
        [(campaign, unknown)] = mailroom.unsettled(at, fact.slug, ())
        mailroom.resolve(at, campaign.key, unknown, QUEUED, "Anne")
        for one in asked(fact, (), at.ledger, at.house):
            mailroom.send(at, one, "Anne", patience=PATIENCE)
    assert sink.taken() == {"anne@house.example": 3}


def test_an_edition_corrected_before_it_was_mailed_is_mailed_as_it_is(
    content: Path, output: Path, sink: Sink
) -> None:
    post.publish(content, output)
    correct(content, output)
    assert now(content, output, 10) == ["readers 2"]
    mail(content, output, minutes=10)
    assert sink.message()["Subject"] == "Edition 00001"


def test_who_has_not_got_it_when_it_is_corrected_gets_it_as_it_is_now(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    people = "email\nanne@house.example\nbob@house.example\n"
    content = post.house(tmp_path / "content", sink.server, people=people)
    post.publish(content, output)
    sink.orders["bob@house.example"] = ["later"]
    mail(content, output)
    correct(content, output)
    sink.orders.clear()
    assert now(content, output, 10) == ["readers 2"]
    mail(content, output, minutes=10)
    assert sink.taken() == {"anne@house.example": 1, "bob@house.example": 1}
    assert "A word more." in post.text(sink.message("bob@house.example"))
    assert sink.message("bob@house.example")["Subject"] == "Edition 00001"


def test_what_is_withdrawn_is_mailed_to_nobody(content: Path, output: Path) -> None:
    fact = post.publish(content, output)
    withdraw(content, output, fact)
    assert now(content, output, 20) == []
    with pytest.raises(MailError, match="is withdrawn"):
        wanted(content, output, fact)


def test_a_campaign_ends_when_its_edition_is_withdrawn(
    tmp_path: Path, output: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailroom, "LOOK", 0.0)
    content = post.house(tmp_path / "content", sink.server, "connections = 1", post.many(30))
    fact = post.publish(content, output)
    gone: list[object] = []

    def reached(_progress: object) -> None:
        if not gone:
            gone.append(withdraw(content, output, fact))

    with workshop.desk(content, output) as at:
        [one] = due(at.ledger, at.house, at.clock())
        with pytest.raises(MailError, match="changed or withdrawn"):
            mailroom.send(at, one, "Anne", reached=reached, patience=PATIENCE)
    assert 1 <= len(sink.mails) < 30


def test_who_is_suppressed_or_has_left_gets_nothing(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    people = "email\nanne@house.example\nbob@house.example\nzoe@house.example\n"
    more = 'suppressed = "gone.csv"'
    content = post.house(tmp_path / "content", sink.server, more, people)
    (content / "gone.csv").write_text("email\nBOB@house.example\n")
    post.publish(content, output)
    with workshop.desk(content, output) as at:
        token = mailroom.token_of("readers", "zoe@house.example", at.secret)
        assert at.ledger.mailings.leave("readers", token, at.clock())
        [one] = due(at.ledger, at.house, at.clock())
        mailed = mailroom.send(at, one, "Anne", patience=PATIENCE)
    assert mailed.spared == 2
    assert sink.taken() == {"anne@house.example": 1}


def test_who_leaves_while_it_is_sent_gets_nothing_either(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    people = "email\nanne@house.example\nbob@house.example\n"
    content = post.house(tmp_path / "content", sink.server, people=people)
    post.publish(content, output)
    sink.orders["bob@house.example"] = ["later"]
    mail(content, output)
    sink.orders.clear()
    with workshop.desk(content, output) as at:
        token = mailroom.token_of("readers", "bob@house.example", at.secret)
        at.ledger.mailings.leave("readers", token, at.clock())
    mail(content, output)
    assert sink.taken() == {"anne@house.example": 1}


def test_a_ledger_that_took_a_lost_ones_place_mails_nothing_unless_a_person_is_sure(
    content: Path, output: Path, sink: Sink
) -> None:
    fact = post.publish(content, output)
    mail(content, output)
    for file in output.glob("parution.db*"):
        file.unlink()
    with workshop.desk(content, output, 5) as at:
        at.recover()
    assert now(content, output, 5) == []
    with pytest.raises(MailError, match="was lost"):
        wanted(content, output, fact)
    assert wanted(content, output, fact, sure=True)
    assert len(sink.mails) == 1


def test_a_trial_mails_nobody(tmp_path: Path, output: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2), house="")
    post.publish(content, output)
    assert now(content, output) == []


def test_the_pace_of_a_list_and_of_each_domain_is_kept() -> None:
    from flows.ledger.mailings import Mail
    from flows.mailing.round import Round

    moment = 0.0
    mails = [Mail(n, f"r{n}", f"r{n}@{'ab'[n % 2]}.example", "") for n in range(8)]
    at_most = Round(iter(mails), per_minute=60, per_minute_domain=20, clock=lambda: moment)
    gone: list[tuple[float, str]] = []
    while len(gone) < 8 and moment < 100:
        if mail := at_most.take(waiting=False):
            gone.append((moment, mail.address[-9]))
            at_most.done()
        moment += 0.5
    moments = [when for when, _domain in gone]
    assert all(b - a >= 1.0 for a, b in pairwise(moments))
    for domain in "ab":
        own = [when for when, of in gone if of == domain]
        assert all(b - a >= 3.0 for a, b in pairwise(own)), own
    assert len(gone) == 8
