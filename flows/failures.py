"""What went wrong outside the editions, in a sentence for the person who can act on it."""

from __future__ import annotations

import errno
from collections.abc import Callable

from flows.words import ToldError

#: Errors of ours whose message is written for a person already.
_OURS = {
    "HouseError",
    "LedgerError",
    "SecretError",
    "AlreadyRecordedError",
    "SiteError",
    "TargetError",
    "ServerError",
    "ChangedMeanwhileError",
    "PortTakenError",
}

_SYSTEM: dict[int, Callable[[OSError], str]] = {
    errno.ENOSPC: lambda e: (
        f"the disk is full ({e.filename or 'output'}); nothing was published. "
        "Make room and run it again."
    ),
    errno.EACCES: lambda e: (
        f"{e.filename}: no permission; let this user read content and write output."
    ),
    errno.EROFS: lambda e: f"{e.filename}: the disk is read-only; choose another --output.",
    errno.EADDRINUSE: lambda _e: (
        "the port is taken by another program; choose another one with --port."
    ),
}


def sentence_for(error: BaseException) -> str:
    """The sentence for an error; of a bug, its kind and what it says."""
    return explain(error) or f"{type(error).__name__}: {error}"


def explain(error: BaseException) -> str | None:
    """The sentence for an error, or None where it is a bug and deserves its traceback."""
    if isinstance(error, ToldError) or type(error).__name__ in _OURS:
        return str(error)
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        return _SYSTEM[error.errno](error)
    if isinstance(error, OSError) and "pango" in str(error).lower():
        return "Pango is missing, which sets the type of the brochure; `make setup` says how."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}. Look at that folder, or name another one."
    return None
