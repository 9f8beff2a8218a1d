"""A line: one connection that takes messages, to a mail server or into a folder.

A message goes in two steps, so that the ledger can be told in between: :meth:`Line.ready` brings
the server to where it waits for the message; :meth:`Line.give` hands it over. Before the last byte
of ``give`` no server can have taken it, and after that nobody can know until it answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from flows.words import Sentence, ToldError


class Answer(Enum):
    """What became of a message: taken; put off, and to be tried again; refused for good; or
    nobody knows, as the answer never came."""

    TAKEN = "taken"
    PUT_OFF = "put off"
    REFUSED = "refused"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a line has to know of a message before it gets it; ``size`` is in bytes."""

    recipient: str
    message_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with the server's own words."""

    answer: Answer
    why: str = ""


class LineError(ToldError):
    """The line cannot be had. ``may_pass``: another try may help."""

    def __init__(self, said: Sentence, *, may_pass: bool) -> None:
        super().__init__(said)
        self.may_pass = may_pass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to connect, for a command, and for the answer to a message, which RFC 5321
    §4.5.3.2.6 gives ten minutes: whoever hangs up earlier gets some messages twice, or never
    knows. ``reconnect``, ``put_off``: pauses before a line, or a message, is tried again."""

    connect: float = 30.0
    command: float = 120.0
    message: float = 600.0
    reconnect: tuple[float, ...] = (1.0, 3.0, 9.0, 27.0)
    put_off: tuple[float, ...] = (5.0, 30.0, 120.0)


PATIENCE = Patience()


class Line(Protocol):
    """Used by one thread at a time."""

    def ready(self, envelope: Envelope) -> Reply:
        """Bring the line to where it waits for a message: TAKEN, PUT_OFF or REFUSED. Raises
        :class:`LineError`."""

    def give(self, message: bytes) -> Reply:
        """Hand over the message that the line waits for."""

    def drop(self) -> None:
        """Let go of a message that the line waits for; nobody has got it then."""

    def close(self) -> None: ...
