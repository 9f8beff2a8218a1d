"""A campaign: every recipient of a list, through several lines, each of them once.

The ledger is the one memory. A run that was stopped or killed goes on where it was; what was in
somebody's hands then is *unknown*, and waits for a person.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.ledger import AlreadyRecordedError
from flows.ledger.mailings import (
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    UNKNOWN,
    Mail,
    Mailings,
    Step,
)  # fmt: skip
from flows.mailing.letter import Stencil
from flows.mailing.line import PATIENCE, Answer, Envelope, Line, LineError, Patience
from flows.mailing.round import Round
from flows.mailing.scribe import Scribe
from flows.words import Sentence

#: How often a mail is tried at least, and for how long, before what puts it off counts as a
#: refusal: a server may be out of order, or have its fill, for a day (RFC 5321 §4.5.4.1).
MOST_TRIES, GIVEN_UP = 12, timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many mails are in each state, and why a run ended early, if it did: for a ``trouble``,
    or as somebody stopped it."""

    counts: dict[str, int]
    trouble: Sentence | None = None
    is_stopped: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get(QUEUED, 0)


class Brake:
    """Lets somebody else end a run: what is in hand is dealt with, and nothing more is begun."""

    def __init__(self) -> None:
        self.is_on = False
        self._campaign: Campaign | None = None

    def stop(self) -> None:
        self.is_on = True
        if self._campaign:
            self._campaign.stop()

    def hold(self, campaign: Campaign) -> None:
        """Take a campaign under this brake."""
        self._campaign = campaign
        if self.is_on:
            campaign.stop()


class Campaign:
    """One run of a campaign. ``lines`` opens a line for each connection; ``refused`` says why a
    mailbox may get nothing any more, or nothing; ``reached`` is told how far it is."""

    def __init__(
        self,
        stencil: Stencil,
        mailings: Mailings,
        lines: Callable[[], Line],
        clock: Callable[[], datetime],
        *,
        refused: Callable[[str], str] = lambda _mailbox: "",
        reached: Callable[[Progress], None] = lambda _progress: None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._stencil, self._mailings, self._lines = stencil, mailings, lines
        self._clock, self._refused, self._reached = clock, refused, reached
        self._patience = patience
        kept = mailings.campaign(stencil.key)
        self._opened = kept.at if kept and kept.at else clock()
        self._counts = Counter(mailings.counts(stencil.key))
        self._counting = threading.Lock()
        self._scribe = Scribe(mailings, clock)
        self._trouble: Sentence | None = None
        self._is_stopped = False
        self._error: Exception | None = None
        self._tries: Counter[int] = Counter()
        to = stencil.list
        self._round = Round(
            mailings.mails(stencil.key, QUEUED),
            per_minute=to.per_minute,
            per_minute_domain=to.per_minute_domain,
        )

    def run(self) -> Progress:
        """Send what waits; how the campaign stands then. Whoever calls holds the list alone.

        Raises :class:`flows.ledger.LedgerError`; what was under way is told from the ledger later.
        """
        wanted = min(self._stencil.list.connections, max(1, self._counts[QUEUED]))
        workers = [
            threading.Thread(target=self._work, name=f"line {n}", daemon=True)
            for n in range(1, wanted + 1)
        ]
        for worker in workers:
            worker.start()
        try:
            while any(worker.is_alive() for worker in workers):
                for worker in workers:
                    worker.join(0.5)
        except KeyboardInterrupt:
            self.stop()
            for worker in workers:
                worker.join()
            raise
        if self._error:
            raise self._error
        return self._progress()

    def stop(self) -> None:
        """End as soon as what is in hand is dealt with."""
        self._is_stopped = True
        self._round.stop()

    # ---------------------------------------------------------------------------- one thread

    def _work(self) -> None:
        line, failures = self._lines(), 0
        try:
            while mail := self._next():
                try:
                    self._send(mail, line)
                    failures = 0
                except LineError as error:
                    self._round.put_back(mail)
                    if not self._may_go_on(error, failures):
                        break
                    failures += 1
        except Exception as error:  # of the ledger: nothing may be sent that is not recorded
            self._fails(error, line)
        try:
            self._scribe.flush()  # also then, as what was taken has arrived
        except Exception as error:
            self._fails(error, line)
        line.close()

    def _fails(self, error: Exception, line: Line) -> None:
        line.drop()
        self._error = self._error or error
        self._round.stop()

    def _next(self) -> Mail | None:
        """The next mail; before a wait for it, what became of others is written down."""
        mail = self._round.take(waiting=False)
        if mail is None:
            self._scribe.flush()
            mail = self._round.take()
        return mail

    def _may_go_on(self, error: LineError, failures: int) -> bool:
        """Whether a line that could not be had is tried again, after a while."""
        pauses = self._patience.reconnect
        if error.may_pass and failures < len(pauses):
            return self._round.pause(pauses[failures])
        self._trouble = error.said
        if not error.may_pass:
            self._round.stop()
        return False

    def _send(self, mail: Mail, line: Line) -> None:
        if why := self._refused(mail.mailbox):
            self._scribe.later(Step(mail.id, mail.number, FAILED, why))
            self._dealt_with(FAILED)
            return
        message = self._stencil.message(mail)
        message_id = self._stencil.message_id(mail)
        reply = line.ready(Envelope(mail.address, message_id, len(message)))
        if reply.answer is Answer.TAKEN:
            try:
                self._scribe.note(Step(mail.id, mail.number, SENDING))
            except AlreadyRecordedError:  # another machine has it; this one's ledger is not alone
                line.drop()
                self._round.done()
                return
            reply = line.give(message)
        self._trouble = None
        if reply.answer is Answer.PUT_OFF and not self._is_given_up(mail):
            self._put_off(mail, reply.why)
            return
        state = {Answer.TAKEN: SENT, Answer.SILENCE: UNKNOWN}.get(reply.answer, FAILED)
        self._scribe.later(Step(mail.id, mail.number, state, reply.why))
        self._dealt_with(state)

    def _is_given_up(self, mail: Mail) -> bool:
        return mail.number >= MOST_TRIES and self._clock() - self._opened >= GIVEN_UP

    def _put_off(self, mail: Mail, why: str) -> None:
        """Try again after a while; some times only, as this run may have to end."""
        self._scribe.later(Step(mail.id, mail.number + 1, QUEUED, why))
        with self._counting:
            self._tries[mail.id] += 1
            tries = self._tries[mail.id]
        if tries > len(self._patience.put_off):
            self._round.done()
            return
        again = replace(mail, number=mail.number + 1)
        self._round.put_back(again, self._patience.put_off[tries - 1])

    def _dealt_with(self, state: str) -> None:
        with self._counting:
            self._counts[QUEUED] -= 1
            self._counts[state] += 1
            progress = self._progress()
        self._round.done()
        self._reached(progress)

    def _progress(self) -> Progress:
        trouble = self._trouble if self._counts[QUEUED] else None
        return Progress(dict(self._counts), trouble, self._is_stopped)
