"""A named person's yes: what it is bound to, and the signature that makes it that person's.

Each approver has a personal code, made from the house's secret and the name (HMAC, RFC 2104, with
SHA-256). A yes is signed with the code over what was seen; nobody can say it in another's name,
and a row that somebody wrote into the ledger by hand is worth nothing. Decision 0014.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flows.edition import Edition
from flows.house import House
from flows.reading import fingerprint
from flows.rendition import tool_versions
from flows.words import TEMPLATES

if TYPE_CHECKING:
    from flows.ledger import Approval, Galley

#: A secret of fewer characters is none.
_SHORTEST = 16


class SecretError(Exception):
    """The house's secret cannot be used; the message says why, and what to do."""


def secret_of(output: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """The house's secret: ``PARUTION_SECRET``, or a file of the output folder, made once.

    Raises :class:`SecretError` where it is too short to be one: whoever knows a secret can speak
    for everybody.
    """
    if told := environ.get("PARUTION_SECRET"):
        return _checked(told.encode(), "PARUTION_SECRET")
    path = output / "secret"
    if not path.exists():
        output.mkdir(parents=True, exist_ok=True)
        draft = output / f".secret.{os.getpid()}"
        with draft.open("w", encoding="ascii") as file:
            draft.chmod(0o600)
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())  # a file that a power cut left empty would be no secret
        try:
            os.link(draft, path)  # the first of two wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _checked(path.read_bytes(), str(path))


def _checked(secret: bytes, where: str) -> bytes:
    if len(secret.strip()) < _SHORTEST:
        raise SecretError(
            f"{where} holds no secret of {_SHORTEST} characters. Put back the former one; or take "
            "it away, and a new one is made: each approver then needs a new code, and what was "
            "approved and is not out has to be approved again."
        )
    return secret


def code_of(name: str, secret: bytes) -> str:
    """A person's code: twenty characters in four groups, easy to type."""
    digest = hmac.digest(secret, f"code of {name}".encode(), "sha256")
    text = base64.b32encode(digest)[:20].decode().lower()
    return "-".join(text[n : n + 5] for n in range(0, 20, 5))


def is_code(said: str, name: str, secret: bytes) -> bool:
    """Whether ``said`` is the code of ``name``; blanks, case and hyphens do not count."""
    said, true = (text.lower().replace("-", "") for text in (said, code_of(name, secret)))
    return same("".join(said.split()), true)


def content_of(edition: Edition, house: House, revision: int, note: str) -> str:
    """What a yes is bound to, as a SHA-256: all that decides the files but the day of release.

    The same edition, house, templates and typesetter give the same bytes (promise 4), so this is
    the hash of what was seen; the day that the colophon names is not known before it comes.
    """
    parts = (
        fingerprint(edition),
        house.model_dump_json(),
        str(revision),
        note,
        json.dumps(tool_versions()),
        _templates(),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _templates() -> str:
    digest = hashlib.sha256()
    for folder in ("brochure", "newsletter", "feed", "shared", "site", "speakers"):
        for path in sorted(p for p in (TEMPLATES / folder).rglob("*") if p.is_file()):
            digest.update(f"{path.relative_to(TEMPLATES)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def signature(entry: str, content: str, proof: str, who: str, secret: bytes) -> str:
    """The signature of a yes, made with the person's code."""
    said = "\0".join((entry, content, proof, who)).encode()
    return hmac.digest(code_of(who, secret).encode(), said, "sha256").hex()


def approval_of(galley: Galley, who: str, way: str, secret: bytes) -> Approval:
    """A yes to a galley by somebody whose code or link was checked already."""
    from flows.ledger import Approval

    signed = signature(galley.entry, galley.content, galley.proof, who, secret)
    return Approval(galley.entry, galley.content, galley.proof, who, way, signed)


def is_genuine(approval: Approval, secret: bytes) -> bool:
    true = signature(approval.entry, approval.content, approval.proof, approval.who, secret)
    return same(approval.signature, true)


def names(
    approvals: Iterable[Approval], content: str, house: House, secret: bytes
) -> frozenset[str]:
    """Who said yes to this very content; each person counts once, and only those who may."""
    may = house.approval.by
    return frozenset(
        approval.who
        for approval in approvals
        if approval.content == content
        and (not may or approval.who in may)
        and is_genuine(approval, secret)
    )


def link_token(galley: Galley, who: str, secret: bytes) -> str:
    """What a link in a notification carries: good for this galley, and for one person if named."""
    said = f"link\0{galley.entry}\0{galley.content}\0{galley.proof}\0{who}"
    return hmac.digest(secret, said.encode(), "sha256").hex()


def link_path(galley: Galley, who: str, secret: bytes) -> str:
    """Where ``serve`` asks for a yes to a galley, from the root of its site; without ``who`` the
    page asks for a name and a code."""
    query = {"token": link_token(galley, who, secret)} | ({"who": who} if who else {})
    return f"/approve/{galley.content}?{urlencode(query)}"


def look_key(galley: Galley, secret: bytes) -> str:
    """What opens a galley's files: good for looking at them, and for nothing else."""
    return hmac.digest(secret, f"look\0{galley.entry}\0{galley.content}".encode(), "sha256").hex()


def is_link(token: str, galley: Galley, who: str, secret: bytes) -> bool:
    return same(token, link_token(galley, who, secret))


def same(said: str, true: str) -> bool:
    """Whether two secrets are equal, told in the same time wherever they differ."""
    return hmac.compare_digest(said.encode("utf-8", "replace"), true.encode())


def approval_link(galley: Galley, who: str, house: House, secret: bytes) -> str:
    """The address of a galley's approval page: for one person, or for whoever has a code."""
    return house.url(link_path(galley, who, secret).removeprefix("/"))
