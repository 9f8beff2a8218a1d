"""Subjects and languages: each a page and feeds of its own, that follow whatever is done to an
edition, and come out the same whichever way the site came about."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path

import feedparser
import pytest

from flows import acts, outgoing, plan, site
from flows.shelf import PAGE
from flows.targets import file as tree
from tests.release import workshop

Folders = tuple[Path, Path]


def write(content: Path, number: int, *tags: str, language: str = "en", more: str = "") -> None:
    workshop.content_folder(content, range(0))
    head = f"title: Edition {number:05d}\ndate: 2026-01-02\nlanguage: {language}"
    said = f"tags: {json.dumps(tags, ensure_ascii=False)}"
    (content / f"e{number:05d}.md").write_text(
        f"---\n{head}\n{said}\n---\n\nWord {number}. {more}\n", encoding="utf-8"
    )


def correct(content: Path, output: Path, number: int, *tags: str, minutes: int = 10) -> None:
    write(content, number, *tags)
    with workshop.desk(content, output, minutes) as at:
        [surveyed] = plan.survey(content, at.ledger, [f"e{number:05d}.md"])
        outgoing.ask_for_correction(at, surveyed, "The subjects.", "Anne")
    workshop.publish_due(content, output, minutes)


def withdraw(content: Path, output: Path, number: int, minutes: int = 20) -> None:
    with workshop.desk(content, output, minutes) as at:
        staged = acts.withdrawal(
            f"edition-{number:05d}", "It was wrong.", "Anne", at.store, at.ledger, at.house,
            at.clock(), at.staging,
        )  # fmt: skip
        outgoing.release(at, [staged])


def roll_back(content: Path, output: Path, number: int, minutes: int = 30) -> None:
    with workshop.desk(content, output, minutes) as at:
        staged = acts.rollback(f"edition-{number:05d}", None, "As it was.", "Anne", at.ledger)
        outgoing.release(at, [staged])


def told(output: Path, home: str) -> list[int]:
    """The numbers of the editions that a collection has, as its page and its three feeds agree."""
    folder = output / "site" / home
    shown = re.findall(r"/edition-(\d+)/", (folder / "index.html").read_text("utf-8"))
    feeds = [
        re.findall(r"/edition-(\d+)/</link>", (folder / "feed.xml").read_text("utf-8")),
        re.findall(
            r'<link rel="alternate"[^>]+/edition-(\d+)/"', (folder / "atom.xml").read_text("utf-8")
        ),
        re.findall(r'"url": "[^"]+/edition-(\d+)/"', (folder / "feed.json").read_text("utf-8")),
    ]
    assert feeds == [shown] * 3
    return sorted(int(number) for number in shown)


def listed(output: Path, kind: str = "tags") -> list[str]:
    page = (output / "site" / kind / "index.html").read_text("utf-8")
    return re.findall(r'<li><a href="([^"./]+)/"', page)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    content, output = tmp_path / "content", tmp_path / "output"
    write(content, 1, "Water", "Maps")
    write(content, 2, "water ")
    write(content, 3, "Maps", language="fr")
    workshop.publish_due(content, output)
    return content, output


# --------------------------------------------------------------------------- what stands where


def test_an_edition_is_in_the_collections_of_its_subjects_and_of_its_language(folders) -> None:
    _content, output = folders
    assert told(output, "tags/water") == [1, 2]
    assert told(output, "tags/maps") == [1, 3]
    assert told(output, "languages/en") == [1, 2]
    assert told(output, "languages/fr") == [3]
    assert listed(output) == ["maps", "water"]
    assert sorted(listed(output, "languages")) == ["en", "fr"]


def test_the_front_page_leads_to_the_subjects_and_to_the_languages(folders) -> None:
    _content, output = folders
    front = (output / "site" / "index.html").read_text("utf-8")
    assert '<a href="tags/">' in front
    assert '<a href="languages/fr/" lang="fr">français</a>' in front


def test_what_stands_in_another_language_says_so(folders) -> None:
    content, output = folders
    write(content, 4, "L’eau", language="fr")
    workshop.publish_due(content, output, 1)
    assert '<a href="l-eau/" lang="fr">L’eau</a>' in (
        output / "site" / "tags" / "index.html"
    ).read_text("utf-8")
    page = (output / "site" / "tags/l-eau/index.html").read_text("utf-8")
    assert '<h1 lang="fr">L’eau</h1>' in page
    assert '<a href="maps/">Maps</a>' in (output / "site/tags/index.html").read_text("utf-8")


def test_a_feed_of_a_collection_says_what_it_is_of_and_in_which_language(folders) -> None:
    _content, output = folders
    site = output / "site"
    for home, name, language in (("tags/water", "Water", "en"), ("languages/fr", "français", "fr")):
        for format_ in ("feed.xml", "atom.xml"):
            feed = feedparser.parse((site / home / format_).read_bytes()).feed
            assert feed.title == f"House of tests · {name}"
            assert feed.language == language
            assert feed.link == f"https://house.example/{home}/"
        said = json.loads((site / home / "feed.json").read_bytes())
        assert (said["title"], said["language"]) == (f"House of tests · {name}", language)


# ------------------------------------------------------------------------ what happens to them


def test_a_correction_that_changes_the_subjects_moves_the_edition(folders) -> None:
    content, output = folders
    correct(content, output, 1, "Maps", "Bridges")
    assert told(output, "tags/water") == [2]
    assert told(output, "tags/maps") == [1, 3]
    assert told(output, "tags/bridges") == [1]


def test_what_is_withdrawn_leaves_every_collection_and_comes_back_with_a_rollback(folders) -> None:
    content, output = folders
    withdraw(content, output, 1)
    assert (told(output, "tags/water"), told(output, "tags/maps")) == ([2], [3])
    assert told(output, "languages/en") == [2]
    roll_back(content, output, 1)
    assert (told(output, "tags/water"), told(output, "tags/maps")) == ([1, 2], [1, 3])


def test_an_address_stays_when_nothing_stands_there_any_more_and_is_listed_nowhere(
    folders,
) -> None:
    content, output = folders
    withdraw(content, output, 3)
    assert told(output, "languages/fr") == []
    page = (output / "site" / "languages/fr/index.html").read_text("utf-8")
    assert "No edition stands here any more." in page
    assert listed(output, "languages") == ["en"]
    assert "languages/fr" not in (output / "site" / "index.html").read_text("utf-8")
    roll_back(content, output, 3)
    assert sorted(listed(output, "languages")) == ["en", "fr"]


# --------------------------------------------------------------------- the same by every way


def test_the_ledger_can_be_lost_and_an_old_one_has_no_members(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    for n in range(1, PAGE * 2 + 3):
        write(content, n, "Water", *(["Maps"] if n % 2 else []))
    workshop.publish_due(content, output)
    correct(content, output, 2, "Maps", minutes=10)
    withdraw(content, output, 3, minutes=20)
    roll_back(content, output, 2, minutes=30)
    before = workshop.public_files(output / "site")
    assert "/tags/water/page/1/feed.xml" in before
    for damage in (forget_members, lose_ledger):
        damage(output)
        (output / "site").unlink()
        with workshop.desk(content, output, 40) as at:
            at.recover()
            if not (output / "site").exists():
                tree.swap(at.store.site, site.build_root([], at.store, at.ledger, at.house))
        assert workshop.public_files(output / "site") == before, damage.__name__


def forget_members(output: Path) -> None:
    """The ledger as it was before there were collections."""
    with sqlite3.connect(output / "parution.db") as ledger:
        ledger.execute("DROP TABLE members")
        ledger.execute("DROP TABLE members_followed")


def lose_ledger(output: Path) -> None:
    for file in output.glob("parution.db*"):
        file.unlink()


def test_a_former_release_that_was_cleared_away_holds_nothing_up(folders) -> None:
    content, output = folders
    correct(content, output, 1, "Bridges")
    shutil.rmtree(output / "releases" / "edition-00001" / "1")
    forget_members(output)
    write(content, 4, "Bridges")
    workshop.publish_due(content, output, 20)
    assert told(output, "tags/bridges") == [1, 4]


def test_a_site_made_before_there_were_collections_gets_all_of_them_with_the_next_edition(
    folders,
) -> None:
    content, output = folders
    write(content, 4, "Water")
    workshop.publish_due(content, output, 5)
    after = workshop.public_files(output / "site")
    # the same, on a root that has neither subjects nor languages
    root = tree.current(output / "site")
    assert root is not None
    for kind in ("tags", "languages"):
        (root / kind).unlink()
    forget_members(output)
    write(content, 5, "Maps")
    workshop.publish_due(content, output, 6)
    assert told(output, "tags/water") == [1, 2, 4]
    assert told(output, "tags/maps") == [1, 3, 5]
    assert set(after) <= set(workshop.public_files(output / "site"))


def test_a_trial_s_collections_follow_its_editions(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    write(content, 1, "Water")
    (content / "house.toml").unlink()
    workshop.publish_due(content, output)
    source = content / "e00001.md"
    source.write_text(source.read_text("utf-8").replace("Edition 00001", "Edition 00009"), "utf-8")
    workshop.publish_due(content, output, 1)
    assert told(output, "tags/water") == [9]


# ------------------------------------------------------------------------------- many of them


def test_older_editions_stand_in_archives_of_fifty_that_lead_to_one_another(
    tmp_path: Path,
) -> None:
    """RFC 5005, §4: whoever follows the links from the feed finds each edition once."""
    content, output = tmp_path / "content", tmp_path / "output"
    count = 3 * PAGE + 7
    for n in range(1, count + 1):
        write(content, n, "Water")
    workshop.publish_due(content, output)
    for home in ("", "tags/water/", "languages/en/"):
        for name in ("feed.xml", "atom.xml"):
            documents = followed(output, home + name)
            ids = [entry.id for document in documents for entry in document.entries]
            assert [len(document.entries) for document in documents] == [57, 50, 50]
            assert len(set(ids)) == len(ids) == count
        pages, address = [], home + "feed.json"
        while address:
            said = json.loads((output / "site" / address).read_bytes())
            pages.append(len(said["items"]))
            address = said.get("next_url", "").removeprefix("https://house.example/")
        assert pages == [57, 50, 50]


def followed(output: Path, address: str) -> list[feedparser.FeedParserDict]:
    """A feed's documents, the newest first, by their links to older ones; each link back leads
    to where it came from."""
    documents, first = [], f"https://house.example/{address}"
    newer = ""
    while address:
        document = feedparser.parse((output / "site" / address).read_bytes())
        assert not document.bozo
        links = {link.rel: link.href for link in document.feed.links}
        here = f"https://house.example/{address}"
        assert links["self"] == here
        assert ("current" in links) == bool(documents) == ("fh_archive" in document.feed)
        assert links.get("current", first) == first
        assert links.get("next-archive", "") == newer
        newer = here if documents else ""
        address = links.get("prev-archive", "").removeprefix("https://house.example/")
        documents.append(document)
    return documents
