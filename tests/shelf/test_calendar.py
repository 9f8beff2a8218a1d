"""events.ics on the shelf: what the newest editions announce, to subscribe to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import lxml.html
import pytest

from flows import channels, proof
from flows.channels import feed
from flows.edition import Event
from flows.house import TRIAL, House
from flows.occasions import event_from, stated
from flows.proof.calendar import prove_events
from flows.shelf import Item, front
from flows.shelf.calendar import events
from flows.shelf.items import item
from flows.shelf.pages import front_page
from tests.proof.proof_samples import HOUSE, IMPRINT, everything

Editions = Callable[..., Item]
SUMMER = timezone(timedelta(hours=2))
EVENT = Event(datetime(2018, 10, 8, 18, 30, tzinfo=SUMMER), None, "Salle des fêtes")


def read(data: bytes) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(data).walk("VEVENT")  # type: ignore[return-value]


def test_each_announced_event_is_there_once_the_newest_edition_first(
    edition: Editions, house: House
) -> None:
    items = [edition(1, event=EVENT), edition(2), edition(3, event=Event(date(2018, 10, 9)))]
    made = events(items, house).data
    assert [str(e["url"]) for e in read(made)] == [
        "https://val.example.org/2018/edition-3/",
        "https://val.example.org/2018/edition-1/",
    ]
    assert read(made)[1]["dtstart"].dt == datetime(2018, 10, 8, 16, 30, tzinfo=UTC)
    assert made == events(items[::-1], house).data


def test_without_an_event_the_calendar_is_valid_and_empty(house: House) -> None:
    made = events([], house)
    assert prove_events(made, {}).passed
    assert read(made.data) == []
    assert icalendar.Calendar.from_ical(made.data).walk("VTIMEZONE")


def test_what_is_withdrawn_is_no_longer_announced(edition: Editions, house: House) -> None:
    before = events([edition(1, event=EVENT)], house)
    assert len(read(before.data)) == 1
    assert read(events([], house).data) == []


def test_a_correction_is_the_same_event_on_the_shelf_and_beside_its_page() -> None:
    edition = replace(everything(), event=EVENT)
    alone = channels.render("newsletter", edition, IMPRINT, HOUSE).file("public/event.ics")
    part = feed.render(edition, IMPRINT, HOUSE).file("parts/item.json").data
    imprint = {"path": IMPRINT.path, "guid": IMPRINT.guid, "revision": IMPRINT.revision}
    shelved = events([item({"imprint": imprint, "files": {}}, part)], HOUSE)
    [one], [other] = read(alone.data), read(shelved.data)
    for name in (*("uid", "sequence", "summary", "location", "url"), "description"):
        assert one[name] == other[name], name
    for name in ("dtstart", "dtstamp", "created", "last-modified"):
        assert one[name].dt == other[name].dt, name


def test_the_front_page_leads_to_the_calendar_where_there_is_something_in_it(
    edition: Editions, house: House
) -> None:
    for changes, links in (({}, []), ({"event": EVENT}, ["events.ics"])):
        page = lxml.html.fromstring(front_page([edition(1, **changes)], 1, [2018], house).data)
        assert page.xpath("//a[@type='text/calendar']/@href") == links


def test_a_trial_s_calendar_says_that_it_is_one() -> None:
    assert "Essai" in str(icalendar.Calendar.from_ical(events([], TRIAL).data)["x-wr-calname"])


def test_the_proof_of_the_front_covers_the_calendar(edition: Editions, house: House) -> None:
    checks = proof.prove_feed(front([edition(1, event=EVENT)], 1, [2018], house), house)
    [check] = [check for check in checks if check.id == "calendar"]
    assert (check.passed, check.figure) == (True, "1")


@pytest.mark.parametrize(
    "event",
    [
        EVENT,
        Event(date(2018, 10, 8), date(2018, 10, 9)),
        replace(EVENT, end=EVENT.start.replace(hour=20)),
    ],
)
def test_an_event_is_read_back_as_the_feed_s_item_keeps_it(event: Event) -> None:
    assert event_from(stated(event)) == event
