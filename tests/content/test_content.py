"""What the repository's own content promises: it loads, it can be published, it shows cleaning."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from flows import editing, sources
from flows.edition import Edited, Figure, Severity
from flows.house import House, Looks, Print, Rules, Schedule
from flows.house_file import SETTINGS, read_house
from flows.reading import pictures, walk

CONTENT = Path(__file__).resolve().parents[2] / "content"
NAMES = ("2015-territoires-numeriques.txt", "2024-riviere", "2025-on-demand-bus")


def edited(name: str) -> Edited:
    entry = next(e for e in sources.entries(CONTENT) if e.name == name)
    return editing.edit(sources.read(entry, CONTENT), read_house(CONTENT))


def test_the_readme_and_the_house_are_no_editions():
    assert tuple(entry.name for entry in sources.entries(CONTENT)) == NAMES


def test_the_house_explains_every_setting_there_is():
    text = (CONTENT / "house.toml").read_text(encoding="utf-8")
    assert not read_house(CONTENT).trial
    for part in (House, Looks, Print, Schedule, Rules):
        for key, setting in part.model_fields.items():
            read = key not in SETTINGS  # off a file beside it
            assert setting.exclude or read or f"{key} = " in text or f"[{key}]" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_edition_can_be_published(name):
    assert not edited(name).refused()


def test_the_saved_page_shows_each_doubt_that_a_saved_page_raises():
    rules = [f.rule for f in edited(NAMES[0]).findings if f.severity is Severity.DOUBT]
    assert {rule: rules.count(rule) for rule in sorted(set(rules))} == {
        "glued-words": 2,
        "lost-pull-quote": 2,
        "missing-box-heading": 2,
        "stale-date": 1,
    }


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_two_editions_that_were_written_for_parution_leave_nothing_to_say(name):
    assert edited(name).findings == ()


def test_every_picture_is_described_captioned_wide_enough_for_print_and_light():
    edition = edited("2024-riviere").edition
    assert edition is not None
    figures = [block for block in walk(edition.blocks) if isinstance(block, Figure)]
    assert len(figures) == 3
    assert all(figure.alt and figure.caption for figure in figures)
    for picture in pictures(edition):
        assert Image.open(io.BytesIO(picture.data)).width == 1600
        assert len(picture.data) <= 150_000
