"""A mail server for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mailing import post
from tests.mailing.post import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with post.sink() as running:
        yield running


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"
