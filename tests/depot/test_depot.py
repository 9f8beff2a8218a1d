"""The depot: what one machine has rendered is rendered by no other; and what if it is damaged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from flows import depot as depots
from flows.channels import found
from flows.depot import Depot, Folder, open_depot
from flows.desk import Desk
from flows.ledger import Ledger, agreed
from flows.press import Made
from flows.proof import Check
from flows.rendition import File, Rendition
from flows.targets import TargetError
from tests.cluster.servers import Postgres
from tests.release import workshop
from tests.targets import stores

FILES = (
    File("public/a.txt", "text/plain", b"a"),
    File("public/b.txt", "text/plain", b"b", is_excerpt=True, blocks=3),
)
MADE = Made(Rendition("page", FILES), (Check("words", "public/a.txt", True, "1/1"),))


@pytest.fixture
def content(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder whose house has a depot, and a ledger that several desks share."""
    monkeypatch.setenv("PARUTION_LEDGER", postgres.database(f"ledger-{uuid4().hex[:12]}"))
    house = f'{workshop.HOUSE}[storage]\ndepot = "file://{tmp_path / "depot"}"\n'
    return workshop.content_folder(tmp_path / "content", range(1, 2), house=house)


def desk(content: Path, output: Path, seconds: int) -> Desk:
    return Desk(content, output, clock=lambda: workshop.EPOCH + timedelta(seconds=seconds))


def render_all(content: Path, output: Path, seconds: int = 0) -> dict[str, Made]:
    with desk(content, output, seconds) as at:
        [item] = at.plan(watched=True)
        return {channel: at.making.rendering(item, channel).result() for channel in found()}


# ----------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("url", ["ftp://host/depot", "depot", "file://host/depot"])
def test_a_depot_of_no_known_kind_is_told_in_a_sentence(url: str) -> None:
    with pytest.raises(TargetError, match=r"there is no depot of that kind|has no|scheme"):
        open_depot(url)


@pytest.mark.parametrize("harm", ["cut", "gone", "record cut", "record of nothing"])
def test_what_is_damaged_counts_as_missing(tmp_path: Path, harm: str) -> None:
    shelf = Depot(Folder(tmp_path))
    shelf.put("key", MADE)
    blob = tmp_path / "blobs" / FILES[0].sha256
    record = tmp_path / "made" / "key.json"
    match harm:
        case "cut":
            blob.write_bytes(b"")
        case "gone":
            blob.unlink()
        case "record cut":
            record.write_bytes(record.read_bytes()[:20])
        case _:
            record.write_bytes(b"[]")
    assert shelf.get("key") is None


def test_what_does_not_hold_is_not_kept(tmp_path: Path) -> None:
    shelf = Depot(Folder(tmp_path))
    shelf.put("key", replace(MADE, checks=(Check("words", "public/a.txt", False, "0/1"),)))
    assert shelf.get("key") is None


def test_a_depot_that_is_away_costs_a_rendering_and_no_publication(tmp_path: Path) -> None:
    (tmp_path / "depot").write_bytes(b"a file where a folder should be")
    away = Depot(Folder(tmp_path / "depot"))
    with ThreadPoolExecutor(1) as pool:
        made = depots.shared(away, "key", nullcontext(), lambda: pool.submit(lambda: MADE))
    assert made == MADE


# ------------------------------------------------------------------------------------- sharing


def test_what_is_put_is_got_as_it_was(tmp_path: Path) -> None:
    shelf = Depot(Folder(tmp_path))
    assert shelf.get("key") is None
    shelf.put("key", MADE)
    assert shelf.get("key") == MADE


def test_an_object_store_is_a_depot_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with stores.moto() as (endpoint, recorder):
        bucket = stores.Bucket(endpoint, f"depot-{uuid4().hex[:8]}", recorder).make()
        for name, value in bucket.environ.items():
            monkeypatch.setenv(name, value)
        shelf = open_depot(bucket.url)
        assert shelf.get("key") is None
        shelf.put("key", MADE)
        assert shelf.get("key") == MADE


@pytest.mark.slow
def test_two_machines_render_an_edition_once_between_them(content: Path, tmp_path: Path) -> None:
    """Their clocks differ, and so would their bytes, had they not agreed on a moment."""
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(render_all, content, tmp_path / name, seconds)
            for name, seconds in (("a", 0), ("b", 7))
        ]
        one, other = (run.result() for run in runs)
    assert one == other
    kept = list((tmp_path / "depot" / "made").iterdir())
    assert len(kept) == len(found())


@pytest.mark.slow
def test_what_stands_in_the_depot_is_taken_and_not_made(content: Path, tmp_path: Path) -> None:
    made = render_all(content, tmp_path / "a")
    marked = 0
    for record in (tmp_path / "depot" / "made").iterdir():  # a mark that no rendering would make
        text = record.read_text("utf-8")
        record.write_text(text.replace("text/plain", "text/x-marked"), encoding="utf-8")
        marked += text.count("text/plain")
    taken = render_all(content, tmp_path / "b", seconds=60)
    types = [file.media_type for m in taken.values() for file in m.rendition.files]
    assert marked
    assert types.count("text/x-marked") == marked
    assert taken.keys() == made.keys()


@pytest.mark.slow
def test_a_changed_word_is_another_rendering(content: Path, tmp_path: Path) -> None:
    render_all(content, tmp_path / "a")
    source = content / "e00001.md"
    source.write_text(source.read_text("utf-8") + "\nAnother word.\n", encoding="utf-8")
    render_all(content, tmp_path / "b")
    assert len(list((tmp_path / "depot" / "made").iterdir())) == 2 * len(found())


def test_a_moment_is_agreed_on_and_is_not_for_ever(postgres: Postgres) -> None:
    ledger = Ledger(postgres.database(f"ledger-{uuid4().hex[:12]}"), trial=False)
    first, database = workshop.EPOCH, ledger.database
    assert agreed(database, "x" * 64, first) == first
    assert agreed(database, "x" * 64, first + timedelta(seconds=9)) == first
    assert agreed(database, "x" * 64, first - timedelta(seconds=9)) == first
    assert agreed(database, "y" * 64, first + timedelta(seconds=9)) != first
    later = first + timedelta(minutes=11)
    assert agreed(database, "x" * 64, later) == later
    ledger.close()
