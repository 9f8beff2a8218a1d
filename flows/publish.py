"""The flow that publishes: sequence, retries, concurrency. What publishing *is* stands elsewhere.

Async throughout: a synchronous flow joins a heartbeat thread for a second at each call. The work
of the processor is done in the desk's press; nothing here keeps results, so that a run that is
started again begins from the state of the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State as RunState
from prefect.logging import get_run_logger
from prefect.logging.handlers import APILogHandler
from prefect.runtime import flow_run, task_run
from prefect.states import Completed, Failed

from flows import channels, events, outgoing
from flows.desk import Desk
from flows.failures import sentence_for
from flows.ledger import Fact, LedgerError
from flows.manuscript import Manuscript
from flows.plan import ASKING, Planned, State, Understood
from flows.press import Made
from flows.proof import Proof
from flows.release import Staged
from flows.site import RefusedError
from flows.telling import notify

#: The desk of a run that was started in this process, with what it has planned already.
DESK: ContextVar[Desk | None] = ContextVar("desk", default=None)

#: Editions in the making at one time: enough to keep every core busy, few enough for the memory.
AT_ONCE = 4


def _broke(_task: object, _run: object, state: RunState[Any]) -> bool:
    """Whether another try can help: a worker that was killed, a ledger that was busy."""
    error = state.data if isinstance(state.data, BaseException) else None
    return error is None or isinstance(error, BrokenProcessPool | LedgerError)


@task(task_run_name="read {item.name}", cache_policy=NO_CACHE, persist_result=False)
async def read(item: Planned) -> Manuscript:
    """The manuscript of an entry, as the plan has read it."""
    return item.reading.manuscript


@task(task_run_name="edit {item.name}", cache_policy=NO_CACHE, persist_result=False)
async def edit(item: Planned) -> Understood:
    """The edition of a manuscript, with what was found doubtful on the way."""
    for finding in item.reading.findings:
        get_run_logger().info("%s: %s [%s]", finding.place, finding.severity, finding.rule)
    return item.reading


@task(
    task_run_name="render {channel} of {item.name}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=_broke,
)
async def render(desk: Desk, item: Planned, channel: str) -> Made:
    """One channel, rendered and proved in the press; again if its process was killed."""
    try:
        made = await asyncio.wrap_future(desk.making.rendering(item, channel))
        desk.made()
        return made
    except BrokenProcessPool:
        desk.making.give_up(item, channel)
        raise


@task(task_run_name="prove {item.name}", cache_policy=NO_CACHE, persist_result=False)
async def prove(desk: Desk, item: Planned, made: Sequence[Made]) -> Proof:
    """All the evidence for one edition, written down whether it holds or not."""
    return desk.making.prove(item, made)


def _release_name() -> str:
    slugs = [item.fact.slug for item in task_run.parameters["staged"]]
    return f"release {', '.join(slugs[:3])}{' …' if len(slugs) > 3 else ''}"


@task(
    task_run_name=_release_name,
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=2,
    retry_condition_fn=_broke,
)
async def release(desk: Desk, staged: Sequence[Staged]) -> list[Fact]:
    """Make what is staged public at one moment."""
    return await asyncio.to_thread(outgoing.release, desk, staged)


@task(
    task_run_name="deliver to {target}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[2, 10],
)
async def deliver(desk: Desk, target: str) -> None:
    """Bring one target to what is public now; what it missed before goes with it."""
    await asyncio.to_thread(outgoing.deliver, desk, target)


def _run_name() -> str:
    entries = flow_run.parameters.get("entries") or ()
    if not entries:
        return "publish what is due"
    more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    return f"publish {entries[0]}{more}"


@flow(name="publish", flow_run_name=_run_name, persist_result=False, validate_parameters=False)
async def publish(
    content: str = "content",
    output: str = "output",
    entries: Sequence[str] = (),
    watched: bool = False,
) -> RunState[Any]:
    """Publish what is due: of ``entries``, or of the whole content folder.

    ``watched`` says that a person sees the doubts; otherwise they hold an edition back.
    """
    with ExitStack() as stack:
        lent = DESK.get()
        desk = lent or stack.enter_context(Desk(Path(content), Path(output)))
        if lent is None:
            await asyncio.to_thread(desk.recover)
            await asyncio.to_thread(desk.plan, entries, watched=watched)
        await _publish(desk)
        events.outcome(desk.outcome, desk.house)
        if lent is None:  # otherwise by whoever lent it, who sees a flow that crashed, too
            await asyncio.to_thread(notify.after, desk, log=get_run_logger().warning)
        return _closing_state(desk)


async def publish_from(desk: Desk, *, watched: bool) -> UUID | None:
    """Run the flow in this process, on a desk that has planned already; the run's id."""
    DESK.set(desk)
    names = [item.name for item in desk.outcome.to_make]
    state = await publish(str(desk.content), str(desk.output), names, watched, return_state=True)
    if state.is_crashed() or (
        state.is_failed() and not (desk.outcome.refused or desk.outcome.failed)
    ):
        for item in desk.outcome.to_make:
            desk.fail(item.name, state.message or "the run crashed")
    await asyncio.to_thread(notify.after, desk)
    await APILogHandler.aflush()  # before a server of this run's own is stopped
    return state.state_details.flow_run_id


async def _publish(desk: Desk) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    making = desk.outcome.to_make
    results = await asyncio.gather(*(_produce(desk, item, gate) for item in making))
    staged = [s for s, _proof in results if s]
    if staged:
        try:
            await release(desk, staged)
        except RefusedError as error:
            desk.refuse("feed.xml", error.proof)
        except Exception as error:
            get_run_logger().exception("nothing was published")
            for item in staged:
                desk.fail(item.fact.entry, sentence_for(error))
    await _report(desk, [(item, p) for item, (_s, p) in zip(making, results, strict=True)])
    for target in await asyncio.to_thread(outgoing.undelivered, desk):
        try:
            await deliver(desk, target)
        except Exception as error:
            get_run_logger().exception("%s was not reached", target)
            desk.fail(target, sentence_for(error))


async def _produce(
    desk: Desk, item: Planned, gate: asyncio.Semaphore
) -> tuple[Staged | None, Proof | None]:
    """One edition as far as staging. What goes wrong stays with it."""
    async with gate:
        name = item.name
        try:
            await read(item)
            await edit(item)
            made = await asyncio.gather(
                *(render(desk, item, channel) for channel in channels.found())
            )
            proof = await prove(desk, item, made)
            evidence = await asyncio.to_thread(desk.making.file_proof, item, proof, made)
            if not proof.passed:
                desk.refuse(name, proof)
                return None, proof
            if item.state in ASKING:
                await asyncio.to_thread(outgoing.ask, desk, item, evidence, made)
                return None, proof
            return await asyncio.to_thread(outgoing.stage, desk, item, made, evidence), proof
        except Exception as error:
            get_run_logger().exception("%s could not be published", name)
            desk.fail(name, sentence_for(error))
    return None, None


async def _report(desk: Desk, proved: Sequence[tuple[Planned, Proof | None]]) -> None:
    """What was published, with links, and the table of the proofs, beside the run in Prefect."""
    if links := [f"- [{f.title}]({desk.house.url(f.path)}/)" for f in desk.outcome.published]:
        await acreate_markdown_artifact("\n".join(links), key="published")
    rows = [
        {
            "edition": item.name,
            "file": c.subject,
            "check": c.id,
            "figure": c.figure,
            "holds": c.passed,
        }
        for item, proof in proved
        if proof
        for c in proof.checks
    ]
    if rows:
        await acreate_table_artifact(rows, key="proof")


def _closing_state(desk: Desk) -> RunState[Any]:
    done = desk.outcome
    held = [item for item in done.planned if item.state in (*ASKING, State.LATE, State.REFUSED)]
    message = f"{len(done.published)} published, {len(held)} held back"
    if done.refused or done.failed:
        names = ", ".join(name for name, _ in (*done.refused, *done.failed))
        return Failed(message=f"{message}; not published: {names}")
    return Completed(message=message)
