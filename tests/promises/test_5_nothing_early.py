"""Promise 5: what is under embargo is in no public file, no listing, no feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.edition import Severity
from flows.targets.file import SiteError
from tests.release import workshop

EMBARGOED = """---
title: The secret of the estuary
date: 2026-01-02
language: en
publish_at: 2026-03-02 10:30
---

Hush, said the heron.
"""


def test_an_edition_under_embargo_stands_nowhere_until_its_minute(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    (content / "secret.md").write_text(EMBARGOED, encoding="utf-8")
    output = tmp_path / "output"
    workshop.publish_due(content, output)  # 8:00 UTC; the house's 10:30 is 9:30 UTC
    for address, data in workshop.public_files(output / "site").items():
        for word in (b"secret", b"heron", b"estuary"):
            assert word not in data
            assert word.decode() not in address
    workshop.publish_due(content, output, minutes=89)
    assert not (output / "site" / "2026" / "the-secret-of-the-estuary").exists()
    workshop.publish_due(content, output, minutes=90)
    assert (output / "site" / "2026" / "the-secret-of-the-estuary" / "index.html").exists()


def test_doubts_hold_a_run_that_nobody_watches_until_waived(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    text = "---\ntitle: Glue\ndate: 2026-01-02\nlanguage: en\n---\n\nTwo words.Glued here.\n"
    (content / "e00001.md").write_text(text, encoding="utf-8")
    with workshop.desk(content, tmp_path / "output") as at:
        [item] = at.plan(watched=False)
        assert item.understood is not None
        assert {f.rule for f in item.understood.findings if f.severity is Severity.DOUBT} == {
            "glued-words"
        }
        assert item.state == "held"
        assert at.plan(watched=True)[0].state == "due"
    waived = workshop.HOUSE + '[rules]\nwaive = ["glued-words"]\n'
    (content / "house.toml").write_text(waived, encoding="utf-8")
    with workshop.desk(content, tmp_path / "output") as at:
        assert at.plan(watched=False)[0].state == "due"


def test_a_house_gone_missing_cannot_replace_its_site_by_a_trial(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    output = tmp_path / "output"
    workshop.publish_due(content, output)
    before = workshop.public_files(output / "site")
    (content / "house.toml").unlink()
    workshop.content_folder(content, range(2, 3), house="")
    with pytest.raises(SiteError, match=r"house\.toml"):
        workshop.publish_due(content, output, 5)
    assert workshop.public_files(output / "site") == before


def test_a_trial_gives_way_to_the_house_that_comes(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 3), house="")
    output = tmp_path / "output"
    workshop.publish_due(content, output)
    assert "-trial-" in (output / "site").resolve().name
    (content / "house.toml").write_text(workshop.HOUSE, encoding="utf-8")
    published = workshop.publish_due(content, output, 5)
    assert [(fact.slug, fact.revision) for fact in published] == [
        ("edition-00001", 1),
        ("edition-00002", 1),
    ]
    feed = (output / "site" / "feed.xml").read_text("utf-8")
    assert feed.count("tag:house.example") == 2


def test_a_trial_whose_title_changes_leaves_no_second_edition_behind(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 3), house="")
    output = tmp_path / "output"
    workshop.publish_due(content, output)
    source = content / "e00001.md"
    changed = source.read_text("utf-8").replace("Edition 00001", "Another title")
    source.write_text(changed.replace("2026-01-02", "2019-05-06"), encoding="utf-8")
    workshop.publish_due(content, output, 5)
    feed = (output / "site" / "feed.xml").read_text("utf-8")
    assert feed.count("<item>") == 2
    assert "2019/another-title" in feed
    assert {p.name for p in (output / "site").glob("2*/*") if p.is_dir()} == {
        "another-title",
        "edition-00002",
    }
