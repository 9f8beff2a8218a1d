"""The address of one click by which somebody leaves a list (RFC 8058).

It bears no mail address: a token stands for it, made from the house's secret, and what is kept of
somebody who left is the token. Who was meant is told when the list is read next.
"""

from __future__ import annotations

import hmac

from flows.house import House

#: Where ``parution serve`` answers, below the site's root.
PATH = "unsubscribe"
#: Letters of a token: half says whom it is about, half that it is ours.
LENGTH = 64
_HALF = LENGTH // 2


def token_of(list_: str, mailbox: str, secret: bytes) -> str:
    """A mailbox's token for a list: the same each time."""
    who = _digest(f"leaving\0{list_}\0{mailbox}", secret)
    return who + _digest(f"left\0{list_}\0{who}", secret)


def is_token(token: str, list_: str, secret: bytes) -> bool:
    """Whether a token is ours, told without knowing who is on the list."""
    who, true = token[:_HALF], token[_HALF:]
    made = _digest(f"left\0{list_}\0{who}", secret)
    return token.isascii() and hmac.compare_digest(true, made)


def link_of(token: str, list_: str, house: House) -> str:
    return house.url(f"{PATH}/{list_}/{token}")


def _digest(said: str, secret: bytes) -> str:
    return hmac.digest(secret, said.encode(), "sha256").hex()[:_HALF]
