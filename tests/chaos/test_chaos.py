"""The fault harness in short; `make chaos` runs it at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import public, run, trial
from tests.chaos.archive import Act, slug, word
from tests.chaos.oracle import Model
from tests.chaos.public import Public, Seen
from tests.release.workshop import NAMES


@pytest.fixture
def place() -> Path:
    return run.workplace()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3, 5, 6])
def test_whatever_breaks_when_readers_are_kept_their_promises(seed: int, place: Path) -> None:
    assert trial.run(seed, place).broken == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", run.kept())
def test_what_once_broke_a_promise_does_not_again(seed: int, place: Path) -> None:
    assert trial.run(seed, place).broken == []


# The judge is judged: what it must see, it sees.

MARK = b"edition-00001 revision 1 kw01v01kw"
ITEM = b"""<item><title>E</title><link>https://house.example/2026/edition-00001/</link>
<guid isPermaLink="false">tag:x</guid><pubDate>Mon, 02 Mar 2026 08:00:00 +0000</pubDate>
<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">kw01v01kw</content:encoded>
</item>"""
FEED = b'<rss version="2.0"><channel><title>H</title>%s</channel></rss>'
LIST = b'<main><a href="%sedition-00001/">E</a></main>'
LOCS = b"<urlset><url><loc>https://house.example/2026/edition-00001/</loc></url></urlset>"


def good() -> dict[str, bytes]:
    return {
        **{f"/2026/edition-00001/{name}": MARK for name in NAMES},
        "/feed.xml": FEED % ITEM,
        "/index.html": LIST % b"2026/",
        "/2026/index.html": LIST % b"",
        "/2026/sitemap.xml": LOCS,
        "/languages/en/feed.xml": FEED % ITEM,
        "/languages/en/index.html": LIST % b"../../2026/",
    }


def test_a_site_that_is_whole_has_no_fault() -> None:
    assert public.read(good()).faults == ()


@pytest.mark.parametrize(
    "change",
    [
        {"/2026/edition-00001/brochure.pdf": MARK.replace(b"revision 1", b"revision 2")},
        {"/2026/edition-00001/newsletter.txt": b""},
        {"/2026/edition-00001/.gone": b""},
        {"/feed.xml": FEED % b""},
        {"/feed.xml": FEED % (ITEM + ITEM)},
        {"/feed.xml": FEED % ITEM.replace(b"kw01v01kw", b"kw01v02kw")},
        {"/index.html": b"<main></main>"},
        {"/2026/sitemap.xml": b"<urlset/>"},
        {"/languages/en/feed.xml": FEED % b""},
        {"/languages/en/index.html": b"<main></main>"},
        {"/2026/index.html": LIST % b"" + b"farsecret"},
        {"/index.html": LIST % b"2026/" + b"kw01v02kw"},
        {"/assets/site-00000000.css": b"half"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_site_that_is_not_is_told(change: dict[str, bytes]) -> None:
    assert public.read(good() | change).faults


def test_what_readers_remember_and_find_changed_is_told() -> None:
    model = Model()
    first = public.read(good())
    model.learn(first)
    [seen] = first.editions.values()
    other = {
        "guid": Seen(**_values(seen) | {"guid": "tag:y"}),
        "bytes": Seen(**_values(seen) | {"digest": "other"}),
        "no later": Seen(**_values(seen) | {"revision": 2, "word": word(1, 2)}),
    }
    assert model.breaches(first) == []
    for name, changed in other.items():
        assert model.breaches(Public({slug(1): changed}, ())), name


def test_only_the_old_or_the_new_is_right() -> None:
    model = Model()
    model.learn(public.read(good()))
    new = model.after(Act("correct", 1, 2))
    assert model.strangers(public.read(good()), {}) == []
    assert model.strangers(public.read(good()), {s: {w} for s, w in new.items()})
    assert model.strangers(Public({}, ()), {})


def _values(seen: Seen) -> dict[str, object]:
    return {name: getattr(seen, name) for name in Seen.__slots__}
