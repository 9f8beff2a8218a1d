"""What tests in more than one folder stand on."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.cluster import servers
from tests.cluster.servers import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    if servers.POSTGRES is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is missing: tests/tools/setup installs it")
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    with servers.postgres() as running:
        yield running
