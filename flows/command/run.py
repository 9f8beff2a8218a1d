"""One publish run from a command: planned first, and Prefect loaded only when something is due.

While Prefect is being imported and its server starts, the press is rendering already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows import embedded, outgoing
from flows.desk import Desk, Outcome
from flows.plan import Planned
from flows.telling import notify

if TYPE_CHECKING:
    from flows.mailing.campaign import Progress
    from flows.mailing.due import Due


def publish(
    desk: Desk,
    only: Iterable[str] = (),
    *,
    watched: bool = True,
    reached: Callable[[Due, Progress], None] = lambda _due, _progress: None,
) -> Outcome:
    """Publish what is due, then mail what is due; with nothing due there is no run, no rendering
    and no write. ``reached`` is told how far each mailing is."""
    desk.recover()
    if desk.survey(only):
        desk.making.warm_up()
    desk.judge(only, watched=watched)
    if not (desk.outcome.to_make or outgoing.undelivered(desk) or _is_mail_due(desk)):
        tell(desk)
        return desk.outcome
    server = embedded.running(desk.output) or embedded.start(desk.output, services=False)
    try:
        desk.making.begin(desk.outcome.to_make)
        embedded.use(desk.output, server)
        from flows.publish import publish_from

        server.wait()
        if server.process:
            embedded.remember(desk.output, server)
        if desk.outcome.to_make or outgoing.undelivered(desk):
            asyncio.run(publish_from(desk, watched=watched))
        if _is_mail_due(desk):
            _mail(desk, reached)
            tell(desk)
    finally:
        server.stop()
    return desk.outcome


def _is_mail_due(desk: Desk) -> bool:
    if not desk.house.lists:
        return False
    from flows.mailing.due import due

    return bool(due(desk.ledger, desk.house, desk.clock()))


def _mail(desk: Desk, reached: Callable[[Due, Progress], None]) -> None:
    """A run of its own, once what is mailed is out."""
    from flows.command import stopping
    from flows.posting import Errand, mail_from

    with stopping.stoppable(desk.house.language) as brake:
        errand = Errand(desk, reached, brake)
        asyncio.run(mail_from(errand))
    desk.outcome = replace(
        desk.outcome, mailed=tuple(errand.mailed), unmailed=tuple(errand.unmailed)
    )


def tell(desk: Desk) -> None:
    """Tell people of what was done or found without a flow; Prefect only where it carries it."""
    if desk.house.notify.blocks and (server := embedded.running(desk.output)):
        embedded.use(desk.output, server)
    notify.after(desk)


def preview(desk: Desk, name: str, language_for: Callable[[Planned], str]) -> tuple[Path, Planned]:
    """Write the officer's page of an entry below ``output/``; its path, and what it is about."""
    from flows import channels, plan
    from flows import preview as page
    from flows.sources import entries

    entry = next(e for e in entries(desk.content) if e.name == name)
    surveyed = plan.Surveyed(entry, "")
    what = plan.understand(entry, desk.content, desk.house)
    renditions = []
    state = plan.State.DUE if what.edition else plan.State.REFUSED
    item = plan.Planned(surveyed, state, what)
    if what.edition:
        futures = [desk.making.rendering(item, channel) for channel in channels.found()]
        renditions = [future.result().rendition for future in futures]
    files = page.preview(
        name, what.manuscript, what.as_edited(), renditions, desk.house, language_for(item)
    )
    for file in files:
        target = desk.output / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
    return desk.output / files[0].path, item
