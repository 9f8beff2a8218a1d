"""One module per kind of destination, named after its URL scheme. ``file``: the local site.

``s3`` and ``sftp`` are copies of it elsewhere, brought up to date by :func:`push`; ``websub`` tells
hubs. What is promised of a copy stands in docs/decisions/0013-remote-targets.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from flows.targets.remote import PATIENCE, Line, Patience, Pushed, TargetError, shown, split
from flows.targets.websub import ping

__all__ = ["SCHEMES", "Patience", "Pushed", "TargetError", "ping", "push", "shown"]

#: The module for each URL scheme, with ``connect(url, environ, patience) -> Remote``. Loaded when
#: it is used: the libraries behind them take a second.
SCHEMES = {"s3": "flows.targets.s3", "sftp": "flows.targets.sftp"}


def push(
    root: Path,
    url: str,
    number: int,
    *,
    environ: Mapping[str, str] = os.environ,
    patience: Patience = PATIENCE,
    reached: Callable[[str], None] = lambda _step: None,
) -> Pushed:
    """Make what lies at ``url`` equal to what a reader sees below ``root``.

    ``number`` is the root's fencing token: a push with a lower one than the target has seen is
    refused. Doing it twice changes nothing; killed anywhere, the next push goes on. ``reached`` is
    told each step as it is passed. Raises :class:`TargetError`.
    """
    from flows.targets import mirror

    scheme = split(url).scheme
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise TargetError(f"{shown(url)}: there is no target of that kind; there are {known}.")
    remote = import_module(SCHEMES[scheme]).connect(url, environ, patience)
    try:
        return mirror.mirror(root, number, Line(remote, shown(url), patience), reached)
    finally:
        remote.close()
