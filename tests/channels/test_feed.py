"""The feed's item is the whole edition as clean HTML that reads the same in every feed reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from flows.channels import feed
from flows.edition import (
    FORBIDDEN,
    Block,
    Blocks,
    Edition,
    Emphasis,
    Figure,
    Foreign,
    Heading,
    Inlines,
    ItemList,
    LineBreak,
    Link,
    Note,
    Paragraph,
    Picture,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
)
from flows.house import House
from flows.reading import inline_text
from flows.rendition import Imprint, Revision

HOUSE = House(name="Conseil du Val", address="https://val.example.org", language="fr")
AT = datetime(2018, 9, 1, 7, tzinfo=UTC)
IMPRINT = Imprint(
    revision=1,
    path="2018/ville",
    guid="tag:val.example.org,2018-09-01:2018/ville",
    history=(Revision(1, AT),),
)
PICTURE = Picture("cour d’été.png", "image/png", 640, 480, b"")


def t(text: str) -> Inlines:
    return (Text(text),)


def edition(*blocks: Block, **changes: Any) -> Edition:
    return replace(Edition("ville", "fr", "La «\u00a0ville\u00a0»", blocks), **changes)


def item(made: Edition, imprint: Imprint = IMPRINT, house: House = HOUSE) -> dict[str, Any]:
    (file,) = feed.render(made, imprint, house).files
    said: dict[str, Any] = json.loads(file.data)
    return said


def content(*blocks: Block, **changes: Any) -> str:
    html: str = item(edition(*blocks, **changes))["content_html"]
    return html


def flat(html: str) -> str:
    """HTML without the line ends between its tags."""
    return re.sub(r">\s+<", "><", html.strip())


BROCHURE = (
    '<p><a href="https://val.example.org/2018/ville/brochure.pdf">'
    "La brochure à imprimer (PDF)</a></p>"
)

# ------------------------------------------------------------------------------------- the item


def test_the_item_says_what_the_shelf_needs() -> None:
    later = replace(IMPRINT, history=(*IMPRINT.history, Revision(2, AT + timedelta(days=1), "x")))
    said = item(
        edition(
            Paragraph(t("Le texte.")),
            date=date(2018, 8, 16),
            section="Conférences",
            category="Numérique",
            standfirst=t("Un chapeau\u202f!"),
            speakers=("Ada Lovelace",),
            tags=("ville",),
        ),
        later,
    )
    said.pop("content_html")
    assert said == {
        "path": "2018/ville",
        "guid": "tag:val.example.org,2018-09-01:2018/ville",
        "title": "La «\u00a0ville\u00a0»",
        "language": "fr",
        "day": "2018-08-16",
        "published": "2018-09-01T07:00:00+00:00",
        "updated": "2018-09-02T07:00:00+00:00",
        "section": "Conférences",
        "category": "Numérique",
        "summary": "Un chapeau\u202f!",
        "authors": ["Ada Lovelace"],
        "tags": ["ville"],
        "enclosure": "public/brochure.pdf",
        "pictures": [],
    }


def test_pictures_stand_in_the_item_once_each_with_words_for_who_cannot_see_them() -> None:
    map_, curve = (Picture(n, "image/png", 640, 480, b"") for n in ("map.png", "curve.png"))
    blocks = (Figure(map_, "A map"), Figure(curve, "", t("The curve")), Figure(map_, "Again"))
    said = item(edition(*blocks))["pictures"]
    assert said == [
        {"file": "public/pictures/map.png", "width": 640, "height": 480, "alt": "A map"},
        {"file": "public/pictures/curve.png", "width": 640, "height": 480, "alt": "The curve"},
    ]


def test_the_item_is_canonical_json() -> None:
    (file,) = feed.render(edition(Paragraph(t("Été"))), IMPRINT, HOUSE).files
    assert file.path == "parts/item.json"
    assert file.media_type == "application/json"
    assert file.data.endswith(b"}\n")
    assert "Été".encode() in file.data
    keys = re.findall(rb'^  "(\w+)":', file.data, re.MULTILINE)
    assert keys == sorted(keys)


def test_without_a_standfirst_the_summary_is_the_first_words_of_the_text() -> None:
    long = " ".join(f"mot{n}" for n in range(200))
    assert item(edition(Heading(1, t("Titre")), Paragraph(t("Court."))))["summary"] == "Court."
    said = item(edition(Paragraph(t(long))))["summary"]
    assert said.endswith(" …")
    assert len(said) <= feed.SUMMARY + 2
    assert long.startswith(said.removesuffix(" …") + " ")
    assert item(edition(Heading(1, t("Titre"))))["summary"] == ""


# ------------------------------------------------------------------------------------- the HTML


def test_the_standfirst_comes_first_and_the_brochure_last() -> None:
    html = content(Paragraph(t("Le texte.")), standfirst=t("Un chapeau."))
    assert flat(html) == (f"<p><strong>Un chapeau.</strong></p><p>Le texte.</p>{BROCHURE}")


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (Heading(1, t("Un"), "un"), "<h2>Un</h2>"),
        (Heading(3, t("Trois"), "trois"), "<h4>Trois</h4>"),
        (Quote((Paragraph(t("Cité.")),)), "<blockquote><p>Cité.</p></blockquote>"),
        (PullQuote(t("Mot.")), "<blockquote><p>Mot.</p></blockquote>"),
        (
            PullQuote(t("Mot."), t("Ada")),
            "<figure><blockquote><p>Mot.</p></blockquote><figcaption>Ada</figcaption></figure>",
        ),
        (
            SideBox(t("Repères"), (Heading(1, t("Dates")), Paragraph(t("Ici.")))),
            "<aside><h2>Repères</h2><h3>Dates</h3><p>Ici.</p></aside>",
        ),
        (SideBox((), (Paragraph(t("Ici.")),)), "<aside><p>Ici.</p></aside>"),
        (
            ItemList(((Paragraph(t("un")),), (Paragraph(t("deux")), Paragraph(t("bis"))))),
            "<ul><li>un</li><li><p>deux</p><p>bis</p></li></ul>",
        ),
        (
            ItemList(((Paragraph(t("trois")),),), ordered=True, start=3),
            '<ol start="3"><li>trois</li></ol>',
        ),
        (
            Figure(PICTURE, "Une cour", t("La cour")),
            '<figure><img src="https://val.example.org/2018/ville/pictures/cour%20d%E2%80%99%C3%A9t'
            '%C3%A9.png" alt="Une cour" width="640" height="480">'
            "<figcaption>La cour</figcaption></figure>",
        ),
        (
            Table((t("Pays"), t("Gens")), ((t("Val"), t("12")),), t("Ici"), row_heads=True),
            '<table><caption>Ici</caption><thead><tr><th scope="col">Pays</th><th scope="col">Gens'
            '</th></tr></thead><tbody><tr><th scope="row">Val</th><td>12</td></tr></tbody></table>',
        ),
    ],
    ids=lambda value: value.kind if not isinstance(value, str) else "",
)
def test_each_block_is_the_element_that_readers_know(block: Block, html: str) -> None:
    assert flat(content(block)) == html + BROCHURE


def test_a_box_is_titled_below_the_section_it_stands_in() -> None:
    html = content(Heading(2, t("Section")), SideBox(t("Boîte"), ()), Heading(1, t("Suite")))
    assert re.findall(r"<h\d>", html) == ["<h3>", "<h4>", "<h2>"]


def test_a_picture_without_a_text_of_its_own_is_told_by_its_caption() -> None:
    assert 'alt="La cour"' in content(Figure(PICTURE, "", t("La cour")))


def test_notes_are_called_by_a_number_and_stand_at_the_end_without_anchors() -> None:
    html = content(
        Paragraph((*t("Un"), Note(t("Première.")), *t(" deux"), Note(t("Seconde.")))),
        Paragraph(t("Fin.")),
    )
    assert "Un<sup>[1]</sup> deux<sup>[2]</sup>" in html
    assert flat(html).endswith(
        "<p>Fin.</p><h2>Notes</h2><p>[1] Première.</p><p>[2] Seconde.</p>" + BROCHURE
    )
    assert "#" not in html


def test_a_link_within_the_page_leads_to_the_page() -> None:
    html = content(Paragraph((Link("#plus", t("plus bas")),)))
    assert '<a href="https://val.example.org/2018/ville/#plus">plus bas</a>' in html


def test_a_link_in_a_link_keeps_its_words_only() -> None:
    inner = Link("https://b.example/", t("dedans"))
    html = content(Paragraph((Link("https://a.example/", (inner, *t(" dehors"))),)))
    assert '<a href="https://a.example/">dedans dehors</a>' in html


def test_an_edition_in_another_language_than_the_house_says_so() -> None:
    assert content(Paragraph(t("Hello")), language="en").startswith('<div lang="en">')
    assert "lang=" not in content(Paragraph(t("Bonjour")))


def test_corrections_are_told_at_the_end_with_their_day() -> None:
    history = (*IMPRINT.history, Revision(2, AT + timedelta(days=30), "Un chiffre corrigé."))
    html = item(edition(Paragraph(t("x"))), replace(IMPRINT, history=history))["content_html"]
    assert "<h2>Corrections</h2>" in html
    assert "<li>1er octobre 2018 – Un chiffre corrigé.</li>" in html


def test_a_trial_says_so_first() -> None:
    html = item(edition(Paragraph(t("x"))), replace(IMPRINT, trial=True))["content_html"]
    assert html.startswith("<p><strong>Essai – ce document n’est pas une publication</strong></p>")


def test_markup_and_templates_in_the_words_are_words() -> None:
    html = content(Paragraph(t("<script>x</script> {{ 7*7 }} &amp;")))
    assert "&lt;script&gt;x&lt;/script&gt; {{ 7*7 }} &amp;amp;" in html


def test_what_slips_in_is_taken_out_last() -> None:
    slipped = '<p onclick="x" style="y" class="z">a<script>b</script><iframe></iframe></p>'
    assert feed.sanitised(slipped) == "<p>a</p>"
    assert feed.sanitised('<a href="javascript:x">a</a>') == "<a>a</a>"


# -------------------------------------------------------------------------------------- the laws

characters = st.characters(exclude_categories=["Cs"]).filter(lambda c: not FORBIDDEN.search(c))
words = st.text(characters, min_size=1, max_size=12).map(lambda text: (Text(text),))
addresses = st.sampled_from(["https://a.example/?b=1&c=é", "mailto:a@b.example", "#plus"])
inlines: st.SearchStrategy[Inlines] = st.recursive(
    words,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.sampled_from([Emphasis, Strong, Superscript, Subscript, Note]).flatmap(
            lambda kind: inner.map(lambda children: (kind(children),))
        ),
        st.tuples(addresses, inner).map(lambda pair: (Link(*pair),)),
        inner.map(lambda children: (Foreign("la", children), LineBreak())),
    ),
    max_leaves=5,
)
runs = st.lists(inlines, min_size=2, max_size=2).map(tuple)
simple: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(1, 3), inlines),
    st.builds(Paragraph, inlines),
    st.builds(PullQuote, inlines, st.one_of(st.just(()), inlines)),
    st.builds(Figure, st.just(PICTURE), st.text(characters, max_size=9), inlines),
    st.builds(
        Table, runs, st.lists(runs, min_size=1, max_size=2).map(tuple), inlines, st.booleans()
    ),
)


def _around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    some: st.SearchStrategy[Blocks] = st.lists(inner, min_size=1, max_size=2).map(tuple)
    return st.one_of(
        st.builds(Quote, some),
        st.builds(SideBox, st.one_of(st.just(()), inlines), some),
        st.builds(ItemList, st.lists(some, min_size=1, max_size=2).map(tuple), st.booleans()),
    )


editions = st.lists(st.recursive(simple, _around, max_leaves=4), max_size=4).map(
    lambda blocks: edition(*blocks, language="en", standfirst=t("Before."))
)


def tree(html: str) -> list[Any]:
    """Every element of a fragment: its name, its attributes, the text in and after it."""
    root = lxml_html.fragment_fromstring(html, create_parent="main")
    return [(e.tag, dict(e.attrib), e.text or "", e.tail or "") for e in root.iter()]


@settings(max_examples=60, deadline=None)
@given(editions)
def test_sanitising_changes_nothing_that_we_made(made: Edition) -> None:
    ours = feed.article(made, IMPRINT, HOUSE)
    assert tree(feed.sanitised(ours)) == tree(ours)


@settings(max_examples=60, deadline=None)
@given(editions)
def test_all_addresses_are_absolute_and_nothing_is_styled(made: Edition) -> None:
    for _, attributes, _, _ in tree(item(made)["content_html"]):
        assert not {"style", "class", "id", "onclick"} & set(attributes)
        for name in {"href", "src"} & set(attributes):
            assert urlsplit(attributes[name]).scheme in ("https", "mailto")


@settings(max_examples=60, deadline=None)
@given(st.lists(inlines, min_size=1, max_size=5))
def test_every_word_stands_in_the_order_of_the_text(texts: list[Inlines]) -> None:
    html = content(*(Paragraph(children) for children in texts))
    shown = lxml_html.fragment_fromstring(html, create_parent="main")
    for number in shown.xpath("//sup[starts-with(., '[')]"):
        if re.fullmatch(r"\[\d+\]", number.text_content()):
            number.drop_tree()
    read = "".join(shown.text_content().split())
    written = "".join("".join(inline_text(children).split()) for children in texts)
    assert read.startswith(written)


@settings(max_examples=20, deadline=None)
@given(editions)
def test_the_same_edition_gives_the_same_bytes(made: Edition) -> None:
    assert feed.render(made, IMPRINT, HOUSE) == feed.render(made, IMPRINT, HOUSE)
