"""The page that a signed link opens: looking changes nothing, and only its own form acts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows import outgoing
from flows.approval import codes, galleys, page
from flows.approval.page import SECONDS, TRIES, Tries
from flows.ledger import Approval, Galley
from flows.plan import State
from flows.press import Made
from flows.service import web
from flows.service.metrics import Metrics
from flows.words import catalogue
from tests.release import workshop

HOUSE = workshop.HOUSE + "approval = true\n"
NAMED = workshop.HOUSE + '[approval]\nrequired = true\nby = ["Anne", "Bernard"]\n'
TWO = NAMED.replace("required = true", "required = true\npeople = 2")


@dataclass
class Room:
    """A content folder whose edition was proved, and the site that asks about it."""

    content: Path
    output: Path
    woken: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        def wake(reason: str, entries: Iterable[str]) -> None:
            self.woken.append((reason, tuple(entries)))

        tries = Tries(lambda: self.now)
        clock: Callable[[], Any] = lambda: workshop.EPOCH + timedelta(minutes=1)  # noqa: E731
        more = page.routes(self.content, self.output, wake, clock=clock, tries=tries)
        words = catalogue("serve", "en")
        self.app = web.app(self.output, Metrics(), words, faults=dict, more=more)

    def prove(self) -> Galley:
        """Have what waits proved, with its files, as a run has it."""
        with workshop.desk(self.content, self.output) as at:
            [item] = at.plan(watched=False)
            made = workshop.small_renditions(item.edition, at, at.making.imprint(item))
            return outgoing.ask(at, item, {"proof.json": b"{}\n", "proof.html": b"<p>proof</p>"},
                          [Made(r, ()) for r in made])  # fmt: skip

    @property
    def secret(self) -> bytes:
        return codes.secret_of(self.output)

    def code(self, name: str) -> str:
        return codes.code_of(name, self.secret)

    def link(self, galley: Galley, who: str = "") -> str:
        return codes.link_path(galley, who, self.secret)

    def ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
                return await client.request(method, address, **more)

        return asyncio.run(send())

    def get(self, address: str) -> httpx.Response:
        return self.ask("GET", address)

    def send(
        self, galley: Galley, who: str = "", *, headers: dict[str, str] | None = None, **form: str
    ) -> httpx.Response:
        """The page's form, filled in."""
        token = codes.link_token(galley, who, self.secret)
        data = {"token": token, **({"who": who} if who else {}), **form}
        return self.ask("POST", f"/approve/{galley.content}", data=data, headers=headers)

    def approvals(self) -> list[Approval]:
        with workshop.desk(self.content, self.output) as at:
            return at.ledger.records.approvals()

    def state(self) -> State:
        with workshop.desk(self.content, self.output) as at:
            return at.plan(watched=False)[0].state

    def change(self, words: str = "Another word.") -> None:
        source = self.content / "e00001.md"
        source.write_text(source.read_text("utf-8") + f"\n{words}\n", encoding="utf-8")


def a_room(tmp_path: Path, house: str = HOUSE) -> Room:
    content = workshop.content_folder(tmp_path / "content", range(1, 2), house=house)
    return Room(content, tmp_path / "output")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return a_room(tmp_path)


# ----------------------------------------------------------------------------------- bad input


def test_a_get_does_nothing_however_often_a_scanner_makes_it(room: Room) -> None:
    galley = room.prove()
    for method in ("GET", "HEAD", "GET"):
        assert room.ask(method, room.link(galley, "Anne")).status_code == 200
    assert (room.approvals(), room.woken, room.state()) == ([], [], State.WAITING)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["", "0" * 64, "é", "\ud800"])
def test_without_the_token_it_is_as_if_nothing_were_there(
    room: Room, method: str, token: str
) -> None:
    galley = room.prove()
    token = token.encode("utf-8", "replace").decode()
    params = {"token": token, "who": "Anne"}
    wrong = room.ask(method, f"/approve/{galley.content}", params=params)
    absent = room.ask(method, f"/approve/{'0' * 64}", params=params)
    assert wrong.status_code == absent.status_code == 404
    assert wrong.content == absent.content
    assert galley.title not in wrong.text


def test_a_link_is_for_one_person_and_for_one_galley(room: Room) -> None:
    galley = room.prove()
    annes = codes.link_token(galley, "Anne", room.secret)
    params = {"token": annes, "who": "Bernard"}
    assert room.ask("GET", f"/approve/{galley.content}", params=params).status_code == 404
    room.change()
    other = room.prove()
    params = {"token": annes, "who": "Anne"}
    assert room.ask("GET", f"/approve/{other.content}", params=params).status_code == 404


def test_a_wrong_code_is_told_and_changes_nothing(room: Room) -> None:
    galley = room.prove()
    answer = room.send(galley, name="Anne", code="abcde-abcde-abcde-abcde")
    assert answer.status_code == 403
    assert "not the code of Anne" in answer.text
    assert (room.approvals(), room.woken) == ([], [])


def test_the_code_of_another_person_is_a_wrong_code(room: Room) -> None:
    answer = room.send(room.prove(), name="Anne", code=room.code("Bernard"))
    assert (answer.status_code, room.approvals()) == (403, [])


def test_after_five_codes_in_a_minute_even_the_right_one_has_to_wait(room: Room) -> None:
    galley = room.prove()
    for _ in range(TRIES):
        assert room.send(galley, name="Anne", code="wrong").status_code == 403
    assert room.send(galley, name="Anne", code=room.code("Anne")).status_code == 429
    assert room.approvals() == []
    room.now += SECONDS
    assert room.send(galley, name="Anne", code=room.code("Anne")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_on_another_site_is_refused(room: Room, headers: dict[str, str]) -> None:
    answer = room.send(room.prove(), "Anne", headers=headers)
    assert (answer.status_code, room.approvals()) == (403, [])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"token=x" + b"&a=b" * 5_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", ""),
    ],
)
def test_what_is_not_the_form_is_not_taken(room: Room, body: bytes, kind: str) -> None:
    galley = room.prove()
    answer = room.ask(
        "POST", room.link(galley, "Anne"), content=body, headers={"Content-Type": kind}
    )
    assert (answer.status_code, room.approvals()) == (400, [])


@pytest.mark.parametrize("name", ["", "   ", "n" * 101])
def test_a_form_without_a_name_is_asked_for_one(room: Room, name: str) -> None:
    answer = room.send(room.prove(), name=name, code="x")
    assert (answer.status_code, "Say who you are" in answer.text) == (400, True)


def test_what_a_name_holds_is_text_on_the_page(room: Room) -> None:
    answer = room.send(room.prove(), name="<script>", code="wrong")
    assert "<script>" not in answer.text


def test_a_name_that_the_house_does_not_know_may_not_approve(tmp_path: Path) -> None:
    room = a_room(tmp_path, NAMED)
    galley = room.prove()
    for answer in (
        room.send(galley, name="Claire", code=room.code("Claire")),
        room.send(galley, "Claire"),
    ):
        assert answer.status_code == 403
        assert "Anne, Bernard" in answer.text
    assert room.approvals() == []


# ------------------------------------------------------------------------------- saying yes


def test_a_personal_link_needs_no_code_and_the_next_run_publishes(room: Room) -> None:
    galley = room.prove()
    answer = room.send(galley, "Anne", headers={"Origin": "http://house"})
    assert answer.status_code == 200
    assert "Thank you, Anne. It goes out now." in answer.text
    assert room.woken == [("approval", ("e00001.md",))]
    [fact] = workshop.publish_due(room.content, room.output)
    assert fact.who == "Anne"
    page = room.get(room.link(galley, "Anne"))
    assert "This revision is out." in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize("host", ["house.example", "127.0.0.1:8000"])
def test_behind_a_proxy_the_houses_own_form_is_taken_whatever_host_it_passes_on(
    room: Room, host: str
) -> None:
    headers = {"Origin": "https://house.example", "Host": host, "Sec-Fetch-Site": "same-origin"}
    assert room.send(room.prove(), "Anne", headers=headers).status_code == 200


def test_a_name_and_its_code_do_as_well(room: Room) -> None:
    galley = room.prove()
    assert 'name="code"' in room.get(room.link(galley)).text
    answer = room.send(galley, name=" Anne ", code=room.code("Anne").upper())
    assert (answer.status_code, room.state()) == (200, State.DUE)
    [yes] = room.approvals()
    assert (yes.who, yes.way) == ("Anne", "link")


def test_the_same_yes_twice_counts_once(tmp_path: Path) -> None:
    room = a_room(tmp_path, TWO)
    galley = room.prove()
    assert "It takes 1 more" in room.send(galley, "Anne").text
    again = room.send(galley, "Anne")
    assert (again.status_code, "counts once" in again.text) == (200, True)
    assert (len(room.approvals()), room.state()) == (1, State.WAITING)


def test_two_people_are_two_names_whichever_way_they_come(tmp_path: Path) -> None:
    room = a_room(tmp_path, TWO)
    galley = room.prove()
    room.send(galley, "Anne")
    page = room.get(room.link(galley)).text
    assert "Anne said yes." in page
    assert "2 different people; 1 to go" in page
    room.send(galley, name="Bernard", code=room.code("Bernard"))
    [fact] = workshop.publish_due(room.content, room.output)
    assert fact.who == "Anne, Bernard"


def test_a_row_written_by_hand_is_not_shown_as_a_yes(room: Room) -> None:
    galley = room.prove()
    with workshop.desk(room.content, room.output) as at:
        forged = codes.approval_of(galley, "Anne", "link", b"a guess")
        at.ledger.records.approve(forged, at.clock())
    assert "Nobody has said yes." in room.get(room.link(galley)).text


# ----------------------------------------------------------------------------------- changes


def test_one_changed_word_voids_the_page_and_says_what_to_do(room: Room) -> None:
    galley = room.prove()
    room.change()
    for answer in (room.get(room.link(galley, "Anne")), room.send(galley, "Anne")):
        assert answer.status_code == 410
        assert "has changed since the proof was made" in answer.text
        assert "<form" not in answer.text
        assert "/files/" not in answer.text
    assert (room.approvals(), room.woken, room.state()) == ([], [], State.WAITING)


@pytest.mark.parametrize("house", [HOUSE + '[looks]\nstrong = "#123456"\n', NAMED])
def test_a_house_that_looks_otherwise_voids_it_and_one_that_works_otherwise_does_not(
    room: Room, house: str
) -> None:
    galley = room.prove()
    (room.content / "house.toml").write_text(house, encoding="utf-8")
    assert room.get(room.link(galley)).status_code == (410 if "looks" in house else 200)


def test_a_source_that_is_gone_voids_it(room: Room) -> None:
    galley = room.prove()
    (room.content / "e00001.md").unlink()
    assert room.get(room.link(galley)).status_code == 410


def test_a_yes_to_a_former_state_does_not_open_the_next_page(room: Room) -> None:
    old = room.prove()
    room.send(old, "Anne")
    room.change()
    new = room.prove()
    assert new.content != old.content
    assert "Nobody has said yes." in room.get(room.link(new, "Anne")).text
    assert room.get(room.link(old, "Anne")).status_code == 410


def test_a_change_that_is_taken_back_is_asked_about_again(room: Room) -> None:
    source = room.content / "e00001.md"
    before = source.read_bytes()
    first = room.prove()
    room.change()
    room.prove()
    source.write_bytes(before)
    with workshop.desk(room.content, room.output) as at:
        at.plan(watched=False)
        assert [item.name for item in at.outcome.to_ask] == ["e00001.md"]
    assert room.prove() == first
    with workshop.desk(room.content, room.output) as at:
        at.plan(watched=False)
        assert at.outcome.to_ask == ()
        assert at.ledger.records.galleys()["e00001.md"] == first
    assert room.send(first, "Anne").status_code == 200


def test_a_yes_to_revision_two_is_none_to_revision_three(room: Room) -> None:
    room.send(room.prove(), "Anne")
    workshop.publish_due(room.content, room.output)
    for revision in (2, 3):
        with workshop.desk(room.content, room.output, revision) as at:
            outgoing.ask_for_correction(
                at, at.plan(watched=True)[0].surveyed, "One figure.", "Anne"
            )
        galley = room.prove()
        assert (galley.revision, room.state()) == (revision, State.WAITING)
        page = room.get(room.link(galley, "Anne")).text
        assert "One figure." in page
        assert "Nobody has said yes." in page
        room.send(galley, "Anne")
        [fact] = workshop.publish_due(room.content, room.output, revision)
        assert fact.revision == revision


# -------------------------------------------------------------------------- what can be seen


def links(page: str) -> list[str]:
    return re.findall(r'href="(/approve/[^"]+)"', page)


def test_what_would_go_out_can_be_looked_at_from_the_page_alone(room: Room) -> None:
    page = room.get(room.link(room.prove()))
    shown = links(page.text)
    there = [name for name in galleys.SHOWN if name != "event.ics"]  # it announces no event
    assert [link.rpartition("/")[2] for link in shown] == ["proof.html", *there]
    for link in shown:
        answer = room.get(link)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"


def test_the_key_to_the_files_approves_nothing_and_opens_no_other_galley(room: Room) -> None:
    galley = room.prove()
    key = links(room.get(room.link(galley)).text)[0].split("/")[4]
    assert room.get(f"/approve/{galley.content}?token={key}").status_code == 404
    room.change()
    other = room.prove()
    assert room.get(f"/approve/{other.content}/files/{key}/proof.html").status_code == 404


@pytest.mark.parametrize(
    "path", ["../../secret", "%2e%2e/%2e%2e/secret", "/etc/passwd", "site", "a%00b"]
)
def test_a_key_opens_nothing_outside_its_galley(room: Room, path: str) -> None:
    key = codes.look_key(galley := room.prove(), room.secret)
    answer = room.get(f"/approve/{galley.content}/files/{key}/{path}")
    assert answer.status_code == 404
    assert room.secret not in answer.content


def test_what_is_not_approved_is_in_no_public_file_and_behind_no_address(room: Room) -> None:
    galley = room.prove()
    assert not (room.output / "site").exists()
    folder = room.output / "galleys" / galley.content
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert "proof.html" in files
    for name in files:
        for address in (
            f"/galleys/{galley.content}/{name}",
            f"/approve/{galley.content}/files/{name}",
            f"/approve/{galley.content}/files/{'0' * 64}/{name}",
            "/" + name.removeprefix("site/"),
        ):
            assert room.get(address).status_code == 404


def test_what_nobody_is_asked_about_any_more_is_not_kept(room: Room) -> None:
    first = room.prove()
    room.change()
    second = room.prove()
    assert [path.name for path in (room.output / "galleys").iterdir()] == [second.content]
    assert first.content != second.content


def test_the_page_is_for_no_cache_no_index_no_frame_and_runs_nothing(room: Room) -> None:
    answer = room.get(room.link(room.prove(), "Anne"))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "<script" not in answer.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_the_language_of_the_house_and_says_the_doubts(
    tmp_path: Path, language: str
) -> None:
    room = a_room(tmp_path, HOUSE.replace('"en"', f'"{language}"'))
    (room.content / "e00001.md").write_text("# A title\n\nWord.Glued.\n", encoding="utf-8")
    page = room.get(room.link(room.prove(), "Anne")).text
    assert f'<html lang="{language}">' in page
    assert ("Anne donne son bon à tirer" if language == "fr" else "Anne says yes") in page
    assert "Word.Glued" in page
    assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
