"""Asking for a yes in Prefect's pages: a run that is suspended, for days if need be, without a
process, and resumed by whoever types a name and a code.

Prefect runs the body from the top each time. What was typed is taken out of its database as soon
as it is read, since a code is a secret and those pages know no users; what a former run of the
body has read comes back blank.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowRunFilter
from prefect.client.schemas.objects import State as RunState
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import PrefectException
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput, adelete_flow_run_input, keyset_from_base_key
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Completed, Failed
from prefect.types.entrypoint import EntrypointType
from pydantic import Field

from flows import events
from flows.approval import codes
from flows.approval.codes import approval_link
from flows.approval.sign_off import give, reply, sentence, view_of
from flows.desk import Desk
from flows.ledger import Galley
from flows.plan import ASKING, Planned
from flows.words import catalogue

DEPLOYMENT = "in-prefect"
T = TypeVar("T")


class Yes(RunInput):
    """Who says yes, and the code that shows it."""

    name: str = Field(default="", title="Name", max_length=100)
    code: str = Field(default="", title="Personal code", max_length=100)


@flow(
    name="approve",
    flow_run_name="approve {entry}",
    persist_result=False,
    validate_parameters=False,
)
async def approve(content: str, output: str, entry: str = "", seal: str = "") -> RunState[Any]:
    """Wait for the yeses that a galley needs. ``seal``: what they are bound to."""

    def at_desk(act: Callable[[Desk], T]) -> T:
        with Desk(Path(content), Path(output)) as desk:
            return act(desk)

    galley, question = await asyncio.to_thread(at_desk, lambda desk: _question(desk, seal))
    if galley is None:
        return Failed(message=question)
    asked = Yes.with_initial_data(description=question)
    for number in count():
        key = f"yes-{number}"
        typed = await asuspend_flow_run(wait_for_input=asked, key=key)
        if not (typed.name and typed.code):
            continue
        await _forget(key)
        is_over, told = await asyncio.to_thread(at_desk, lambda desk: _take(desk, galley, typed))  # noqa: B023
        get_run_logger().info(told)
        if is_over:
            payload = {"entry": entry, "reason": "approval"}
            events.emit(events.REQUESTED, f"parution.entry.{entry}", payload)
            return Completed(message=told)
    raise AssertionError


async def _forget(key: str) -> None:
    await adelete_flow_run_input(keyset_from_base_key(f"suspended-{key}")["response"])


def _question(desk: Desk, seal: str) -> tuple[Galley | None, str]:
    galley, words = desk.ledger.records.galley(seal), catalogue("approval", desk.house.language)
    if galley is None:
        return None, words["prefect_unknown"]
    link = approval_link(galley, "", desk.house, desk.secret)
    question = words["prefect_ask"].format(
        title=galley.title, revision=galley.revision, link=f"<{link}>"
    )
    return galley, question


def _take(desk: Desk, galley: Galley, typed: Yes) -> tuple[bool, str]:
    """What becomes of what was typed: whether nobody is to be asked any more, and a sentence."""
    who = typed.name.strip()
    if not codes.is_code(typed.code, who, desk.secret):
        view = view_of(desk, galley)
        told = sentence("page_wrong_code", view, who)
    else:
        answer, view = give(desk, galley, who, "prefect")
        told = reply(answer, view, "page_")
    return view.standing != "waiting", told


# ------------------------------------------------------------------------------------ the runs


async def approve_deployment(content: Path, output: Path) -> RunnerDeployment:
    """The deployment whose runs ask; :func:`tend` starts them."""
    return await approve.ato_deployment(
        name=DEPLOYMENT,
        parameters={"content": str(content.resolve()), "output": str(output.resolve())},
        description="Asks for a yes: resume the run, with your name and your code.",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def tend(desk: Desk, entries: Iterable[Planned]) -> bool:
    """Have one run ask for each galley that waits, and end those that ask about what no longer
    does, of the ``entries`` that were planned. False when Prefect could not be asked to."""
    planned = {item.name: item for item in entries}
    waiting = {
        galley.content: galley
        for name, galley in desk.ledger.records.galleys().items()
        if name in planned
        and planned[name].state in ASKING
        and planned[name].content == galley.content
    }
    over = catalogue("approval", desk.house.language)["prefect_over"]
    try:
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(f"{approve.name}/{DEPLOYMENT}")
            asking = await _asking(client, deployment.id)
            for galley in waiting.values():
                if galley.content not in {seal for seal, _entry, _run in asking}:
                    await _start(client, deployment.id, galley)
            for seal, entry, run in asking:
                if entry in planned and seal not in waiting and run.state.is_paused():
                    await client.set_flow_run_state(run.id, Cancelled(message=over), force=True)
    except (PrefectException, httpx.HTTPError):
        return False
    return True


async def _asking(client: PrefectClient, deployment: Any) -> list[tuple[str, str, Any]]:
    """The runs that are not over: what each is bound to, its entry, and the run."""
    runs = await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        flow_run_filter=FlowRunFilter.model_validate(
            {"state": {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING", "PAUSED"]}}}
        ),
    )
    return [(run.parameters.get("seal", ""), run.parameters.get("entry", ""), run) for run in runs]


async def _start(client: PrefectClient, deployment: Any, galley: Galley) -> None:
    """Start a run for a galley: the same one, whoever asks; another where that one is over."""
    key = galley.content
    while True:
        run = await client.create_flow_run_from_deployment(
            deployment,
            parameters={"entry": galley.entry, "seal": galley.content},
            idempotency_key=key,
        )
        if not (run.state and run.state.is_final()):
            return
        key = f"{galley.content}/{run.id}"
