"""What tests in more than one folder stand on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import servers
from tests.cluster.servers import Postgres
from tests.needs import lacking


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    if servers.POSTGRES is None:
        lacking("PostgreSQL is missing: tests/tools/setup installs it")
    with servers.postgres() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, through Playwright; for a module, as it keeps an event loop of its thread."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        lacking("no Chromium: tests/tools/setup installs it")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield found
        found.close()
