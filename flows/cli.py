"""The ``parution`` command. Each part is loaded when it is called, and no earlier.

Exit codes: 0 done, 1 refused by findings, 2 wrong use, 3 a target failed (nothing half-published).
"""

from __future__ import annotations

import json
import locale
import os
import sys
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
    found = [e for e in reading.entries(content) if not entries or e.name in entries]
    _require(entries, [e.name for e in found], content)
    surveyed = {plan.Surveyed(e, ""): plan.understand(e, content, house) for e in found}
    owner_of = Store(output, house.trial).entry_of
    judged = plan.decide(surveyed, owner_of, house, _now(), watched=True)
    language = _officer(house)
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
        _require([entry], None, content)
        language = _officer(desk.house)
        page, item = run.preview(desk, entry, language)
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
        _require(entries, None, content)
        language = _officer(desk.house)
        with progress.shown(desk, language):
            outcome = run.publish(desk, entries or (), watched=not unwatched)
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
        rows = stating.rows(desk, _officer(desk.house))
        if as_json:
            _print_json(rows)
        else:
            stating.show(rows, _officer(desk.house), sys.stdout)


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


def _require(wanted: list[str] | None, found: list[str] | None, content: Path) -> None:
    from flows.sources import entries

    names = found if found is not None else [e.name for e in entries(content)]
    for name in wanted or ():
        if name not in names:
            _wrong_use(f"{content / name}: no such edition; `parution status` lists them")


def _wrong_use(sentence: str) -> NoReturn:
    typer.echo(f"parution: {sentence}", err=True)
    raise SystemExit(WRONG_USE)


def _officer(house: House) -> str:
    """The language of whoever runs this: the house's; in a trial, the system's."""
    if told := os.environ.get("PARUTION_LANG"):
        return told
    if not house.trial:
        return house.language
    system = locale.setlocale(locale.LC_CTYPE, None) if sys.platform == "win32" else ""
    return "fr" if (os.environ.get("LANG") or system).startswith("fr") else "en"


def _as_json(item: Planned, language: str) -> dict[str, Any]:
    from flows import report

    assert item.understood is not None
    what = item.understood
    title = what.edition.title if what.edition else None
    return report.as_json(
        what.findings, what.changes, language, entry=item.name, state=str(item.state), title=title
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
