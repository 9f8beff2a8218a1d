"""What goes with a link to an edition: its picture, and what its page says to machines."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from flows.channels import newsletter
from flows.channels._social import SIZE, social_png
from flows.edition import Edition
from flows.house import House, Looks
from flows.looks import palette
from flows.words import og_locale, script_json
from tests.channels import demo

THEMES = {
    theme: demo.HOUSE.model_copy(update={"looks": Looks.model_validate({"theme": theme})})
    for theme in ("parcels", "threads")
}


def page(edition: Edition = demo.FRENCH, imprint: Any = demo.CORRECTED, house: House = demo.HOUSE):
    data = newsletter.render(edition, imprint, house).file("public/index.html").data
    return lxml.html.document_fromstring(data.decode())


def graph(made: Any) -> dict[str, Any]:
    """The nodes of a page's JSON-LD, by type."""
    [text] = made.xpath("//script[@type='application/ld+json']/text()")
    said = json.loads(text)
    assert said["@context"] == "https://schema.org"
    return {node["@type"]: node for node in said["@graph"]}


def meta(made: Any, name: str) -> list[str]:
    return list(made.xpath(f"//meta[@property='{name}' or @name='{name}']/@content"))


# ----------------------------------------------------------------------------------- the picture


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_the_picture_is_the_cover_in_the_size_that_is_shown_and_light(theme: str) -> None:
    data = social_png(demo.FRENCH, demo.IMPRINT, THEMES[theme])
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == ("PNG", SIZE)
    assert len(data) <= 60_000
    colours = {colour for _, colour in picture.convert("RGB").getcolors() or ()}
    looks = palette(THEMES[theme])
    for wanted in (looks.paper, looks.strong, looks.deep):
        channels = tuple(int(wanted[at : at + 2], 16) for at in (1, 3, 5))
        assert min(max(abs(a - b) for a, b in zip(c, channels, strict=True)) for c in colours) < 4


def test_the_same_edition_has_the_same_picture_and_a_correction_too() -> None:
    first, again = (social_png(demo.FRENCH, demo.IMPRINT, demo.HOUSE) for _ in range(2))
    assert first == again
    assert social_png(demo.FRENCH, demo.CORRECTED, demo.HOUSE) == first


def test_a_page_shows_its_picture_to_others_with_words_for_who_does_not_see_it() -> None:
    made = page()
    address = f"{demo.HOUSE.address}/{demo.CORRECTED.path}/"
    assert meta(made, "og:image") == [f"{address}social.png"]
    assert meta(made, "og:image:width") + meta(made, "og:image:height") == ["1200", "630"]
    assert "La rivière en partage" in meta(made, "og:image:alt")[0]
    assert meta(made, "og:type") == ["article"]
    assert meta(made, "og:url") == made.xpath("//link[@rel='canonical']/@href") == [address]
    assert meta(made, "og:title")[0] == made.xpath("string(//h1)").replace("\u00a0", " ").replace(
        "\u202f", " "
    )
    assert meta(made, "twitter:card") == ["summary_large_image"]


@pytest.mark.parametrize(
    ("language", "locale"),
    [("fr", "fr_FR"), ("en", "en_US"), ("fr-CA", "fr_CA"), ("br", "br_FR"), ("xx", "xx")],
)
def test_a_language_is_named_as_the_open_graph_wants(language: str, locale: str) -> None:
    assert og_locale(language) == locale


# ---------------------------------------------------------------------------------- to machines


def test_the_article_says_what_the_edition_says() -> None:
    made = page(replace(demo.FRENCH, tags=("eau",), speakers=("Ada Lovelace, mathématicienne",)))
    article = graph(made)["Article"]
    assert article["inLanguage"] == made.get("lang") == "fr"
    assert article["headline"] == meta(made, "og:title")[0]
    assert article["description"] == meta(made, "description")[0]
    assert article["datePublished"] == demo.CORRECTED.published.isoformat()
    assert article["dateModified"] == demo.CORRECTED.updated.isoformat()
    assert article["isAccessibleForFree"] is True
    assert article["encoding"]["encodingFormat"] == "application/pdf"
    assert article["keywords"] == ["eau"]
    person = {"@type": "Person", "name": "Ada Lovelace", "description": "mathématicienne"}
    assert article["contributor"] == [person]


def test_there_is_an_event_where_somebody_spoke_on_a_day_and_nowhere_else() -> None:
    spoken = replace(demo.FRENCH, date=date(2019, 2, 1), speakers=("Ada Lovelace",))
    event = graph(page(spoken))["Event"]
    assert event["startDate"] == "2019-02-01"
    assert [person["name"] for person in event["performer"]] == ["Ada Lovelace"]
    assert not {"location", "endDate", "offers"} & set(event)
    for silent in (replace(spoken, date=None), replace(spoken, speakers=())):
        made = graph(page(silent))
        assert "Event" not in made
        assert "about" not in made["Article"]


def test_the_way_to_the_page_is_one_that_a_reader_can_go() -> None:
    steps = graph(page())["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in steps] == [1, 2, 3]
    year, slug = demo.CORRECTED.path.split("/")
    root = f"{demo.HOUSE.address}/"
    assert [step["item"] for step in steps] == [root, f"{root}{year}/", f"{root}{year}/{slug}/"]


def test_whoever_is_named_by_an_id_is_said() -> None:
    nodes = graph(page())
    said = {node.get("@id") for node in nodes.values()}
    assert nodes["Article"]["publisher"]["@id"] in said
    assert nodes["Article"]["about"]["@id"] in said


def test_a_trial_says_nothing_of_itself_to_machines() -> None:
    made = page(demo.ENGLISH, demo.ON_TRIAL, demo.BARE)
    assert not made.xpath("//script")


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_text_ends_the_element_that_it_stands_in(value: Any) -> None:
    text = script_json({"value": value, "hostile": "</script><!--<script>&lt;"})
    assert not set("<>&") & set(text)
    assert json.loads(text)["value"] == value
