"""A calendar goes out only if programs can read it and it says what the edition says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from flows import channels, proof, shelf
from flows.edition import Edition, Event
from flows.proof.calendar import prove_calendar, prove_events
from flows.rendition import File, Rendition
from flows.words import say
from tests.proof.proof_samples import HOUSE, IMPRINT, everything

PARIS = ZoneInfo("Europe/Paris")
EVENT = Event(
    datetime(2026, 10, 8, 18, 30, tzinfo=PARIS),
    datetime(2026, 10, 8, 20, tzinfo=PARIS),
    "Salle des fêtes, Saint-Avel",
)
ANNOUNCING = replace(everything(), event=EVENT)


def made(edition: Edition = ANNOUNCING) -> File:
    return channels.render("newsletter", edition, IMPRINT, HOUSE).file("public/event.ics")


@pytest.mark.parametrize("channel", channels.found())
@pytest.mark.parametrize(
    "event",
    [EVENT, Event(date(2026, 10, 8)), Event(date(2026, 10, 1), date(2026, 10, 2), "1er étage")],
    ids=["evening", "day", "days"],
)
def test_what_announces_an_event_is_proved_on_every_channel(channel: str, event: Event) -> None:
    edition = replace(everything(), event=event)
    rendition = channels.render(channel, edition, IMPRINT, HOUSE)
    checks = proof.prove_rendition(edition, IMPRINT, HOUSE, rendition)
    assert [check.fault for check in checks if not check.passed] == []
    files = [file.path for file in rendition.files]
    assert ("calendar" in [check.id for check in checks]) is ("public/event.ics" in files)


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (b"Et mon territoire", b"Et ton territoire", "SUMMARY"),
        (b"Trois usages", b"Deux usages", "DESCRIPTION"),
        (b"place du village", b"place", "DESCRIPTION"),
        (b"Salle des f", b"Halle des f", "LOCATION"),
        (b"20261008T163000Z", b"20261008T173000Z", "DTSTART"),
        (b"DTEND:20261008T180000Z\r\n", b"", "DTEND"),
        (b"URL:https://conseil.example/2018/", b"URL:https://conseil.example/2019/", "URL"),
    ],
)
def test_a_calendar_that_says_something_else_is_refused(
    before: bytes, after: bytes, name: str
) -> None:
    good = made()
    assert before in good.data
    check = prove_calendar(
        replace(good, data=good.data.replace(before, after)), ANNOUNCING, IMPRINT, HOUSE
    )
    assert check.fault is not None
    assert (check.fault.rule, dict(check.fault.values)["where"]) == ("calendar-differs", name)
    assert name in say(check.fault, "fr")[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"BEGIN:VCALENDAR", b"BEGIN:VTODO"),
        (b"UID:", b"X-UID:"),
        (b"PRODID:", b"X-PRODID:"),
        (b"DTSTAMP:", b"X-DTSTAMP:"),
        (b"\r\n", b"\n"),
        (b"END:VCALENDAR\r\n", b"END:VCALENDAR"),
        (b"\r\n ", b""),
        (b"DTSTART:2026", b"DTSTART:soon"),
    ],
)
def test_what_a_program_could_not_read_is_refused(before: bytes, after: bytes) -> None:
    good = made()
    assert before in good.data
    check = prove_calendar(
        replace(good, data=good.data.replace(before, after)), ANNOUNCING, IMPRINT, HOUSE
    )
    assert check.fault is not None
    assert check.fault.rule == "calendar-invalid"
    assert say(check.fault, "en")[0].startswith("public/event.ics")


def test_a_calendar_with_a_second_event_is_refused() -> None:
    good = made()
    event = good.data[good.data.index(b"BEGIN:VEVENT") : good.data.index(b"END:VCALENDAR")]
    twice = replace(good, data=good.data.replace(event, event * 2))
    assert not prove_calendar(twice, ANNOUNCING, IMPRINT, HOUSE).passed


def test_a_calendar_of_an_edition_that_announces_nothing_is_refused() -> None:
    assert not prove_calendar(made(), everything(), IMPRINT, HOUSE).passed


TITLES = {"https://conseil.example/2018/territoire/": "Et mon territoire ?"}


def test_a_calendar_of_many_names_editions_of_the_feed_and_no_others() -> None:
    assert prove_events(made(), TITLES).passed
    for titles in ({}, dict.fromkeys(TITLES, "Un autre")):
        check = prove_events(made(), titles)
        assert check.fault is not None
        assert check.fault.rule == "calendar-differs"
    broken = replace(made(), data=made().data.replace(b"UID:", b"X-UID:"))
    assert not prove_events(broken, TITLES).passed


def test_the_front_of_a_site_is_refused_with_a_calendar_that_cannot_be_read() -> None:
    files = shelf.front([], 0, [], HOUSE)
    assert all(check.passed for check in proof.prove_feed(files, HOUSE))
    cut = [
        replace(file, data=file.data[:-2]) if file.path == "events.ics" else file for file in files
    ]
    [fault] = [check.fault for check in proof.prove_feed(cut, HOUSE) if check.fault]
    assert fault.rule == "calendar-invalid"


def test_a_page_that_leads_to_a_calendar_which_is_not_there_is_refused() -> None:
    rendition = channels.render("newsletter", ANNOUNCING, IMPRINT, HOUSE)
    files = tuple(file for file in rendition.files if file.path != "public/event.ics")
    checks = proof.prove_links(ANNOUNCING, IMPRINT, HOUSE, [Rendition("newsletter", files)])
    assert any("event.ics" in str(check.fault) for check in checks if check.fault)
