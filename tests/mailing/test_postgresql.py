"""Campaigns on PostgreSQL: as fast as elsewhere, and one sender of all machines."""

from __future__ import annotations

from uuid import uuid4

from flows.ledger import Ledger
from flows.ledger.mailings import SENDING, SENT, UNKNOWN, Addressee, Campaign, Step
from tests.cluster.servers import Postgres
from tests.ledger.test_ledger import NOW

PEOPLE = 20_000


def test_a_long_campaign_is_counted_though_the_server_knows_nothing_of_its_tables(
    postgres: Postgres,
) -> None:
    """It looks at them now and then only, and no sooner than a campaign is under way."""
    url = postgres.database(f"mail-{uuid4().hex[:12]}")
    ledger = Ledger(f"{url}?options=-c statement_timeout=2000", trial=False)
    mailings = ledger.mailings
    people = (Addressee(f"r{n}", f"r{n}@house.example") for n in range(PEOPLE))
    mailings.open(Campaign("key", "readers", "slug", 1, "Anne"), people, NOW)
    for state in (SENDING, SENT):
        mailings.record((Step(n, 1, state) for n in range(1, PEOPLE + 1)), NOW)
    assert mailings.counts("key")[SENT] == PEOPLE
    assert list(mailings.mails("key", SENDING, UNKNOWN)) == []
    ledger.close()
