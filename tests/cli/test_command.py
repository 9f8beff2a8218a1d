"""What the command promises: exit codes, sentences, JSON that a program can read."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows import outgoing
from flows.approval.codes import approval_of
from tests.cli.command import parution
from tests.release import workshop

REPO = Path(__file__).parents[2]


def test_check_prints_place_rule_message_and_what_to_do(tmp_path: Path) -> None:
    text = "le 16 août 2018\n\nTitre\n\nUn début.Une suite de mots qui forment une phrase.\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    done = parution("check", "--content", tmp_path)
    assert done.returncode == 0
    assert f"{tmp_path}/a.txt:5:4: doubt[glued-words]" in done.stdout
    assert "to do: Write “début. Une”" in done.stdout


def test_check_answers_1_where_an_edition_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    assert parution("check", "--content", tmp_path).returncode == 1


def test_check_and_status_load_neither_prefect_nor_weasyprint(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    program = (
        "import sys; from flows.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'prefect', 'weasyprint'} & set(sys.modules)))"
    )
    for command in (["check"], ["status", "--output", str(tmp_path / "output")]):
        arguments = [*command, "--content", str(content)]
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
        )
        assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("command", ["check", "publish", "status"])
def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path, command: str) -> None:
    done = parution(command, "--content", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "no such folder" in done.stderr


def test_a_house_with_a_slip_of_the_pen_is_named_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text('name = "H"\nadress = "https://h.example"\n')
    done = parution("check", "--content", tmp_path)
    assert done.returncode == 2
    assert "house.toml: \n  adress: no such setting; do you mean address?" in done.stderr


def test_an_entry_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path, range(1, 2))
    for command in ("check", "publish", "preview"):
        done = parution(command, "nowhere.md", "--content", content)
        assert done.returncode == 2
        assert "no such edition" in done.stderr


def test_status_lists_state_revision_findings_and_what_is_due(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    workshop.publish_due(content, tmp_path / "output")
    workshop.content_folder(content, range(2, 3))
    later = "---\ntitle: Later\ndate: 2026-01-02\npublish_at: 2099-01-01 09:00\n---\n\nWait.\n"
    (content / "later.md").write_text(later, encoding="utf-8")
    done = parution("status", "--json", "--content", content, "--output", tmp_path / "output")
    rows = {row["entry"]: row for row in json.loads(done.stdout)}
    assert {name: row["state"] for name, row in rows.items()} == {
        "e00001.md": "published",
        "e00002.md": "due",
        "later.md": "scheduled",
    }
    assert rows["e00001.md"]["revision"] == 1
    assert rows["later.md"]["due"] == "2099-01-01T09:00:00+01:00"
    table = parution("status", "--content", content, "--output", tmp_path / "output").stdout
    assert "ready to publish" in table
    assert "Edition 00001" in table


def test_status_names_who_said_yes_and_how_many_more_it_takes(tmp_path: Path) -> None:
    house = workshop.HOUSE + "[approval]\nrequired = true\npeople = 2\n"
    content = workshop.content_folder(tmp_path / "content", range(1, 2), house=house)
    folders = ("--content", content, "--output", tmp_path / "output")
    for name in ("Anne [desk]", "Bernard"):
        with workshop.desk(content, tmp_path / "output") as at:
            [item] = at.plan(watched=False)
            galley = outgoing.ask(at, item, {"proof.json": b"{}\n"})
            at.ledger.records.approve(approval_of(galley, name, "cli", at.secret), at.clock())
        [row] = json.loads(parution("status", "--json", *folders).stdout)
        table = parution("status", *folders).stdout
        if name != "Bernard":
            assert (row["approved_by"], row["approvals_missing"]) == ([name], 1)
            assert "approved by Anne [desk]; 1 more needed" in table
    assert (row["state"], row["approved_by"]) == ("due", ["Anne [desk]", "Bernard"])
    assert "more needed" not in table


@pytest.mark.slow
def test_preview_prints_the_address_of_one_page_that_shows_everything(tmp_path: Path) -> None:
    done = parution(
        "preview", "2025-on-demand-bus", "--content", REPO / "content", "--output", tmp_path
    )
    assert done.returncode == 0
    page = Path(done.stdout.strip().removeprefix("file://"))
    assert page.is_file()
    beside = {p.name for p in page.parent.rglob("*")}
    assert {"newsletter.html", "brochure.pdf", "brochure-a5.pdf", "feed-item.html"} <= beside


@pytest.mark.slow
def test_one_plain_text_without_a_house_goes_out_as_a_trial(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    source = REPO / "content" / "2015-territoires-numeriques.txt"
    (content / "page.txt").write_bytes(source.read_bytes())
    done = parution("publish", "--content", content, "--output", tmp_path / "output")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Published on trial" in done.stdout
    site = tmp_path / "output" / "site"
    [page] = site.glob("2018/*/index.html")
    assert "noindex" in page.read_text("utf-8")
    proof = next((tmp_path / "output" / "proofs").glob("*/trial-1/proof.json"))
    checks = json.loads(proof.read_bytes())["checks"]
    assert all(check["passed"] for check in checks)
    subjects = {check["subject"] for check in checks if check["id"] == "words"}
    assert subjects == {
        "public/index.html", "public/newsletter.html", "public/newsletter.txt",
        "public/brochure.pdf", "public/brochure-a5.pdf", "public/brochure-large.pdf",
        "parts/item.json",
    }  # fmt: skip


@pytest.mark.slow
def test_an_installed_wheel_publishes_with_the_templates_it_carries(tmp_path: Path) -> None:
    wheel = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        str(tmp_path / "dist"),
    ]
    subprocess.run(wheel, cwd=REPO, check=True, capture_output=True)
    [built] = (tmp_path / "dist").glob("*.whl")
    installed = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(installed)]
    subprocess.run([*pip, str(built)], check=True, capture_output=True)
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    program = "import flows.cli; assert 'installed' in flows.__file__; flows.cli.main()"
    output = tmp_path / "output"
    done = subprocess.run(
        [sys.executable, "-c", program, "publish",
         "--content", str(content), "--output", str(output)],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(installed), "HOME": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (output / "site" / "2026" / "edition-00001" / "brochure.pdf").is_file()


def test_a_prefect_server_that_is_away_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    away = "http://127.0.0.1:9/api"
    output = tmp_path / "output"
    done = parution("publish", "--content", content, "--output", output, PREFECT_API_URL=away)
    assert done.returncode == 3
    assert f"Prefect's server at {away} does not answer" in done.stderr
    assert not (output / "site").exists()
    assert parution("publish", "--content", content, "--output", output).returncode == 0


def test_one_folder_for_content_and_output_publishes_the_editions_alone(tmp_path: Path) -> None:
    workshop.content_folder(tmp_path, range(1, 2), house="")
    for _ in range(2):
        done = parution("publish", "--json", "--content", tmp_path, "--output", tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert [e["entry"] for e in json.loads(done.stdout)["entries"]] == ["e00001.md"]


def test_check_knows_the_addresses_that_are_taken_by_what_is_out(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    workshop.content_folder(content, range(1, 2))
    workshop.publish_due(content, output)
    (content / "e00001.md").rename(content / "renamed.md")
    done = parution("check", "--json", "--content", content, "--output", output)
    [entry] = json.loads(done.stdout)
    assert [f["rule"] for f in entry["findings"]] == ["source-renamed"]
    assert "e00001.md" in entry["findings"][0]["remedy"]


def test_an_entry_may_be_named_by_the_path_that_findings_print(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 3))
    done = parution("check", "--json", content / "e00002.md", "--content", content)
    assert [e["entry"] for e in json.loads(done.stdout)] == ["e00002.md"]


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[looks]\nstrong = "red"\n', "looks.strong: a colour is written like #0f5c63"),
        ('timezone = "Europe/Nantes"\n', "timezone: no time zone is called 'Europe/Nantes'"),
        ('tagline = "open\n', "a quotation mark that is not closed"),
    ],
)
def test_a_mistake_in_the_house_is_told_in_words(tmp_path: Path, toml: str, sentence: str) -> None:
    (tmp_path / "house.toml").write_text(f'name = "H"\n{toml}', encoding="utf-8")
    done = parution("check", "--content", tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_french_text_on_trial_is_judged_in_french_where_the_system_says_nothing(
    tmp_path: Path,
) -> None:
    text = "le 16 août 2018\n\nTitre\n\nUn début.Une suite de mots qui forment une phrase.\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    done = parution("check", "--content", tmp_path, PARUTION_LANG="", LANG="C.UTF-8", LC_ALL="")
    assert "doute[glued-words]" in done.stdout


def test_a_port_that_is_taken_is_told_with_the_option_to_change_it(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = parution(
            "serve", "--content", content, "--output", tmp_path / "output", "--port", str(port)
        )
    assert done.returncode == 3
    assert f"port {port} is taken" in done.stderr
    assert "--port NUMBER" in done.stderr


@pytest.mark.slow
def test_a_site_that_cannot_be_changed_is_told_and_answers_3(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    (tmp_path / "output" / "site").mkdir(parents=True)
    (tmp_path / "output" / "site" / "index.html").write_text("someone else's")
    done = parution("publish", "--content", content, "--output", tmp_path / "output")
    assert done.returncode == 3
    assert "is a folder of someone else's" in done.stdout
    assert "Nothing is due" not in done.stdout


@pytest.mark.parametrize("command", ["publish", "status"])
def test_an_output_that_is_no_folder_is_told_in_a_sentence(tmp_path: Path, command: str) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "file", tmp_path / "file" / "below"):
        done = parution(command, "--content", content, "--output", output)
        assert done.returncode == 3
        assert str(tmp_path / "file") in done.stderr


@pytest.mark.slow
def test_two_first_runs_at_once_both_end_well_and_publish_once(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    arguments = ("publish", "--json", "--content", content, "--output", tmp_path / "output")
    with ThreadPoolExecutor(2) as pool:
        runs = [future.result() for future in [pool.submit(parution, *arguments) for _ in range(2)]]
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    published = [p["slug"] for run in runs for p in json.loads(run.stdout)["published"]]
    assert published == ["edition-00001"]


def test_brackets_in_a_title_or_a_name_stand_in_the_tables(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    source = content / "e00001.md"
    source.write_text(source.read_text().replace("Edition 00001", "Edition [/1] of [bold]"))
    folders = ("--content", content, "--output", tmp_path / "output")
    assert "[/1] of [bold]" in parution("status", *folders).stdout
    [fact] = workshop.publish_due(content, tmp_path / "output")
    reason = "Wrong [/2]."
    parution("withdraw", fact.slug, "--reason", reason, "--by", "Anne [x]", *folders)
    told = parution("history", *folders).stdout
    assert reason in told
    assert "Anne [x]" in told


def test_check_print_measures_the_brochures_and_shows_their_pages(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "a.md").write_text("# Une rive\n\nUn mot et puis un autre.\n", encoding="utf-8")
    done = parution("check", "--print", "--json", "--content", content, "--output", tmp_path / "o")
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)
    files = {check["file"].removeprefix("public/brochure") for check in found["checks"]}
    assert files == {".pdf", "-a5.pdf", "-booklet.pdf", "-large.pdf", "-leaflet.pdf", "-press.pdf"}
    assert all(check["passed"] for check in found["checks"])
    page = Path(found["page"].removeprefix("file://")).read_text(encoding="utf-8")
    assert page.count("data:image/png") > 8
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)


def test_a_ghostscript_that_fails_is_a_doubt_and_no_traceback(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "a.md").write_text("# Une rive\n\nUn mot et puis un autre.\n", encoding="utf-8")
    broken = tmp_path / "gs"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    arguments = ("--print", "--json", "--content", content, "--output", tmp_path / "o")
    [found] = json.loads(parution("check", *arguments, PATH=path).stdout)
    [doubt] = [f for f in found["findings"] if f["severity"] == "doubt"]
    assert doubt["rule"] == "not-separated"
