"""Each word that the source had and the edition has not was taken by a rule that says so."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from flows import proof
from flows.edition import Change, Edited, Edition, Paragraph, Place
from flows.manuscript import Manuscript, Placed
from flows.reading import inline_text
from flows.words import say
from tests.proof.proof_samples import everything, t


def manuscript(*texts: str, **metadata: str) -> Manuscript:
    placed = tuple(
        Placed(Paragraph(t(text)), Place("x.txt", line)) for line, text in enumerate(texts, start=1)
    )
    return Manuscript("x.txt", "text/plain", placed, tuple(metadata.items()))


def edited(*texts: str, changes: tuple[Change, ...] = (), title: str = "") -> Edited:
    blocks = tuple(Paragraph(t(text)) for text in texts)
    return Edited(Edition("x", "fr", title, blocks), (), changes)


def rules(source: Manuscript, made: Edited) -> list[str]:
    faults = [check.fault for check in proof.prove_source(source, made)]
    assert all(say(fault, "fr") for fault in faults if fault)
    return [fault.rule if fault else "" for fault in faults]


def test_the_same_words_pass_whatever_typography_did_to_them():
    source = manuscript('Il dit : "oui" ...', "L'ile")
    assert rules(source, edited("Il dit\u00a0: «\u00a0oui\u00a0»…", "L’ile")) == ["", ""]


def test_a_lost_word_is_named_with_its_line():
    check, _ = proof.prove_source(
        manuscript("un deux", "trois quatre cinq"), edited("un deux trois cinq")
    )
    assert check.fault is not None
    assert (check.fault.rule, check.fault.place.line) == ("source-word-lost", 2)
    assert dict(check.fault.values)["word"] == "quatre"
    assert check.figure == "4/5"


def test_a_word_that_a_rule_took_is_accounted_for():
    change = Change("debris", Place("x.txt", 2), "bool(false)", "")
    assert rules(manuscript("un", "bool(false)"), edited("un", changes=(change,))) == ["", ""]


def test_a_rule_answers_for_no_more_words_than_it_took():
    change = Change("debris", Place("x.txt", 2), "mot", "")
    assert rules(manuscript("mot mot un"), edited("un", changes=(change,)))[0] == "source-word-lost"


def test_a_repaired_word_is_accounted_for_on_both_sides():
    change = Change("mojibake", Place("x.txt", 1), "Ã©tude", "étude")
    assert rules(manuscript("une Ã©tude"), edited("une étude", changes=(change,))) == ["", ""]
    assert rules(manuscript("une Ã©tude"), edited("une étude"))[1] == "source-word-added"


def test_a_paragraph_that_became_the_title_is_not_lost():
    assert rules(manuscript("Mon titre", "un deux"), edited("un deux", title="Mon titre")) == [
        "",
        "",
    ]


def test_paragraphs_that_changed_places_are_refused():
    assert "source-word-lost" in rules(
        manuscript("un deux trois", "quatre"), edited("quatre", "un deux trois")
    )


def test_metadata_are_words_too():
    source = manuscript("un", title="Le titre", speakers="Ada\nGrace")
    made = edited("un", title="Le titre")
    assert made.edition is not None
    speakers = replace(made, edition=replace(made.edition, speakers=("Ada", "Grace")))
    assert rules(source, speakers) == ["", ""]
    assert rules(source, made)[0] == "source-word-lost"


def test_a_refused_edition_has_nothing_to_prove():
    assert proof.prove_source(manuscript("un"), Edited(None, (), ())) == ()


def test_notes_and_every_kind_of_block_are_read():
    edition = everything()
    placed = tuple(Placed(block, Place("x.docx")) for block in edition.blocks)
    metadata = (("title", edition.title), ("section", edition.section))
    metadata += (
        ("category", edition.category),
        ("speakers", "Ada Lovelace"),
        ("tags", "numérique"),
    )
    metadata += (("standfirst", inline_text(edition.standfirst)),)
    source = Manuscript("x.docx", "application/docx", placed, metadata)
    assert rules(source, Edited(edition, (), ())) == ["", ""]


WORD = st.sampled_from(["un", "deux", "trois", "quatre", "cinq"])
WORDS = st.lists(WORD, min_size=2, max_size=12)


@settings(deadline=None)
@given(WORDS, st.data())
def test_any_word_taken_from_any_text_is_noticed(said: list[str], data: st.DataObject):
    at = data.draw(st.integers(0, len(said) - 1))
    rest = said[:at] + said[at + 1 :]
    assert rules(manuscript(" ".join(said)), edited(" ".join(rest))) == ["source-word-lost", ""]
    assert rules(manuscript(" ".join(rest)), edited(" ".join(said))) == ["", "source-word-added"]


def test_a_very_long_text_is_compared_too():
    said = [f"mot{k} et encore" for k in range(20_000)]
    text = " ".join(said)
    shorter = " ".join(said[:77] + said[78:15_000] + ["autre"] + said[15_000:])
    lost, added = proof.prove_source(manuscript(text), edited(shorter))
    assert lost.fault is not None
    assert added.fault is not None
    assert dict(added.fault.values)["word"] == "autre"
