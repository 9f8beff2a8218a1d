"""Webhooks: ``POST /hooks/<name>`` says that there is something to look at, and nothing more.

Signed with HMAC-SHA256 (RFC 2104) over ``<timestamp>.<body>``, as ``X-Parution-Signature:
sha256=<hex>`` with the Unix time in ``X-Parution-Timestamp``; or as GitHub signs, over the body
alone. That has no moment, and its delivery's id is not signed: the same body counts once, as long
as this process lives, and a replay after that makes it look once more. No file is ever taken from
a body.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from flows.house import Hook

#: Calls that are remembered, so that none is taken twice; the oldest are forgotten.
REMEMBERED = 10_000
#: Entries that one call may name.
MOST_ENTRIES = 100
#: Characters of a name; no file system has longer ones.
LONGEST_NAME = 255
_SPACE = uuid.UUID("6f0c2a52-6d0b-5a55-9d6b-0f2f2c1f7f0e")


@dataclass(frozen=True, slots=True)
class Knock:
    """A call that was accepted. ``event``: the same for the same call; ``entries``: names that
    the sender says have changed, if it said any."""

    hook: str
    event: uuid.UUID
    entries: tuple[str, ...] = ()


class _RefusedError(Exception):
    """The status and the key of the sentence that a call is answered with."""

    def __init__(self, status: int, why: str, **values: object) -> None:
        super().__init__(why)
        self.status, self.why, self.values = status, why, values


@dataclass(frozen=True, slots=True)
class _Seal:
    """A signature over ``signed``, and what tells this call from all others."""

    signature: str
    signed: bytes
    identity: str


class Hooks:
    """The endpoint of all webhooks of a house.

    ``hooks`` gives those of the moment; ``knocked`` takes each accepted call; ``told`` hears of
    each call's hook and result (a key of the words), for the log and the counters.
    """

    def __init__(
        self,
        hooks: Callable[[], tuple[Hook, ...]],
        knocked: Callable[[Knock], None],
        told: Callable[[str, str], None],
        words: Mapping[str, str],
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hooks, self._knocked, self._told, self._words = hooks, knocked, told, words
        self._environ, self._clock = environ, clock
        self._known: OrderedDict[uuid.UUID, None] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        """One call."""
        name = str(request.path_params["name"])
        try:
            hook = next((h for h in self._hooks() if h.name == name), None)
            if hook is None:
                raise _RefusedError(404, "hook_unknown")
            body = await _body(request, hook)
            knock, is_new = self._accept(hook, request.headers, body)
        except _RefusedError as refused:
            self._told(name if refused.status != 404 else "", refused.why)
            sentence = self._words[refused.why].format_map(refused.values)
            return JSONResponse({"accepted": False, "error": sentence}, refused.status)
        except ClientDisconnect:
            return Response(status_code=400)
        said = "hook_accepted" if is_new else "hook_known"
        if is_new:
            self._knocked(knock)
            self._remember(knock)  # not before: what could not be taken may be sent again
        self._told(name, said)
        answer = {"accepted": True, "event": str(knock.event), "message": self._words[said]}
        return JSONResponse(answer, 202 if is_new else 200)

    def _accept(self, hook: Hook, headers: Mapping[str, str], body: bytes) -> tuple[Knock, bool]:
        variable = secret_of(hook.name)
        secret = self._environ.get(variable, "")
        if not secret:
            raise _RefusedError(503, "hook_no_secret", variable=variable)
        seal = _seal(headers, body)
        wanted = hmac.new(secret.encode(), seal.signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), seal.signature.encode()):
            raise _RefusedError(401, "hook_wrong")
        # Asked after the signature, so that only who has the secret learns of our clock.
        stamp = headers.get("x-parution-timestamp")
        if stamp and abs(self._clock() - int(stamp)) > hook.window:
            raise _RefusedError(401, "hook_old", window=hook.window)
        event = uuid.uuid5(_SPACE, f"{hook.name}/{seal.identity}")
        return Knock(hook.name, event, _entries(body)), event not in self._known

    def _remember(self, knock: Knock) -> None:
        self._known[knock.event] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def secret_of(name: str) -> str:
    """The environment's variable that holds a webhook's secret: ``cms-prod`` →
    ``PARUTION_HOOK_CMS_PROD``."""
    return f"PARUTION_HOOK_{name.upper().replace('-', '_')}"


async def _body(request: Request, hook: Hook) -> bytes:
    """The body, of which no more is read than this webhook takes."""
    too_large = _RefusedError(413, "hook_too_large", largest=hook.largest)
    stated = request.headers.get("content-length", "0")
    if stated.isdecimal() and int(stated) > hook.largest:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > hook.largest:
            raise too_large
    return bytes(body)


def _seal(headers: Mapping[str, str], body: bytes) -> _Seal:
    stamp, signature = headers.get("x-parution-timestamp"), headers.get("x-parution-signature")
    if stamp and signature:
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16):
            raise _RefusedError(401, "hook_unsigned")
        given = signature.removeprefix("sha256=").lower()
        return _Seal(given, f"{stamp}.".encode() + body, f"{stamp}.{given}")
    github = headers.get("x-hub-signature-256")
    # A body as GitHub sends it: not one of ours, whose moment somebody has put into the body.
    if github and not stamp and body.lstrip()[:1] in (b"{", b"p"):
        given = github.removeprefix("sha256=").lower()
        return _Seal(given, body, f"github/{given}")
    raise _RefusedError(401, "hook_unsigned")


def _entries(body: bytes) -> tuple[str, ...]:
    """``{"entries": ["name", …]}``, where a body says so; anything else says nothing."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    named = said.get("entries") if isinstance(said, dict) else None
    if not isinstance(named, list):
        return ()
    names = (name for name in named[:MOST_ENTRIES] if isinstance(name, str))
    return tuple(name for name in names if 0 < len(name) <= LONGEST_NAME)
