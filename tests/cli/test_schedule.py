"""``parution schedule``: bad input, then what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.cli.command import parution
from tests.release import workshop

LATER = "---\ntitle: Later\ndate: 2026-01-02\nlanguage: en\npublish_at: {at}\n---\n\nWait.\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return workshop.content_folder(tmp_path / "content", range(1, 2))


def house(content: Path, more: str) -> None:
    (content / "house.toml").write_text(workshop.HOUSE + more, encoding="utf-8")


@pytest.mark.parametrize("weeks", ["0", "-1", "54", "soon"])
def test_a_number_of_weeks_that_makes_no_sense_is_wrong_use(content: Path, weeks: str) -> None:
    done = parution("schedule", "--weeks", weeks, "--content", content)
    assert done.returncode == 2
    assert "--weeks" in done.stderr


def test_a_calendar_that_cannot_be_written_is_named_with_what_to_do(
    content: Path, tmp_path: Path
) -> None:
    for path in (tmp_path / "nowhere" / "a.ics", tmp_path):
        done = parution(
            "schedule", "--ics", path, "--content", content, "--output", tmp_path / "output"
        )
        assert done.returncode == 2
        assert f"{path}: the calendar cannot be written" in done.stderr
        assert "Name a file in a folder that is there" in done.stderr


def test_a_time_zone_that_does_not_exist_gives_its_sentence(content: Path) -> None:
    house(content, 'timezone = "Europe/Avelle"\n')
    done = parution("schedule", "--content", content)
    assert done.returncode == 2
    assert "timezone: no time zone is called 'Europe/Avelle'" in done.stderr


@pytest.mark.parametrize("slot", ["every tuesday", "0 9 * * 9", "0 9 30 2 *", "@weekly", ""])
def test_a_slot_that_is_no_cron_line_gives_its_sentence(content: Path, slot: str) -> None:
    house(content, f'[schedule]\nslots = ["{slot}"]\n')
    done = parution("schedule", "--content", content)
    assert done.returncode == 2
    assert "schedule.slots: a cron line has five fields, such as '0 9 * * 1-5'" in done.stderr


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    done = parution("schedule", "--content", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "no such folder" in done.stderr


def test_an_embargo_in_the_past_an_empty_folder_and_no_house_are_no_errors(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    done = parution("schedule", "--content", content, "--output", tmp_path / "output")
    assert done.returncode == 0
    assert "Nothing is planned" in done.stdout
    (content / "late.md").write_text(LATER.format(at="2020-01-01 09:00"), encoding="utf-8")
    done = parution("schedule", "--content", content, "--output", tmp_path / "output")
    assert done.returncode == 0
    assert "late.md" in done.stdout


def test_it_lists_slots_with_their_editions_and_those_with_none(
    content: Path, tmp_path: Path
) -> None:
    house(content, '[schedule]\nslots = ["0 9 * * 2"]\n')
    (content / "held.md").write_text(
        "---\ntitle: Held\ndate: 2026-01-02\nlanguage: en\n---\n\nThe end.Then more words.\n"
    )
    arguments = ("--content", content, "--output", tmp_path / "output", "--weeks", "3")
    rows = json.loads(parution("schedule", "--json", *arguments).stdout)
    assert [(row["kind"], row["entry"]) for row in rows] == [
        ("slot", "e00001.md"),
        ("empty", None),
        ("empty", None),
        ("waiting", "held.md"),
    ]
    assert all("T09:00:00+0" in row["at"] for row in rows[:3])
    assert rows[-1]["rules"] == ["glued-words"]
    shown = parution("schedule", *arguments).stdout
    assert shown.count("Tuesday") == 3
    assert "slot with nothing ready" in shown
    assert "held: doubts to settle (glued-words)" in shown
    assert "mardi" in parution("schedule", *arguments, PARUTION_LANG="fr").stdout


def test_the_calendar_goes_to_a_file_or_to_standard_output(content: Path, tmp_path: Path) -> None:
    arguments = ("--content", content, "--output", tmp_path / "output")
    printed = parution("schedule", "--ics", "-", *arguments).stdout
    done = parution("schedule", "--ics", tmp_path / "a.ics", "--json", *arguments)
    assert json.loads(done.stdout)[0]["entry"] == "e00001.md"
    for text in (printed, (tmp_path / "a.ics").read_text("utf-8")):
        [event] = Calendar.from_ical(text).walk("VEVENT")
        assert event["uid"] == "edition-00001@house.example"


def test_it_loads_neither_prefect_nor_weasyprint_and_makes_no_site(
    content: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from flows.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'prefect', 'weasyprint'} & set(sys.modules)))"
    )
    output = tmp_path / "output"
    arguments = ["schedule", "--content", content, "--output", output, "--ics", tmp_path / "a.ics"]
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.endswith("[]\n")
    assert not (output / "site").exists()
