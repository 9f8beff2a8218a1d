"""The ``parution`` command. Each part is loaded when it is called, and no earlier.

Exit codes: 0 done, 1 refused by findings, 2 wrong use, 3 a target failed (nothing half-published).
"""

from __future__ import annotations

import os
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from flows.command import acts
from flows.command.mailing import send
from flows.command.officer import (
    DONE,
    FAILED,
    REFUSED,
    Content,
    Json,
    Output,
    desk_of,
    entry_as_json,
    exit_code,
    house_of,
    interrupted,
    language_of,
    named,
    print_json,
    write,
)

app = typer.Typer(
    help="One source of a conference, published as a newsletter, a printable brochure and a feed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Entries = Annotated[
    list[str] | None, typer.Argument(help="Files or folders of the content folder; default: all.")
]


#: What Prefect makes of SIGTERM while a flow runs in this process.
_TERMINATED = "TerminationSignal"


class LogStyle(Enum):
    """How ``parution serve`` writes its log."""

    JSON = "json"
    TEXT = "text"


@app.command()
def check(
    entries: Entries = None,
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_print: Annotated[
        bool,
        typer.Option("--print", help="Set the brochures too, and look at them as a printer does."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong or doubtful in the sources, and where; change nothing."""
    from flows import plan, report
    from flows import sources as reading
    from flows.clocks import utc_now
    from flows.store import Store

    house = house_of(content)
    wanted = named(entries, content)
    found = [e for e in reading.entries(content) if not wanted or e.name in wanted]
    surveyed = {plan.Surveyed(e, ""): plan.understand(e, content, house) for e in found}
    owner_of = Store(output, house.trial).entry_of
    judged = plan.decide(surveyed, content, house, plan.Circumstances(utc_now(), owner_of))
    language = language_of(house, judged)
    if as_print:
        from flows.command import printing

        refused = printing.show(content, output, judged, language, sys.stdout, as_json=as_json)
        raise SystemExit(REFUSED if refused else DONE)
    if as_json:
        print_json([entry_as_json(item, language) for item in judged])
    else:
        findings = [f for item in judged if item.understood for f in item.understood.findings]
        report.show(findings, language, sys.stdout, content=content)
    raise SystemExit(REFUSED if any(i.state is plan.State.REFUSED for i in judged) else DONE)


@app.command()
def preview(
    entry: Annotated[str, typer.Argument(help="A file or folder of the content folder.")],
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Write one page with what was understood, the findings, and the three channels."""
    from flows.command import run

    with desk_of(content, output) as desk:
        [name] = named([entry], content)
        page, item = run.preview(desk, name, lambda item: language_of(desk.house, [item]))
        language = language_of(desk.house, [item])
    address = page.resolve().as_uri()
    if as_json:
        print_json({"page": address} | entry_as_json(item, language))
    else:
        typer.echo(address)


@app.command()
def publish(
    entries: Entries = None,
    content: Content = Path("content"),
    output: Output = Path("output"),
    unwatched: Annotated[
        bool, typer.Option("--unwatched", help="Nobody looks: doubts hold an edition back.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Publish what is due on all channels, once everything is proved."""
    from flows.command import progress, run, status

    with desk_of(content, output) as desk:
        wanted = named(entries, content)
        with progress.shown(desk, language_of(desk.house)) as mailing:
            outcome = run.publish(desk, wanted, watched=not unwatched, reached=mailing)
        language = language_of(desk.house, outcome.planned)
        if as_json:
            print_json(status.outcome_as_json(desk, outcome, language))
        else:
            status.show_outcome(desk, outcome, language, sys.stdout)
    raise SystemExit(exit_code(outcome))


@app.command()
def status(
    content: Content = Path("content"), output: Output = Path("output"), as_json: Json = False
) -> None:
    """List each edition with its state, its revision, its findings and what is due."""
    from flows.command import status as stating

    with desk_of(content, output) as desk:
        planned = desk.plan(watched=False)
        language = language_of(desk.house, planned)
        rows = stating.rows(desk, planned, language)
        if as_json:
            print_json(rows)
        else:
            stating.show(rows, language, sys.stdout)


@app.command()
def schedule(
    weeks: Annotated[
        int, typer.Option(min=1, max=53, help="How far to look ahead.", metavar="<int>")
    ] = 6,
    ics: Annotated[
        Path | None, typer.Option(help="Write a calendar there too; - writes it instead.")
    ] = None,
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """List what goes out when in the next weeks, and what waits for somebody."""
    from flows import timetable
    from flows.command import agenda

    with desk_of(content, output) as desk:
        planned, now = desk.plan(watched=False), desk.clock()
    house, language = desk.house, language_of(desk.house, planned)
    coming = timetable.coming(planned, house, now, weeks)
    if ics:
        write(agenda.calendar(coming, house, now, language), ics, language)
    if ics == Path("-"):
        return
    if as_json:
        print_json(agenda.rows(coming, house))
    else:
        agenda.show(coming, house, language, sys.stdout)


@app.command()
def serve(
    content: Content = Path("content"),
    output: Output = Path("output"),
    host: Annotated[str, typer.Option(help="The address that the site listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The site's port.", min=1, max=65535)] = 8000,
    prefect_host: Annotated[
        str, typer.Option(help="The address that Prefect's server listens on.")
    ] = "127.0.0.1",
    prefect_port: Annotated[
        int, typer.Option(help="The port of Prefect's own pages.", min=1, max=65535)
    ] = 4200,
    log: Annotated[
        LogStyle | None,
        typer.Option(help="How the log is written; default: text on a terminal, JSON elsewhere."),
    ] = None,
) -> None:
    """Serve the site, and publish what is due: what is dropped, called for, or has its moment."""
    from flows.service import serve as serving

    house = house_of(content)
    places = serving.Places(host, port, prefect_host, prefect_port)
    serving.serve(content, output, house, places, log.value if log else None)


for act in (
    acts.approve,
    acts.correct,
    acts.withdraw,
    acts.rollback,
    send,
    acts.history,
):
    app.command()(act)


def main() -> None:
    """The entry point: what a user can act on becomes a sentence, never a traceback."""
    from flows.failures import explain

    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        sentence = explain(error)
        if sentence is None or os.environ.get("PARUTION_DEBUG"):
            raise
        typer.echo(f"parution: {sentence}", err=True)
        raise SystemExit(FAILED) from None
    except BaseException as error:
        if type(error).__name__ != _TERMINATED:
            raise
        typer.echo(interrupted(), err=True)
        raise SystemExit(143) from None


if __name__ == "__main__":
    main()
