"""The mailroom: a campaign opened with the people whom a list names today, and run to its end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from flows.ledger import Fact, lock_number
from flows.ledger.mailings import QUEUED, SENT, UNKNOWN, Addressee, Mail, Step
from flows.ledger.mailings import Campaign as Kept
from flows.lists import MailingList
from flows.mailing.campaign import Brake, Campaign, Progress
from flows.mailing.due import Due, refusal
from flows.mailing.folder import FolderLine
from flows.mailing.issue import digest_letter
from flows.mailing.leaving import token_of
from flows.mailing.letter import Letter, Stencil, stencil
from flows.mailing.line import PATIENCE, Answer, Envelope, Line, Patience, Reply
from flows.mailing.recipients import Recipients, recipients, suppressed
from flows.mailing.released import letter_of
from flows.mailing.smtp import SmtpLine, password_from
from flows.office import Office
from flows.store import KEPT
from flows.words import catalogue

#: Gives the password of a list's server; empty where there is none.
Password = Callable[[MailingList], str]
#: Seconds between two looks at who has left, and at what is public.
LOOK = 5.0


@dataclass(frozen=True, slots=True)
class Mailed:
    """What a run did for one list. ``before`` counts the mails that were sent when it began;
    ``twice``, ``spared`` and ``broken`` are of the recipients, where this run opened the
    campaign: named twice, suppressed or gone, not to be read."""

    due: Due
    progress: Progress
    before: int = 0
    seconds: float = 0.0
    twice: int = 0
    spared: int = 0
    broken: tuple[Addressee, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits, or may or may not have got it."""
        return bool(self.progress.counts[QUEUED] or self.progress.counts[UNKNOWN])


def send(
    office: Office,
    one: Due,
    who: str,
    *,
    password: Password | None = None,
    reached: Callable[[Progress], None] = lambda _progress: None,
    brake: Brake | None = None,
    patience: Patience = PATIENCE,
) -> Mailed:
    """Send what is due to a list, or go on with it; each recipient gets it once.

    Raises :class:`flows.mailing.due.MailError`, also where another run is at this list,
    :class:`flows.mailing.recipients.RecipientsError` and :class:`flows.ledger.LedgerError`.
    """
    started = monotonic()
    lines = partial(line_to, office, one.to, password or from_environment, patience)
    lines()  # one that cannot be is told of before anything is begun
    with _alone(office, one.to):
        found, spared = _opened(office, one, who)
        mailings = office.ledger.mailings
        # A file that is written again is the same file: nobody is in doubt about a folder.
        mailings.interrupted(one.key, office.clock(), again=one.to.is_folder)
        before = mailings.counts(one.key)[SENT]
        letter = letter_for(office, one)
        campaign = Campaign(
            _stencil(office, one.to, letter, one.key),
            mailings,
            lines,
            office.clock,
            refused=_Watch(office, one).refused,
            reached=reached,
            patience=patience,
        )
        if brake:
            brake.hold(campaign)
        progress = campaign.run()
        if not progress.waiting:
            mailings.end(one.key, office.clock())
    seconds = monotonic() - started
    return Mailed(one, progress, before, seconds, found.twice, spared, found.broken)


def try_out(
    office: Office,
    letter: Letter,
    to: MailingList,
    recipient: Addressee,
    *,
    password: Password | None = None,
    patience: Patience = PATIENCE,
) -> Reply:
    """Send a letter to one address, as a test: it stands in no record. Raises
    :class:`flows.mailing.line.LineError`."""
    made = stencil(letter, to, office.house, office.secret, office.clock())
    mail = Mail(0, recipient.mailbox, recipient.address, recipient.name)
    message = made.message(mail)
    line = line_to(office, to, password or from_environment, patience)
    try:
        reply = line.ready(Envelope(mail.address, made.message_id(mail), len(message)))
        return line.give(message) if reply.answer is Answer.TAKEN else reply
    finally:
        line.close()


def letter_for(office: Office, one: Due) -> Letter:
    """The letter of what is due, from the files of its releases."""
    if isinstance(one.what, Fact):
        return letter_of(one.what, one.key, office.store, correction=one.is_correction)
    return digest_letter(one.what, one.key, office.store, office.house)


def line_to(office: Office, to: MailingList, password: Password, patience: Patience) -> Line:
    """A line for a list, which connects when it is first needed."""
    if to.is_folder:
        return FolderLine(_folder(office, to))
    return SmtpLine(to, lambda: password(to), patience)


def _folder(office: Office, to: MailingList) -> Path:
    """The folder of a list's messages, which name everybody: none from which anything is
    published. Raises :class:`flows.mailing.due.MailError`."""
    folder = office.output / to.folder
    own = [office.content, *(office.output / name for name in KEPT)]
    if any(folder.resolve().is_relative_to(place.resolve()) for place in own):
        raise refusal("folder_taken", folder=folder, list=to.name)
    return folder


# ------------------------------------------------------------------------------------ a campaign


@contextmanager
def _alone(office: Office, to: MailingList) -> Iterator[None]:
    """Held by the one run, of all machines that share the ledger, that sends to a list: the pace
    and the number of connections are the list's."""
    name = _lock(to)
    with (
        office.store.trying(name) as is_here,
        office.ledger.database.tried(lock_number(name)) as is_ours,
    ):
        if not (is_here and is_ours):
            raise refusal("busy", list=to.name)
        yield


def _lock(to: MailingList) -> str:
    return f"mail/{to.name}"


def _opened(office: Office, one: Due, who: str) -> tuple[Recipients, int]:
    """Record the campaign, if this is the first time, with everybody who is to get it; and how
    many were spared."""
    nobody = Recipients(())
    if office.ledger.mailings.campaign(one.key):
        return nobody, 0
    found = recipients(one.to, office.content, office.house.language)
    spared = _spared(office, one.to)
    people = [person for person in found.people if not spared(person.mailbox)]
    if not people and not found.broken:
        raise refusal("nobody", list=one.to.name)
    kept = Kept(one.key, one.to.name, one.slug, one.revision, who)
    if not office.ledger.mailings.open(kept, (*people, *found.broken), office.clock()):
        return nobody, 0
    return found, len(found.people) - len(people)


def _spared(office: Office, to: MailingList) -> Callable[[str], bool]:
    """Whether a mailbox is to get nothing: it is suppressed, or has left the list."""
    if to.to:
        return lambda _mailbox: False
    named = suppressed(to, office.content)
    gone = office.ledger.mailings.left(to.name)
    return lambda box: (
        box in named or (bool(gone) and token_of(to.name, box, office.secret) in gone)
    )


class _Watch:
    """What may change while a campaign is under way: who has left, and what is public."""

    def __init__(self, office: Office, one: Due) -> None:
        self._office, self._one = office, one
        self._words = catalogue("mail", office.house.language)
        self._looked, self._looking = float("-inf"), threading.Lock()
        self._is_spared: Callable[[str], bool] = lambda _mailbox: False

    def refused(self, mailbox: str) -> str:
        """Why a mailbox gets nothing; empty, if it does. Raises
        :class:`flows.mailing.due.MailError` where the edition is not what it was, and
        :class:`flows.ledger.LedgerError` where the list may be in somebody else's hands."""
        with self._looking:  # one for all lines
            if monotonic() - self._looked > LOOK:
                self._look()
        return self._words["left"] if self._is_spared(mailbox) else ""

    def _look(self) -> None:
        self._office.ledger.database.require_lock(lock_number(_lock(self._one.to)))
        what = self._one.what
        for fact in (what,) if isinstance(what, Fact) else what.facts:
            public = self._office.ledger.edition(fact.slug)
            if public is None or (public.act, public.revision) != (fact.act, fact.revision):
                raise refusal("changed_meanwhile", slug=fact.slug)
        self._is_spared = _spared(self._office, self._one.to)
        self._looked = monotonic()


def _stencil(office: Office, to: MailingList, letter: Letter, key: str) -> Stencil:
    """The message of a campaign, dated as it was opened."""
    kept = office.ledger.mailings.campaign(key)
    at = kept.at if kept and kept.at else office.clock()
    return stencil(letter, to, office.house, office.secret, at)


def from_environment(to: MailingList) -> str:
    """The password of a list's server, as the environment has it; empty where it has none."""
    return password_from(to, os.environ)


# ------------------------------------------------------------------------------- what is unknown


def unsettled(
    office: Office, slug: str | None, lists: Sequence[str], state: str = UNKNOWN
) -> Iterator[tuple[Kept, Mail]]:
    """Every mail that a person may decide about: of which nobody knows whether it arrived, or
    which was refused. A line that names nobody is none."""
    for campaign in office.ledger.mailings.campaigns(slug):
        if not lists or campaign.list in lists:
            for mail in office.ledger.mailings.mails(campaign.key, state):
                if "@" in mail.mailbox:
                    yield campaign, mail


def resolve(office: Office, key: str, mail: Mail, state: str, who: str) -> None:
    """What a person has decided about a mail of a campaign that may have arrived: it has
    (``sent``), or it is to be sent again (``queued``)."""
    number = mail.number + 1 if state == QUEUED else mail.number
    now, mailings = office.clock(), office.ledger.mailings
    mailings.record([Step(mail.id, number, state, who)], now)
    if state == QUEUED:
        mailings.end(key, now, over=False)
