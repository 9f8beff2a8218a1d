"""The targets under test: each as :class:`tests.targets.stores.Place`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.needs import lacking
from tests.targets import stores
from tests.targets.stores import Bucket, Place, Recorder, Shore


@pytest.fixture(autouse=True)
def local_disk_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites are made by the hundred here, and what survives a power cut is not the subject."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture(scope="session")
def moto_server() -> Iterator[tuple[str, Recorder]]:
    with stores.moto() as running:
        yield running


@pytest.fixture
def bucket(moto_server: tuple[str, Recorder]) -> Bucket:
    endpoint, recorder = moto_server
    return Bucket(endpoint, f"house-{uuid4().hex[:12]}", recorder).make()


@pytest.fixture
def shore(tmp_path: Path) -> Iterator[Shore]:
    if stores.SSHD is None:
        lacking("sshd is missing: tests/tools/setup installs it")
    with stores.sshd(tmp_path / "shore") as running:
        yield running


@pytest.fixture(params=["s3", "sftp"])
def place(request: pytest.FixtureRequest) -> Place:
    return request.getfixturevalue({"s3": "bucket", "sftp": "shore"}[request.param])
