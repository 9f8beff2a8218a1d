"""Notices through Prefect's notification blocks, such as ``slack-webhook/comms``.

Loaded only where the house names one.
"""

from __future__ import annotations

from collections.abc import Callable


def sender(name: str) -> Callable[[str, str], bool] | None:
    """How to send through the block of that name; None if it is no notification block. Raises
    ``ValueError`` where Prefect has no such block, and what its client raises."""
    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block

    block = Block.load(name, _sync=True)  # type: ignore[call-arg]
    if not isinstance(block, NotificationBlock):
        return None

    def send(title: str, body: str) -> bool:
        with block.raise_on_failure():
            block.notify(body, title, _sync=True)  # type: ignore[call-arg,unused-coroutine]
        return True

    return send
