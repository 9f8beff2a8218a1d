"""Promise 3: a revision goes out once, whoever else is publishing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from flows.ledger import AlreadyRecordedError
from tests.release import workshop


def test_two_runs_at_once_publish_each_edition_once(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 4))
    output = tmp_path / "output"
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(workshop.publish_due, content, output) for _ in range(2)]
    published = [fact.slug for run in runs for fact in run.result()]
    assert sorted(published) == [f"edition-0000{n}" for n in range(1, 4)]


def test_the_ledger_refuses_a_revision_that_is_out_already(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    [fact] = workshop.publish_due(content, tmp_path / "output")
    with workshop.desk(content, tmp_path / "output") as at, pytest.raises(AlreadyRecordedError):
        at.ledger.record("done", [replace(fact, number=9)], workshop.EPOCH)


def test_a_changed_source_of_a_published_edition_is_a_pending_correction(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    workshop.publish_due(content, tmp_path / "output")
    before = workshop.public_files(tmp_path / "output" / "site")
    source = content / "e00001.md"
    source.write_text(source.read_text("utf-8") + "\nAnother word.\n", encoding="utf-8")
    with workshop.desk(content, tmp_path / "output") as at:
        [item] = at.plan(watched=True)
    assert item.state == "pending correction"
    assert workshop.publish_due(content, tmp_path / "output", 5) == []
    assert workshop.public_files(tmp_path / "output" / "site") == before


def test_a_lost_ledger_is_made_again_from_the_manifests_and_nothing_goes_out_twice(
    tmp_path: Path,
) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 4))
    output = tmp_path / "output"
    workshop.publish_due(content, output)
    with workshop.desk(content, output) as at:
        known = at.ledger.known()
    for file in output.glob("parution.db*"):
        file.unlink()
    assert workshop.publish_due(content, output, 5) == []
    with workshop.desk(content, output) as at:
        assert at.ledger.known() == known


def test_with_ledger_and_site_lost_both_are_made_again_from_the_releases(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 4))
    output = tmp_path / "output"
    workshop.publish_due(content, output)
    before = workshop.public_files(output / "site")
    for file in output.glob("parution.db*"):
        file.unlink()
    (output / "site").unlink()
    assert workshop.publish_due(content, output, 5) == []
    assert workshop.public_files(output / "site") == before


def test_a_guid_is_a_tag_uri_that_names_the_house_the_day_and_the_edition(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    workshop.publish_due(content, tmp_path / "output")
    feed = (tmp_path / "output" / "site" / "feed.xml").read_text("utf-8")
    guid = "tag:house.example,2026-03-02:2026/edition-00001"
    assert f'<guid isPermaLink="false">{guid}</guid>' in feed
