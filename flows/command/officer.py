"""What every command needs: the house, the desk, the names that were typed, and how to answer."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from flows.desk import Desk, Outcome
    from flows.house import House
    from flows.ledger import Fact
    from flows.plan import Planned

Content = Annotated[Path, typer.Option(help="The folder with house.toml and the editions.")]
Output = Annotated[Path, typer.Option(help="The folder for the site, the releases, the ledger.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]

#: Characters of a note or a reason: it stands in the colophon and in the feed.
LONGEST_NOTE = 600
#: Exit codes: done, refused by findings, wrong use, a target failed (nothing half-published).
DONE, REFUSED, WRONG_USE, FAILED = range(4)


def house_of(content: Path) -> House:
    from flows.house import TRIAL
    from flows.house_file import HouseError, read_house

    if not content.is_dir():
        wrong_use(f"{content}: no such folder; name the one with the editions: --content DIR")
    try:
        return read_house(content)
    except HouseError as error:
        wrong_use(error.told(language_of(TRIAL)))


def desk_of(content: Path, output: Path) -> Desk:
    from flows.desk import Desk

    house_of(content)
    return Desk(content, output)


def named(wanted: list[str] | None, content: Path) -> list[str]:
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
            words = catalogue("cli", language_of(house_of(content)))
            wrong_use(words["no_such_edition"].format(path=content / name))
        names.append(name)
    return names


def remark(said: str, language: str, missing: str) -> str:
    """What a person says to the readers, on one line; too much of it, or nothing, is refused with
    the sentence ``missing``."""
    from flows.edition import FORBIDDEN
    from flows.words import catalogue

    text, words = " ".join(said.split()), catalogue("cli", language)
    if not text:
        wrong_use(words[missing])
    if FORBIDDEN.search(text):
        wrong_use(words["note_control"])
    if len(text) > LONGEST_NOTE:
        wrong_use(words["note_long"].format(most=LONGEST_NOTE, length=len(text)))
    return text


def wrong_use(sentence: str) -> NoReturn:
    typer.echo(f"parution: {sentence}", err=True)
    raise SystemExit(WRONG_USE)


def write(data: bytes, path: Path, language: str) -> None:
    """Writes a file that was asked for; ``-`` is standard output."""
    from flows.words import catalogue

    if path == Path("-"):
        typer.echo(data, nl=False)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        sentence = catalogue("cli", language)["cannot_write"]
        wrong_use(sentence.format(path=path, why=error.strerror))


def language_of(house: House, planned: Sequence[Planned] = ()) -> str:
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


def interrupted() -> str:
    """What a command says that was told to stop, wherever it was."""
    from flows.house import TRIAL
    from flows.words import catalogue

    return catalogue("mail", language_of(TRIAL))["interrupted"]


def entry_as_json(item: Planned, language: str) -> dict[str, Any]:
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


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def exit_code(outcome: Outcome) -> int:
    from flows.plan import State

    if outcome.failed or outcome.unmailed or any(mailed.is_open for mailed in outcome.mailed):
        return FAILED
    refused = any(item.state is State.REFUSED for item in outcome.planned)
    return REFUSED if refused or outcome.refused else DONE


def edition_named(said: str, desk: Desk) -> Fact:
    """What is public of an edition, named by its slug, its file or its address; its source may
    have gone."""
    from flows.words import catalogue

    path = Path(said)
    inside = path.is_relative_to(desk.content) and path != desk.content
    name = path.relative_to(desk.content).parts[0] if inside else said.rstrip("/")
    try:
        slug = urlsplit(name).path.rstrip("/").rsplit("/", 1)[-1]
    except ValueError:  # an address with half a pair of brackets
        slug = ""
    found = desk.ledger.known().get(name) or desk.ledger.edition(slug)
    if found is None:
        words = catalogue("cli", language_of(desk.house))
        wrong_use(words["not_published"].format(slug=said))
    return found
