"""What the fault harness found, each as small as it can be told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows import acts, outgoing, plan, release
from flows.desk import Desk
from flows.ledger import ROLLED_BACK, Fact, Ledger, LedgerError
from flows.release import Staged
from flows.targets import file as tree
from tests.release import workshop

E1 = "edition-00001"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return workshop.content_folder(tmp_path / "content", range(1, 3))


@pytest.fixture
def output(content: Path, tmp_path: Path) -> Path:
    workshop.publish_due(content, tmp_path / "output")
    return tmp_path / "output"


def page(output: Path, slug: str = E1) -> bytes:
    return (output / "site" / "2026" / slug / "index.html").read_bytes()


def withdrawn(at: Desk, reason: str = "Because.") -> Staged:
    return acts.withdrawal(E1, reason, "me", at.store, at.ledger, at.house, at.clock(), at.staging)


def change(content: Path, at: Desk, words: str, note: str = "A note.") -> None:
    """Ask for a correction of the first edition, whose source says ``words`` now."""
    file = content / "e00001.md"
    file.write_text(f"{file.read_text()}\n{words}\n")
    [surveyed] = plan.survey(content, at.ledger, ["e00001.md"])
    outgoing.ask_for_correction(at, surveyed, note, "me")


def killed(at: Desk, staged: list[Staged], step: str) -> None:
    """Publish as far as ``step``, and no further: what a killed process leaves behind."""

    class Killed(BaseException):
        pass

    def reached(name: str) -> None:
        if name == step:
            raise Killed

    with at.store.committing(), pytest.raises(Killed):
        release.publish(staged, at.store, at.ledger, at.house, at.clock(), reached)


def test_an_act_that_was_overtaken_while_it_was_judged_touches_nothing_that_is_out(
    content: Path, output: Path
) -> None:
    """Two withdrawals at once: the second had the first's revision, and was killed."""
    with workshop.desk(content, output, 1) as at:
        outgoing.release(at, [withdrawn(at, "The first.")])
        public = at.ledger.edition(E1)
        assert public is not None
        stale = Staged(replace(public, turn=public.turn + 1, at=None), None)
        at.ledger.record("begun", [stale.fact], at.clock())
    with workshop.desk(content, output, 2) as at:
        at.recover()
    assert b"The first." in page(output)


def test_a_withdrawal_is_the_turn_after_the_state_that_was_looked_at(
    content: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workshop.desk(content, output, 1) as at, workshop.desk(content, output, 1) as other:
        asked = Ledger.edition

        def edition(ledger: Ledger, slug: str) -> Fact | None:
            """Somebody else is done between this question and the next one."""
            found = asked(ledger, slug)
            if ledger is at.ledger:
                monkeypatch.undo()
                outgoing.release(other, [withdrawn(other, "The first.")])
            return found

        monkeypatch.setattr(Ledger, "edition", edition)
        second = withdrawn(at, "The second.")
        assert outgoing.release(at, [second]) == []
    assert b"The first." in page(output)


def test_who_waited_for_a_killed_run_finishes_it_first(content: Path, output: Path) -> None:
    workshop.content_folder(content, range(3, 5))
    with workshop.desk(content, output, 1) as at, workshop.desk(content, output, 1) as waiting:
        staged, again = workshop.stage_due(at), workshop.stage_due(waiting)
        killed(at, staged, "built")
        outgoing.release(waiting, again)
        assert not waiting.outcome.failed
        assert not waiting.ledger.unfinished()
        numbers = [fact.number for fact in waiting.ledger.numbered(1, 9)]
        assert numbers == [1, 2, 3, 4]
    with workshop.desk(content, output, 2) as at:
        at.recover()
    assert page(output, "edition-00004") == b"edition-00004 revision 1"


def test_a_release_whose_ledger_was_busy_at_the_end_can_be_tried_again(
    content: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.content_folder(content, range(3, 4))
    with workshop.desk(content, output, 1) as at:
        staged = workshop.stage_due(at)
        killed(at, staged, "moved")
        facts = outgoing.release(at, staged)
        assert [fact.slug for fact in facts] == ["edition-00003"]
        assert len(at.ledger.history("edition-00003")) == 1


def test_a_turn_begun_twice_is_finished_once(content: Path, output: Path) -> None:
    with workshop.desk(content, output, 1) as at:
        killed(at, [withdrawn(at)], "built")
        [fact] = at.ledger.unfinished()
        at.ledger.record("begun", [fact], at.clock())
    with workshop.desk(content, output, 2) as at:
        at.recover()
        assert [r.done for r in at.outcome.recovered if r.revision] == ["finished"]
    assert b"Because." in page(output)


def test_a_correction_is_later_than_what_it_corrects_on_a_clock_that_was_put_back(
    content: Path, output: Path
) -> None:
    with workshop.desk(content, output, minutes=-180) as at:
        before = at.ledger.edition(E1)
        change(content, at, "More.")
        [after] = outgoing.release(at, workshop.stage_due(at))
    assert before is not None
    assert after.updated == before.updated + timedelta(seconds=1)


def test_a_lost_ledger_comes_back_in_the_order_of_the_turns_on_such_a_clock(
    content: Path, output: Path
) -> None:
    with workshop.desk(content, output, minutes=-180) as at:
        outgoing.release(at, [withdrawn(at)])
    (output / "parution.db").unlink()
    with workshop.desk(content, output, 1) as at:
        at.recover()
        public = at.ledger.edition(E1)
    assert public is not None
    assert public.is_withdrawn


def test_what_a_lost_ledger_calls_published_is_public(content: Path, output: Path) -> None:
    workshop.content_folder(content, range(3, 4))
    with workshop.desk(content, output, 1) as at:
        killed(at, workshop.stage_due(at), "moved")
    (output / "parution.db").unlink()
    workshop.publish_due(content, output, 2)
    assert page(output, "edition-00003") == b"edition-00003 revision 1"


def test_a_correction_keeps_the_number_of_its_edition(content: Path, output: Path) -> None:
    with workshop.desk(content, output, 1) as at:
        change(content, at, "More.")
        [fact] = outgoing.release(at, workshop.stage_due(at))
        assert fact.number == 1
        assert at.ledger.total() == 2


def test_a_correction_that_was_undone_is_still_asked_for(content: Path, output: Path) -> None:
    with workshop.desk(content, output, 1) as at:
        change(content, at, "More.", note="A wish.")
        killed(at, workshop.stage_due(at), "begun")
    [fact] = workshop.publish_due(content, output, 2)
    assert (fact.act, fact.revision, fact.note) == ("corrected", 2, "A wish.")


def test_a_shared_file_that_was_left_half_written_is_written_again(
    content: Path, output: Path
) -> None:
    [style] = (output / "tree" / "assets").glob("site-*.css")
    whole = style.read_bytes()
    style.write_bytes(whole[:100])
    workshop.content_folder(content, range(3, 4))
    workshop.publish_due(content, output, 1)
    assert style.read_bytes() == whole


def test_a_lost_ledger_goes_on_above_every_former_position(content: Path, output: Path) -> None:
    with workshop.desk(content, output, 1) as at:
        before = at.ledger.position()
    (output / "parution.db").unlink()
    with workshop.desk(content, output, 2) as at:
        at.recover()
        assert at.ledger.position() > before
    workshop.content_folder(content, range(3, 4))
    with workshop.desk(content, output, 3) as at:
        restored = at.ledger.position()
        outgoing.release(at, workshop.stage_due(at))
        assert at.ledger.position() > restored


def test_an_output_folder_may_be_reached_by_a_link(content: Path, tmp_path: Path) -> None:
    (tmp_path / "another" / "disk" / "far" / "away").mkdir(parents=True)
    output = tmp_path / "output"
    output.symlink_to(tmp_path / "another" / "disk" / "far" / "away")
    workshop.publish_due(content, output)
    workshop.content_folder(content, range(3, 4))
    for minutes in range(1, 4):
        workshop.content_folder(content, range(3 + minutes, 4 + minutes))
        workshop.publish_due(content, output, minutes)
    assert page(output) == b"edition-00001 revision 1"
    assert page(output, "edition-00006") == b"edition-00006 revision 1"


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(FileNotFoundError):
        tree.write_whole(tmp_path / "file", b"after", tmp_path / "nowhere" / "draft")
    assert (tmp_path / "file").read_bytes() == b"before"


def test_no_staging_is_without_its_lock(output: Path, content: Path) -> None:
    with workshop.desk(content, output) as at:
        folder = at.staging
        assert folder.with_name(f"{folder.name}.lock").exists()
        shutil.rmtree(folder)
    assert not at.store.has_staging()


def test_a_rollback_that_was_undone_leaves_the_former_release(content: Path, output: Path) -> None:
    with workshop.desk(content, output, 1) as at:
        change(content, at, "More.")
        outgoing.release(at, workshop.stage_due(at))
        killed(at, [acts.rollback(E1, None, "", "me", at.ledger)], "begun")
        assert at.ledger.unfinished()[0].act == ROLLED_BACK
    workshop.publish_due(content, output, 2)
    assert page(output) == b"edition-00001 revision 2"
    assert (output / "releases" / E1 / "1" / "manifest.json").exists()


def test_a_ledger_that_is_away_is_a_sentence(content: Path, output: Path) -> None:
    (output / "parution.db").rename(output / "elsewhere")
    (output / "parution.db").mkdir()
    with pytest.raises(LedgerError), workshop.desk(content, output) as at:
        at.recover()
