"""``parution send``, as the comms officer types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import parution
from tests.mailing import post
from tests.mailing.post import Sink

SLUG = "edition-00001"


@pytest.fixture
def content(tmp_path: Path, output: Path, sink: Sink) -> Path:
    people = "email;name\nanne@house.example;Anne\nbob@house.example;Bob\nbroken\n"
    content = post.house(tmp_path / "content", sink.server, people=people)
    post.publish(content, output)
    return content


def send(content: Path, output: Path, *more: str) -> tuple[int, str]:
    done = parution("send", *more, "--content", content, "--output", output, PARUTION_LANG="en")
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def test_an_edition_goes_to_a_list_and_whoever_cannot_get_it_is_named(
    content: Path, output: Path, sink: Sink
) -> None:
    assert send(content, output, SLUG) == (
        0,
        "Edition 00001: to readers, 2 of 3 sent\n"
        "  refused: 1\n"
        "    broken: line 4 names nobody: broken\n",
    )
    assert len(sink.mails) == 2


def test_sending_it_again_sends_nothing_and_says_so(
    content: Path, output: Path, sink: Sink
) -> None:
    send(content, output, SLUG)
    code, said = send(content, output, SLUG)
    assert code == 0
    assert said.startswith("Edition 00001: readers has got it already, 2 of 3\n")
    assert len(sink.mails) == 2


def test_a_test_goes_to_one_address_says_what_it_is_and_counts_for_nothing(
    content: Path, output: Path, sink: Sink
) -> None:
    code, said = send(content, output, SLUG, "--test", "me@house.example")
    assert (code, said) == (
        0,
        "Sent to me@house.example as a test: [Test] Edition 00001 (readers)\n",
    )
    assert sink.taken() == {"me@house.example": 1}
    assert sink.message()["Subject"] == "[Test] Edition 00001"
    send(content, output, SLUG)
    assert len(sink.mails) == 3


def test_what_is_unknown_is_listed_and_a_person_decides(
    content: Path, output: Path, sink: Sink
) -> None:
    sink.orders["anne@house.example"] = ["cut"]
    code, said = send(content, output, SLUG)
    assert code == 3
    assert "unknown: 1; they may have arrived" in said
    code, said = send(content, output, SLUG, "--resolve")
    assert code == 3
    assert f"{SLUG}, revision 1, readers: anne@house.example, since 2026-" in said
    sink.orders.clear()
    code, said = send(content, output, SLUG, "--resolve", "--again", "--only", "ANNE@house.example")
    assert (code, said) == (0, f"To be sent again: 1; parution send {SLUG} does\n")
    code, said = send(content, output, SLUG)
    assert code == 0
    assert sink.taken()["anne@house.example"] == 2
    assert send(content, output, "--resolve") == (0, "Nothing is unknown.\n")


def test_what_arrived_is_taken_for_sent(content: Path, output: Path, sink: Sink) -> None:
    sink.orders["anne@house.example"] = ["cut"]
    send(content, output, SLUG)
    assert send(content, output, "--resolve", "--arrived") == (0, "Taken for sent: 1\n")
    send(content, output, SLUG)
    assert sink.taken()["anne@house.example"] == 1


def test_without_an_edition_what_is_due_goes(content: Path, output: Path, sink: Sink) -> None:
    """Only what was published a moment ago: the tests' edition is older."""
    assert send(content, output) == (0, "Nothing is to be sent.\n")


def test_a_program_reads_the_same_as_json(content: Path, output: Path) -> None:
    _code, said = send(content, output, SLUG, "--json")
    [told] = json.loads(said)
    assert told["counts"] == {"queued": 0, "sending": 0, "sent": 2, "failed": 1, "unknown": 0}
    assert told["not_sent"] == [
        {"address": "broken", "state": "failed", "why": "line 4 names nobody: broken"}
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "nothing of that name is out"),
        ((SLUG, "--list", "others"), "no list is called others; there are: readers."),
        ((SLUG, "--test", "nobody"), "nobody is no mail address."),
        (("--test", "me@house.example"), "say which edition"),
        ((SLUG, "--only", "me@house.example"), "write --resolve too"),
        ((SLUG, "--arrived"), "write --resolve too"),
        ((SLUG, "--again"), "write --resolve too"),
        ((SLUG, "--resolve", "--arrived", "--again"), "say one of the two"),
        ((SLUG, "--resolve", "--test", "me@house.example"), "say one of the two"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_and_goes_to_nobody(
    arguments: tuple[str, ...], said: str, content: Path, output: Path, sink: Sink
) -> None:
    code, told = send(content, output, *arguments)
    assert code == 2
    assert said in told
    assert sink.mails == []


@pytest.mark.parametrize("arguments", [(SLUG, "--test", ""), ("",), ("--digest", "")])
def test_a_script_whose_variable_is_empty_mails_nobody(
    arguments: tuple[str, ...], content: Path, output: Path, sink: Sink
) -> None:
    assert send(content, output, *arguments)[0] == 2
    assert sink.mails == []


def test_a_server_that_is_away_keeps_everything_waiting_and_is_named(
    tmp_path: Path, output: Path
) -> None:
    content = post.house(tmp_path / "content", "smtp://mail.invalid:25", people=post.many(3))
    post.publish(content, output)
    toml = content / "house.toml"
    toml.write_text(toml.read_text().replace('tls = "none"', 'tls = "required"'))
    code, said = send(content, output, SLUG)
    assert code == 3
    assert "mail.invalid:25: no such server" in said
    assert "still waiting: 3; the same command goes on" in said


def test_a_list_that_cannot_be_read_keeps_nobody_else_waiting(
    tmp_path: Path, output: Path, sink: Sink
) -> None:
    content = post.house(tmp_path / "content", sink.server, people="phone\n1234\n")
    (content / "friends.csv").write_text("email\nbob@house.example\n")
    post.publish(content, output)
    toml = content / "house.toml"
    friends = post.LIST.format(server=sink.server, more="").replace("readers", "friends")
    toml.write_text(toml.read_text() + friends)
    code, said = send(content, output, SLUG)
    assert code == 3
    assert "readers: " in said
    assert "no column is called email" in said
    assert "Edition 00001: to friends, 1 of 1 sent" in said
    assert sink.taken() == {"bob@house.example": 1}


def test_messages_are_files_in_a_folder_once(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "eml:outbox", people=post.many(3))
    post.publish(content, output)
    assert send(content, output, SLUG)[0] == 0
    files = sorted((output / "outbox").iterdir())
    assert len(files) == 3
    message = post.read(files[0].read_bytes())
    assert message["Subject"] == "Edition 00001"


@pytest.mark.parametrize("folder", ["site", "site/outbox", "../output/tree", "../content", "../x"])
def test_messages_never_come_to_where_things_are_published(
    folder: str, tmp_path: Path, output: Path
) -> None:
    """They bear the addresses of the people on the list."""
    content = post.house(tmp_path / "content", f"eml:{folder}")
    (tmp_path / "x").symlink_to(output / "site")
    post.publish(content, output)
    code, said = send(content, output, SLUG)
    assert code == 2
    assert "is a folder from which things are published" in said
    assert not list(tmp_path.rglob("*.eml"))
    code, said = send(content, output, SLUG, "--test", "me@house.example")
    assert code == 2
    assert not list(tmp_path.rglob("*.eml"))


def test_a_house_without_a_list_is_told_how_to_have_one(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "eml:outbox")
    post.publish(content, output)
    toml = content / "house.toml"
    toml.write_text(toml.read_text().partition("[[lists]]")[0])
    code, said = send(content, output, SLUG)
    assert code == 2
    assert "name a list in house.toml, in a table [[lists]]" in said


def test_a_block_without_a_server_is_a_sentence(tmp_path: Path, output: Path, sink: Sink) -> None:
    content = post.house(tmp_path / "content", sink.server, 'password_block = "relay"')
    post.publish(content, output)
    code, said = send(content, output, SLUG)
    assert code == 2
    assert "needs Prefect's server: start `parution serve`" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_it_deals_with_what_is_in_hand_and_leaves_nobody_unknown(
    number: int, tmp_path: Path, output: Path, sink: Sink
) -> None:
    """Ctrl-C, a machine that shuts down, a terminal that is closed."""
    content = post.house(tmp_path / "content", sink.server, people=post.many(800))
    post.publish(content, output)
    code, said = stopped("send", SLUG, number=number, content=content, output=output, sink=sink)
    assert code == 130
    assert "still waiting: " in said
    assert "Stopped. Nothing is lost: the same command goes on." in said
    assert send(content, output, SLUG)[0] == 0
    assert set(sink.taken().values()) == {1}
    assert len(sink.taken()) == 800


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_publication_that_mails_can_be_stopped_too(
    number: int, tmp_path: Path, output: Path, sink: Sink
) -> None:
    more = "late_hours = 200000\nper_minute = 1200"
    content = post.house(tmp_path / "content", sink.server, more, post.many(800))
    post.publish(content, output)
    _code, told = stopped("publish", number=number, content=content, output=output, sink=sink)
    assert "Traceback" not in told
    assert len(sink.mails) < 400
    code, said = send(content, output, SLUG, "--resolve")
    assert (code, said) == (0, "Nothing is unknown.\n")


def stopped(*words: str, number: int, content: Path, output: Path, sink: Sink) -> tuple[int, str]:
    """What a command says that is told to stop once ten mails are out."""
    folders = ("--content", str(content), "--output", str(output))
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *words, *folders],
        env=os.environ | {"PARUTION_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    sink.wait_for(lambda: len(sink.mails) >= 10)
    process.send_signal(number)
    said, _nothing = process.communicate(timeout=60)
    return process.returncode, said


def test_who_was_refused_by_mistake_is_sent_it_again_if_a_person_says_so(
    content: Path, output: Path, sink: Sink
) -> None:
    sink.orders["anne@house.example"] = ["refuse"]
    send(content, output, SLUG)
    code, said = send(content, output, SLUG, "--resolve", "--failed")
    assert code == 3
    assert "anne@house.example, refused: 550 5.1.1 no such mailbox" in said
    assert "broken" not in said, "a line that names nobody cannot be sent anything"
    sink.orders.clear()
    send(content, output, SLUG, "--resolve", "--failed", "--again")
    send(content, output, SLUG)
    assert sink.taken() == {"anne@house.example": 1, "bob@house.example": 1}


def test_failed_without_resolve_sends_nothing(content: Path, output: Path, sink: Sink) -> None:
    code, _said = send(content, output, SLUG, "--failed")
    assert (code, sink.mails) == (2, [])
