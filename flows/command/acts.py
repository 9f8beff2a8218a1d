"""The commands that change what is out, and the one that tells who did: each is one act."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.command.officer import (
    DONE,
    REFUSED,
    Content,
    Json,
    Output,
    desk_of,
    edition_named,
    exit_code,
    language_of,
    named,
    print_json,
    remark,
    wrong_use,
)

if TYPE_CHECKING:
    from flows.desk import Desk
    from flows.release import Staged

Edition = Annotated[str, typer.Argument(help="The edition: its file, its slug or its address.")]
By = Annotated[str, typer.Option("--by", help="Your name, for the history; default: your login.")]


def approve(
    entry: Annotated[
        str | None, typer.Argument(help="The file or folder that waits for a yes.")
    ] = None,
    name: Annotated[str, typer.Option("--as", help="Your name, as the house knows it.")] = "",
    code_for: Annotated[
        str, typer.Option("--code-for", help="Print the personal code of NAME, and do no more.")
    ] = "",
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Say yes to an edition that waits for approval; PARUTION_CODE or a prompt gives the code."""
    from flows.approval import codes, sign_off
    from flows.words import catalogue

    with desk_of(content, output) as desk:
        language = language_of(desk.house)
        words = catalogue("cli", language)
        if code_for:
            typer.echo(codes.code_of(code_for, desk.secret))
            return
        if not entry or not name:
            wrong_use(words["approve_how"])
        [wanted] = named([entry], content)
        galley = desk.ledger.records.galleys().get(wanted)
        if galley is None:
            wrong_use(words["nothing_to_approve"].format(entry=wanted))
        code = os.environ.get("PARUTION_CODE") or _typed(words["code"].format(name=name), words)
        if not codes.is_code(code, name, desk.secret):
            wrong_use(words["wrong_code"].format(name=name))
        answer, view = sign_off.give(desk, galley, name, "cli")
        said = sign_off.reply(answer, view, language=language)
    if as_json:
        names = list(answer.names)
        print_json({"entry": wanted, "answer": answer.result, "approved_by": names})
    else:
        typer.echo(said)
    raise SystemExit(DONE if answer.is_yes else REFUSED)


def correct(
    entry: Annotated[str, typer.Argument(help="The file or folder whose source has changed.")],
    note: Annotated[
        str, typer.Option(help="What changed, for the readers: it stands in page, PDF and feed.")
    ],
    by: By = "",
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Publish the present source of an edition that is out, as its next revision."""
    from flows import outgoing, plan
    from flows.command import progress, run
    from flows.words import catalogue

    with desk_of(content, output) as desk:
        words = catalogue("cli", language_of(desk.house))
        note = remark(note, language_of(desk.house), "note_needed")
        desk.recover()
        [name] = named([entry], content)
        [surveyed] = plan.survey(content, desk.ledger, [name])
        if desk.house.trial or surveyed.fact is None:
            wrong_use(words["correct_what"].format(entry=name))
        outgoing.ask_for_correction(desk, surveyed, note, _who(by, desk))
        with progress.shown(desk, language_of(desk.house)):
            run.publish(desk, [name])
        _answer(desk, as_json=as_json)


def withdraw(
    edition: Edition,
    reason: Annotated[str, typer.Option(help="Why, for the readers: it stands on the page.")],
    by: By = "",
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Take an edition out of everything; a page with the reason stays at its address."""
    from flows import acts

    def tombstone(desk: Desk, slug: str, who: str) -> Staged:
        said = remark(reason, language_of(desk.house), "reason_needed")
        return acts.withdrawal(
            slug, said, who, desk.store, desk.ledger, desk.house, desk.clock(),
            desk.staging,
        )  # fmt: skip

    _take(edition, by, content, output, tombstone, as_json=as_json)


def rollback(
    edition: Edition,
    to: Annotated[
        int | None, typer.Option(help="The revision to go back to; default: the one before.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    by: By = "",
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Show a former revision again, as it was, byte for byte."""
    from flows import acts

    def former(desk: Desk, slug: str, who: str) -> Staged:
        said = remark(note, language_of(desk.house), "note_needed") if note else ""
        return acts.rollback(slug, to, said, who, desk.ledger)

    _take(edition, by, content, output, former, as_json=as_json)


def history(
    edition: Annotated[
        str | None, typer.Argument(help="The edition: its file, its slug or its address.")
    ] = None,
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Tell who did what, when, and with which hash."""
    from flows.command import chronicle

    with desk_of(content, output) as desk:
        slug = edition_named(edition, desk).slug if edition else None
        told = chronicle.chronicle(desk.ledger, slug, desk.secret)
        if as_json:
            print_json(chronicle.as_json(told))
        else:
            chronicle.show(told, desk.house, language_of(desk.house), sys.stdout)


def _take(
    edition: str,
    by: str,
    content: Path,
    output: Path,
    staged: Callable[[Desk, str, str], Staged],
    *,
    as_json: bool,
) -> None:
    """Take a turn of an edition that needs no rendering, and bring it to every target."""
    from flows import outgoing
    from flows.acts import ImpossibleActError
    from flows.command import run
    from flows.words import catalogue

    with desk_of(content, output) as desk:
        desk.recover()
        slug = edition_named(edition, desk).slug
        try:
            turn = staged(desk, slug, _who(by, desk))
        except ImpossibleActError as error:
            words = catalogue("cli", language_of(desk.house))
            wrong_use(words[error.rule].format(**error.values))
        outgoing.release(desk, [turn])
        outgoing.deliver_all(desk)
        run.tell(desk)
        _answer(desk, as_json=as_json)


def _typed(question: str, words: Mapping[str, str]) -> str:
    """What a person types unseen."""
    if not sys.stdin.isatty():
        wrong_use(words["code_how"])
    return getpass.getpass(question)


def _who(by: str, desk: Desk) -> str:
    """Who acts, for the history."""
    told = by.strip()
    return remark(told, language_of(desk.house), "note_needed") if told else getpass.getuser()


def _answer(desk: Desk, *, as_json: bool) -> None:
    from flows.command import status

    language = language_of(desk.house, desk.outcome.planned)
    if as_json:
        print_json(status.outcome_as_json(desk, desk.outcome, language))
    else:
        status.show_outcome(desk, desk.outcome, language, sys.stdout)
    raise SystemExit(exit_code(desk.outcome))
