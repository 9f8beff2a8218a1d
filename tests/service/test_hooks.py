"""Webhooks: who may knock, and that a knock counts once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from flows.house import Hook
from flows.service.hooks import Hooks, Knock, secret_of
from flows.words import catalogue

NOW = 1_790_000_000
SECRET = "sesame"


@dataclass
class Door:
    """The hooks ``cms`` and ``bare`` (which has no secret), and what came of the calls."""

    app: Starlette
    knocks: list[Knock] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def request(self, method: str, name: str, **about: object) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
                return await client.request(method, f"/hooks/{name}", **about)  # type: ignore[arg-type]

        return asyncio.run(ask())

    def call(
        self,
        body: bytes = b"{}",
        *,
        at: int = NOW,
        secret: str = SECRET,
        name: str = "cms",
        headers: object = None,
    ) -> tuple[int, dict[str, object]]:
        headers = signed(body, at, secret) if headers is None else headers
        answer = self.request("POST", name, content=body, headers=headers)
        return answer.status_code, answer.json()


def signed(body: bytes, at: int, secret: str) -> dict[str, str]:
    seal = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Parution-Timestamp": str(at), "X-Parution-Signature": f"sha256={seal}"}


@pytest.fixture
def door() -> Door:
    found = Door(Starlette())
    house = (Hook(name="cms", window=60, largest=1000), Hook(name="bare"))
    hooks = Hooks(
        lambda: house,
        found.knocks.append,
        lambda hook, result: found.told.append((hook, result)),
        catalogue("serve", "en"),
        environ={secret_of("cms"): SECRET},
        clock=lambda: float(NOW),
    )
    found.app = Starlette(routes=[Route("/hooks/{name}", hooks.answer, methods=["POST"])])
    return found


def test_a_signed_call_is_accepted_and_says_which_event_it_became(door: Door) -> None:
    status, answer = door.call()
    assert (status, answer["accepted"]) == (202, True)
    assert [str(knock.event) for knock in door.knocks] == [answer["event"]]


def test_the_same_call_twice_is_one_event(door: Door) -> None:
    first, second = door.call(), door.call()
    assert (first[0], second[0]) == (202, 200)
    assert first[1]["event"] == second[1]["event"]
    assert len(door.knocks) == 1


def test_a_call_without_a_signature_is_refused(door: Door) -> None:
    status, answer = door.call(headers={})
    assert status == 401
    assert "not signed" in str(answer["error"])


@pytest.mark.parametrize("secret", ["", "Sesame", "sesame ", "é"])
def test_a_call_with_a_wrong_signature_is_refused(door: Door, secret: str) -> None:
    assert door.call(secret=secret)[0] == 401


@pytest.mark.parametrize("signature", ["sha256=", "sha256=zz", "sha1=abc", "é", "=" * 5000])
def test_a_signature_that_is_none_is_refused(door: Door, signature: str) -> None:
    pairs = [("X-Parution-Timestamp", str(NOW)), ("X-Parution-Signature", signature.encode())]
    assert door.call(headers=pairs)[0] == 401


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "1e9", "٣", "9" * 400])
def test_a_timestamp_that_is_none_is_refused(door: Door, stamp: str) -> None:
    seal = hmac.new(SECRET.encode(), f"{stamp}.{{}}".encode(), hashlib.sha256).hexdigest()
    pairs = [("X-Parution-Timestamp", stamp.encode()), ("X-Parution-Signature", seal)]
    assert door.call(headers=pairs)[0] == 401


@pytest.mark.parametrize("age", [61, 3600, -61])
def test_a_webhook_with_an_old_signature_is_refused(door: Door, age: int) -> None:
    status, answer = door.call(at=NOW - age)
    assert status == 401
    assert "60 seconds" in str(answer["error"])
    assert not door.knocks


def test_a_signature_holds_for_its_own_body_and_moment_only(door: Door) -> None:
    assert door.call(b"{} ", headers=signed(b"{}", NOW, SECRET))[0] == 401
    moved = signed(b"{}", NOW, SECRET) | {"X-Parution-Timestamp": str(NOW + 1)}
    assert door.call(headers=moved)[0] == 401


def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(door: Door) -> None:
    status, answer = door.call(b"x" * 10_000_000)
    assert status == 413
    assert "1000 bytes" in str(answer["error"])


def test_a_body_that_does_not_say_how_long_it_is_is_read_no_further_than_the_limit(
    door: Door,
) -> None:
    taken: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for n in range(100):
            taken.append(n)
            yield b"x" * 1000

    answer = door.request("POST", "cms", content=endless(), headers=signed(b"", NOW, SECRET))
    assert answer.status_code == 413
    assert len(taken) == 2


def test_an_unknown_webhook_answers_404(door: Door) -> None:
    assert door.call(name="other")[0] == 404
    assert door.told == [("", "hook_unknown")]


def test_a_webhook_whose_secret_is_not_set_says_which_variable_it_wants(door: Door) -> None:
    status, answer = door.call(name="bare")
    assert status == 503
    assert "PARUTION_HOOK_BARE" in str(answer["error"])


def test_a_call_that_github_signed_is_accepted_once(door: Door) -> None:
    seal = hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()
    first = door.call(headers={"X-Hub-Signature-256": f"sha256={seal}", "X-GitHub-Delivery": "1"})
    again = door.call(headers={"X-Hub-Signature-256": f"sha256={seal}", "X-GitHub-Delivery": "2"})
    assert (first[0], again[0]) == (202, 200)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"entries": ["a.md", "b"]}', ("a.md", "b")),
        (b'{"entries": [1, "", "a.md"]}', ("a.md",)),
        (b'{"entries": "a.md"}', ()),
        (b"[" * 900, ()),
        (b"\xff\x00", ()),
        (b"", ()),
    ],
)
def test_a_body_may_name_what_has_changed_and_nothing_else_is_taken_from_it(
    door: Door, body: bytes, named: tuple[str, ...]
) -> None:
    assert door.call(body)[0] == 202
    assert [knock.entries for knock in door.knocks] == [named]


def test_a_webhook_answers_only_post(door: Door) -> None:
    assert door.request("GET", "cms").status_code == 405
