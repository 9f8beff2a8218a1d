"""A digest: one letter about what appeared between two slots, once for each list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.house_file import HouseError, read_house
from flows.mailing import mailroom
from flows.mailing.digest import Issue
from flows.mailing.due import Due, MailError, asked_issue, due
from flows.mailing.issue import digest_letter
from flows.timetable import Kind, coming
from tests import caniemail
from tests.channels.test_mail_clients import used
from tests.mailing import post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop
from tests.site.test_pages import OUTLOOK, checked

#: The workshop's epoch is Monday, 2 March 2026, 9:00 in Paris.
WEEKLY = """automatic = false
[[digests]]
name = "weekly"
title = "The week, {month} {year}"
slots = ["0 8 * * 5"]
lists = ["readers"]
"""
DAY = 24 * 60
FRIDAY = 4 * DAY - 30


@pytest.fixture
def content(tmp_path: Path, sink: Sink) -> Path:
    return post.house(tmp_path / "content", sink.server, WEEKLY)


def publish(content: Path, output: Path, number: int, minutes: int) -> None:
    toml = (content / "house.toml").read_text()
    workshop.content_folder(content, range(number, number + 1), house=toml)
    post.publish(content, output, minutes)


def now(content: Path, output: Path, minutes: int) -> tuple[Due, ...]:
    with workshop.desk(content, output, minutes) as at:
        return due(at.ledger, at.house, at.clock())


def send(content: Path, output: Path, minutes: int) -> None:
    with workshop.desk(content, output, minutes) as at:
        for one in due(at.ledger, at.house, at.clock()):
            mailroom.send(at, one, "Anne", patience=PATIENCE)


def test_what_appeared_between_two_slots_goes_in_one_letter_once(
    content: Path, output: Path, sink: Sink
) -> None:
    publish(content, output, 1, 0)
    publish(content, output, 2, DAY)
    assert now(content, output, FRIDAY - 60) == ()
    send(content, output, FRIDAY)
    message = sink.message()
    assert message["Subject"] == "The week, March 2026"
    assert "Edition 00001" in post.text(message)
    assert "Edition 00002" in post.text(message)
    assert now(content, output, FRIDAY + 5) == ()
    assert len(sink.mails) == 1


@pytest.mark.parametrize(("slot", "later"), [("0 9 * * 5", 120), ("0 8 * * 1", 3 * DAY)])
def test_slots_that_are_moved_tell_nothing_twice_and_leave_nothing_out(
    slot: str, later: int, content: Path, output: Path, sink: Sink
) -> None:
    publish(content, output, 1, 0)
    send(content, output, FRIDAY)
    toml = content / "house.toml"
    toml.write_text(toml.read_text().replace("0 8 * * 5", slot))
    assert now(content, output, FRIDAY + later) == ()
    publish(content, output, 2, FRIDAY + 10)
    send(content, output, FRIDAY + later)
    assert len(sink.mails) == 2
    assert "Edition 00001" not in post.text(sink.message())
    assert "Edition 00002" in post.text(sink.message())


def test_a_clock_that_is_put_back_sends_no_old_issue(content: Path, output: Path) -> None:
    publish(content, output, 1, 0)
    publish(content, output, 2, 30 * DAY)
    assert now(content, output, FRIDAY) == ()


def test_each_edition_is_in_one_issue(content: Path, output: Path, sink: Sink) -> None:
    publish(content, output, 1, 0)
    publish(content, output, 2, FRIDAY + 10)
    send(content, output, FRIDAY + 60)
    send(content, output, FRIDAY + 7 * DAY)
    first, second = (post.text(post.read(raw)) for _to, raw in sink.mails)
    assert "Edition 00001" in first
    assert "Edition 00002" not in first
    assert "Edition 00002" in second
    assert "Edition 00001" not in second


def test_a_week_without_an_edition_is_a_week_without_a_letter(content: Path, output: Path) -> None:
    publish(content, output, 1, 0)
    assert now(content, output, FRIDAY + 7 * DAY) == ()


def test_a_slot_that_is_long_past_is_too_late(content: Path, output: Path) -> None:
    publish(content, output, 1, 0)
    assert len(now(content, output, FRIDAY)) == 1
    assert now(content, output, FRIDAY + DAY + 60) == ()


def test_a_ledger_that_was_lost_since_sends_no_issue(content: Path, output: Path) -> None:
    publish(content, output, 1, 0)
    for file in output.glob("parution.db*"):
        file.unlink()
    with workshop.desk(content, output, FRIDAY + 5) as at:
        at.recover()
    assert now(content, output, FRIDAY + 10) == ()


def letter(content: Path, output: Path) -> Any:
    publish(content, output, 1, 0)
    publish(content, output, 2, DAY)
    [one] = now(content, output, FRIDAY)
    with workshop.desk(content, output, FRIDAY) as at:
        return digest_letter(one.what, one.key, at.store, at.house)  # type: ignore[arg-type]


def test_both_parts_say_the_same_editions_and_how_to_leave(content: Path, output: Path) -> None:
    made = letter(content, output)
    for part in (made.html, made.text):
        assert part.count("https://house.example/2026/edition-00001/brochure.pdf") == 1
        assert part.count(made.leave) == 1
    assert max(map(len, made.text.split("\n"))) <= 998
    assert not any(line.endswith(" ") for line in made.text.split("\n"))


def test_it_says_that_it_is_an_excerpt_and_its_passages_are_the_editions(
    content: Path, output: Path
) -> None:
    made = letter(content, output)
    assert "gives the beginning of each edition" in made.html
    assert "Word 1." in made.html


def test_a_digest_that_goes_to_nobody_is_refused(tmp_path: Path) -> None:
    content = post.house(tmp_path / "content", "eml:outbox", WEEKLY.replace("readers", "others"))
    with pytest.raises(HouseError, match="goes to the list others, which is not there"):
        read_house(content)


def test_a_title_that_cannot_be_filled_in_is_refused(tmp_path: Path) -> None:
    content = post.house(tmp_path / "content", "eml:outbox", WEEKLY.replace("{month}", "{week}"))
    with pytest.raises(HouseError, match=r"may hold \{month\} and \{year\}"):
        read_house(content)


def test_it_asks_nothing_of_a_mail_program_that_the_letter_does_not(
    content: Path, output: Path
) -> None:
    assert frozenset(caniemail.used(letter(content, output).html)) <= used()


@pytest.mark.slow
def test_it_is_valid_html_but_for_what_outlook_needs(
    content: Path, output: Path, tmp_path: Path
) -> None:
    page = tmp_path / "digest.html"
    page.write_text(letter(content, output).html, encoding="utf-8")
    faults = [m["message"] for m in checked(page)]
    assert [fault for fault in faults if not any(word in fault for word in OUTLOOK)] == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_it(content: Path, output: Path, browser: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 900})
    page.set_content(letter(content, output).html)
    # A letter is read inside the client's own page, which has the landmarks.
    landmarks = {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}
    assert axe.Axe().run(page, options={"rules": landmarks}).response["violations"] == []
    page.close()


def test_the_timetable_says_when_the_next_ones_go(content: Path) -> None:
    found = coming((), read_house(content), workshop.EPOCH, 2)
    said = [(one.kind, one.entry, one.title, f"{one.at:%d %H:%M}") for one in found]
    assert said == [
        (Kind.DIGEST, "weekly", "The week, March 2026", "06 07:00"),
        (Kind.DIGEST, "weekly", "The week, March 2026", "13 07:00"),
    ]


def test_what_the_next_issue_would_say_can_be_tried_out_before_its_slot(
    content: Path, output: Path
) -> None:
    publish(content, output, 1, FRIDAY + DAY)
    with workshop.desk(content, output, FRIDAY + 2 * DAY) as at:
        with pytest.raises(MailError, match="nothing to tell of"):
            asked_issue("weekly", at.ledger, at.house, at.clock())
        [one] = asked_issue("weekly", at.ledger, at.house, at.clock(), trying=True)
    assert isinstance(one.what, Issue)
    assert [fact.title for fact in one.what.facts] == ["Edition 00001"]
