"""``parution send``: mail to a list, a test to one address, and what a person decides about mails
of which nobody knows whether they arrived."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from flows.command.officer import (
    DONE,
    FAILED,
    Content,
    Json,
    Output,
    desk_of,
    edition_named,
    language_of,
    print_json,
    wrong_use,
)

if TYPE_CHECKING:
    from flows.desk import Desk
    from flows.ledger.mailings import Campaign, Mail
    from flows.mailing.due import Due
    from flows.mailing.mailroom import Mailed

#: The exit code of what Ctrl-C has ended.
STOPPED = 130
#: Refusals that are shown in full.
_SHOWN = 5


def send(
    edition: Annotated[
        str | None,
        typer.Argument(
            help="The edition: its file, its slug or its address; default: what is due."
        ),
    ] = None,
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="A list of house.toml; default: each.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(help="Send the newest issue of this digest of house.toml.")
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="Send it to this address only, marked as a test.")
    ] = None,
    correction: Annotated[
        bool,
        typer.Option("--correction", help="Send it again to the whole list, saying what it is."),
    ] = False,
    sure: Annotated[
        bool, typer.Option("--sure", help="Send, though a lost ledger may have sent it before.")
    ] = False,
    resolve: Annotated[
        bool, typer.Option("--resolve", help="List the mails that may have arrived, or may not.")
    ] = False,
    arrived: Annotated[
        bool, typer.Option("--arrived", help="With --resolve: take them for sent.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --resolve: have them sent again.")
    ] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="With --resolve: the refused ones instead.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="With --resolve: of these addresses only.")
    ] = None,
    content: Content = Path("content"),
    output: Output = Path("output"),
    as_json: Json = False,
) -> None:
    """Mail an edition to a list, each recipient once; go on where a run was stopped."""
    from flows.words import ToldError

    is_test = test is not None
    with desk_of(content, output) as desk:
        decides = arrived or again or failed or only is not None
        _meant(desk, resolve=resolve, decides=decides, both=arrived and again, test=is_test)
        try:
            if resolve:
                found = _unsettled(desk, edition, lists or (), only or (), failed=failed)
                _resolve(desk, found, _verdict(arrived, again), as_json)
            how = {"correction": correction or is_test, "sure": sure or is_test}
            wanted = _wanted(desk, edition, digest, lists or (), trying=is_test, **how)
            if test is not None:
                _test(desk, wanted, test)
            _send(desk, wanted, as_json)
        except ToldError as error:
            wrong_use(error.said.told(language_of(desk.house)))


def _meant(
    desk: Desk,
    *,
    resolve: bool,
    decides: bool,
    both: bool,
    test: bool,
) -> None:
    """Refuse options that would be read over: what somebody wanted for a few, or for none, would
    go to everybody."""
    from flows.words import catalogue

    words = catalogue("mail", language_of(desk.house))
    if not resolve and decides:
        wrong_use(words["resolve_what"])
    if both:
        wrong_use(words["resolve_one"])
    if resolve and test:
        wrong_use(words["resolve_or_test"])


def _wanted(
    desk: Desk,
    edition: str | None,
    digest: str | None,
    lists: Sequence[str],
    *,
    trying: bool,
    **how: bool,
) -> tuple[Due, ...]:
    """What a person asks for; without a name, what is due."""
    from flows.mailing import due

    desk.recover()
    if edition is not None and digest is not None:
        raise due.refusal("one_of_two")
    if edition is not None:
        return due.asked(edition_named(edition, desk), lists, desk.ledger, desk.house, **how)
    names = [to.name for to in due.lists_named(lists, desk.house)]
    now = desk.clock()
    if digest is not None:
        found = due.asked_issue(digest, desk.ledger, desk.house, now, trying=trying)
    else:
        found = due.due(desk.ledger, desk.house, now)
    return tuple(one for one in found if one.to.name in names)


def _send(desk: Desk, wanted: Sequence[Due], as_json: bool) -> NoReturn:
    from flows.command import letters, progress, stopping
    from flows.mailing import mailroom

    language = language_of(desk.house)
    done: list[Mailed] = []
    unmailed: list[str] = []
    with (
        stopping.stoppable(language) as brake,
        progress.shown(desk, language, begin="connecting") as reached,
    ):
        for one in wanted:
            if brake.is_on:
                break
            with _told(one, unmailed, language):
                sent = mailroom.send(
                    desk,
                    one,
                    getpass.getuser(),
                    password=password_for(desk),
                    reached=partial(reached, one),
                    brake=brake,
                )
                done.append(sent)
    if len(unmailed) == len(wanted) == 1:
        wrong_use(unmailed[0].partition(": ")[2])
    for why in unmailed:
        typer.echo(why, err=True)
    if as_json:
        print_json([letters.as_json(desk, mailed) for mailed in done])
    else:
        letters.show(desk, done, language, sys.stdout)
    if brake.is_on:
        raise SystemExit(STOPPED)
    raise SystemExit(FAILED if unmailed or any(mailed.is_open for mailed in done) else DONE)


@contextmanager
def _told(one: Due, unmailed: list[str], language: str) -> Iterator[None]:
    """Note why a list cannot be mailed, which is no reason for the next one not to be."""
    from flows.words import ToldError

    try:
        yield
    except ToldError as error:
        unmailed.append(f"{one.to.name}: {error.said.told(language)}")


def password_for(desk: Desk) -> Any:
    """Where passwords come from: the environment, or the Prefect block that a list names."""
    if not any(to.password_block for to in desk.house.lists):
        return None
    from flows import embedded
    from flows.mailing.due import refusal

    server = embedded.running(desk.output)
    if server is None:
        raise refusal("no_block_without_server")
    embedded.use(desk.output, server)
    from flows.posting import password_of

    return password_of


def _test(desk: Desk, wanted: Sequence[Due], address: str) -> NoReturn:
    """Send what is wanted to one address, through the first list that it would go to."""
    from flows.mailing import mailroom, released
    from flows.mailing.addresses import NoAddressError, addressee
    from flows.mailing.line import Answer
    from flows.words import catalogue

    words = catalogue("mail", language_of(desk.house))
    if not wanted:
        wrong_use(words["test_what"])
    try:
        recipient = addressee(address)
    except NoAddressError:
        wrong_use(words["test_address"].format(address=address))
    one = wanted[0]
    letter = released.as_test(mailroom.letter_for(desk, one))
    reply = mailroom.try_out(desk, letter, one.to, recipient, password=password_for(desk))
    if reply.answer is Answer.TAKEN:
        values = {"address": address, "title": letter.subject, "list": one.to.name}
        typer.echo(words["test_sent"].format(**values))
        raise SystemExit(DONE)
    typer.echo(words["test_refused"].format(address=address, why=reply.why), err=True)
    raise SystemExit(FAILED)


def _verdict(arrived: bool, again: bool) -> str:
    from flows.ledger.mailings import QUEUED, SENT

    return SENT if arrived else QUEUED if again else ""


def _unsettled(
    desk: Desk,
    edition: str | None,
    lists: Sequence[str],
    only: Sequence[str],
    *,
    failed: bool,
) -> list[tuple[Campaign, Mail]]:
    """The mails that a person may decide about: those that are unknown, or those refused."""
    from flows.ledger.mailings import FAILED as REFUSED
    from flows.ledger.mailings import UNKNOWN
    from flows.mailing import mailroom

    slug = None if edition is None else edition_named(edition, desk).slug
    names = {address.lower() for address in only}
    return [
        (campaign, mail)
        for campaign, mail in mailroom.unsettled(desk, slug, lists, REFUSED if failed else UNKNOWN)
        if not names or mail.mailbox in names
    ]


def _resolve(
    desk: Desk, found: Sequence[tuple[Campaign, Mail]], verdict: str, as_json: bool
) -> NoReturn:
    """List mails, or do about them as a person says."""
    from flows.command import letters
    from flows.mailing import mailroom

    if verdict:
        for campaign, mail in found:
            mailroom.resolve(desk, campaign.key, mail, verdict, getpass.getuser())
    letters.show_unknown(found, verdict, language_of(desk.house), sys.stdout, as_json=as_json)
    raise SystemExit(DONE if verdict or not found else FAILED)
