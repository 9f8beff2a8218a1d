"""Correct, withdraw, roll back: one act each, on all channels, and a history that tells of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import feedparser
import pytest

from flows import acts, outgoing, plan
from flows.acts import ImpossibleActError
from flows.command import chronicle
from flows.ledger import Fact
from flows.manifest import read_manifest, rebuild
from tests.release import workshop

PAGE = "/2026/edition-00001/index.html"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    content = workshop.content_folder(tmp_path / "content", range(1, 4))
    workshop.publish_due(content, tmp_path / "output")
    return content, tmp_path / "output"


def change(content: Path, words: str = "Another word.") -> None:
    source = content / "e00001.md"
    source.write_text(source.read_text("utf-8") + f"\n{words}\n", encoding="utf-8")


def ask(content: Path, output: Path, note: str, minutes: int = 10) -> Fact:
    with workshop.desk(content, output, minutes) as at:
        [surveyed] = plan.survey(content, at.ledger, ["e00001.md"])
        return outgoing.ask_for_correction(at, surveyed, note, "Anne")


def correct(content: Path, output: Path, note: str = "A word was missing.", minutes: int = 10):
    change(content)
    ask(content, output, note, minutes)
    return workshop.publish_due(content, output, minutes)


def withdraw(content: Path, output: Path, minutes: int = 20, reason: str = "It was wrong.") -> None:
    with workshop.desk(content, output, minutes) as at:
        staged = acts.withdrawal(
            "edition-00001", reason, "Anne", at.store, at.ledger, at.house, at.clock(), at.staging
        )
        outgoing.release(at, [staged])


def roll_back(content: Path, output: Path, to: int | None = None, minutes: int = 30) -> None:
    with workshop.desk(content, output, minutes) as at:
        outgoing.release(at, [acts.rollback("edition-00001", to, "As it was.", "Anne", at.ledger)])


def feed(output: Path) -> dict[str, feedparser.FeedParserDict]:
    told = feedparser.parse((output / "site" / "feed.xml").read_bytes())
    return {entry.link.rsplit("/", 2)[1]: entry for entry in told.entries}


# ------------------------------------------------------------------------------------- correct


def test_a_correction_is_the_same_item_with_a_later_date_and_its_note(folders) -> None:
    content, output = folders
    before = feed(output)["edition-00001"]
    [fact] = correct(content, output)
    after = feed(output)["edition-00001"]
    assert (fact.act, fact.revision, fact.turn, fact.who) == ("corrected", 2, 2, "Anne")
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated_parsed > before.published_parsed
    assert "A word was missing." in after.content[0].value
    assert len(feed(output)) == 3


def test_a_correction_changes_every_channel_at_once(folders) -> None:
    content, output = folders
    correct(content, output)
    files = workshop.public_files(output / "site")
    own = [data for address, data in files.items() if address.startswith("/2026/edition-00001/")]
    assert own == [b"edition-00001 revision 2"] * len(workshop.NAMES)


def test_a_correction_keeps_its_address_when_the_title_changes(folders) -> None:
    content, output = folders
    source = content / "e00001.md"
    source.write_text(source.read_text("utf-8").replace("Edition 00001", "A new title"), "utf-8")
    ask(content, output, "The title.")
    [fact] = workshop.publish_due(content, output, 10)
    assert (fact.slug, fact.path, fact.title) == (
        "edition-00001",
        "2026/edition-00001",
        "A new title",
    )


def test_a_correction_asked_for_by_a_run_that_was_killed_goes_out_with_the_next(folders) -> None:
    content, output = folders
    change(content)
    ask(content, output, "A word was missing.")  # and nothing else happened
    [fact] = workshop.publish_due(content, output, 40)
    assert fact.note == "A word was missing."


def test_a_source_that_changed_after_the_correction_was_asked_for_waits_again(folders) -> None:
    content, output = folders
    change(content)
    ask(content, output, "A word was missing.")
    change(content, "A word that nobody asked for.")
    assert workshop.publish_due(content, output, 40) == []
    with workshop.desk(content, output) as at:
        assert at.plan(watched=True)[0].state is plan.State.PENDING


def test_a_correction_goes_out_once(folders) -> None:
    content, output = folders
    assert len(correct(content, output)) == 1
    assert workshop.publish_due(content, output, 50) == []


# ------------------------------------------------------------------------------------ withdraw


def test_what_is_withdrawn_leaves_a_page_with_the_reason_and_nothing_else(folders) -> None:
    content, output = folders
    withdraw(content, output)
    files = workshop.public_files(output / "site")
    own = {address for address in files if address.startswith("/2026/edition-00001/")}
    assert own == {PAGE, "/2026/edition-00001/.gone"}
    page = files[PAGE].decode()
    assert "It was wrong." in page
    assert '<meta name="robots" content="noindex">' in page


def test_what_is_withdrawn_stands_in_no_feed_and_in_no_list(folders) -> None:
    content, output = folders
    withdraw(content, output)
    assert set(feed(output)) == {"edition-00002", "edition-00003"}
    files = workshop.public_files(output / "site")
    naming = {a for a, data in files.items() if b"edition-00001/" in data and a != PAGE}
    assert naming == set()


def test_a_withdrawn_edition_does_not_come_back_by_itself(folders) -> None:
    content, output = folders
    withdraw(content, output)
    change(content)
    assert workshop.publish_due(content, output, 40) == []
    with workshop.desk(content, output) as at:
        assert at.plan(watched=True)[0].state is plan.State.WITHDRAWN


def test_a_withdrawn_edition_comes_back_corrected_when_asked(folders) -> None:
    content, output = folders
    withdraw(content, output)
    [fact] = correct(content, output, "Set right.", 40)
    assert (fact.revision, fact.turn) == (3, 3)
    assert "Set right." in feed(output)["edition-00001"].content[0].value


def test_every_edition_withdrawn_leaves_an_empty_feed_that_holds(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    workshop.publish_due(content, tmp_path / "output")
    withdraw(content, tmp_path / "output")
    assert feed(tmp_path / "output") == {}


# ----------------------------------------------------------------------------------- roll back


def test_a_rollback_brings_back_the_former_bytes(folders) -> None:
    content, output = folders
    before = workshop.public_files(output / "site")
    correct(content, output)
    roll_back(content, output)
    assert workshop.public_files(output / "site") == before


def test_a_rollback_brings_back_what_was_withdrawn(folders) -> None:
    content, output = folders
    before = workshop.public_files(output / "site")
    withdraw(content, output)
    roll_back(content, output)
    assert workshop.public_files(output / "site") == before


def test_after_a_rollback_the_next_correction_has_a_number_of_its_own(folders) -> None:
    content, output = folders
    correct(content, output)
    roll_back(content, output)
    change(content, "Once more.")
    ask(content, output, "Once more.", 40)
    [fact] = workshop.publish_due(content, output, 40)
    assert (fact.revision, fact.turn) == (3, 4)


@pytest.mark.parametrize(
    ("to", "rule"), [(None, "nothing_before"), (7, "no_such_revision"), (1, "public_already")]
)
def test_a_rollback_to_nowhere_is_refused(folders, to: int | None, rule: str) -> None:
    content, output = folders
    with workshop.desk(content, output) as at, pytest.raises(ImpossibleActError) as refused:
        acts.rollback("edition-00001", to, "", "Anne", at.ledger)
    assert refused.value.rule == rule


# ------------------------------------------------------------------------------------- history


def test_the_history_tells_who_did_what_and_with_which_hash(folders) -> None:
    content, output = folders
    correct(content, output)
    withdraw(content, output)
    roll_back(content, output)
    with workshop.desk(content, output) as at:
        told = chronicle.chronicle(at.ledger, "edition-00001", at.secret)
    assert [(e.act, e.revision, e.who, e.note) for e in told] == [
        ("published", 1, "", ""),
        ("corrected", 2, "Anne", "A word was missing."),
        ("withdrawn", 3, "Anne", "It was wrong."),
        ("rolled back", 2, "Anne", "As it was."),
    ]
    assert told[1].mark == told[3].mark != told[0].mark


def test_a_lost_ledger_tells_the_same_history_again(folders) -> None:
    content, output = folders
    correct(content, output)
    withdraw(content, output)
    roll_back(content, output, 1)
    with workshop.desk(content, output) as at:
        before = at.ledger.history()
    site = workshop.public_files(output / "site")
    for file in output.glob("parution.db*"):
        file.unlink()
    assert workshop.publish_due(content, output, 60) == []
    with workshop.desk(content, output) as at:
        assert at.ledger.history() == before
    assert workshop.public_files(output / "site") == site


def test_a_tombstone_is_made_again_byte_for_byte_from_its_manifest(folders) -> None:
    content, output = folders
    withdraw(content, output)
    folder = output / "releases" / "edition-00001" / "2"
    again = rebuild(folder)
    assert {path: (folder / path).read_bytes() for path in again} == again
    assert read_manifest(folder)["withdrawn"]["title"] == "Edition 00001"


# ----------------------------------------------------------------------------------- by command


def command(content: Path, output: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *words, "--content", content, "--output", output],
        capture_output=True,
        text=True,
        check=False,
    )


def test_withdraw_rollback_and_history_by_command(folders) -> None:
    content, output = folders
    done = command(content, output, "withdraw", "e00001.md", "--reason", "Wrong.", "--by", "Anne")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Withdrawn: Edition 00001")
    done = command(content, output, "rollback", "edition-00001", "--by", "Anne", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(command(content, output, "history", "--json", "e00001.md").stdout)
    assert [event["act"] for event in told] == ["published", "withdrawn", "rolled back"]
    assert "Anne" in command(content, output, "history").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("withdraw", "nothing", "--reason", "x"), "nothing of that name is out"),
        (("rollback", "edition-00001"), "has no earlier revision"),
        (("rollback", "edition-00001", "--to", "9"), "has no revision 9"),
        (("correct", "e00001.md", "--note", " "), "a correction says what changes"),
        (("approve", "e00001.md"), "say to what, and who you are"),
        (("approve", "e00001.md", "--as", "Anne"), "there is no proof to approve"),
        (("withdraw", "edition-00001", "--reason", " "), "a withdrawal says why"),
        (("withdraw", "http://[half", "--reason", "x"), "nothing of that name is out"),
        (("correct", "e00001.md", "--note", "\x1b[31mred"), "cannot be printed"),
        (("correct", "e00001.md", "--note", "word " * 400), "has 600 characters at most"),
        (("correct", "e00001.md", "--note", "x", "--by", "A\x07"), "cannot be printed"),
    ],
)
def test_an_act_that_cannot_be_done_is_refused_in_a_sentence(folders, words, sentence) -> None:
    done = command(*folders, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_what_undoes_a_withdrawal_shows_what_was_public_then(folders) -> None:
    """Not the newest revision, where that one had been taken back before."""
    content, output = folders
    correct(content, output, minutes=10)
    correct(content, output, minutes=11)
    roll_back(content, output, minutes=12)
    withdraw(content, output, minutes=13)
    roll_back(content, output, minutes=14)
    with workshop.desk(content, output, 15) as at:
        assert at.ledger.edition("edition-00001").revision == 2


def test_a_reason_of_two_lines_is_one_and_a_withdrawal_names_no_proof(folders) -> None:
    reason = "Two\r\nlines"
    done = command(*folders, "withdraw", "edition-00001", "--reason", reason, "--by", " ")
    assert (done.returncode, "proof" in done.stdout) == (0, False)
    told = command(*folders, "history", "--json", "edition-00001").stdout
    [_published, withdrawn] = json.loads(told)
    assert withdrawn["note"] == "Two lines"
    assert withdrawn["who"]
