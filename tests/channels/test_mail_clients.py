"""What the e-mail may ask of a mail program: nothing that a reader would miss where it is lacking.

``mail_features.toml`` has each feature of HTML and CSS that some client lacks, with its reason.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from flows import editing, sources
from flows.channels import newsletter
from flows.edition import Edition
from flows.house import House
from flows.house_file import read_house
from flows.rendition import Imprint
from tests import caniemail
from tests.channels import demo
from tests.proof import proof_samples

CONTENT = Path(__file__).resolve().parents[2] / "content"
ALLOWED = tomllib.loads(Path(__file__).with_name("mail_features.toml").read_text(encoding="utf-8"))
FULL = proof_samples.everything()


def published() -> list[tuple[Edition, Imprint, House]]:
    """The editions of ``content/``."""
    house = read_house(CONTENT)
    read = (editing.edit(sources.read(e, CONTENT), house) for e in sources.entries(CONTENT))
    return [(done.edition, demo.IMPRINT, house) for done in read if done.edition]


@cache
def used() -> frozenset[str]:
    """What the letters use: every kind of block, both themes, a trial, a correction, an excerpt,
    a language that is written from the right."""
    cases = [
        (demo.FRENCH, demo.CORRECTED, demo.HOUSE),
        (demo.FRENCH, demo.IMPRINT, demo.THREADS),
        (demo.ENGLISH, demo.ON_TRIAL, demo.BARE),
        (demo.ENGLISH_IN_FULL, demo.ENGLISH_IMPRINT, demo.HOUSE),
        (demo.ANNOUNCING, demo.ANNOUNCING_IMPRINT, demo.HOUSE),
        (FULL, proof_samples.IMPRINT, proof_samples.HOUSE),
        (demo.TOO_HEAVY, demo.HEAVY_IMPRINT, demo.HOUSE),
        (replace(FULL, language="ar"), demo.IMPRINT, demo.HOUSE),
        *published(),
    ]
    return frozenset(
        feature
        for case in cases
        for feature in caniemail.used(
            newsletter.render(*case).file("public/newsletter.html").data.decode()
        )
    )


def lacking(names: frozenset[str]) -> dict[str, dict[str, str]]:
    """The features among ``names`` that some client has not or has in part, and which those are."""
    known = {name: caniemail.shortcomings(name) for name in names & caniemail.features().keys()}
    return {name: clients for name, clients in sorted(known.items()) if clients}


def test_whatever_a_client_lacks_has_a_reason_and_no_reason_has_outlived_its_use() -> None:
    found = lacking(used())
    assert {name: found[name] for name in found.keys() - ALLOWED["features"].keys()} == {}
    assert ALLOWED["features"].keys() - found.keys() == set()


def test_what_nothing_is_known_of_is_named() -> None:
    assert sorted(used() - caniemail.features().keys()) == sorted(ALLOWED["silent"]["names"])


@pytest.mark.parametrize(
    ("markup", "feature"),
    [
        ('<p style="display: flex">a</p>', "css-display-flex"),
        ('<p style="width: calc(100% - 2em)">a</p>', "css-unit-calc"),
        ("<style>@media (width > 9px) { p:hover { gap: 1px } }</style>", "css-pseudo-class-hover"),
        (
            "<style>@media (prefers-color-scheme: dark) { p { position: fixed } }</style>",
            "css-position",
        ),
        ("<style>p > a { margin-inline: 0 }</style>", "css-selector-child"),
        ("<video></video>", "html-video"),
        ('<img src="a.png" srcset="b.png 2x" alt="">', "html-srcset"),
        ('<a href="#note">1</a>', "html-anchor-links"),
    ],
)
def test_what_a_designer_may_forget_is_found(markup: str, feature: str) -> None:
    found = frozenset(caniemail.used(f"<!doctype html><html><body>{markup}</body></html>"))
    assert feature in lacking(found)
