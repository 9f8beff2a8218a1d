"""Mail that is sent by processes which are killed again and again, and what the server saw."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from flows.ledger.mailings import QUEUED, SENT, UNKNOWN
from flows.mailing import mailroom
from flows.mailing.due import due
from tests.chaos.process import Child, Tell
from tests.mailing import post
from tests.mailing.post import PATIENCE, Sink
from tests.release import workshop


@dataclass(slots=True)
class Report:
    """``broken``: promises, in words; ``unknown`` and ``in_flight``: a figure for each kill."""

    broken: list[str] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)
    undelivered: int = 0

    @property
    def kills(self) -> int:
        return len(self.in_flight)


def run(content: Path, output: Path, sink: Sink, *, people: int, kills: int, seed: int) -> Report:
    """Mail ``people``, killed ``kills`` times at moments that the seed draws; then to the end.

    In flight, by the server's own log, are the connections that it has when the kill comes: each
    carries one message.
    """
    chance, report = random.Random(seed), Report()
    post.house(content, sink.server, people=post.many(people))
    post.publish(content, output)
    known: set[str] = set()
    while report.kills < kills:
        left = people - len(sink.mails)
        wanted = len(sink.mails) + chance.randint(1, max(1, 2 * left // (kills - report.kills + 1)))
        child = Child(lambda tell: _send(content, output, tell))
        sink.wait_for(lambda: len(sink.mails) >= wanted or child.has_ended())  # noqa: B023
        child.kill()
        report.in_flight.append(sink.open)
        child.end()
        sink.wait_for(lambda: sink.open == 0)
        unknown = _unknown(content, output)
        report.unknown.append(len(unknown - known))
        if report.unknown[-1] > report.in_flight[-1]:
            report.broken.append(
                f"kill {report.kills}: {report.unknown[-1]} unknown of {report.in_flight[-1]}"
            )
        known = unknown
    _send(content, output, lambda _line: None)
    _judge(content, output, sink, people, report)
    return report


def _send(content: Path, output: Path, tell: Tell) -> None:
    with workshop.desk(content, output) as at:
        for one in due(at.ledger, at.house, at.clock()):
            mailroom.send(at, one, "Anne", patience=PATIENCE)
    tell("done")


def _unknown(content: Path, output: Path) -> set[str]:
    """Who is unknown once somebody has looked at what a killed run left."""
    with workshop.desk(content, output) as at:
        found: set[str] = set()
        for campaign in at.ledger.mailings.campaigns():
            at.ledger.mailings.interrupted(campaign.key, at.clock())
            found |= {m.address for m in at.ledger.mailings.mails(campaign.key, UNKNOWN)}
    return found


def _judge(content: Path, output: Path, sink: Sink, people: int, report: Report) -> None:
    taken = sink.taken()
    with workshop.desk(content, output) as at:
        [campaign] = at.ledger.mailings.campaigns()
        stand = {
            state: {mail.address for mail in at.ledger.mailings.mails(campaign.key, state)}
            for state in (SENT, UNKNOWN, QUEUED)
        }
    lost = set(taken) ^ {f"r{n}@house{n % 7}.example" for n in range(people)}
    report.undelivered = len(lost)
    report.broken += [f"{who} got {n}" for who, n in taken.items() if n > 1]
    report.broken += [f"{who} got nothing, and counts as sent" for who in stand[SENT] & lost]
    report.broken += [f"{who} got nothing, and is nowhere" for who in lost - stand[UNKNOWN]]
    report.broken += [f"{who} waits still" for who in stand[QUEUED]]


def main(arguments: list[str] | None = None) -> int:
    """``python -m tests.mailing.killed``: the figures of one row of kills."""
    options = argparse.ArgumentParser(prog="tests.mailing.killed")
    options.add_argument("--people", type=int, default=1500)
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, post.sink() as sink:
        report = run(
            Path(folder, "content"), Path(folder, "output"), sink,
            people=given.people, kills=given.kills, seed=given.seed,
        )  # fmt: skip
    for one in report.broken:
        print(f"BROKEN, seed {given.seed}: {one}")
    print(
        f"{report.kills} kills over {given.people} recipients: {len(sink.mails)} delivered, "
        f"{sum(report.unknown)} unknown (at most {max(report.unknown)} at once, with "
        f"{sum(report.in_flight)} in flight), {report.undelivered} of them undelivered, "
        f"{len(report.broken)} broken promises"
    )
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
