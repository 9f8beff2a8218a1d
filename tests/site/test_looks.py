"""What the looks promise: text that can be read, whatever three colours a house chose."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.house import House, Looks
from flows.looks import LEGIBLE, Shades, asset, contrast, legible, palette, site_assets

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
houses = st.builds(
    lambda strong, deep, paper: House(name="H", looks=Looks(strong=strong, deep=deep, paper=paper)),
    colours,
    colours,
    colours,
)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_measured_as_wcag_does(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@given(houses)
def test_text_can_be_read_in_both_modes_whatever_the_house_chose(house: House) -> None:
    looks = palette(house)
    for shades, extra in ((looks.light, ("#ffffff",)), (looks.dark, ())):
        for ground in (shades.paper, shades.box, *extra):
            for ink in (shades.text, shades.soft, shades.link):
                assert contrast(ink, ground) >= LEGIBLE
        assert contrast(shades.on_button, shades.button) >= LEGIBLE
    assert contrast(looks.on_strong, looks.strong) >= LEGIBLE
    assert contrast(looks.on_deep, looks.deep) >= LEGIBLE
    assert contrast(looks.text, looks.box_on_white) >= LEGIBLE
    assert contrast(looks.link, looks.box_on_white) >= LEGIBLE


@given(houses)
def test_every_shade_is_six_hex_digits(house: House) -> None:
    looks = palette(house)
    flat = [v for v in asdict(looks).values() if isinstance(v, str)]
    for shades in (looks.light, looks.dark):
        assert isinstance(shades, Shades)
        flat += asdict(shades).values()
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in flat)


@given(colours, colours)
def test_a_colour_that_reads_well_is_left_alone(colour: str, ground: str) -> None:
    moved = legible(colour, ground)
    assert contrast(moved, ground) >= LEGIBLE
    if contrast(colour, ground) >= LEGIBLE:
        assert moved == colour


def test_an_asset_is_named_after_its_bytes() -> None:
    one, other = (asset("site", "css", "text/css", data) for data in (b"a", b"b"))
    assert re.fullmatch(r"assets/site-[0-9a-f]{8}\.css", one.path)
    assert one.path != other.path


def test_the_stylesheet_names_only_fonts_that_come_with_it() -> None:
    stylesheet, _icon, *fonts = site_assets(House(name="H"))
    named = set(re.findall(r'url\("([^"]+)"\)', stylesheet.data.decode()))
    assert {f"assets/{name}" for name in named} == {font.path for font in fonts}
    assert all(font.data.startswith(b"wOF2") for font in fonts)


def test_no_font_is_ever_synthesised_and_none_blocks_the_text() -> None:
    css = site_assets(House(name="H"))[0].data.decode()
    assert "font-synthesis: none" in css
    faces = re.findall(r"@font-face \{[^}]+\}", css)
    assert len(faces) == 8
    assert all("font-display: swap" in face for face in faces)
