"""The round: which mail goes next, and when: at the list's pace, and at each domain's."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from time import monotonic

from flows.ledger.mailings import Mail
from flows.mailing.addresses import domain_of

#: Mails that may wait beside the line for their domain's turn, before no more are looked at.
_ASIDE = 2_000


class Round:
    """Hands each mail to one of several threads, once, when it may go."""

    def __init__(
        self,
        mails: Iterator[Mail],
        *,
        per_minute: int = 0,
        per_minute_domain: int = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._mails, self._clock = mails, clock
        self._pace = 60 / per_minute if per_minute else 0.0
        self._domain_pace = 60 / per_minute_domain if per_minute_domain else 0.0
        self._free = 0.0
        self._domain_free: dict[str, float] = {}
        #: (when, tie, mail, whether its domain's turn is taken): the earliest first.
        self._aside: list[tuple[float, int, Mail, bool]] = []
        self._ties = itertools.count()
        self._in_hand = 0
        self._stopped = False
        self._changed = threading.Condition()

    def take(self, *, waiting: bool = True) -> Mail | None:
        """The next mail, when it may go; None when nothing is left, or all is stopped. Without
        ``waiting``, None as well where none may go now."""
        with self._changed:
            while not self._stopped:
                mail, wait = self._next()
                if mail:
                    self._in_hand += 1
                    return mail
                if not waiting or (wait is None and not self._in_hand):
                    return None
                self._changed.wait(wait)
        return None

    def done(self) -> None:
        """A mail that was taken is dealt with."""
        with self._changed:
            self._in_hand -= 1
            self._changed.notify_all()

    def put_back(self, mail: Mail, seconds: float = 0.0) -> None:
        """A mail that was taken is to be taken again, no earlier than in ``seconds``."""
        with self._changed:
            self._in_hand -= 1
            self._lay_aside(self._clock() + seconds, mail, has_turn=False)
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def pause(self, seconds: float) -> bool:
        """Wait, unless all is stopped meanwhile; whether it goes on."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopped, seconds)

    def _next(self) -> tuple[Mail | None, float | None]:
        """A mail that may go now; else the seconds until there may be one, None if that is up to
        those who have mails in hand."""
        now = self._clock()
        if self._free > now:
            return None, self._free - now
        while True:
            if self._aside and self._aside[0][0] <= now:
                _when, _tie, mail, has_turn = heapq.heappop(self._aside)
            elif len(self._aside) < _ASIDE and (fresh := next(self._mails, None)):
                mail, has_turn = fresh, False
            elif self._aside:
                return None, self._aside[0][0] - now
            else:
                return None, None
            when = now if has_turn else self._turn(mail, now)
            if when <= now:
                self._free = now + self._pace
                return mail, None
            self._lay_aside(when, mail, has_turn=True)

    def _turn(self, mail: Mail, now: float) -> float:
        """When the mail's domain may have it; the domain's next turn is later by its pace."""
        if not self._domain_pace:
            return now
        domain = domain_of(mail.address)
        when = max(now, self._domain_free.get(domain, now))
        self._domain_free[domain] = when + self._domain_pace
        return when

    def _lay_aside(self, when: float, mail: Mail, *, has_turn: bool) -> None:
        heapq.heappush(self._aside, (when, next(self._ties), mail, has_turn))
