"""What was found by attacking it: each is a promise now."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from flows import events
from flows.house import Hook
from flows.house_file import HouseError, read_house
from flows.service import watch, web
from flows.service.dispatches import START, Wakes
from flows.service.hooks import Hooks, Knock
from flows.service.metrics import Metrics
from flows.service.newsroom import OutputGoneError
from flows.words import catalogue
from tests.release import workshop
from tests.service.test_newsroom import room

SECRET = "a long secret of a webhook"


class Endpoint:
    """A webhook called ``cms``, at a fixed moment."""

    def __init__(self, knocked: list[Knock], *, breaks: bool = False) -> None:
        def take(knock: Knock) -> None:
            if breaks:
                raise RuntimeError("nobody is at home")
            knocked.append(knock)

        self.hooks = Hooks(
            lambda: (Hook(name="cms"),),
            take,
            lambda _hook, _result: None,
            catalogue("serve", "en"),
            environ={"PARUTION_HOOK_CMS": SECRET},
            clock=lambda: 10_000.0,
        )
        app = Starlette(routes=[Route("/hooks/{name}", self.hooks.answer, methods=["POST"])])
        self.client = TestClient(app, raise_server_exceptions=False)

    def call(self, body: bytes, stamp: int = 10_000) -> int:
        headers = {
            "X-Parution-Timestamp": str(stamp),
            "X-Parution-Signature": f"sha256={signed(f'{stamp}.'.encode() + body)}",
        }
        return self.client.post("/hooks/cms", content=body, headers=headers).status_code


def signed(data: bytes) -> str:
    return hmac.new(SECRET.encode(), data, hashlib.sha256).hexdigest()


def test_a_call_that_could_not_be_taken_may_be_sent_again() -> None:
    knocked: list[Knock] = []
    broken = Endpoint(knocked, breaks=True)
    assert broken.call(b"{}") == 500
    broken.hooks._knocked = knocked.append
    assert broken.call(b"{}") == 202
    assert broken.call(b"{}") == 200
    assert len(knocked) == 1


def test_a_signature_with_a_moment_is_none_without_it() -> None:
    """An old call, its moment put into the body, is not one of GitHub's."""
    knocked: list[Knock] = []
    endpoint, body = Endpoint(knocked), b"3000.{}"
    headers = {"X-Hub-Signature-256": f"sha256={signed(body)}"}
    assert endpoint.client.post("/hooks/cms", content=body, headers=headers).status_code == 401
    headers = {"X-Hub-Signature-256": f"sha256={signed(b'{}')}"}
    assert endpoint.client.post("/hooks/cms", content=b"{}", headers=headers).status_code == 202


def test_a_name_that_no_file_can_have_is_not_taken_from_a_body() -> None:
    knocked: list[Knock] = []
    body = json.dumps({"entries": ["x" * 300, "a.md"]})
    assert Endpoint(knocked).call(body.encode()) == 202
    assert knocked[0].entries == ("a.md",)


def test_an_event_that_prefect_does_not_take_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect import events as prefect_events

    def refuse(*_given: object, **_named: object) -> None:
        raise ValueError("too large")

    monkeypatch.setattr(prefect_events, "emit_event", refuse)
    events.emit("parution.source.hook", "parution.hook.cms", {})


def test_a_folder_that_was_replaced_is_told_of(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))

    async def touched() -> None:
        while True:  # until it is heard of: watching takes a moment to begin
            (content / "e00001.md").touch()
            await asyncio.sleep(0.3)

    async def ended(changes: AsyncIterator[frozenset[str]]) -> None:
        async for _names in changes:
            pass

    async def replaced() -> None:
        changes = watch.changes(content, settle=0.1)
        touching = asyncio.create_task(touched())
        assert await anext(changes) == {"e00001.md"}
        touching.cancel()
        shutil.move(content, tmp_path / "old")
        workshop.content_folder(content, range(1, 2))
        with pytest.raises(OSError, match="No such file"):
            await ended(changes)

    asyncio.run(asyncio.wait_for(replaced(), 20))


def test_an_error_of_the_watching_library_is_a_reason() -> None:
    error = BaseExceptionGroup("both", [RuntimeError("invalid unicode")])
    assert watch.explained(error) == "RuntimeError: invalid unicode"


def test_into_another_output_folder_nothing_is_published_anew(tmp_path: Path) -> None:
    content, output = workshop.content_folder(tmp_path / "c", range(1, 2)), tmp_path / "o"
    workshop.publish_due(content, output)
    newsroom = room(content, output)
    newsroom.look(Wakes(frozenset({START})))
    shutil.move(output, tmp_path / "unmounted")
    for _ in range(2):
        with pytest.raises(OutputGoneError):
            newsroom.look(Wakes(frozenset({START})))
    newsroom.close()
    assert not output.exists()


@pytest.mark.parametrize("path", ["/a/%00", f"/a/{'x' * 300}", f"/{'x' * 5000}"])
def test_a_name_that_no_file_can_have_is_not_found(tmp_path: Path, path: str) -> None:
    content = workshop.content_folder(tmp_path / "c", range(1, 2))
    workshop.publish_due(content, tmp_path / "o")
    app = web.app(tmp_path / "o", Metrics(), catalogue("serve", "en"), faults=dict)
    assert TestClient(app).get(path).status_code == 404


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('[targets]\nsites = ["sftp://u:pass@host/srv"]\n', "no password"),
        ('[storage]\ndepot = "s3://key:secret@bucket"\n', "no password"),
        ('[schedule]\ncron = "0 9 LW * *"\n', "five fields"),
        ('[schedule]\ncron = "* * * * 5L"\n', "five fields"),
        ('[[hooks]]\nname = "CMS"\n', "a webhook's name"),
        ("[rules]\napproval = true\n", "above the first"),
    ],
)
def test_house_toml_is_refused_with_what_to_do(tmp_path: Path, setting: str, said: str) -> None:
    (tmp_path / "house.toml").write_text(f'name = "House"\n{setting}', encoding="utf-8")
    with pytest.raises(HouseError, match=said) as refused:
        read_house(tmp_path)
    assert "pass@" not in str(refused.value)


def test_cron_lines_that_every_reader_takes_alike_are_taken(tmp_path: Path) -> None:
    for line in ("0 9 * * 1-5", "*/15 8-18 1,15 jul mon-fri"):
        (tmp_path / "house.toml").write_text(f'name = "H"\n[schedule]\ncron = "{line}"\n')
        assert read_house(tmp_path).schedule.cron == line
