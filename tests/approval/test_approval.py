"""Nothing goes out of a house that asks for a yes without one, to this very content."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flows import outgoing
from flows.approval import codes, sign_off, yes
from flows.desk import Desk
from flows.ledger import Galley
from flows.plan import Planned, State
from tests.release import workshop

HOUSE = workshop.HOUSE + "approval = true\n"
TWO = workshop.HOUSE + '[approval]\nrequired = true\npeople = 2\nby = ["Anne", "Bernard"]\n'


def folders(tmp_path: Path, house: str = HOUSE) -> tuple[Path, Path]:
    return workshop.content_folder(tmp_path / "content", [1], house=house), tmp_path / "output"


def proved(at: Desk) -> tuple[Planned, Galley]:
    """What waits, proved as a run proves it."""
    [item] = at.plan(watched=False)
    return item, outgoing.ask(at, item, {"proof.json": b"{}\n"})


def say(at: Desk, who: str) -> yes.Answer:
    item, galley = proved(at)
    ledger, house = at.ledger, at.house
    return yes.say_yes(galley, item.content, who, "cli", ledger, house, at.secret, at.clock())


def change(content: Path, words: str = "Another word.") -> None:
    source = content / "e00001.md"
    source.write_text(source.read_text("utf-8") + f"\n{words}\n", encoding="utf-8")


def state(content: Path, output: Path) -> State:
    with workshop.desk(content, output) as at:
        return at.plan(watched=True)[0].state


def test_without_a_yes_nothing_of_it_is_public(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    assert workshop.publish_due(content, output) == []
    assert state(content, output) is State.WAITING
    public = workshop.public_files(output / "site")
    assert [a for a, data in public.items() if "00001" in a or b"00001" in data] == []


def test_with_a_yes_it_goes_out_and_the_history_names_who_said_it(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        assert say(at, "Anne").result is yes.Result.ACCEPTED
    [fact] = workshop.publish_due(content, output)
    assert fact.who == "Anne"


def test_one_changed_word_and_the_yes_counts_for_nothing(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        say(at, "Anne")
    change(content)
    assert workshop.publish_due(content, output) == []
    assert state(content, output) is State.WAITING


def test_a_house_that_looks_otherwise_asks_again(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        say(at, "Anne")
    (content / "house.toml").write_text(HOUSE + '[looks]\nstrong = "#123456"\n', encoding="utf-8")
    assert state(content, output) is State.WAITING


def test_a_yes_to_a_former_proof_is_refused_and_says_why(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        _item, old = proved(at)
    change(content)
    with workshop.desk(content, output) as at:
        answer, view = sign_off.give(at, old, "Anne", "link")
        assert "counts for nothing" in sign_off.reply(answer, view, language="en")
    assert answer.result is yes.Result.CHANGED
    assert state(content, output) is State.WAITING


def test_a_yes_to_what_is_out_says_that_it_is_out(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        _item, galley = proved(at)
        sign_off.give(at, galley, "Anne", "link")
    workshop.publish_due(content, output)
    with workshop.desk(content, output) as at:
        answer, view = sign_off.give(at, galley, "Bernard", "cli")
        assert "is out already" in sign_off.reply(answer, view, language="en")


def test_a_newer_typesetter_voids_a_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        say(at, "Anne")
    monkeypatch.setattr(codes, "tool_versions", lambda: (("pikepdf", "99"),))
    assert state(content, output) is State.WAITING


def test_two_people_are_two_names(tmp_path: Path) -> None:
    content, output = folders(tmp_path, TWO)
    with workshop.desk(content, output) as at:
        assert say(at, "Anne").result is yes.Result.ONE_MORE
        assert say(at, "Anne").result is yes.Result.SAID_BEFORE
        assert workshop.stage_due(at) == []
        assert say(at, "Bernard").result is yes.Result.ACCEPTED
    [fact] = workshop.publish_due(content, output)
    assert fact.who == "Anne, Bernard"


def test_only_those_whom_the_house_names_may_say_yes(tmp_path: Path) -> None:
    content, output = folders(tmp_path, TWO)
    with workshop.desk(content, output) as at:
        assert say(at, "Charles").result is yes.Result.NOT_ALLOWED
        assert at.ledger.records.approvals() == []


def test_a_yes_written_into_the_ledger_by_hand_is_worth_nothing(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        _item, galley = proved(at)
        forged = codes.approval_of(galley, "Anne", "cli", b"a guess")
        at.ledger.records.approve(forged, at.clock())
        borrowed = codes.approval_of(galley, "Bernard", "cli", at.secret)
        at.ledger.records.approve(replace(borrowed, who="Claire"), at.clock())
    assert state(content, output) is State.WAITING


def test_a_yes_to_one_revision_is_none_to_the_next(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        say(at, "Anne")
    workshop.publish_due(content, output)
    with workshop.desk(content, output, 5) as at:
        [surveyed] = [item.surveyed for item in at.plan(watched=True)]
        outgoing.ask_for_correction(at, surveyed, "The same words again.", "Anne")
    assert state(content, output) is State.WAITING


def test_doubts_that_nobody_saw_wait_for_a_yes_too(tmp_path: Path) -> None:
    content, output = folders(tmp_path, workshop.HOUSE)
    (content / "e00001.md").write_text("# A title\n\nWord.Glued to another.\n", encoding="utf-8")
    with workshop.desk(content, output) as at:
        assert at.plan(watched=False)[0].state is State.HELD
        assert say(at, "Anne").result is yes.Result.ACCEPTED
        assert at.plan(watched=False)[0].state is State.DUE


def test_a_galley_is_made_once_for_each_content(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        proved(at)
        at.plan(watched=False)
        assert at.outcome.to_ask == ()
    change(content)
    with workshop.desk(content, output) as at:
        at.plan(watched=False)
        assert [item.name for item in at.outcome.to_ask] == ["e00001.md"]


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = codes.secret_of(tmp_path, {})
    assert codes.secret_of(tmp_path, {}) == first
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert (
        codes.secret_of(tmp_path, {"PARUTION_SECRET": "told by the system"})
        == b"told by the system"
    )


def test_a_code_may_be_typed_without_hyphens_and_in_capitals() -> None:
    code = codes.code_of("Anne", b"secret")
    assert codes.is_code(code.replace("-", "").upper(), "Anne", b"secret")
    assert not codes.is_code(code, "Bernard", b"secret")
    assert not codes.is_code("", "Anne", b"secret")


@pytest.mark.slow
def test_proof_yes_and_publication_by_command(tmp_path: Path) -> None:
    content, output = folders(tmp_path)

    def command(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", *words, "--content", content, "--output", output],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environ},
        )

    done = command("publish")
    assert "waits for approval" in done.stdout
    assert (output / "proofs" / "edition-00001" / "1" / "proof.html").is_file()
    code = command("approve", "--code-for", "Anne").stdout.strip()
    done = command("approve", "e00001.md", "--as", "Anne", PARUTION_CODE="wrong")
    assert done.returncode == 2
    assert "not the code of Anne" in done.stderr
    done = command("approve", "e00001.md", "--as", "Anne", PARUTION_CODE=code)
    assert (done.returncode, "Anne approved" in done.stdout) == (0, True)
    assert "Published: Edition 00001" in command("publish").stdout


def test_a_forged_row_stands_in_nobodys_way(tmp_path: Path) -> None:
    content, output = folders(tmp_path)
    with workshop.desk(content, output) as at:
        _item, galley = proved(at)
        forged = codes.approval_of(galley, "Anne", "cli", b"a guess of sixteen")
        at.ledger.records.approve(forged, at.clock())
        assert say(at, "Anne").result is yes.Result.ACCEPTED
    assert state(content, output) is State.DUE


def test_with_another_secret_people_say_yes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, output = folders(tmp_path)
    monkeypatch.setenv("PARUTION_SECRET", "the first secret of the house")
    with workshop.desk(content, output) as at:
        say(at, "Anne")
    monkeypatch.setenv("PARUTION_SECRET", "the second secret of the house")
    assert state(content, output) is State.WAITING
    with workshop.desk(content, output) as at:
        assert say(at, "Anne").result is yes.Result.ACCEPTED
    assert state(content, output) is State.DUE


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(codes.SecretError, match="no secret"):
        codes.secret_of(tmp_path, {})
