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
from flows.channels._mail import folded, strip
from flows.channels._views import numeric_columns, views
from flows.edition import (
    Block,
    Edition,
    Figure,
    Heading,
    Link,
    Note,
    Paragraph,
    Quote,
    SideBox,
    Table,
    Text,
)
from flows.house import House
from flows.looks import palette
from flows.reading import parts_of, plain
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
    narrow, dark = mail.xpath("//style/text()")  # a client may throw one of them away
    assert "max-width: 600px" in narrow
    assert "prefers-color-scheme: dark" in dark
    assert all(p.get("style") for p in mail.xpath("//p"))
    assert "data-css-inline" not in text(french, "newsletter.html")


def test_layout_tables_are_silent_and_data_tables_speak(french: Rendition) -> None:
    mail = lxml.html.fromstring(text(french, "newsletter.html"))
    assert len(mail.xpath("//table[not(@role='presentation')]")) == 1
    assert not mail.xpath(
        "//table[@role='presentation' and (caption or thead or .//th[@scope])][not(.//table)]"
    )


def test_the_mail_has_ghost_tables_for_classic_outlook(french: Rendition) -> None:
    made = text(french, "newsletter.html")
    outlook = re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", made, re.DOTALL)
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in outlook[0]
    assert 'width="600"' in outlook[1]
    assert outlook[-1] == "</td></tr></table>"


def test_room_around_a_table_is_a_row_in_classic_outlook(french: Rendition) -> None:
    made = text(french, "newsletter.html")
    mail = lxml.html.fromstring(made)
    apart = mail.xpath("//table[@class='apart']")
    assert len(apart) == 4  # a pull quote, a table, two boxes
    assert {node.get("style") for node in apart} == {"margin:26px 0"}
    rows = made.count('<!--[if mso]><tr><td class="gap" height="')
    assert rows == 2 * len(apart) + len(mail.xpath("//table[@class='end']"))


def test_what_needs_room_has_it_from_a_cell(french: Rendition) -> None:
    """Word, which sets mails in classic Outlook, knows padding in cells only."""
    mail = lxml.html.fromstring(text(french, "newsletter.html"))
    padded = re.compile(r"(?<![\w-])padding:(?!0(;|$))")
    styled = [node for node in mail.xpath("//*[@style]") if padded.search(node.get("style"))]
    assert {node.tag for node in styled} <= {"td", "th", "caption", "ul", "ol", "a"}
    (button,) = [node for node in styled if node.tag == "a"]
    assert button.getparent().get("class") == "button"  # whose cell classic Outlook pads


def test_a_picture_in_a_box_is_no_wider_than_the_box() -> None:
    figure = Figure(demo.picture("berges.png"), "La rivière")
    made = rendered(one(figure, SideBox((Text("Un encadré"),), (figure,))))
    mail = lxml.html.fromstring(text(made, "newsletter.html"))
    assert mail.xpath("//img/@width") == ["552", "504"]


def test_a_picture_deep_in_quotations_is_still_seen() -> None:
    block: Block = Figure(demo.picture("berges.png"), "La rivière")
    for _ in range(20):
        block = Quote((block,))
    mail = lxml.html.fromstring(text(rendered(one(block)), "newsletter.html"))
    assert mail.xpath("//img/@width") == ["160"]


def test_the_mail_says_its_language_wherever_a_client_may_look(french: Rendition) -> None:
    mail = lxml.html.fromstring(text(french, "newsletter.html"))
    first = next(mail.iter("table"))
    assert [node.get("lang") for node in (mail, mail.find("body"), first)] == ["fr"] * 3
    assert [node.text for node in mail.xpath("//span[@lang='en']")] == ["experts"]


def test_a_mail_written_from_the_right_is_set_from_the_right() -> None:
    table = Table((), (((Text("سلام"),), (Text("12"),)),))
    made = text(rendered(one(table, language="fa")), "newsletter.html")
    mail = lxml.html.fromstring(made)
    assert mail.find("body").get("dir") == "rtl"
    assert set(mail.xpath("//td[contains(@class, 'text')]/@align")) == {"right"}
    assert mail.xpath("//td[@class='cell num']/@align") == ["left"]


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
    for name in FILES[1:]:
        assert "reply to this message" in plain(text(trial, name))
        assert "unsubscribe" not in text(trial, name)


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("cahiers@example.org", "mailto:cahiers@example.org?subject=unsubscribe"),
        ("l'eau+sol&co@example.org", "mailto:l%27eau+sol%26co@example.org?subject=unsubscribe"),
        ("où?@exämple.org", "mailto:o%C3%B9%3F@ex%C3%A4mple.org?subject=unsubscribe"),
    ],
)
def test_the_way_out_is_said_once_in_each_part_letter_by_letter(email: str, address: str) -> None:
    """So that a list's own address can take its place."""
    house = demo.HOUSE.model_copy(update={"email": email})
    assert house.leave_address == address
    made = newsletter.render(demo.FRENCH, demo.CORRECTED, house)
    for name in FILES[1:]:
        assert text(made, name).count(address) == 1
    assert f'href="{address}"' in text(made, "newsletter.html")
    assert f"\n{address}\n" in text(made, "newsletter.txt")


def test_a_house_without_an_address_has_no_way_out_to_replace() -> None:
    assert demo.BARE.leave_address == ""


def test_both_parts_of_a_corrected_letter_begin_with_it(french: Rendition) -> None:
    for name in FILES[1:]:
        said = plain(lxml.html.fromstring(text(french, name)).text_content())
        assert "corrigé le 9 avril 2019" in said[: said.index("Trois crues")]
        assert "corrigé le" not in text(rendered(demo.FRENCH), name)


# --------------------------------------------------------------------------------------- excerpts


def long(parts: int) -> Edition:
    """An edition of so many parts, each a heading, a long paragraph with a note, and a picture."""
    words = "La rivière tient dans un seau, et la vallée dans une phrase. " * 20
    blocks: list[Block] = []
    for number in range(1, parts + 1):
        blocks.append(Heading(1, (Text(f"Partie {number}"),), f"partie-{number}"))
        blocks.append(Paragraph((Text(words), Note((Text(f"Relevé {number}."),)))))
    return one(*blocks, Figure(demo.picture("berges.png"), "La rivière"))


def test_a_letter_that_would_be_clipped_is_sent_as_its_beginning() -> None:
    whole, cut = rendered(long(40)), rendered(long(90))
    assert 60_000 < len(whole.file("public/newsletter.html").data) <= 100_000
    assert 50_000 < len(cut.file("public/newsletter.html").data) <= 60_000
    for name in FILES[1:]:
        assert not whole.file(f"public/{name}").is_excerpt
        assert cut.file(f"public/{name}").is_excerpt
    assert not cut.file("public/index.html").is_excerpt


def test_both_parts_of_an_excerpt_have_the_same_whole_blocks_and_the_last_is_no_heading() -> None:
    edition = long(90)
    made = rendered(edition)
    (count,) = {made.file(f"public/{name}").blocks for name in FILES[1:]}
    assert count is not None
    last = edition.blocks[count - 1]
    assert isinstance(last, Paragraph)
    for name in FILES[1:]:
        said = plain(lxml.html.fromstring(text(made, name)).text_content())
        assert f"Partie {count // 2} " in said
        assert f"Partie {count // 2 + 1} " not in said
        assert f"Relevé {count // 2}." in said  # its notes, and no others
        assert f"Relevé {count // 2 + 1}." not in said


def test_an_excerpt_says_that_it_is_one_and_leads_to_the_rest() -> None:
    made = rendered(long(90))
    page = demo.HOUSE.url(f"{demo.IMPRINT.path}/")
    sentence = "Cette lettre donne le début du compte rendu ; la suite est en ligne."
    for name in FILES[1:]:
        assert sentence in plain(lxml.html.fromstring(text(made, name)).text_content())
    assert f"Lire la suite\n{page}\n" in text(made, "newsletter.txt")
    mail = lxml.html.fromstring(text(made, "newsletter.html"))
    assert mail.xpath("//p[@class='more']/a/@href") == [page]
    assert "entier" not in mail.xpath("//div[@class='preheader']")[0].text


def test_an_excerpt_has_the_cover_of_the_whole() -> None:
    edition = long(90)
    mail = lxml.html.fromstring(text(rendered(edition), "newsletter.html"))
    shares = mail.xpath("//td[@class='strip']//td[contains(@class, 'parcel')]/@width")
    whole = strip(parts_of(edition), palette(demo.HOUSE))
    assert shares == [f"{parcel.share}%" for parcel in whole]


def test_a_first_block_that_is_too_heavy_leaves_the_title_and_the_way_to_the_page() -> None:
    cell = (Text("une cellule parmi d’autres"),)
    made = rendered(one(Heading(1, (Text("Relevés"),)), Table((), ((cell,) * 4,) * 400)))
    assert made.file("public/newsletter.html").blocks == 0
    assert "Relevés" not in text(made, "newsletter.txt")
    assert "Lire la suite" in text(made, "newsletter.txt")


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


def test_a_picture_without_a_caption_is_named_in_the_text_part() -> None:
    made = rendered(one(Figure(demo.picture(), "La rivière en biais")))
    assert "\n[La rivière en biais]\n" in text(made, "newsletter.txt")


def test_a_link_that_ends_inside_a_word_does_not_cut_it() -> None:
    link = Link("https://example.org/", (Text("pré"),))
    assert "préfixe" in text(rendered(one(Paragraph((link, Text("fixe"))))), "newsletter.txt")


def test_a_table_too_wide_for_columns_keeps_each_cell_in_one_piece() -> None:
    cell = (Text("une cellule dont la phrase dépasse de loin toute colonne"),)
    made = text(rendered(one(Table((cell, cell), ((cell, cell),)))), "newsletter.txt")
    said = plain(cell[0].value)
    assert plain(made).count(f"{said} | {said}") == 2
