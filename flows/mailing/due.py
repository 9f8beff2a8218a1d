"""What is to be mailed to which list: by itself, or because a person asks.

Only a first publication mails by itself, and only while it is news. Everything else is mailed when
a person asks: a correction, an edition that is out for longer, one that a lost ledger may have
mailed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.house import House
from flows.ledger import Fact, Ledger
from flows.ledger.mailings import Campaign
from flows.lists import MailingList
from flows.mailing.digest import Issue, coming, issue
from flows.words import Sentence, ToldError


class MailError(ToldError):
    """What was asked for cannot be mailed: why, and what to do."""


def refusal(key: str, **values: object) -> MailError:
    return MailError(Sentence("mail", key, values))


@dataclass(frozen=True, slots=True)
class Due:
    """An edition, as it is public now, or an issue of a digest, that is to go to a list; and the
    campaign's key: that of the revision with which it began, as whoever has not got that one gets
    what is public now."""

    to: MailingList
    what: Fact | Issue
    key: str
    is_correction: bool = False

    @property
    def slug(self) -> str:
        return self.what.slug

    @property
    def title(self) -> str:
        return self.what.title

    @property
    def revision(self) -> int:
        """Of an edition; of an issue, 0."""
        return self.what.revision if isinstance(self.what, Fact) else 0


def key_of(fact: Fact, to: MailingList) -> str:
    """One revision of one edition to one list: what is sent once."""
    return f"{fact.slug}/{fact.revision}/{to.name}"


def due(ledger: Ledger, house: House, now: datetime) -> tuple[Due, ...]:
    """What mails by itself now: first publications that are news, that came out once a list was
    there and that it has not got; campaigns that were begun and not finished; and digests. Costs
    what is new, not what there is."""
    return (*due_editions(ledger, house, now), *due_digests(ledger, house, now))


def due_editions(ledger: Ledger, house: House, now: datetime) -> tuple[Due, ...]:
    """What of editions is due; see :func:`due`."""
    seen = {to: ledger.records.first_seen(to.sighting) for to in house.lists if to.automatic}
    lists = [to for to in seen if seen[to] is not None]
    if house.trial or not lists:
        return ()
    since = now - timedelta(hours=max(to.late_hours for to in lists))
    if knows := ledger.mailings.knows_since():
        since = max(since, knows)
    found = []
    for first in ledger.first_published(since):
        public = ledger.edition(first.slug)
        if public is None or public.is_withdrawn:
            continue
        found += [
            one
            for to in lists
            if to.takes(public.language) and _is_news(first, to, now) and _is_after(first, seen[to])
            if (one := _unsent(ledger, to, public))
        ]
    return tuple(found)


def due_digests(ledger: Ledger, house: House, now: datetime) -> tuple[Due, ...]:
    """The issues of digests whose slot has come, that are not too late, and that a list has not
    got."""
    knows = ledger.mailings.knows_since()
    found = []
    for digest in () if house.trial else house.digests:
        one = issue(digest, ledger, house, now)
        late = timedelta(hours=digest.late_hours)
        if one is None or now - one.end > late or ledger.first_published(now + late):
            continue  # the last: the clock was put back, and the slot is an old one
        if knows and knows > one.end:  # nobody knows whether it went
            continue
        found += [d for d in issued(one, house) if _is_unsent(ledger, d)]
    return tuple(found)


def issued(one: Issue, house: House) -> tuple[Due, ...]:
    """An issue to each of its lists."""
    lists = [to for to in house.lists if to.name in one.digest.lists]
    return tuple(Due(to, one, f"{one.slug}/{to.name}") for to in lists)


def asked_issue(
    name: str, ledger: Ledger, house: House, now: datetime, *, trying: bool = False
) -> tuple[Due, ...]:
    """The newest issue of a digest, for each of its lists, however late; to be tried out, the one
    that is coming where there is none. Raises :class:`MailError`."""
    digest = house.digest_named(name)
    if digest is None:
        known = ", ".join(one.name for one in house.digests) or "–"
        raise refusal("no_such_digest", name=name, known=known)
    one = issue(digest, ledger, house, now)
    if one is None and trying:
        one = coming(digest, ledger, house, now)
    if one is None:
        raise refusal("no_issue", name=name)
    return issued(one, house)


def _is_unsent(ledger: Ledger, one: Due) -> bool:
    return not ledger.mailings.is_over(one.key)


def _is_after(first: Fact, seen: datetime | None) -> bool:
    """Whether an edition came out once a list was there: a list that is new is mailed nothing of
    before by itself."""
    return first.at is not None and seen is not None and first.at >= seen


def _is_news(first: Fact, to: MailingList, now: datetime) -> bool:
    """Of what a clock that was put back takes for tomorrow's, no more than of yesterday's: a
    machine that forgot the year would mail all that there is."""
    return first.at is not None and abs(now - first.at) <= timedelta(hours=to.late_hours)


def _kept(ledger: Ledger, to: MailingList, slug: str) -> list[Campaign]:
    """The campaigns of an edition to a list, the oldest first."""
    return [one for one in ledger.mailings.campaigns(slug) if one.list == to.name]


def _unsent(ledger: Ledger, to: MailingList, public: Fact) -> Due | None:
    """What a list still has to get of an edition: all of it, or the rest of a campaign."""
    kept = _kept(ledger, to, public.slug)
    if not kept:
        return Due(to, public, key_of(public, to))
    last = kept[-1]
    if ledger.mailings.is_over(last.key):
        return None
    return Due(to, public, last.key, is_correction=len(kept) > 1)


def asked(
    fact: Fact,
    names: Sequence[str],
    ledger: Ledger,
    house: House,
    *,
    correction: bool = False,
    sure: bool = False,
) -> tuple[Due, ...]:
    """What a person wants mailed: an edition to the lists of these names, by default to each that
    takes its language. ``correction``: although the list got an earlier revision; ``sure``:
    although nobody knows whether it was mailed before. Raises :class:`MailError`."""
    lists = lists_named(names, house)
    if fact.is_withdrawn:
        raise refusal("withdrawn", slug=fact.slug)
    if not names:
        lists = [to for to in lists if to.takes(fact.language)]
    if not lists:
        raise refusal("no_list_takes", slug=fact.slug, language=fact.language)
    wanted = [_sound(fact, to, ledger, correction=correction, sure=sure) for to in lists]
    again = [one for to in lists for one in _reopened(fact, to, ledger)]
    return tuple({one.key: one for one in (*again, *wanted)}.values())


def _reopened(fact: Fact, to: MailingList, ledger: Ledger) -> list[Due]:
    """The campaigns, former ones too, of which a person has mails sent again."""
    kept = _kept(ledger, to, fact.slug)
    return [
        Due(to, fact, campaign.key, is_correction=number > 0)
        for number, campaign in enumerate(kept)
        if ledger.mailings.is_reopened(campaign.key)
    ]


def lists_named(names: Sequence[str], house: House) -> list[MailingList]:
    """The lists of these names; without a name, all. Raises :class:`MailError`."""
    if house.trial or not house.lists:
        raise refusal("no_lists")
    for name in names:
        if house.list_named(name) is None:
            known = ", ".join(to.name for to in house.lists)
            raise refusal("no_such_list", name=name, known=known)
    return [to for to in house.lists if not names or to.name in names]


def _sound(fact: Fact, to: MailingList, ledger: Ledger, *, correction: bool, sure: bool) -> Due:
    """What goes on, or may begin."""
    mailings, key = ledger.mailings, key_of(fact, to)
    kept = _kept(ledger, to, fact.slug)
    if any(campaign.key == key for campaign in kept):
        return Due(to, fact, key, is_correction=kept[0].key != key)
    if kept and not mailings.is_over(kept[-1].key) and not correction:
        return Due(to, fact, kept[-1].key, is_correction=len(kept) > 1)
    if kept and not correction:
        values = {"slug": fact.slug, "list": to.name, "before": kept[-1].revision}
        raise refusal("sent_before", now=fact.revision, **values)
    if (knows := mailings.knows_since()) and not sure:
        first = next((f.at for f in ledger.history(fact.slug) if f.at), None)
        if first and first < knows:
            raise refusal("lost_ledger", slug=fact.slug, list=to.name)
    return Due(to, fact, key, is_correction=bool(kept))
