"""Who was sent what: campaigns, their recipients, and each step that a mail took.

A mail goes ``queued → sending → sent | failed | unknown``. *Sending* is recorded before a server is
handed the last byte, and is unique for each try, so that whoever comes second, on whatever machine,
does not send. A mail that was in somebody's hands when the power went is *unknown*: it may have
arrived, and is never sent again unless a person says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from flows.ledger.database import AlreadyRecordedError, Database, journal

#: What a mail's newest step says of it. A mail without any step is queued.
QUEUED, SENDING, SENT, FAILED, UNKNOWN = "queued", "sending", "sent", "failed", "unknown"
STATES = (QUEUED, SENDING, SENT, FAILED, UNKNOWN)
#: Recipients that are inserted, or looked at, at once.
_PAGE = 500

_campaigns = journal(
    "campaigns",
    sa.Column("key", sa.String(400), unique=True, nullable=False),
    sa.Column("list", sa.String(40), nullable=False),
    sa.Column("slug", sa.String(200), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("mails", sa.Integer, nullable=False),
)
_mails = sa.Table(
    "mails",
    _campaigns.metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(400), nullable=False),
    # Of one person under two spellings, the same: see flows.mailing.addresses.
    sa.Column("mailbox", sa.String(400), nullable=False),
    sa.Column("address", sa.String(400), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.UniqueConstraint("campaign", "mailbox"),
)
sa.Index("mails_of_campaign", _mails.c.campaign, _mails.c.id)
_steps = journal(
    "mail_steps",
    sa.Column("mail", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    # Of two who send the same mail, one records that it does.
    sa.UniqueConstraint("mail", "number", "state"),
)
# A mail's newest step: without it, PostgreSQL looks for each from the newest of all, which takes
# minutes for a hundred thousand.
sa.Index("steps_of_mail", _steps.c.mail, _steps.c.id)
_ends = journal(
    "campaign_ends",
    sa.Column("campaign", sa.String(400), nullable=False, index=True),
    # False where a person has one of its mails sent again.
    sa.Column("over", sa.Boolean, nullable=False),
)
_leavings = journal(
    "leavings",
    sa.Column("list", sa.String(40), nullable=False),
    sa.Column("token", sa.String(64), nullable=False),
    sa.UniqueConstraint("list", "token"),
)
_losses = journal("losses")


@dataclass(frozen=True, slots=True)
class Campaign:
    """One revision of one edition, or one digest, to one list: sent once under its ``key``."""

    key: str
    list: str
    slug: str
    revision: int
    who: str
    mails: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """One recipient's. ``mailbox`` tells people apart; ``number`` counts tries from 1; ``why`` is
    what a server, or a person, said of it, and ``at`` when."""

    id: int
    mailbox: str
    address: str
    name: str
    state: str = QUEUED
    number: int = 1
    why: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a mail. ``number`` is the try's, of ``queued`` the next one's."""

    mail: int
    number: int
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is to get a mail; with ``fault``, somebody who cannot get it, and why."""

    mailbox: str
    address: str
    name: str = ""
    fault: str = ""


class Mailings:
    """The campaigns of one house. A trial mails nobody."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # ---------------------------------------------------------------------------- campaigns

    def open(self, campaign: Campaign, to: Iterable[Addressee], now: datetime) -> bool:
        """Record a campaign with everybody who is to get it, all or none; false where it was
        opened before."""
        people = {one.mailbox: one for one in to}
        row = asdict(campaign) | {"mails": len(people), "at": _utc(now)}
        try:
            with self.database.writing() as connection:
                connection.execute(sa.insert(_campaigns), [row])
                for some in _pages(list(people.values())):
                    self._queue(connection, campaign.key, some, now)
        except AlreadyRecordedError:
            return False
        return True

    def _queue(
        self, connection: sa.Connection, key: str, some: Sequence[Addressee], now: datetime
    ) -> None:
        rows = [
            {"campaign": key, "mailbox": a.mailbox, "address": a.address, "name": a.name}
            for a in some
        ]
        connection.execute(sa.insert(_mails), rows)
        if not (faults := {one.mailbox: one.fault for one in some if one.fault}):
            return
        query = sa.select(_mails.c.id, _mails.c.mailbox).where(
            _mails.c.campaign == key, _mails.c.mailbox.in_(faults)
        )
        failed = [
            Step(id_, 1, FAILED, faults[mailbox]) for id_, mailbox in connection.execute(query)
        ]
        connection.execute(sa.insert(_steps), _rows(failed, now))

    def campaigns(self, slug: str | None = None) -> list[Campaign]:
        """The campaigns of an edition, or all, the oldest first."""
        mine = sa.true() if slug is None else _campaigns.c.slug == slug
        return self._campaigns(mine)

    def campaign(self, key: str) -> Campaign | None:
        return next(iter(self._campaigns(_campaigns.c.key == key)), None)

    def slug_before(self, slug: str, prefix: str) -> str | None:
        """The last slug, of those mailed that begin with ``prefix``, that sorts before ``slug``."""
        slugs = _campaigns.c.slug
        newest = sa.select(sa.func.max(slugs).label("slug"))
        [row] = self.database.rows(newest.where(slugs.startswith(prefix), slugs < slug))
        return str(row["slug"]) if row["slug"] else None

    def _campaigns(self, which: sa.ColumnElement[bool]) -> list[Campaign]:
        names = [field.name for field in fields(Campaign)]
        rows = self.database.rows(sa.select(_campaigns).where(which).order_by(_campaigns.c.id))
        return [
            Campaign(**{n: row[n] for n in names} | {"at": datetime.fromisoformat(row["at"])})
            for row in rows
        ]

    # -------------------------------------------------------------------------------- mails

    def counts(self, key: str) -> dict[str, int]:
        """How many mails of a campaign are in each state."""
        state = sa.func.coalesce(_newest(_steps.c.state), QUEUED).label("state")
        mails = sa.select(state).where(_mails.c.campaign == key).subquery()
        query = sa.select(mails.c.state, sa.func.count().label("n")).group_by(mails.c.state)
        found = {row["state"]: row["n"] for row in self.database.rows(query)}
        return {name: found.get(name, 0) for name in STATES}

    def mails(self, key: str, *states: str) -> Iterator[Mail]:
        """The mails of a campaign that are in one of ``states`` now, in their order, a page at a
        time."""
        last = 0
        while page := self._page(key, states, last):
            last = page[-1].id
            yield from page

    def _page(self, key: str, states: Sequence[str], after: int) -> list[Mail]:
        state = sa.func.coalesce(_newest(_steps.c.state), QUEUED)
        columns = [
            *(_mails.c.id, _mails.c.mailbox, _mails.c.address, _mails.c.name),
            state.label("state"),
            sa.func.coalesce(_newest(_steps.c.number), 1).label("number"),
            sa.func.coalesce(_newest(_steps.c.why), "").label("why"),
            sa.func.coalesce(_newest(_steps.c.at), "").label("at"),
        ]
        query = sa.select(*columns).where(
            _mails.c.campaign == key, _mails.c.id > after, state.in_(states)
        )
        rows = self.database.rows(query.order_by(_mails.c.id).limit(_PAGE))
        return [Mail(**row) for row in rows]

    def record(self, steps: Iterable[Step], now: datetime) -> None:
        """Append steps, all or none. Raises :class:`AlreadyRecordedError` where somebody else is
        at one of these tries."""
        self.database.append(_steps, _rows(steps, now))

    def is_over(self, key: str) -> bool:
        """Whether nothing of a campaign waits: told without looking at each of its mails."""
        return self._ended(key) is True

    def is_reopened(self, key: str) -> bool:
        """Whether a person has mails of a campaign sent again that was over."""
        return self._ended(key) is False

    def _ended(self, key: str) -> bool | None:
        query = sa.select(_ends.c.over).where(_ends.c.campaign == key)
        rows = self.database.rows(query.order_by(_ends.c.id.desc()).limit(1))
        return bool(rows[0]["over"]) if rows else None

    def end(self, key: str, now: datetime, *, over: bool = True) -> None:
        """Note that nothing of a campaign waits any more, or that something does again."""
        if self.is_over(key) != over:
            row = {"campaign": key, "over": over, "at": _utc(now)}
            self.database.append(_ends, [row])

    def interrupted(self, key: str, now: datetime, *, again: bool = False) -> int:
        """Whoever holds a campaign alone calls what was in a killed run's hands *unknown*, or has
        it sent ``again``, where that harms nobody; how many these were."""
        lost = [
            Step(m.id, m.number + 1, QUEUED) if again else Step(m.id, m.number, UNKNOWN)
            for m in self.mails(key, SENDING)
        ]
        if lost:
            self.record(lost, now)
        return len(lost)

    # ------------------------------------------------------------------------------ leaving

    def leave(self, list_: str, token: str, now: datetime) -> bool:
        """Note that the holder of ``token`` wants no more of a list; false if it was known."""
        row = {"list": list_, "token": token, "at": _utc(now)}
        try:
            self.database.append(_leavings, [row])
        except AlreadyRecordedError:
            return False
        return True

    def left(self, list_: str) -> frozenset[str]:
        """The tokens of those who left a list."""
        query = sa.select(_leavings.c.token).where(_leavings.c.list == list_)
        return frozenset(row["token"] for row in self.database.rows(query))

    # --------------------------------------------------------------------------- a lost ledger

    def lost(self, now: datetime) -> None:
        """Note that this ledger took a lost one's place: who was sent what before is not in it."""
        self.database.append(_losses, [{"at": _utc(now)}])

    def knows_since(self) -> datetime | None:
        """The moment from which this ledger knows all mailings; None: always."""
        newest = sa.func.max(_losses.c.at).label("at")
        [row] = self.database.rows(sa.select(newest))
        return datetime.fromisoformat(row["at"]) if row["at"] else None


def _newest(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """A column of a mail's newest step."""
    query = sa.select(column).where(_steps.c.mail == _mails.c.id)
    return query.order_by(_steps.c.id.desc()).limit(1).scalar_subquery()


def _rows(steps: Iterable[Step], now: datetime) -> list[dict[str, Any]]:
    return [asdict(step) | {"at": _utc(now)} for step in steps]


def _pages(people: Sequence[Addressee]) -> Iterator[Sequence[Addressee]]:
    for start in range(0, len(people), _PAGE):
        yield people[start : start + _PAGE]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
