"""The officer's page: what was understood, what to look at, and what would go out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.edition import (
    Change,
    Edited,
    Edition,
    Finding,
    Heading,
    Paragraph,
    Place,
    PullQuote,
    Severity,
    SideBox,
    Text,
)
from flows.house import House
from flows.manuscript import Manuscript, Placed
from flows.preview import folder_name, outline, preview
from flows.preview.changes import CONTEXT, grouped
from flows.rendition import File, Rendition

HOUSE = House(name="Conseil d’Avelle", address="https://avelle.example.org")
BLOCKS = (
    Heading(1, (Text("Lire une vallée"),), "lire"),
    Paragraph((Text("Une éponge plutôt qu’un tuyau."),)),
    Heading(2, (Text("Cent jours"),), "cent"),
    SideBox((), (Heading(2, (Text("Dans l’encadré"),)), Paragraph((Text("Mille ans."),)))),
    PullQuote((Text("On boit le mois d’août."),)),
)
EDITION = Edition(
    slug="la-riviere",
    language="fr",
    title="La rivière n’a pas de robinet",
    blocks=BLOCKS,
    date=date(2024, 3, 1),
    section="Rencontres",
    speakers=("Maëlle Tanguy", "Yvon Le Dantec"),
)
PLACE = Place("riviere.txt", 12, 3, "robinet")
DOUBT = Finding("slug-taken", Severity.DOUBT, PLACE, (("slug", "x"), ("other", "<b>y</b>")))
ERROR = Finding("slug-taken", Severity.ERROR, PLACE, (("slug", "x"), ("other", "y")))
CHANGES = (
    Change("debris", Place("riviere.txt", 30, 1), "bool(false)", ""),
    Change("spacing", PLACE, "robinet ?", "robinet\u202f?"),
)
MANUSCRIPT = Manuscript(
    "riviere.txt",
    "text/plain",
    tuple(Placed(block, PLACE) for block in BLOCKS),
    metadata=(("title", "La rivière"), ("speakers", "Une\nDeux")),
)
ITEM = {
    "path": "2024/la-riviere",
    "title": EDITION.title,
    "language": "fr",
    "authors": ["Maëlle Tanguy"],
    "content_html": "<p>"
    '<img src="https://avelle.example.org/2024/la-riviere/pictures/a.png" alt="">'
    '<a href="https://avelle.example.org/autre/">autre</a></p>',
}
RENDITIONS = (
    Rendition("brochure", (File("public/brochure.pdf", "application/pdf", b"%PDF"),)),
    Rendition("feed", (File("parts/item.json", "application/json", json.dumps(ITEM).encode()),)),
    Rendition(
        "newsletter",
        (
            File("public/index.html", "text/html", b'<link href="../../assets/site-1.css">'),
            File("public/pictures/a.png", "image/png", b"png"),
            File("assets/site-1.css", "text/css", b"p{}"),
        ),
    ),
)


def made(edited=None, renditions=RENDITIONS, language="fr", house=HOUSE, name="riviere.txt"):
    edited = edited or Edited(EDITION, (DOUBT,), CHANGES)
    return preview(name, MANUSCRIPT, edited, renditions, house, language)


class Page(HTMLParser):
    """The words of a page, and every address in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.hidden = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.hidden = tag == "style"
        self.addresses += [v for k, v in attrs if k in ("href", "src", "data") and v]

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def page(**options) -> Page:
    return Page(made(**options)[0].data.decode())


def test_the_page_comes_first_and_everything_lies_in_the_entrys_own_folder():
    files = made()
    assert files[0].path == "preview/riviere.txt/index.html"
    assert all(file.path.startswith("preview/riviere.txt/") for file in files)


def test_it_says_what_was_understood():
    text = page().text
    for said in (
        "La rivière n’a pas de robinet", "1er mars 2024", "Rencontres", "français (fr)",
        "Maëlle Tanguy ; Yvon Le Dantec", "https://avelle.example.org/2024/la-riviere/",
    ):  # fmt: skip
        assert said in text


def test_what_is_missing_is_said_rather_than_left_out():
    assert "Mots-clés rien trouvé" in page().text


def test_the_outline_shows_depths_boxes_and_quotes_but_not_the_headings_inside_boxes():
    assert [(e.depth, e.kind, e.words) for e in outline(BLOCKS)] == [
        (0, "heading", "Lire une vallée"),
        (1, "heading", "Cent jours"),
        (2, "side_box", ""),
        (2, "pull_quote", "On boit le mois d’août."),
    ]


def test_each_finding_says_where_what_and_what_to_do_in_the_officers_language():
    assert "Doubt, line 12" in page(language="en").text
    assert "Give this one an address of its own" in page(language="en").text
    assert "Doute, ligne 12" in page().text


def test_changes_show_before_and_after_and_those_that_took_words_come_first():
    text = page().text
    assert text.index("bool(false)") < text.index("spacing")
    html = made()[0].data.decode()
    assert '<del><i class="blank plain"></i></del>' in html
    assert '<ins><i class="blank thin"></i></ins>' in html


def test_the_channels_that_were_rendered_are_shown_and_no_others():
    addresses = page().addresses
    assert "2024/la-riviere/index.html" in addresses
    assert "2024/la-riviere/feed-item.html" in addresses
    assert not any("newsletter.html" in address for address in addresses)


def test_every_address_on_the_page_is_a_file_beside_it_or_a_place_on_it():
    files = made()
    beside = {str(PurePosixPath(f.path).relative_to("preview/riviere.txt")) for f in files}
    html = files[0].data.decode()
    ids = set(re.findall(r' id="([^"]+)"', html))
    for address in page().addresses:
        name, _, fragment = address.partition("#")
        assert name in beside if name else fragment in ids
    assert set(re.findall(r'url\("([^"]+)"\)', html)) <= beside


def test_the_renditions_lie_where_their_own_relative_addresses_hold():
    paths = {file.path for file in made()}
    root = PurePosixPath("preview/riviere.txt/2024/la-riviere")
    assert str(root / "index.html") in paths
    assert str(root.parent.parent / "assets/site-1.css") in paths
    assert str(root / "pictures/a.png") in paths


def test_a_feed_item_shows_its_pictures_before_they_are_online_and_keeps_other_addresses():
    files = {file.path: file.data.decode(errors="replace") for file in made()}
    item = files["preview/riviere.txt/2024/la-riviere/feed-item.html"]
    assert 'src="pictures/a.png"' in item
    assert 'href="https://avelle.example.org/autre/"' in item


def test_a_refused_edition_still_says_what_was_understood_and_why():
    refused = page(edited=Edited(None, (ERROR,), ()), renditions=())
    assert "Cette édition ne peut pas paraître." in refused.text
    assert "Titre La rivière" in refused.text
    assert "Une, Deux" in refused.text
    assert "Lire une vallée" in refused.text
    assert "iframe" not in refused.tags


def test_a_file_name_that_is_not_unicode_still_gets_its_page():
    strange = replace(MANUSCRIPT, file="caf\udce9.txt", metadata=())
    refused = Edited(None, (ERROR,), ())
    files = preview("caf\udce9.txt", strange, refused, (), HOUSE, "fr")
    assert "caf?.txt" in files[0].data.decode()


def test_a_trial_says_so():
    trial = House(name="Parution", trial=True)
    assert "Essai" in page(house=trial).text
    assert "Essai" not in page().text


def test_the_page_needs_no_script_and_no_other_host():
    for language in ("fr", "en"):
        html = made(language=language)[0].data.decode()
        assert "<script" not in html
        assert not re.findall(r'(?:src|href|data)="(?:https?:)?//', html)


def test_what_a_source_says_is_shown_and_never_run():
    html = made()[0].data.decode()
    assert "&lt;b&gt;y&lt;/b&gt;" in html
    hostile = Change("debris", PLACE, "<script>alert(1)</script>", "<i>")
    html = made(edited=Edited(EDITION, (), (hostile,)))[0].data.decode()
    assert "<script" not in html


def test_the_same_manuscript_gives_the_same_bytes():
    assert made() == made()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_languages_say_everything(language):
    from flows.words import catalogue

    other = "en" if language == "fr" else "fr"
    assert set(catalogue("preview", language)) == set(catalogue("preview", other))


@given(st.text(min_size=1))
def test_whatever_an_entry_is_called_its_folder_is_one_plain_name(name):
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", folder_name(name))


@given(st.text(max_size=CONTEXT), st.text(max_size=CONTEXT))
def test_a_change_loses_no_letter_of_either_side(before, after):
    (group,) = grouped([Change("r", PLACE, before, after)])
    shown = group.first[0]
    for side, text in ((shown.before, before), (shown.after, after)):
        plain = side.striptags() if side else ""
        assert [c for c in plain if c.isalnum()] == [c for c in text if c.isalnum()]
