"""What people are told of a run: what is so, in its language, with the link that matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows import plan
from flows.approval import codes
from flows.desk import Outcome
from flows.house import Approval, House, Notify
from flows.house_file import read_house
from flows.ledger import Fact, Galley
from flows.plan import Planned, State
from flows.proof import Proof
from flows.proof.check import fails
from flows.telling.notices import TOGETHER, Notice, messages, notices
from tests.release import workshop

DAY = date(2026, 9, 14)
ENGLISH = House(name="House of tests", address="https://house.example", language="en")
FRENCH = ENGLISH.model_copy(update={"language": "fr"})
GALLEY = Galley("e00001.md", "edition-00001", 1, "Edition 00001", "c" * 64, "p" * 64)
FACT = Fact(
    act="published", slug="bus", revision=2, entry="bus.md", fingerprint="f", path="2026/bus",
    title="The bus", language="en", section="", category="", day=DAY,
    published=datetime(2026, 9, 14, tzinfo=UTC), updated=datetime(2026, 9, 14, tzinfo=UTC), turn=3,
)  # fmt: skip
PROOF = Proof(
    (fails("words", "index.html", "9/10", "word-missing", word="bus", after="the", where="line 1"),)
)


def say(outcome: Outcome, house: House = ENGLISH, day: date = DAY) -> tuple[Notice, ...]:
    return notices(outcome, house, lambda g, who: codes.approval_link(g, who, house, b"k"), day)


HEAD = "---\ntitle: Edition 00001\ndate: 2026-01-02\nlanguage: fr\n---\n\n"


def entry(tmp_path: Path, text: str, state: State, moment: datetime | None = None) -> Planned:
    content = workshop.content_folder(tmp_path / "content", range(0))
    (content / "e00001.md").write_text(text, encoding="utf-8")
    [found] = plan.entries(content)
    understood = plan.understand(found, content, read_house(content))
    return Planned(plan.Surveyed(found, "print"), state, understood, "c" * 64, moment)


def test_where_nothing_happened_nothing_is_said(tmp_path: Path) -> None:
    quiet = (State.PUBLISHED, State.SCHEDULED, State.WITHDRAWN, State.PENDING, State.DUE)
    item = entry(tmp_path, HEAD + "Mot.\n", State.PUBLISHED)
    assert say(Outcome(planned=tuple(replace(item, state=state) for state in quiet))) == ()


def test_what_a_proof_refused_is_told_with_the_first_fault_and_where_the_report_is(
    tmp_path: Path,
) -> None:
    item = entry(tmp_path, HEAD + "Mot.\n", State.DUE)
    [notice] = say(Outcome(planned=(item,), refused=((item.name, PROOF),)))
    assert (notice.kind, notice.key) == ("refused", "refused/e00001.md/print")
    assert "proofs/edition-00001/1/proof.html" in notice.body
    assert "index.html" in notice.body


def test_a_refused_feed_is_told_though_it_is_no_entry() -> None:
    [notice] = say(Outcome(refused=(("feed.xml", PROOF),)))
    assert notice.title == "Refused: feed.xml"


def test_an_entry_with_an_error_is_told_with_its_error(tmp_path: Path) -> None:
    item = entry(tmp_path, "", State.REFUSED)
    assert item.understood is not None
    assert item.understood.edition is None
    [notice] = say(Outcome(planned=(item,)))
    assert notice.kind == "refused"
    assert "\n- " in notice.body
    assert "parution check e00001.md" in notice.body


def test_what_waits_names_how_many_doubts_there_are_and_three_of_them(tmp_path: Path) -> None:
    text = "\n\n".join(f"Ce sera fait d’ici à fin 201{n}." for n in range(5))
    item = entry(tmp_path, f"{HEAD}{text}\n", State.WAITING)
    [notice] = say(Outcome(planned=(item,), asking=(GALLEY,)))
    assert "5 doubts are open:" in notice.body
    assert notice.body.count("\n- ") == 3
    assert "… and 2 more" in notice.body
    assert "fin 2010” speaks of 2010 as still to come" in notice.body


def test_the_link_of_a_waiting_notice_is_good_for_this_galley(tmp_path: Path) -> None:
    [notice] = say(Outcome(asking=(GALLEY,)))
    assert codes.approval_link(GALLEY, "", ENGLISH, b"k") in notice.body
    assert "who=" not in notice.body


def test_each_person_who_may_approve_gets_a_link_of_their_own() -> None:
    house = ENGLISH.model_copy(update={"approval": Approval(required=True, by=("Anne", "Zoé"))})
    everybody, anne, zoe = say(Outcome(asking=(GALLEY,)), house)
    assert [n.to for n in (everybody, anne, zoe)] == ["", "Anne", "Zoé"]
    assert len({n.key for n in (everybody, anne, zoe)}) == 3
    for notice, who in ((everybody, ""), (anne, "Anne"), (zoe, "Zoé")):
        links = [codes.approval_link(GALLEY, name, house, b"k") for name in ("", "Anne", "Zoé")]
        right = codes.approval_link(GALLEY, who, house, b"k")
        assert [link for link in links if notice.body.endswith(link)] == [right]


@pytest.mark.parametrize(
    ("act", "title"),
    [
        ("published", "Published: The bus"),
        ("corrected", "Corrected: The bus"),
        ("withdrawn", "Withdrawn: The bus"),
        ("rolled back", "Back to a former revision: The bus"),
    ],
)
def test_each_public_change_is_told_with_its_note_and_address(act: str, title: str) -> None:
    [notice] = say(Outcome(published=(replace(FACT, act=act, note="A word was wrong."),)))
    assert (notice.title, notice.key) == (title, "published/bus/3")
    assert "A word was wrong." in notice.body
    assert notice.body.endswith("https://house.example/2026/bus/")


def test_what_is_late_is_told_with_its_moment_on_the_clock_of_the_house(tmp_path: Path) -> None:
    moment = datetime(2026, 9, 14, 16, 0, tzinfo=UTC)
    item = entry(tmp_path, HEAD + "Mot.\n", State.LATE, moment)
    [notice] = say(Outcome(planned=(item,)))
    assert notice.key == "late/e00001.md/2026-09-14T16:00:00+00:00"
    assert "14 September 2026 at 18:00" in notice.body
    assert "parution publish e00001.md" in notice.body


def test_the_same_failure_is_one_notice_a_day_and_another_one_is_another() -> None:
    def key(why: str, day: date) -> str:
        [notice] = say(Outcome(failed=(("bus.md", why),)), day=day)
        return notice.key

    assert key("the disk is full", DAY) == key("the disk is full", DAY)
    assert key("the disk is full", DAY) != key("the disk is full", DAY + timedelta(days=1))
    assert key("the disk is full", DAY) != key("the network is away", DAY)


def test_a_house_is_told_only_of_what_it_wants_to_know() -> None:
    house = ENGLISH.model_copy(update={"notify": Notify(when=frozenset({"failed"}))})
    outcome = Outcome(published=(FACT,), failed=(("bus.md", "The disk is full."),))
    assert [notice.kind for notice in say(outcome, house)] == ["failed"]


def test_a_trial_and_the_house_after_it_are_told_apart() -> None:
    trial = ENGLISH.model_copy(update={"trial": True})
    [first], [second] = say(Outcome(published=(FACT,)), trial), say(Outcome(published=(FACT,)))
    assert first.key != second.key


def test_a_french_house_is_told_in_french(tmp_path: Path) -> None:
    late = entry(tmp_path, HEAD + "Mot.\n", State.LATE, datetime(2026, 9, 1, 7, 0, tzinfo=UTC))
    outcome = Outcome(
        (late,), published=(FACT,), asking=(GALLEY,), failed=(("bus.md", "Le disque est plein."),)
    )
    told = {notice.kind: notice for notice in say(outcome, FRENCH)}
    assert told["published"].title == "Publiée\u00a0: The bus"
    assert "bon à tirer" in told["waiting"].body
    assert "1er septembre 2026 à 09:00" in told["late"].body
    assert told["failed"].title == "Échec\u00a0: bus.md"


def test_two_hundred_of_a_kind_are_one_message_and_none_of_them_is_forgotten() -> None:
    facts = tuple(replace(FACT, slug=f"bus-{n}") for n in range(200))
    told = say(Outcome(published=facts))
    [message] = messages(told, ENGLISH)
    assert message.title == "200 editions have appeared or changed"
    assert set(message.keys) == {notice.key for notice in told}
    assert message.body.count("Published: ") == TOGETHER
    assert "… and 180 more" in message.body
