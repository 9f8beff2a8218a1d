"""Editing as a whole: what it promises for any manuscript, and what it reads above the text."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import sources
from flows.editing import edit
from flows.edition import (
    Block,
    Blocks,
    Emphasis,
    Figure,
    Finding,
    Heading,
    Inlines,
    ItemList,
    Link,
    Note,
    Paragraph,
    Picture,
    Place,
    PullQuote,
    Quote,
    Severity,
    SideBox,
    Table,
    Text,
)
from flows.house import House, Rules
from flows.manuscript import Manuscript, Placed
from flows.reading import inline_runs, inline_text, walk

HOUSE = House(name="Conseil d’essai")
FILE = "essai.txt"


def manuscript(*blocks: str | Heading | Paragraph | SideBox, **metadata: str) -> Manuscript:
    made = [Paragraph((Text(b),)) if isinstance(b, str) else b for b in blocks]
    placed = tuple(Placed(b, Place(FILE, 2 * n + 9)) for n, b in enumerate(made))
    said = {"title": "Un titre", "date": "2018-08-16", **metadata}
    stated = tuple((key, value) for key, value in said.items() if value)
    return Manuscript(FILE, "text/plain", placed, stated)


def rules(edited_findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in edited_findings]


# -------------------------------------------------------------------------------------- metadata


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2018-08-16", date(2018, 8, 16)),
        ("16 août 2018", date(2018, 8, 16)),
        ("le jeudi 16 aout 2018", date(2018, 8, 16)),
        ("1er mars 2015", date(2015, 3, 1)),
        ("16 August 2018", date(2018, 8, 16)),
        ("March 1st, 2015", date(2015, 3, 1)),
        ("16/08/2018", date(2018, 8, 16)),
        ("2018-08-16T10:00:00+02:00", date(2018, 8, 16)),
    ],
)
def test_a_day_is_read_as_people_write_it(said: str, day: date) -> None:
    edition = edit(manuscript("Texte.", date=said), HOUSE).edition
    assert edition is not None
    assert edition.date == day


@pytest.mark.parametrize("said", ["31 février 2018", "2018-02-30", "bientôt", "0 mai 2018", "٣"])
def test_a_day_of_no_calendar_refuses_the_edition(said: str) -> None:
    edited = edit(manuscript("Texte.", date=said), HOUSE)
    assert edited.edition is None
    assert edited.refused()
    assert rules(edited.findings) == ["impossible-date"]


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2018-09-01T09:00", datetime(2018, 9, 1, 7, tzinfo=UTC)),
        ("2018-09-01 09:00:00", datetime(2018, 9, 1, 7, tzinfo=UTC)),
        ("2018-01-01 09:00", datetime(2018, 1, 1, 8, tzinfo=UTC)),
        ("2018-09-01T09:00Z", datetime(2018, 9, 1, 9, tzinfo=UTC)),
        ("2018-09-01T09:00-05:00", datetime(2018, 9, 1, 14, tzinfo=UTC)),
        ("2018-09-01", datetime(2018, 8, 31, 22, tzinfo=UTC)),
        ("1er septembre 2018 à 9 h 30", datetime(2018, 9, 1, 7, 30, tzinfo=UTC)),
        ("1 September 2018 at 9:30 pm", datetime(2018, 9, 1, 19, 30, tzinfo=UTC)),
        ("1 September 2018 at 9.30 pm", datetime(2018, 9, 1, 19, 30, tzinfo=UTC)),
        ("2018-09-01 18.30", datetime(2018, 9, 1, 16, 30, tzinfo=UTC)),  # no fraction of an hour
        ("2018-03-25 02:30", datetime(2018, 3, 25, 1, tzinfo=UTC)),  # skipped by the clocks
        ("2018-10-28 02:30", datetime(2018, 10, 28, 0, 30, tzinfo=UTC)),  # read twice
        ("2018-10-28 02:30+01:00", datetime(2018, 10, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_an_embargo_is_in_the_house_s_time_zone(said: str, moment: datetime) -> None:
    edition = edit(manuscript("Texte.", publish_at=said), HOUSE).edition
    assert edition is not None
    assert edition.publish_at is not None
    assert edition.publish_at.astimezone(UTC) == moment
    assert edition.publish_at.tzinfo == ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2018-03-25 01:59", []),
        ("2018-03-25 02:00", ["publish-at-in-gap"]),
        ("25 mars 2018 à 2 h 59", ["publish-at-in-gap"]),
        ("2018-03-25 03:00", []),
        ("2018-03-25 02:30+01:00", []),
        ("2018-10-28 02:00", ["publish-at-twice"]),
        ("2018-10-28 02:30+02:00", []),
        ("2018-10-28 02:30+01:00", []),
        ("2018-10-28 03:00", []),
    ],
)
def test_an_embargo_that_the_clocks_skip_or_read_twice_is_a_doubt(
    said: str, told: list[str]
) -> None:
    assert rules(edit(manuscript("Texte.", publish_at=said), HOUSE).findings) == told


def test_the_other_of_two_times_can_be_written_as_the_doubt_says() -> None:
    [finding] = edit(manuscript("Texte.", publish_at="2018-10-28 02:30"), HOUSE).findings
    values = dict(finding.values)
    first, second = (
        edit(manuscript("Texte.", publish_at=values[key]), HOUSE) for key in ("first", "second")
    )
    assert first.findings == second.findings == ()
    assert first.edition is not None
    assert second.edition is not None
    assert first.edition.publish_at is not None
    assert second.edition.publish_at is not None
    between = second.edition.publish_at.astimezone(UTC) - first.edition.publish_at.astimezone(UTC)
    assert between == timedelta(hours=1)


def test_a_day_alone_begins_when_the_clocks_begin_it_and_asks_nothing() -> None:
    cairo = House(name="Conseil d’essai", timezone="Africa/Cairo")
    edited = edit(manuscript("Texte.", publish_at="2026-04-24"), cairo)  # 00:00 is skipped
    assert edited.findings == ()
    assert edited.edition is not None
    assert edited.edition.publish_at == datetime(2026, 4, 23, 22, tzinfo=UTC)


@pytest.mark.parametrize("said", ["demain", "2018-09-01 25:00", "31 février 2018 à 9 h"])
def test_an_embargo_that_is_no_moment_refuses_the_edition(said: str) -> None:
    assert rules(edit(manuscript("Texte.", publish_at=said), HOUSE).findings) == ["bad-publish-at"]


@pytest.mark.parametrize(
    "slug", ["../secret", "a/b", "A", "é", "a b", "-a", "a--b", "con", ".", "{{ 7*7 }}", "a" * 81]
)
def test_a_slug_that_is_no_address_refuses_the_edition(slug: str) -> None:
    assert rules(edit(manuscript("Texte.", slug=slug), HOUSE).findings) == ["bad-slug"]


def test_a_slug_is_made_of_the_title_and_cut_between_words() -> None:
    title = "Où va l’eau ? " + "Encore un mot de plus " * 5
    edition = edit(manuscript("Texte.", title=title), HOUSE).edition
    assert edition is not None
    assert edition.slug.startswith("ou-va-l-eau-encore-un-mot")
    assert len(edition.slug) <= 80
    assert edition.slug.rsplit("-", 1)[1] in {"encore", "un", "mot", "de", "plus"}


@pytest.mark.parametrize("title", ["🎉 🎉", "…", "Con"])
def test_a_title_that_gives_no_slug_still_gets_an_address(title: str) -> None:
    edition = edit(manuscript("Texte.", title=title), HOUSE).edition
    assert edition is not None
    assert edition.slug.startswith("edition-")
    again = edit(manuscript("Un autre texte.", title=title), HOUSE).edition
    assert again is not None
    assert again.slug == edition.slug


@pytest.mark.parametrize(
    ("words", "said", "language"),
    [
        ("Le pont est sur la rive et dans la ville.", "", "fr"),
        ("The bridge is on the bank and in the town.", "", "en"),
        ("Zzz.", "", "fr"),
        ("Le pont est sur la rive.", "en-gb", "en-gb"),
        ("The bridge is on the bank.", "français", "fr"),
    ],
)
def test_the_language_is_the_stated_one_else_that_of_the_words_else_the_house_s(
    words: str, said: str, language: str
) -> None:
    edition = edit(manuscript(words, language=said), HOUSE).edition
    assert edition is not None
    assert edition.language == language


def test_titles_and_captions_are_typeset_too() -> None:
    edited = edit(manuscript("Texte.", title="Quoi ?", section="Les  « nôtres »"), HOUSE)
    assert edited.edition is not None
    assert edited.edition.title == "Quoi\u202f?"
    assert edited.edition.section == "Les «\u00a0nôtres\u00a0»"


def test_a_list_of_one_is_a_list_whatever_its_item_says(tmp_path: Path) -> None:
    """A comma within an item parts a name from an office, and no two speakers."""
    head = "---\ntitle: T\nspeakers:\n  - Ada Okafor, county surveyor\ntags: [water]\n---\n"
    (tmp_path / "a.md").write_text(f"{head}\nWords.\n", encoding="utf-8")
    [entry] = sources.entries(tmp_path)
    edited = edit(sources.read(entry, tmp_path), HOUSE)
    assert edited.edition is not None
    assert edited.edition.speakers == ("Ada Okafor, county surveyor",)
    assert edited.edition.tags == ("water",)


def test_speakers_and_tags_are_lists() -> None:
    edited = edit(manuscript("Texte.", speakers="A. B, C. D", tags="eau\nville, port"), HOUSE)
    assert edited.edition is not None
    assert edited.edition.speakers == ("A.\u00a0B", "C.\u00a0D")
    assert edited.edition.tags == ("eau", "ville, port")


def test_one_word_is_an_edition() -> None:
    edited = edit(Manuscript(FILE, "text/plain", (), (("title", "Bonjour"),)), HOUSE)
    assert edited.edition is not None
    assert (edited.edition.title, edited.edition.blocks) == ("Bonjour", ())


def test_without_a_title_the_first_heading_is_the_title() -> None:
    blocks = (Heading(1, (Text("Les ponts"),)), Heading(2, (Text("Un"),)))
    edited = edit(manuscript(*blocks, "Texte.", title=""), HOUSE)
    assert edited.edition is not None
    assert edited.edition.title == "Les ponts"
    assert [b.kind for b in edited.edition.blocks] == ["heading", "paragraph"]
    assert edited.edition.blocks[0] == Heading(1, (Text("Un"),), "un")


# ------------------------------------------------------------------------------ findings, waiving


def test_what_the_reader_found_is_handed_on_once() -> None:
    found = Finding("impossible-date", Severity.ERROR, Place(FILE, 3), (("date", "le 31 juin"),))
    source = manuscript("Texte.", date="")
    edited = edit(
        Manuscript(FILE, "text/plain", source.placed, source.metadata, findings=(found,)), HOUSE
    )
    assert edited.findings == (found,)
    assert edited.edition is None


@pytest.mark.parametrize("by", ["source", "house"])
def test_a_waived_doubt_is_still_shown_as_a_note(by: str) -> None:
    house = HOUSE.model_copy(update={"rules": Rules(waive=frozenset({"no-date"}))})
    said = {"waive": "stale-date\nno-date"} if by == "source" else {}
    edited = edit(manuscript("Texte.", date="", **said), house if by == "house" else HOUSE)
    (finding,) = edited.findings
    assert (finding.rule, finding.severity) == ("no-date", Severity.NOTE)
    assert edited.edition is not None
    assert ("no-date" in edited.edition.waive) is (by == "source")


def test_an_error_cannot_be_waived() -> None:
    edited = edit(manuscript("Texte.", slug="../", waive="bad-slug"), HOUSE)
    assert edited.refused()


def test_a_doubt_names_the_line_and_the_column_of_the_source() -> None:
    edited = edit(manuscript("Deux  espaces, un mot de passé.Aussi rien."), HOUSE)
    (place,) = (f.place for f in edited.findings if f.rule == "glued-words")
    assert (str(place), place.words) == (f"{FILE}:9:26", "passé.Aussi")


@pytest.mark.parametrize(
    "words",
    [
        "Sur leboncoin.fr, Node.js, www.a.Fr et rapport.Docx.",
        "Les acteur(trice)s de l’(in)action, un élu(e), f(x), 12.000,50 et l’U.S.A.",
        "Le iPhone de l’écrivain.e, à 10h30;) voilà",
        "Voir a.b@exemple.fr ou https://exemple.fr/a?B=C!D",
        "Fin. Début ! Vraiment ? (Oui) ; non, rien…",
        "Il dit : « Oui. » Puis (non).",
        "Rendez-vous en 3.B ou p.Ex",
    ],
)
def test_no_words_are_called_glued_that_are_not(words: str) -> None:
    assert "glued-words" not in rules(edit(manuscript(words), HOUSE).findings)


@pytest.mark.parametrize(
    "words",
    ["fini.Alors", "IRL(In", "quoi?Rien", "un,deux", "(à la fin)puis", "mot«cité", "ah!oui"],
)
def test_glued_words_are_doubted(words: str) -> None:
    edited = edit(manuscript(f"Voici {words} de suite."), HOUSE)
    assert "glued-words" in rules(edited.findings)
    assert edited.changes == ()


@pytest.mark.parametrize(
    "words",
    [
        "d'ici à 2015",
        "d’ici à la fin de l’année 2015",
        "d’ici fin 2015",
        "d’ici mars 2015",
        "avant la fin 2015",
        "à l’horizon 2016",
        "prochainement en 2016",
        "prévue pour 2016",
        "attendus en juin 2016",
        "by the end of 2015",
        "by late 2015",
        "due in 2016",
        "expected by spring 2016",
    ],
)
def test_a_promise_for_a_year_before_the_edition_s_is_stale(words: str) -> None:
    edited = edit(manuscript(f"Le port sera prêt {words}, dit-on."), HOUSE)
    assert "stale-date" in rules(edited.findings)
    assert "stale-date" not in rules(edit(manuscript(words, date="2014-01-01"), HOUSE).findings)


@pytest.mark.parametrize("words", ["En 2015, tout fut prêt.", "Depuis mars 2015.", "d’ici à 2030"])
def test_the_past_is_not_a_stale_promise(words: str) -> None:
    assert rules(edit(manuscript(words), HOUSE).findings) == []


# ------------------------------------------------------------------------------------------ laws

SPOILED = ("dÃ©jÃ ", "cou\u200bpé", "cé\u00adsure", "<br/>", "&nbsp;", "**gras**", "&lt;b&gt;")
LEFTOVERS = ("Quotation", "bool(false)", "NULL", "  ", "Accueil > Rien", "<script>", "")
ORDINARY = ("mot", "Fin.", "passé.Aussi", "« oui »", "12 000", "d’ici à fin 2015", "1er", "?")
ODDITIES = ("{{ 7*7 }}", "سلام", "👩\u200d👧")
WORDS = st.sampled_from([*SPOILED, *LEFTOVERS, *ORDINARY, *ODDITIES])
LINES = st.lists(WORDS, max_size=4).map(" ".join)
RUNS = st.one_of(
    LINES.map(lambda t: (Text(t),)),
    st.tuples(LINES.map(Text), LINES.map(lambda t: Emphasis((Text(t),)))),
    st.tuples(LINES.map(Text), LINES.map(lambda t: Link("#ici", (Text(t),)))),
    st.tuples(LINES.map(Text), LINES.map(lambda t: Note((Text(t),)))),
)
PICTURE = Picture("a.png", "image/png", 1, 1, b"")
LEAVES = st.one_of(
    RUNS.map(Paragraph),
    st.builds(Heading, st.integers(1, 6), RUNS),
    st.builds(PullQuote, RUNS, RUNS),
    st.builds(Figure, st.just(PICTURE), LINES, RUNS),
    RUNS.map(lambda run: Table((run,), ((run,),), run)),
)


def nested(blocks: st.SearchStrategy[Blocks]) -> st.SearchStrategy[Blocks]:
    return st.one_of(
        blocks.map(lambda b: (Quote(b),)),
        blocks.map(lambda b: (ItemList((b, b)),)),
        st.builds(lambda heading, b: (SideBox(heading, b),), RUNS, blocks),
    )


RUN_OF_BLOCKS = st.recursive(st.lists(LEAVES, min_size=1, max_size=3).map(tuple), nested)
METADATA = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("title", "section", "category", "speakers", "standfirst"), LINES)
    | {"date": st.sampled_from(["2018-08-16", "1er mars 2015", "demain"])}
    | {"publish_at": st.sampled_from(["2018-08-16", "???"]), "slug": st.sampled_from(["a", "../"])},
)


@st.composite
def manuscripts(draw: st.DrawFn) -> Manuscript:
    blocks = draw(st.lists(RUN_OF_BLOCKS, max_size=3))
    flat = [block for run in blocks for block in run]
    placed = tuple(Placed(block, Place(FILE, n + 1)) for n, block in enumerate(flat))
    standfirst = draw(st.one_of(st.just(()), RUNS))
    metadata = draw(METADATA)
    if standfirst:
        metadata.pop("standfirst", None)
    return Manuscript(FILE, "text/plain", placed, tuple(metadata.items()), (), standfirst)


def bag(*texts: str) -> Counter[str]:
    """Words and how often they stand, without the marks that typography sets."""
    return Counter(word for text in texts for word in re.findall(r"[^\W_]+", text))


def texts(standfirst: Inlines, blocks: Iterable[Block], *strings: str) -> Iterator[str]:
    yield from strings
    yield inline_text(standfirst, notes=True)
    for block in blocks:
        yield from (inline_text(run, notes=True) for run in inline_runs(block))
        yield from (inner.alt for inner in walk((block,)) if isinstance(inner, Figure))


@settings(max_examples=200, deadline=None)
@given(manuscripts())
def test_any_manuscript_gives_an_edition_or_an_error_and_no_word_goes_unlisted(
    source: Manuscript,
) -> None:
    edited = edit(source, HOUSE)
    assert edited == edit(source, HOUSE)
    assert (edited.edition is None) == edited.refused()
    if (made := edited.edition) is None:
        return
    stated = dict(source.metadata)
    seen = [stated.get(k, "") for k in ("title", "section", "category", "speakers", "standfirst")]
    before = bag(*texts(source.standfirst, (p.block for p in source.placed), *seen))
    strings = (made.title, made.section, made.category, *made.speakers)
    after = bag(*texts(made.standfirst, made.blocks, *strings))
    went = bag(*(change.before for change in edited.changes))
    came = bag(*(change.after for change in edited.changes))
    assert before + came == after + went


@settings(max_examples=100, deadline=None)
@given(manuscripts())
def test_anchors_are_unique_and_every_link_to_one_arrives(source: Manuscript) -> None:
    edition = edit(source, HOUSE).edition
    if edition is None:
        return
    anchors = [b.anchor for b in walk(edition.blocks) if isinstance(b, Heading | SideBox)]
    assert len(set(anchors)) == len(anchors)
    assert all(anchors)
    levels = [b.level for b in edition.blocks if isinstance(b, Heading)]
    assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False))


def test_editing_loads_neither_prefect_nor_weasyprint_nor_what_it_does_not_need() -> None:
    heavy = ("prefect", "weasyprint", "ftfy", "polytypo", "pypandoc", "lxml")
    code = f"import sys, flows.editing; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
