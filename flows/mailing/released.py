"""The letter that a release holds: what was approved is what is mailed."""

from __future__ import annotations

from functools import cache

from flows.ledger import Fact
from flows.mailing.letter import Letter
from flows.manifest import house_from, read_manifest
from flows.reading import plain
from flows.rendition import File
from flows.store import Store
from flows.words import TEMPLATES, catalogue

_PICTURES = "public/pictures/"


def letter_of(fact: Fact, key: str, store: Store, *, correction: bool = False) -> Letter:
    """The e-mail of a release, from its files. ``correction``: the subject says that it is one.

    Raises ``OSError`` where the release is not here.
    """
    folder = store.release(fact.slug, fact.revision)
    manifest = read_manifest(folder)
    house = house_from(manifest, folder)
    title = plain(fact.title)
    words = catalogue("mail", fact.language)
    return Letter(
        key=key,
        subject=words["subject_correction"].format(title=title) if correction else title,
        language=fact.language,
        html=(folder / "public/newsletter.html").read_text(encoding="utf-8"),
        text=(folder / "public/newsletter.txt").read_text(encoding="utf-8"),
        leave=house.leave_address,
        base=house.url(f"{fact.path}/"),
        pictures=tuple(
            File(path, about["type"], (folder / path).read_bytes())
            for path, about in sorted(manifest["files"].items())
            if path.startswith(_PICTURES)
        ),
    )


def as_test(letter: Letter) -> Letter:
    """The same letter, which says above everything that it is a test."""
    words = catalogue("mail", letter.language)
    body = letter.html.index(">", letter.html.index("<body")) + 1
    banner = _banner().replace("WORDS", words["test_banner"])
    return Letter(
        key=f"test/{letter.key}",
        subject=words["subject_test"].format(title=letter.subject),
        language=letter.language,
        html=f"{letter.html[:body]}\n{banner}{letter.html[body:]}",
        text=f"*** {words['test_banner']} ***\n\n{letter.text}",
        leave=letter.leave,
        base=letter.base,
        pictures=letter.pictures,
    )


@cache
def _banner() -> str:
    return (TEMPLATES / "mail" / "test.html").read_text(encoding="utf-8")
