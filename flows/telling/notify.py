"""Telling people: the places that the environment and the house name, through apprise.

``PARUTION_NOTIFY`` is for everybody, ``PARUTION_NOTIFY_<NAME>`` for one approver, whose links are
personal; a house may name Prefect blocks besides. A place that does not answer is a sentence and
never an error: what was to be told has happened already. With no place nothing is loaded.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from flows import plan
from flows.approval import codes
from flows.failures import explain
from flows.house import House
from flows.ledger import TRIES, Database, Fact, Said
from flows.telling.notices import FINDINGS, Message, Notice, messages, notices, one_line
from flows.words import catalogue, local_day

if TYPE_CHECKING:
    from flows.desk import Desk, Outcome

#: Apprise URLs, parted by blanks; with a name after it, those of one person.
VARIABLE = "PARUTION_NOTIFY"
#: Seconds for all places together, after which nobody is waited for any longer.
PATIENCE = 10.0

#: Takes a title and a body to a place; whether it took them.
Sender = Callable[[str, str], bool]
#: What a place took, and the word for why not all of it; empty: it took all.
_Result = tuple[tuple[Message, ...], str]

_log = logging.getLogger("parution")


@dataclass(frozen=True, slots=True)
class Place:
    """Where notices go. ``name`` may be shown; ``address`` bears secrets and may not. ``to`` is
    the person whose place it is, or empty. ``is_block``: the address is a Prefect block's name."""

    name: str
    address: str = field(repr=False)
    to: str = ""
    is_block: bool = False

    @property
    def mark(self) -> str:
        """What the record calls it: the name, and enough of the address's hash to see that the
        address was changed, which is too little to guess a password by."""
        return f"{self.name} {hashlib.sha256(self.address.encode()).hexdigest()[:4]}"


def _to_log(sentence: str) -> None:
    """To the long-lived process's log, or to standard error where a command has none."""
    if _log.handlers:
        _log.warning("%s", sentence)
    else:
        print(sentence, file=sys.stderr)


def after(desk: Desk, log: Callable[[str], None] = _to_log) -> None:
    """Tell of what a desk's run came to; ``log`` gets a sentence for each place that failed.

    Never raises.
    """
    house = desk.house
    try:
        if not places(house, os.environ):
            return
        now = desk.clock()
        told = notices(
            _asking_still(desk, _out_and_untold(desk, desk.outcome)),
            house,
            lambda galley, who: codes.approval_link(galley, who, house, desk.secret),
            local_day(now, house.timezone),
        )
        for sentence in tell(told, house, desk.ledger.database, os.environ, now) if told else ():
            log(sentence)
    except Exception as error:  # what is public is public, told or not
        why = explain(error) or type(error).__name__
        log(catalogue("notices", house.language)["not_told"].format(why=why))


def _out_and_untold(desk: Desk, outcome: Outcome) -> Outcome:
    """What is out is told of by a later run, if the one that did it was killed, or told in vain."""
    known = {(fact.slug, fact.turn) for fact in outcome.published}
    more = [fact for fact in _untold(desk) if (fact.slug, fact.turn) not in known]
    return replace(outcome, published=(*more, *outcome.published))


def _untold(desk: Desk) -> Iterator[Fact]:
    prefix = "trial/published/" if desk.house.trial else "published/"
    missing = {key.removeprefix(prefix) for key in Said(desk.ledger.database).missing(prefix)}
    finished = {(r.slug, r.revision) for r in desk.outcome.recovered if r.done == "finished"}
    for slug in sorted({which.split("/")[0] for which in missing} | {slug for slug, _ in finished}):
        history = desk.ledger.history(slug)
        for fact in history:
            is_new = fact == history[-1] and (slug, fact.revision) in finished
            if is_new or f"{slug}/{fact.turn}" in missing:
                yield fact


def _asking_still(desk: Desk, outcome: Outcome) -> Outcome:
    """What waits for a yes is told of until it was told, not only by the run that proved it."""
    waiting = {item.name: item for item in outcome.planned if item.state in plan.ASKING}
    known = desk.ledger.records.galleys() if waiting else {}
    asking = [
        galley
        for galley in known.values()
        if galley.entry in waiting and galley.content == waiting[galley.entry].content
    ]
    new = [galley for galley in outcome.asking if galley not in asking]
    return replace(outcome, asking=(*new, *asking))


def places(house: House, environ: Mapping[str, str]) -> tuple[Place, ...]:
    """Every place: for all, of each person that the house names, and the house's blocks.

    Two people whose names make one variable have none: a personal link goes to one person.
    """
    found = [*_places(VARIABLE, "", environ)]
    people = [(variable_of(who), who) for who in house.approval.by]
    names = [variable for variable, _who in people]
    for variable, who in people:
        if variable and names.count(variable) == 1:
            found += _places(variable, who, environ)
    found += [Place(block, block, is_block=True) for block in house.notify.blocks]
    return tuple(found)


def variable_of(who: str) -> str:
    """The variable of a person's places: ``PARUTION_NOTIFY_ANNE_MARIE``; empty if the name has
    no letter or figure to make one of."""
    from slugify import slugify

    slug = str(slugify(who, separator="_")).upper()
    return f"{VARIABLE}_{slug}" if slug else ""


def _places(variable: str, to: str, environ: Mapping[str, str]) -> list[Place]:
    urls = environ.get(variable, "").split()
    return [
        Place(f"{variable} ({n})" if len(urls) > 1 else variable, url, to)
        for n, url in enumerate(urls, 1)
    ]


def tell(
    told: Sequence[Notice],
    house: House,
    database: Database,
    environ: Mapping[str, str],
    now: datetime,
    patience: float = PATIENCE,
) -> tuple[str, ...]:
    """Send what was not said before to every place it is for; a sentence for each that failed.

    Each place gets a thing once; one that fails is tried again by later runs, some times only: it
    may be one that takes everything and is slow to say so. ``patience``: seconds for all together.
    """
    wanted = places(house, environ)
    said = Said(database)
    owed = said.owed((notice.key for notice in told), (place.mark for place in wanted))
    letters = {
        place: messages([n for n in told if n.to == place.to and n.key in owed[place.mark]], house)
        for place in wanted
    }
    letters = {place: mail for place, mail in letters.items() if mail}
    results = _send(letters, house, patience)
    nothing: _Result = ((), "place_silent")
    taken = {place.mark: _keys(results.get(place, nothing)[0]) for place in letters}
    missed = {place.mark: _keys(mail) - taken[place.mark] for place, mail in letters.items()}
    given_up = said.record(taken, missed, now)
    titles = {notice.key: one_line(notice.title) for notice in told}
    words = catalogue("notices", house.language)
    return tuple(
        sentence
        for place in letters
        if (why := results.get(place, nothing)[1])
        for sentence in (
            words[why].format(place=place.name, seconds=round(patience)),
            *_last_word(place, [titles[key] for key in sorted(given_up[place.mark])], words),
        )
    )


def _last_word(place: Place, titles: Sequence[str], words: Mapping[str, str]) -> Iterator[str]:
    """What a place will not be tried with again."""
    if titles:
        more = words["more"].format(n=len(titles) - FINDINGS) if len(titles) > FINDINGS else ""
        listed = " · ".join(part for part in (*titles[:FINDINGS], more) if part)
        yield words["given_up"].format(place=place.name, n=TRIES, titles=listed)


def _keys(mail: Iterable[Message]) -> frozenset[str]:
    return frozenset(key for message in mail for key in message.keys)


def _send(
    letters: Mapping[Place, tuple[Message, ...]], house: House, patience: float
) -> dict[Place, _Result]:
    """What became of each place's mail; a place that has not finished in time is left out. Its
    thread is left to itself: it must not hold up the end of the process."""
    done: SimpleQueue[tuple[Place, _Result]] = SimpleQueue()
    for place, mail in letters.items():
        work = (place, mail, house, done)
        threading.Thread(target=_post, args=work, daemon=True, name=f"tell {place.name}").start()
    results: dict[Place, _Result] = {}
    end = monotonic() + patience
    while len(results) < len(letters):
        try:
            place, result = done.get(timeout=max(0.0, end - monotonic()))
        except Empty:
            break
        results[place] = result
    return results


def _post(
    place: Place,
    mail: Sequence[Message],
    house: House,
    done: SimpleQueue[tuple[Place, _Result]],
) -> None:
    taken: list[Message] = []
    try:
        send = _sender(place, house)
        taken += [m for m in mail if send and send(m.title, m.body)]
        why = "" if send and len(taken) == len(mail) else "place_failed"
        why = why if send else "place_unknown"
    except Exception:  # of any of a hundred services, and its text may hold the address
        why = "place_failed"
    done.put((place, (tuple(taken), why)))


def _sender(place: Place, house: House) -> Sender | None:
    """How to send to a place; None where its address is none."""
    if place.is_block:
        from flows.telling.blocks import sender

        return sender(place.address)
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it would name the address
    from apprise import Apprise, AppriseAsset, NotifyFormat

    asset = AppriseAsset(app_id=house.name, app_desc=house.name, app_url=house.address)
    client = Apprise(asset=asset)
    if not client.add(place.address):
        return None
    text = NotifyFormat.TEXT
    return lambda title, body: bool(client.notify(title=title, body=body, body_format=text))
