"""What the newsletter promises: a page, a letter and a text part that say what the edition says."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.channels import newsletter
from flows.channels._mail import folded
from flows.channels._views import numeric_columns, views
from flows.edition import Edition, Heading, Link, Paragraph, SideBox, Table, Text
from flows.house import House
from flows.reading import plain
from flows.rendition import Imprint, Rendition
from tests.channels import demo

GOLDEN = Path(__file__).parent / "newsletter"
CASES: dict[str, tuple[Edition, Imprint, House]] = {
    "french": (demo.FRENCH, demo.IMPRINT, demo.HOUSE),
    "french-corrected": (demo.FRENCH, demo.CORRECTED, demo.HOUSE),
    "english-on-trial": (demo.ENGLISH, demo.ON_TRIAL, demo.BARE),
}
FILES = ("index.html", "newsletter.html", "newsletter.txt")
RUNS = "//script[not(@type='application/ld+json')]"


@pytest.fixture(scope="module")
def french() -> Rendition:
    return newsletter.render(demo.FRENCH, demo.CORRECTED, demo.HOUSE)


@pytest.fixture(scope="module")
def trial() -> Rendition:
    return newsletter.render(demo.ENGLISH, demo.ON_TRIAL, demo.BARE)


def text(rendition: Rendition, name: str) -> str:
    return rendition.file(f"public/{name}").data.decode()


def one(*blocks: object, **changes: object) -> Edition:
    return replace(Edition("one", "fr", "Un titre", tuple(blocks)), **changes)  # type: ignore[arg-type]


def rendered(edition: Edition) -> Rendition:
    return newsletter.render(edition, demo.IMPRINT, demo.HOUSE)


# --------------------------------------------------------------------------------------- goldens


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("case", sorted(CASES))
def test_each_golden_edition_comes_out_as_it_was_approved(case: str, name: str) -> None:
    made = text(newsletter.render(*CASES[case]), name)
    # The stylesheet's hash and the cover's drawing have their own tests.
    made = re.sub(r"(site|icon)-[0-9a-f]{8}\.", r"\1-(hash).", made)
    made = re.sub(r"<svg .*?</svg>", "(cover)", made, flags=re.DOTALL)
    golden = GOLDEN / case / "golden" / name
    if os.environ.get("PARUTION_SAVE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


def test_the_same_edition_gives_the_same_bytes() -> None:
    first, second = (newsletter.render(*CASES["french-corrected"]) for _ in range(2))
    assert first == second


# ------------------------------------------------------------------------------------------ page


def test_the_page_runs_no_script_and_asks_no_other_host(french: Rendition) -> None:
    page = lxml.html.fromstring(text(french, "index.html"))
    assert not page.xpath(f"{RUNS} | //iframe | //@style")
    loaded = page.xpath("//link[@rel='stylesheet']/@href | //img/@src")
    assert loaded
    assert all("//" not in address for address in loaded)


def test_the_page_finds_its_stylesheet_and_pictures_on_a_disk_too(
    french: Rendition, tmp_path: Path
) -> None:
    folder = tmp_path / demo.CORRECTED.path
    for file in french.files:
        shared = file.path.startswith("assets/")
        path = tmp_path / file.path if shared else folder / file.path.removeprefix("public/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    page = lxml.html.fromstring(text(french, "index.html"))
    (stylesheet,) = page.xpath("//link[@rel='stylesheet']/@href")
    assert (folder / stylesheet).is_file()
    for font in re.findall(r'url\("([^"]+)"\)', (folder / stylesheet).read_text()):
        assert ((folder / stylesheet).parent / font).is_file()
    (source,) = page.xpath("//img/@src")
    assert (folder / source.replace("%20", " ")).is_file()


def test_headings_never_skip_a_level(french: Rendition) -> None:
    page = lxml.html.fromstring(text(french, "index.html"))
    levels = [int(h.tag[1]) for h in page.xpath("//main//*[self::h1 or self::h2 or self::h3]")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@given(st.lists(st.integers(1, 3), max_size=12), st.integers(0, 12))
def test_whatever_levels_a_source_jumps_the_outline_is_whole(levels: list[int], box: int) -> None:
    blocks: list[Heading | SideBox] = [Heading(level, (Text("x"),)) for level in levels]
    blocks.insert(box, SideBox((Text("y"),), (Heading(3, (Text("z"),)),)))
    last = 1
    for view in views(tuple(blocks)):
        assert 2 <= view.level <= last + 1
        if isinstance(view.block, Heading):
            last = view.level


def test_each_note_is_linked_both_ways(french: Rendition) -> None:
    page = lxml.html.fromstring(text(french, "index.html"))
    calls = page.xpath("//a[@role='doc-noteref']")
    assert [call.text for call in calls] == ["1", "2"]
    for call in calls:
        (note,) = page.xpath(f"//*[@id='{call.get('href')[1:]}']")
        (back,) = note.xpath(".//a[@role='doc-backlink']")
        assert back.get("href") == f"#{call.get('id')}"


def test_a_table_scrolls_by_keyboard_and_says_what_it_is(french: Rendition) -> None:
    page = lxml.html.fromstring(text(french, "index.html"))
    (frame,) = page.xpath("//div[@class='table']")
    assert frame.get("tabindex") == "0"
    assert page.xpath(f"//caption[@id='{frame.get('aria-labelledby')}']")


def test_a_column_of_figures_is_told_from_one_of_words() -> None:
    row = tuple((Text(cell),) for cell in ("Sargé", "2,4\u00a0m³/s", "12\u202f%", "août 2018"))
    assert numeric_columns(Table((), (row, row))) == (False, True, True, False)


def test_metadata_stand_in_plain_spaces(french: Rendition) -> None:
    page = lxml.html.fromstring(text(french, "index.html"))
    values = [page.findtext(".//title"), *page.xpath("//meta/@content")]
    assert plain(demo.FRENCH.title) in values[0]
    assert all(value == plain(value) for value in values)


def test_a_trial_says_so_on_all_three_and_is_kept_out_of_search_engines(trial: Rendition) -> None:
    for name in FILES:
        assert "this document is not a publication" in plain(text(trial, name))
    for name in FILES[:2]:
        assert '<meta name="robots" content="noindex">' in text(trial, name)


def test_a_publication_is_open_to_search_engines(french: Rendition) -> None:
    assert "noindex" not in text(french, "index.html")


def test_a_correction_is_said_with_its_day_in_the_houses_time_zone(french: Rendition) -> None:
    for name in FILES:
        said = plain(lxml.html.fromstring(text(french, name)).text_content())
        assert re.search("1er avril 2019 ?Le débit de Bessé était faux.", said)
    assert "Corrections" not in text(rendered(demo.FRENCH), "index.html")


def test_nothing_in_an_edition_becomes_markup() -> None:
    hostile = '<script>alert(1)</script> {{ 7*7 }} "&'
    made = rendered(one(Paragraph((Text(hostile),)), title=hostile, section=hostile))
    for name in FILES[:2]:
        page = lxml.html.fromstring(text(made, name))
        assert not page.xpath(RUNS)
        assert page.xpath(".//h1")[0].text_content() == hostile
        assert "{{ 7*7 }}" in page.text_content()


def test_a_house_of_another_language_keeps_its_own() -> None:
    made = newsletter.render(demo.ENGLISH, demo.IMPRINT, demo.HOUSE)
    page = lxml.html.fromstring(text(made, "index.html"))
    assert page.get("lang") == "en"
    assert {node.get("lang") for node in page.xpath("//*[@class='house']")} == {"fr"}


def test_a_language_written_from_the_right_is_set_so() -> None:
    made = rendered(one(Paragraph((Text("سلام"),)), language="fa"))
    for name in FILES[:2]:
        assert lxml.html.fromstring(text(made, name)).get("dir") == "rtl"


# ------------------------------------------------------------------------------------------ mail


def test_every_address_in_the_mail_is_absolute(french: Rendition) -> None:
    mail = lxml.html.fromstring(text(french, "newsletter.html"))
    addresses = mail.xpath("//@href | //@src")
    assert addresses
    assert all(a.startswith(("https://", "mailto:")) for a in addresses)
    assert f"https://cahiers.example.org/{demo.CORRECTED.path}/#reglement" in addresses


def test_the_mail_keeps_its_dark_and_narrow_rules_and_inlines_the_others(french: Rendition) -> None:
    mail = lxml.html.fromstring(text(french, "newsletter.html"))
    (style,) = mail.xpath("//style/text()")
    assert "prefers-color-scheme: dark" in style
    assert "max-width: 600px" in style
    assert all(p.get("style") for p in mail.xpath("//p"))
    assert "data-css-inline" not in text(french, "newsletter.html")


def test_layout_tables_are_silent_and_data_tables_speak(french: Rendition) -> None:
    mail = lxml.html.fromstring(text(french, "newsletter.html"))
    assert len(mail.xpath("//table[not(@role='presentation')]")) == 1
    assert not mail.xpath(
        "//table[@role='presentation' and (caption or thead or .//th[@scope])][not(.//table)]"
    )


def test_the_mail_has_ghost_tables_for_classic_outlook(french: Rendition) -> None:
    assert text(french, "newsletter.html").count("<!--[if mso]>") == 2


def test_no_line_of_the_mail_is_longer_than_smtp_carries(french: Rendition) -> None:
    long = rendered(one(Paragraph((Text("Une phrase assez longue, répétée. " * 400),))))
    for made in (french, long):
        for name in FILES[1:]:
            lines = made.file(f"public/{name}").data.split(b"\n")
            assert max(map(len, lines)) <= 998


@given(st.text(alphabet="ab é\u00a0\u202f-<", max_size=600))
def test_folding_changes_nothing_but_plain_blanks(words: str) -> None:
    assert re.split(r"[ \n]+", folded(words).strip(" \n")) == re.split(r" +", words.strip(" "))


def test_a_letter_says_how_to_leave_with_what_the_house_has(trial: Rendition) -> None:
    assert "reply to this message" in plain(text(trial, "newsletter.txt"))
    made = text(rendered(demo.FRENCH), "newsletter.html")
    assert 'href="mailto:cahiers@example.org"' in made


# ------------------------------------------------------------------------------------------ text


def test_the_text_part_is_72_columns_wide_without_trailing_blanks(french: Rendition) -> None:
    made = text(french, "newsletter.txt")
    assert made.endswith("\n")
    assert not made.endswith("\n\n")
    for line in made.splitlines():
        assert line == line.rstrip()
        assert len(line) <= 72 or "://" in line


def test_french_punctuation_never_starts_a_line(french: Rendition) -> None:
    assert not re.search(r"^\s*[;:?!»%]", text(french, "newsletter.txt"), re.MULTILINE)


def test_an_address_called_twice_is_listed_once() -> None:
    link = Link("https://example.org/", (Text("ici"),))
    made = text(rendered(one(Paragraph((link, Text(" et "), link)))), "newsletter.txt")
    assert "ici\u00a0[1] et ici\u00a0[1]" in made
    assert made.count("https://example.org/\n") == 1


def test_a_link_that_ends_inside_a_word_does_not_cut_it() -> None:
    link = Link("https://example.org/", (Text("pré"),))
    assert "préfixe" in text(rendered(one(Paragraph((link, Text("fixe"))))), "newsletter.txt")


def test_a_table_too_wide_for_columns_keeps_each_cell_in_one_piece() -> None:
    cell = (Text("une cellule dont la phrase dépasse de loin toute colonne"),)
    made = text(rendered(one(Table((cell, cell), ((cell, cell),)))), "newsletter.txt")
    said = plain(cell[0].value)
    assert plain(made).count(f"{said} | {said}") == 2
