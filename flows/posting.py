"""The flow that mails: after a release, by itself, so that a publication never waits for it.

What mailing *is* stands in :mod:`flows.mailing`; a run that is started again asks what is due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State as RunState
from prefect.logging import get_run_logger
from prefect.logging.handlers import APILogHandler
from prefect.states import Completed, Failed

from flows.failures import sentence_for
from flows.ledger.mailings import QUEUED, UNKNOWN
from flows.lists import MailingList
from flows.mailing import mailroom
from flows.mailing.campaign import Brake, Progress
from flows.mailing.due import Due, due, refusal
from flows.mailing.mailroom import Mailed
from flows.office import Office
from flows.words import ToldError

#: Who mails, for the record, where no person asked.
BY_ITSELF = "parution"


@dataclass(slots=True)
class Errand:
    """What a run in this process is lent, and what came of it. ``unmailed``: the lists that could
    not be mailed at all, and why."""

    office: Office
    reached: Callable[[Due, Progress], None] = lambda _due, _progress: None
    brake: Brake = field(default_factory=Brake)
    mailed: list[Mailed] = field(default_factory=list)
    unmailed: list[tuple[str, str]] = field(default_factory=list)


#: The errand of a run that was started in this process.
ERRAND: ContextVar[Errand | None] = ContextVar("errand", default=None)


def password_of(to: MailingList) -> str:
    """The password of a list's server: the environment's, or that of its Prefect block. Raises
    :class:`flows.mailing.due.MailError` where there is no such block."""
    if not to.password_block:
        return mailroom.from_environment(to)
    try:
        block = Secret.load(to.password_block)
    except ValueError as error:
        raise refusal("no_block", list=to.name, block=to.password_block) from error
    assert isinstance(block, Secret)
    return str(block.get())


@task(
    task_run_name="mail {one.slug} to {one.to.name}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def mail_list(errand: Errand, one: Due) -> Mailed:
    """One edition to one list; each recipient once, whatever ran before."""
    send = partial(
        mailroom.send,
        errand.office,
        one,
        BY_ITSELF,
        password=password_of,
        reached=partial(errand.reached, one),
        brake=errand.brake,
    )
    try:
        return await asyncio.to_thread(send)
    except asyncio.CancelledError:  # the thread goes on, and the process waits for it
        errand.brake.stop()
        raise


@flow(
    name="mail",
    flow_run_name="mail what is due",
    persist_result=False,
    validate_parameters=False,
)
async def mail(content: str = "content", output: str = "output") -> RunState[Any]:
    """Mail what is due, to one list after the other."""
    with ExitStack() as stack:
        errand = ERRAND.get() or Errand(stack.enter_context(Office(Path(content), Path(output))))
        office = errand.office
        for one in await asyncio.to_thread(due, office.ledger, office.house, office.clock()):
            if errand.brake.is_on:
                break
            try:
                errand.mailed.append(await mail_list(errand, one))
            except Exception as error:
                get_run_logger().exception("the list %s was not mailed", one.to.name)
                errand.unmailed.append((one.to.name, _sentence(error, office.house.language)))
        if errand.mailed:
            rows = [_row(mailed) for mailed in errand.mailed]
            await acreate_table_artifact(rows, key="mail")
        return _closing_state(errand)


async def mail_from(errand: Errand) -> None:
    """Run the flow in this process. Never raises: what is not sent stands in the ledger."""
    ERRAND.set(errand)
    office = errand.office
    state = await mail(str(office.content), str(office.output), return_state=True)
    if state.is_crashed() or (state.is_failed() and not (errand.mailed or errand.unmailed)):
        errand.unmailed.append(("mail", state.message or "the run crashed"))
    await APILogHandler.aflush()


def _sentence(error: Exception, language: str) -> str:
    return error.said.told(language) if isinstance(error, ToldError) else sentence_for(error)


def _closing_state(errand: Errand) -> RunState[Any]:
    language = errand.office.house.language
    troubles = [f"{name}: {why}" for name, why in errand.unmailed]
    for mailed in errand.mailed:
        counts, trouble = mailed.progress.counts, mailed.progress.trouble
        if mailed.is_open:
            why = trouble.told(language) if trouble else ""
            left = f"{counts[QUEUED]} queued, {counts[UNKNOWN]} unknown"
            troubles.append(f"{mailed.due.to.name}: {left}. {why}")
    if troubles:
        return Failed(message="; ".join(troubles))
    return Completed(message=f"{len(errand.mailed)} mailed")


def _row(mailed: Mailed) -> dict[str, Any]:
    one = mailed.due
    return {"edition": one.slug, "revision": one.revision, "list": one.to.name} | (
        mailed.progress.counts
    )
