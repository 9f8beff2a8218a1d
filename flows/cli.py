"""The ``parution`` command. Each part is loaded when it is called, and no earlier.

Exit codes: 0 done, 1 refused by findings, 2 wrong use, 3 a target failed (nothing half-published).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from flows.desk import Desk, Outcome
    from flows.house import House
    from flows.plan import Planned

app = typer.Typer(
    help="One source of a conference, published as a newsletter, a printable brochure and a feed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Content = Annotated[Path, typer.Option(help="The folder with house.toml and the editions.")]
Output = Annotated[Path, typer.Option(help="The folder for the site, the releases, the ledger.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Entries = Annotated[
    list[str] | None, typer.Argument(help="Files or folders of the content folder; default: all.")
]

DONE, REFUSED, WRONG_USE, FAILED = range(4)


@app.command()
def check(
    entries: Entries = None,
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Say what is wrong or doubtful in the sources, and where; change nothing."""
    from flows import plan, report
    from flows import sources as reading
    from flows.store import Store

    house = _house(content)
    wanted = _named(entries, content)
    found = [e for e in reading.entries(content) if not wanted or e.name in wanted]
    surveyed = {plan.Surveyed(e, ""): plan.understand(e, content, house) for e in found}
    owner_of = Store(output, house.trial).entry_of
    judged = plan.decide(surveyed, owner_of, content, house, _now(), watched=True)
    language = _officer(house, judged)
    if as_json:
        _print_json([_as_json(item, language) for item in judged])
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
    from flows import run

    with _desk(content, output) as desk:
        [name] = _named([entry], content)
        page, item = run.preview(desk, name, lambda item: _officer(desk.house, [item]))
        language = _officer(desk.house, [item])
    address = page.resolve().as_uri()
    if as_json:
        _print_json({"page": address} | _as_json(item, language))
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
    from flows import progress, run, status

    with _desk(content, output) as desk:
        wanted = _named(entries, content)
        with progress.shown(desk, _officer(desk.house)):
            outcome = run.publish(desk, wanted, watched=not unwatched)
        language = _officer(desk.house, outcome.planned)
        if as_json:
            _print_json(status.outcome_as_json(desk, outcome, language))
        else:
            status.show_outcome(desk, outcome, language, sys.stdout)
    raise SystemExit(_exit_code(outcome))


@app.command()
def status(
    content: Content = Path("content"), output: Output = Path("output"), as_json: Json = False
) -> None:
    """List each edition with its state, its revision, its findings and what is due."""
    from flows import status as stating

    with _desk(content, output) as desk:
        planned = desk.plan(watched=False)
        language = _officer(desk.house, planned)
        rows = stating.rows(desk, planned, language)
        if as_json:
            _print_json(rows)
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
    from flows import agenda, timetable

    with _desk(content, output) as desk:
        planned, now = desk.plan(watched=False), desk.clock()
    house, language = desk.house, _officer(desk.house, planned)
    coming = timetable.coming(planned, house, now, weeks)
    if ics:
        _write(agenda.calendar(coming, house, now, language), ics, language)
    if ics == Path("-"):
        return
    if as_json:
        _print_json(agenda.rows(coming, house))
    else:
        agenda.show(coming, house, language, sys.stdout)


@app.command()
def serve(
    content: Content = Path("content"),
    output: Output = Path("output"),
    port: Annotated[int, typer.Option(help="The site's port on localhost.")] = 8000,
    prefect_port: Annotated[int, typer.Option(help="The port of Prefect's own pages.")] = 4200,
) -> None:
    """Serve the site, run Prefect's server, and publish what is due on the house's schedule."""
    from flows import serve as serving

    house = _house(content)
    serving.serve(content, output, house, port=port, prefect_port=prefect_port)


# ------------------------------------------------------------------------------------- helpers


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


def _house(content: Path) -> House:
    from flows.house import HouseError, read_house

    if not content.is_dir():
        _wrong_use(f"{content}: no such folder; name the one with the editions: --content DIR")
    try:
        return read_house(content)
    except HouseError as error:
        _wrong_use(str(error))


def _desk(content: Path, output: Path) -> Desk:
    from flows.desk import Desk

    _house(content)
    return Desk(content, output)


def _named(wanted: list[str] | None, content: Path) -> list[str]:
    """The entries that were asked for, by name or by the path that findings print."""
    from flows.sources import entries
    from flows.words import catalogue

    known = {entry.name for entry in entries(content)} if wanted else set()
    names = []
    for said in wanted or ():
        path = Path(said)
        inside = path.is_relative_to(content) and path != content
        name = path.relative_to(content).parts[0] if inside else said.rstrip("/")
        if name not in known:
            words = catalogue("cli", _officer(_house(content)))
            _wrong_use(words["no_such_edition"].format(path=content / name))
        names.append(name)
    return names


def _wrong_use(sentence: str) -> NoReturn:
    typer.echo(f"parution: {sentence}", err=True)
    raise SystemExit(WRONG_USE)


def _write(data: bytes, path: Path, language: str) -> None:
    """Writes a file that was asked for; ``-`` is standard output."""
    from flows.words import catalogue

    if path == Path("-"):
        typer.echo(data, nl=False)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        sentence = catalogue("cli", language)["cannot_write"]
        _wrong_use(sentence.format(path=path, why=error.strerror))


def _officer(house: House, planned: Sequence[Planned] = ()) -> str:
    """The language of whoever runs this: the house's. In a trial the system's, and where that
    names none (``C``), the editions'."""
    if told := os.environ.get("PARUTION_LANG"):
        return told
    if not house.trial:
        return house.language
    system = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "")[:2].lower()
    spoken = [
        i.understood.edition.language for i in planned if i.understood and i.understood.edition
    ]
    return system if system in ("fr", "en") else max(spoken, key=spoken.count, default="en")


def _as_json(item: Planned, language: str) -> dict[str, Any]:
    from flows import report

    assert item.understood is not None
    what = item.understood
    title = what.edition.title if what.edition else None
    return report.as_json(
        what.findings,
        what.all_changes,
        language,
        entry=item.name,
        state=str(item.state),
        title=title,
    )


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _exit_code(outcome: Outcome) -> int:
    from flows.plan import State

    if outcome.failed:
        return FAILED
    refused = any(item.state is State.REFUSED for item in outcome.planned)
    return REFUSED if refused or outcome.refused else DONE


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


if __name__ == "__main__":
    main()
