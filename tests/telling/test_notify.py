"""Notices reach the places that were named, once, and no place holds anything up."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import outgoing
from flows.approval import codes
from flows.command import run
from flows.house import Approval, House, Notify
from flows.ledger import TRIES, Database
from flows.telling import notify
from flows.telling.notices import Notice
from tests.release import workshop
from tests.telling import places

HOUSE = House(name="House of tests", address="https://house.example", language="en")
PUBLISHED = Notice("published", "published/bus/1", "Published: The bus", "https://house.example/b/")
LATE = Notice("late", "late/tram/1", "Late: The tram", "parution publish tram.md")
OURS = Notice("waiting", "waiting/bus/c", "To approve: The bus", "The link for all")
ANNES = Notice("waiting", "waiting/bus/c/Anne", "To approve: The bus", "Anne's link", to="Anne")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield database
    database.close()


def tell(
    database: Database, *told: Notice, house: House = HOUSE, patience: float = 10.0, **environ: str
) -> tuple[str, ...]:
    return notify.tell(told, house, database, environ, workshop.EPOCH, patience)


# ------------------------------------------------------------------------------- places in trouble


def test_where_nobody_listens_it_is_a_sentence_without_the_address(database, caplog) -> None:
    with places.nobody() as url, caplog.at_level(logging.DEBUG):
        [sentence] = tell(database, PUBLISHED, PARUTION_NOTIFY=url)
    assert sentence.startswith("PARUTION_NOTIFY: the notice could not be delivered.")
    for secret in ("s3cr3t", "t0k3n", url):
        assert secret not in sentence + caplog.text


@pytest.mark.parametrize("url", ["nonsense-t0k3n", "unheard-of://t0k3n", "json://"])
def test_what_is_no_address_is_a_sentence_that_shows_how_one_is_written(
    url: str, database, caplog
) -> None:
    with caplog.at_level(logging.DEBUG):
        [sentence] = tell(database, PUBLISHED, PARUTION_NOTIFY=url)
    assert "mailto://" in sentence
    assert "t0k3n" not in sentence + caplog.text


def test_a_place_that_hangs_is_not_waited_for(database) -> None:
    with places.hanging() as url:
        [sentence] = tell(database, PUBLISHED, PARUTION_NOTIFY=url, patience=0.3)
    assert "no answer" in sentence


def test_a_place_that_refuses_is_told_again_once_it_takes_notices(database) -> None:
    with places.service(status=500) as service:
        assert len(tell(database, PUBLISHED, PARUTION_NOTIFY=service.url)) == 1
        service.status = 200
        assert tell(database, PUBLISHED, PARUTION_NOTIFY=service.url) == ()
        assert service.titles == [PUBLISHED.title]


def test_a_place_that_takes_notices_and_never_says_so_is_not_flooded(database) -> None:
    with places.slow() as (url, count):
        said = [tell(database, LATE, PARUTION_NOTIFY=url, patience=0.2) for _ in range(TRIES + 2)]
        assert [len(sentences) for sentences in said] == [1] * (TRIES - 1) + [2, 0, 0]
        assert count() <= TRIES


def test_a_place_is_given_up_with_a_sentence_that_says_what_it_lacks(database, caplog) -> None:
    with places.nobody() as url:
        for _run in range(TRIES - 1):
            assert len(tell(database, PUBLISHED, LATE, PARUTION_NOTIFY=url)) == 1
        _failed, given_up = tell(database, PUBLISHED, LATE, PARUTION_NOTIFY=url)
        assert tell(database, PUBLISHED, LATE, PARUTION_NOTIFY=url) == ()
    assert f"{TRIES} tries" in given_up
    assert LATE.title in given_up
    assert PUBLISHED.title in given_up
    assert "s3cr3t" not in given_up + caplog.text


def test_an_address_that_was_put_right_is_tried_though_the_wrong_one_was_given_up(
    database,
) -> None:
    for _run in range(TRIES + 1):
        tell(database, PUBLISHED, PARUTION_NOTIFY="unheard-of://t0k3n")
    with places.service() as service:
        assert tell(database, PUBLISHED, PARUTION_NOTIFY=service.url) == ()
        assert service.titles == [PUBLISHED.title]


def test_no_address_is_in_the_ledger(database, tmp_path) -> None:
    with places.nobody() as url:
        tell(database, PUBLISHED, PARUTION_NOTIFY=url)
    database.close()
    for file in tmp_path.iterdir():
        for secret in (b"s3cr3t", b"t0k3n", b"anne"):
            assert secret not in file.read_bytes()


def test_of_two_places_one_that_fails_keeps_nothing_from_the_other(database) -> None:
    with places.nobody() as away, places.service() as service:
        both = f"{away} {service.url}"
        for _run in range(2):
            [sentence] = tell(database, PUBLISHED, PARUTION_NOTIFY=both)
            assert sentence.startswith("PARUTION_NOTIFY (1): ")
        assert service.titles == [PUBLISHED.title]


def test_a_place_that_failed_gets_what_the_other_has_got_once_it_takes_notices(database) -> None:
    with places.service(status=500) as away, places.service() as service:
        both = f"{away.url} {service.url}"
        assert len(tell(database, PUBLISHED, PARUTION_NOTIFY=both)) == 1
        away.status = 200
        for _run in range(2):
            assert tell(database, PUBLISHED, PARUTION_NOTIFY=both) == ()
        assert away.titles == service.titles == [PUBLISHED.title]


def test_a_new_place_is_not_told_of_what_was_said_before(database) -> None:
    with places.service() as old, places.service() as new:
        tell(database, PUBLISHED, PARUTION_NOTIFY=old.url)
        assert tell(database, PUBLISHED, PARUTION_NOTIFY=f"{old.url} {new.url}") == ()
        assert new.told == []


def test_a_block_that_prefect_does_not_have_is_a_sentence(database, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    house = HOUSE.model_copy(update={"notify": Notify(blocks=("x/y",))})
    [sentence] = tell(database, PUBLISHED, house=house, patience=0.1)
    assert sentence.startswith("x/y: ")


# --------------------------------------------------------------------------------- what is told


def test_each_thing_is_said_once(database) -> None:
    with places.service() as service:
        for _run in range(3):
            assert tell(database, PUBLISHED, LATE, PARUTION_NOTIFY=service.url) == ()
        assert sorted(service.titles) == [LATE.title, PUBLISHED.title]


def test_a_notice_comes_as_a_mail_in_plain_text(database) -> None:
    with places.mail_server() as server:
        assert tell(database, PUBLISHED, PARUTION_NOTIFY=server.url()) == ()
        [mail] = server.mails
    assert mail["Subject"] == PUBLISHED.title
    assert mail["To"] == "desk@house.example"
    assert mail.get_content_type() == "text/plain"
    assert "https://house.example/b/" in mail.get_content()


def test_a_file_with_a_line_break_in_its_name_is_told_in_one_line_and_adds_no_header(
    database,
) -> None:
    told = Notice("refused", "refused/x", "Refused: a\r\nBcc: all@house.example", "Why")
    with places.mail_server() as server:
        assert tell(database, told, PARUTION_NOTIFY=server.url()) == ()
        [mail] = server.mails
    assert mail["Subject"] == "Refused: a Bcc: all@house.example"
    assert mail["Bcc"] is None


def test_a_personal_link_goes_to_its_person_and_to_nobody_else(database) -> None:
    house = HOUSE.model_copy(update={"approval": Approval(by=("Anne", "Zoé"))})
    with places.service() as ours, places.service() as anne, places.service() as zoe:
        environ = {
            "PARUTION_NOTIFY": ours.url,
            "PARUTION_NOTIFY_ANNE": anne.url,
            "PARUTION_NOTIFY_ZOE": zoe.url,
        }
        assert tell(database, OURS, ANNES, house=house, **environ) == ()
        assert [body.split("\n")[0] for body in ours.bodies] == ["The link for all"]
        assert [body.split("\n")[0] for body in anne.bodies] == ["Anne's link"]
        assert zoe.bodies == []


def test_two_people_of_one_variable_get_no_personal_link_there(database) -> None:
    house = HOUSE.model_copy(update={"approval": Approval(by=("Élise", "Elise"))})
    with places.service() as service:
        elise = Notice("waiting", "waiting/bus/c/Elise", "To approve", "A link", to="Elise")
        assert tell(database, elise, house=house, PARUTION_NOTIFY_ELISE=service.url) == ()
        assert service.told == []


# ------------------------------------------------------------------------------------- the wiring


def test_a_run_with_nothing_to_publish_tells_of_what_is_refused_once_and_without_prefect(
    tmp_path: Path,
) -> None:
    content = workshop.content_folder(tmp_path / "content", range(0))
    (content / "empty.md").write_text("", encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from flows.command import run\n"
        "from flows.desk import Desk\n"
        "with Desk(Path(sys.argv[1]), Path(sys.argv[2])) as desk: run.publish(desk)\n"
        "print([name for name in ('prefect', 'apprise') if name in sys.modules])\n"
    )
    with places.service() as service:
        for environ, loaded in (({}, "[]"), ({"PARUTION_NOTIFY": service.url}, "['apprise']")):
            done = subprocess.run(
                [sys.executable, "-c", script, str(content), str(tmp_path / "output")],
                env={"PATH": "", **environ}, capture_output=True, text=True, check=True,
            )  # fmt: skip
            assert done.stdout.strip() == loaded, done.stderr
        assert service.titles == ["Refused: empty.md"]


def test_what_waits_is_told_by_a_later_run_if_the_place_was_away(tmp_path, monkeypatch) -> None:
    house = workshop.HOUSE + "approval = true\n"
    content = workshop.content_folder(tmp_path / "content", [1], house=house)
    with workshop.desk(content, tmp_path / "output") as desk:
        [item] = desk.plan(watched=False)
        galley = outgoing.ask(desk, item, {"proof.json": b"{}\n"})
    with places.service() as service:
        monkeypatch.setenv("PARUTION_NOTIFY", service.url)
        with workshop.desk(content, tmp_path / "output", 10) as desk:
            run.publish(desk, watched=False)
            link = codes.approval_link(galley, "", desk.house, desk.secret)
        assert service.titles == ["To approve: Edition 00001"]
        assert link in service.bodies[0]


def test_a_place_that_is_away_is_a_line_on_standard_error_and_the_run_goes_on(
    tmp_path, monkeypatch
) -> None:
    content = workshop.content_folder(tmp_path / "content", [1])
    lines: list[str] = []
    with places.nobody() as url, workshop.desk(content, tmp_path / "output") as desk:
        monkeypatch.setenv("PARUTION_NOTIFY", url)
        outgoing.release(desk, workshop.stage_due(desk))
        notify.after(desk, log=lines.append)
    assert [line.split(":")[0] for line in lines] == ["PARUTION_NOTIFY"]


def test_what_is_out_is_told_by_a_later_run_if_the_place_was_away(tmp_path, monkeypatch) -> None:
    content = workshop.content_folder(tmp_path / "content", [1])
    with places.service(status=500) as service:
        monkeypatch.setenv("PARUTION_NOTIFY", service.url)
        with workshop.desk(content, tmp_path / "output") as desk:
            outgoing.release(desk, workshop.stage_due(desk))
            notify.after(desk, log=lambda _line: None)
        service.status = 200
        for minutes in (10, 20):
            with workshop.desk(content, tmp_path / "output", minutes) as desk:
                run.publish(desk)
        assert service.titles == ["Published: Edition 00001"]


def test_what_a_killed_run_made_public_is_told_by_the_run_that_finished_it(
    tmp_path, monkeypatch
) -> None:
    content, output = workshop.content_folder(tmp_path / "content", [1]), tmp_path / "output"
    killed = [
        sys.executable,
        "-m",
        "tests.release.killed",
        str(content),
        str(output),
        "swapped",
        "1",
    ]
    assert subprocess.run(killed, check=False).returncode == -9
    with places.service() as service:
        monkeypatch.setenv("PARUTION_NOTIFY", service.url)
        for minutes in (10, 20):
            with workshop.desk(content, output, minutes) as desk:
                run.publish(desk)
        assert service.titles == ["Published: Edition 00001"]
