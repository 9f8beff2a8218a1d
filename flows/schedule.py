"""Deployments: what Prefect starts by itself, and when.

A run never asks what time it is supposed to be: after downtime Prefect starts every run that was
missed, so each asks what is *due*, and the second of two finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
)
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.house import House
from flows.publish import publish

#: Seconds between two questions to the server; a click in its pages is answered within that.
POLL = 2.0


async def due_deployment(content: Path, output: Path, house: House) -> RunnerDeployment:
    """The deployment that publishes what is due, on the house's cron line in its time zone."""
    return await publish.ato_deployment(
        name="due",
        schedule=Cron(house.schedule.cron, timezone=house.timezone),
        parameters={"content": str(content.resolve()), "output": str(output.resolve())},
        description="Publishes what is due, on every channel at once.",
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


class _Runner(Runner):
    """A runner that leaves SIGTERM to the process it lives in."""

    def __init__(self, on_terminate: Callable[[], None]) -> None:
        super().__init__(name="parution", limit=1, query_seconds=POLL, pause_on_shutdown=False)
        self._on_terminate = on_terminate

    def handle_sigterm(self, *_signal: object) -> None:
        self._on_terminate()


async def open_runner(
    content: Path, output: Path, house: House, on_terminate: Callable[[], None]
) -> Runner:
    """A runner that knows the deployments; it runs one thing at a time.

    Schedules are not paused when it stops: what they bring meanwhile is answered afterwards.
    """
    runner = _Runner(on_terminate)
    await runner.aadd_deployment(await due_deployment(content, output, house))
    return runner
