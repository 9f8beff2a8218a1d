"""The proof is kept as JSON for programs and as a page for people, in French and in English."""

import json
import re
import tomllib

import pytest
from lxml import html

from flows import proof
from flows.edition import Change, Edited, Finding, Place, Severity
from flows.proof.check import fails, holds
from flows.words import TEMPLATES, catalogue, say
from tests.proof.proof_samples import HOUSE, IMPRINT, everything

GOOD = proof.Proof(
    (holds("words", "public/index.html", "96/96"), holds("links", "public/index.html"))
)
FAULT = fails(
    "words", "public/a.html", "4/96", "word-added", word="<b>&", after="un", where="titre"
)
BAD = proof.Proof((*GOOD.checks, FAULT))


def test_one_failed_check_fails_the_proof():
    assert GOOD.passed
    assert not BAD.passed


def test_json_says_all_and_is_the_same_bytes_each_time():
    data = json.loads(proof.to_json(BAD))
    assert data["passed"] is False
    assert [check["figure"] for check in data["checks"]] == ["96/96", "", "4/96"]
    assert data["checks"][2]["fault"]["rule"] == "word-added"
    assert proof.to_json(BAD) == proof.to_json(proof.Proof(BAD.checks))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_names_each_fault_and_stands_alone(language: str):
    page = proof.report(everything(), IMPRINT, HOUSE, BAD, language).decode()
    root = html.fromstring(page)
    assert root.get("lang") == language
    assert FAULT.fault is not None
    assert say(FAULT.fault, language)[0] in root.text_content()
    assert "<b>&" not in page
    assert not re.search(r"(?:src|href)=|url\(|<script", page)
    assert [h.tag for h in root.iter("h1", "h2", "h3")][:3] == ["h1", "h2", "h2"]


def test_the_page_lists_what_rules_did_to_the_words():
    change = Change("debris", Place("x.txt", 68), "bool(false)", "")
    edited = Edited(everything(), (), (change,))
    page = proof.report(everything(), IMPRINT, HOUSE, GOOD, "fr", edited).decode()
    assert "bool(false)" in page
    assert "x.txt:68" in page
    assert catalogue("proof", "fr")["taken"] in page
    assert (
        catalogue("proof", "fr")["changes"]
        not in proof.report(everything(), IMPRINT, HOUSE, GOOD, "fr").decode()
    )


def test_both_languages_know_the_same_words_and_rules():
    assert set(catalogue("proof", "fr")) == set(catalogue("proof", "en"))
    files = [TEMPLATES / "findings" / f"proof.{language}.toml" for language in ("fr", "en")]
    rules = [list(tomllib.loads(file.read_text("utf-8"))) for file in files]
    assert rules[0] == rules[1]
    named = "file word words of found after where reason around count address title what"
    values = tuple((name, "x") for name in named.split())
    for rule in rules[0]:
        finding = Finding(rule, Severity.ERROR, Place("x"), values)
        assert all(say(finding, "fr"))
        assert all(say(finding, "en"))
