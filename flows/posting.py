"""The flow that mails: after a release, by itself, so that a publication never waits for it.

What mailing *is* stands in :mod:`flows.mailing`; a run that is started again asks what is due.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State as RunState
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.failures import sentence_for
from flows.ledger.mailings import QUEUED, UNKNOWN
from flows.lists import MailingList
from flows.mailing import mailroom
from flows.mailing.campaign import Progress
from flows.mailing.due import Due, due
from flows.mailing.mailroom import Mailed
from flows.office import Office

#: Who mails, for the record, where no person asked.
BY_ITSELF = "parution"
#: The office of a run that was started in this process.
OFFICE: ContextVar[Office | None] = ContextVar("office", default=None)


def password_of(to: MailingList) -> str:
    """The password of a list's server: the environment's, or that of its Prefect block."""
    if not to.password_block:
        return mailroom.from_environment(to)
    block = Secret.load(to.password_block)
    assert isinstance(block, Secret)
    return str(block.get())


@task(
    task_run_name="mail {one.fact.slug} to {one.to.name}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def mail_list(office: Office, one: Due) -> Mailed:
    """One edition to one list; each recipient once, whatever ran before."""
    send = partial(mailroom.send, office, one, BY_ITSELF, password=password_of, reached=_reached)
    return await asyncio.to_thread(send)


def _reached(_progress: Progress) -> None:
    """How far it is stands in the ledger."""


@flow(
    name="mail", flow_run_name="mail what is due", persist_result=False, validate_parameters=False
)
async def mail(content: str = "content", output: str = "output") -> RunState[Any]:
    """Mail what is due to each list, one list after the other."""
    with ExitStack() as stack:
        office = OFFICE.get() or stack.enter_context(Office(Path(content), Path(output)))
        wanted = await asyncio.to_thread(due, office.ledger, office.house, office.clock())
        done: list[Mailed] = []
        failed: dict[str, str] = {}
        for one in wanted:
            try:
                done.append(await mail_list(office, one))
            except Exception as error:
                get_run_logger().exception("the list %s was not mailed", one.to.name)
                failed[one.to.name] = sentence_for(error)
        for mailed in done:
            counts = mailed.progress.counts
            if trouble := mailed.progress.trouble:
                failed[mailed.due.to.name] = trouble.told("en")
            elif counts[QUEUED] or counts[UNKNOWN]:
                failed[mailed.due.to.name] = f"{counts[QUEUED]} wait, {counts[UNKNOWN]} unknown"
        if done:
            rows = [_row(mailed) for mailed in done]
            await acreate_table_artifact(rows, key="mail")
        if failed:
            return Failed(message="; ".join(f"{name}: {why}" for name, why in failed.items()))
        return Completed(message=f"{len(done)} mailed")


def _row(mailed: Mailed) -> dict[str, Any]:
    one = mailed.due
    return {"edition": one.fact.slug, "revision": one.fact.revision, "list": one.to.name} | (
        mailed.progress.counts
    )
