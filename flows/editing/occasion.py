"""The event that an edition announces: when it begins, when it ends, where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flows.clocks import Oddity
from flows.editing.dates import hour_of, moment_of, when_of
from flows.editing.draft import Draft, Outcome, doubt, error, note, rule
from flows.edition import Event, Finding


@rule("bad-event")
def bad_event(draft: Draft, name: str) -> Outcome:
    """When it begins: a day, or a moment in the house's time zone unless it states its offset."""
    said = draft.said("event")
    if not said:
        return Outcome(draft)
    found = when_of(said, draft.house.zone)
    if found is None:
        return Outcome(draft, (error(name, draft.place("event"), event=said),))
    return Outcome(replace(draft, event=Event(found[0])))


@rule("bad-event-end")
def bad_event_end(draft: Draft, name: str) -> Outcome:
    """When it ends: after it begins, and as exactly as that is stated; an hour alone is one of
    the same day."""
    said = draft.said("event_end")
    if not said or draft.event is None:
        return Outcome(draft)
    found = when_of(_with_day(draft), draft.house.zone)
    try:
        if found is None:
            raise ValueError(said)
        start, end = draft.event.start, found[0]
        of_one_day = draft.event.is_whole_days and end == start
        event = replace(draft.event, end=None if of_one_day else end)
    except ValueError:
        values = {"end": said, "event": draft.said("event")}
        return Outcome(draft, (error(name, draft.place("event_end"), **values),))
    return Outcome(replace(draft, event=event))


def _with_day(draft: Draft) -> str:
    """The end as stated, with the day of the beginning where it is an hour alone."""
    said, event = draft.said("event_end"), draft.event
    hour = hour_of(said)
    if hour is None or event is None or not isinstance(event.start, datetime):
        return said
    return datetime.combine(event.start.date(), hour).isoformat()


@rule("no-event")
def no_event(draft: Draft, name: str) -> Outcome:
    """An end or a place, and no beginning: nothing is announced."""
    if draft.said("event"):
        return Outcome(draft)
    said = [key for key in ("event_end", "place") if draft.said(key)]
    return Outcome(draft, tuple(doubt(name, draft.place(key), key=key) for key in said))


@rule("event-in-gap")
def event_in_gap(draft: Draft, name: str) -> Outcome:
    """A time that the clocks skip; it is the moment at which they do."""
    told: list[Finding] = []
    for key, said, moment, oddity in _moments(draft):
        if oddity is Oddity.SKIPPED:
            values = {"said": said, "taken": f"{moment:%Y-%m-%d %H:%M}"}
            told.append(doubt(name, draft.place(key), **values))
    return Outcome(draft, tuple(told))


@rule("event-twice")
def event_twice(draft: Draft, name: str) -> Outcome:
    """A time that the clocks read twice; the first of the two is taken."""
    told: list[Finding] = []
    for key, said, moment, oddity in _moments(draft):
        if oddity is Oddity.TWICE:
            both = [m.isoformat(" ", "minutes") for m in (moment, moment.replace(fold=1))]
            values = {"said": said, "first": both[0], "second": both[1]}
            told.append(doubt(name, draft.place(key), **values))
    return Outcome(draft, tuple(told))


def _moments(draft: Draft) -> Iterator[tuple[str, str, datetime, Oddity | None]]:
    """Each stated moment of the event: its key, its words, the moment, and what is odd in it."""
    if draft.event is None or draft.event.is_whole_days:
        return
    for key, said in (("event", draft.said("event")), ("event_end", _with_day(draft))):
        if found := moment_of(said, draft.house.zone):
            yield key, draft.said(key), *found


@rule("event-over")
def event_over(draft: Draft, name: str) -> Outcome:
    """An event that is over before the edition's own day, or before its embargo ends: what is out
    then is a write-up. The clock is never asked."""
    event, embargo = draft.event, draft.publish_at
    if event is None:
        return Outcome(draft)
    last = event.end or event.start
    last_day = last.date() if isinstance(last, datetime) else last
    days = [draft.date, embargo.date() if embargo else None]
    is_over = any(day and day > last_day for day in days)
    if embargo and isinstance(last, datetime):
        is_over = is_over or embargo.timestamp() >= last.timestamp()
    if not is_over:
        return Outcome(draft)
    return Outcome(draft, (note(name, draft.place("event"), event=draft.said("event")),))
