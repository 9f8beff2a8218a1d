"""Deployments and automations: what Prefect starts by itself, and when.

A run never asks what time it is supposed to be: after downtime Prefect starts every run that was
missed, so each asks what is *due*, and the second of two finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    FlowRun,
)
from prefect.deployments.runner import RunnerDeployment
from prefect.events.actions import RunDeployment
from prefect.events.filters import (
    EventFilter,
    EventNameFilter,
    EventOccurredFilter,
    EventResourceFilter,
)
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.asking import approve, approve_deployment
from flows.events import REQUESTED
from flows.house import House
from flows.posting import mail
from flows.publish import publish

#: Seconds between two questions to the server; a click in its pages is answered within that.
POLL = 2.0
#: Seconds in which any number of foreign events start one run.
STORM = 5.0
#: Seconds without a sign of life after which a run is taken for dead: two heartbeats, and some.
SILENCE = 75.0
AUTOMATION = "parution: publish what is due"


async def due_deployment(content: Path, output: Path, house: House) -> RunnerDeployment:
    """The deployment that publishes what is due, on the house's cron line in its time zone.

    The newsroom looks at the same moments, and earlier; whoever comes second finds nothing due.
    """
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
    """A runner that knows the deployment, which foreign events start too; it runs one thing at a
    time.

    Schedules are not paused when it stops: what they bring meanwhile is answered afterwards.
    """
    runner = _Runner(on_terminate)
    deployment = await runner.aadd_deployment(await due_deployment(content, output, house))
    await runner.aadd_deployment(await approve_deployment(content, output))
    async with _client() as client:
        await answer_requests(client, deployment)
    return runner


async def answer_requests(client: PrefectClient, deployment: UUID) -> None:
    """Let an event ``parution.source.requested``, from anybody, run the deployment: one run for
    a storm of them. Made once, known by its name, and mended when it differs."""
    wanted = AutomationCore(
        name=AUTOMATION,
        description=f"An event named {REQUESTED} has what is due looked at.",
        trigger=EventTrigger(
            expect={REQUESTED},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(seconds=STORM),
        ),
        actions=[
            RunDeployment(
                source="selected", deployment_id=deployment, parameters=None, job_variables=None
            )
        ],
    )
    found = await client.read_automations_by_name(AUTOMATION)
    for extra in found[1:]:
        await client.delete_automation(extra.id)
    if not found:
        await client.create_automation(wanted)
    elif _shape(found[0]) != _shape(wanted):
        await client.update_automation(found[0].id, wanted)


def _shape(automation: AutomationCore) -> object:
    kept = automation.model_dump(mode="json", include={"name", "description", "actions"})
    trigger = automation.trigger.model_dump(mode="json", include={"expect", "within", "threshold"})
    return kept | {"trigger": trigger}


async def mark_crashed(now: datetime, why: str) -> list[FlowRun]:
    """Mark as crashed the runs of ours that stand as running, though their process has given no
    heartbeat for :data:`SILENCE` seconds; those runs. What they had to publish is due still."""
    ours = [publish.name, approve.name, mail.name]
    async with _client() as client:
        running = await client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=ours)),
            flow_run_filter=FlowRunFilter.model_validate(
                {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
            ),
        )
        silent = [run for run in running if await _is_silent(client, run, now)]
        for run in silent:
            await client.set_flow_run_state(run.id, Crashed(message=why), force=True)
    return silent


async def _is_silent(client: PrefectClient, run: FlowRun, now: datetime) -> bool:
    since = now - timedelta(seconds=SILENCE)
    changed = run.state.timestamp if run.state else run.created
    if changed is None or changed > since:
        return False
    heartbeats = EventFilter(
        occurred=EventOccurredFilter.model_validate({"since": since, "until": now}),
        event=EventNameFilter(name=["prefect.flow-run.heartbeat"]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
    )
    page = await client.read_events(heartbeats, limit=1)
    return not page.events


def _client() -> PrefectClient:
    from prefect.client.orchestration import get_client

    return get_client()
