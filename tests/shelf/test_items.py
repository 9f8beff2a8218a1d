"""An item is read from a release: from its manifest what only the release knows, else its part."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from flows.shelf import item

PART = {
    "path": "2018/said-by-the-part",
    "guid": "tag:said-by-the-part",
    "title": "La « ville »",
    "language": "fr",
    "day": "2018-08-16",
    "published": "2018-09-01T09:00:00+02:00",
    "updated": "2018-09-02T09:00:00+02:00",
    "section": "Conférences",
    "category": "Numérique",
    "summary": "Un chapeau.",
    "content_html": "<p>Le texte.</p>",
    "authors": ["Ada Lovelace"],
    "tags": ["ville"],
    "enclosure": "public/brochure.pdf",
}
MANIFEST: dict[str, Any] = {
    "format": 1,
    "imprint": {
        "path": "2018/ville",
        "guid": "tag:val.example.org,2018-09-01:2018/ville",
        "revision": 1,
    },
    "files": {"public/brochure.pdf": {"sha256": "0" * 64, "size": 4321, "type": "application/pdf"}},
}


def test_the_manifest_says_where_it_is_its_guid_and_the_true_size() -> None:
    read = item(MANIFEST, json.dumps(PART).encode())
    assert read.line.path == "2018/ville"
    assert read.guid == "tag:val.example.org,2018-09-01:2018/ville"
    assert read.enclosure_path == "2018/ville/brochure.pdf"
    assert read.enclosure_length == 4321
    assert read.enclosure_type == "application/pdf"


def test_the_part_says_the_rest() -> None:
    read = item(MANIFEST, json.dumps(PART).encode())
    assert read.line.title == "La « ville »"
    assert read.line.day == date(2018, 8, 16)
    assert read.line.published == datetime(2018, 9, 1, 7, tzinfo=UTC)
    assert read.line.updated == datetime(2018, 9, 2, 7, tzinfo=UTC)
    assert (read.line.section, read.line.category) == ("Conférences", "Numérique")
    assert read.summary == "Un chapeau."
    assert read.content_html == "<p>Le texte.</p>"
    assert (read.authors, read.tags) == (("Ada Lovelace",), ("ville",))


def test_an_edition_may_have_no_day_and_a_release_no_brochure() -> None:
    read = item(MANIFEST | {"files": {}}, json.dumps(PART | {"day": None}).encode())
    assert read.line.day is None
    assert read.enclosure_path == ""


def test_what_xml_cannot_carry_is_left_out() -> None:
    part = PART | {"title": "a\x00b\ud800c", "content_html": "<p>\x0b\ufffe</p>"}
    read = item(MANIFEST, json.dumps(part).encode())
    assert read.line.title == "abc"
    assert read.content_html == "<p></p>"


def test_a_moment_without_its_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        item(MANIFEST, json.dumps(PART | {"published": "2018-09-01T09:00:00"}).encode())
