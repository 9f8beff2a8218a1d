"""The ledger under test, on SQLite and on PostgreSQL: the same promises on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from flows.ledger import Ledger
from tests.cluster.servers import Postgres


@pytest.fixture
def on_postgres(postgres: Postgres) -> str:
    """The address of a ledger of this test's own."""
    return postgres.database(f"ledger-{uuid4().hex[:12]}")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'parution.db'}"
    return str(request.getfixturevalue("on_postgres"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = Ledger(url, trial=False)
    yield opened
    opened.close()
