"""What counts as a word, and how the edition is read as words."""

from dataclasses import replace

from flows.edition import Note, Paragraph, Table, Text
from flows.proof.words import BLOCK, CLOSED, LINK, NOTE, edition_words, words
from tests.proof.proof_samples import everything, t


def test_blanks_of_every_kind_only_separate():
    assert words("a\u00a0b\u202fc\u2009d\te\u3000f") == ("a", "b", "c", "d", "e", "f")


def test_punctuation_is_a_token_of_its_own():
    assert words("l’île\u202f?") == ("l", "’", "île", "?")


def test_what_cannot_be_seen_is_no_part_of_a_word():
    assert words("pro\u00admesse\u200b tenue\ufeff") == ("promesse", "tenue")


def test_composed_and_decomposed_letters_are_the_same_word():
    assert words("e\u0301te\u0301") == words("été") == ("été",)


def test_marks_without_a_composed_form_stay_in_their_word():
    assert words("am̃o क्षति") == ("am̃o", "क्षति")


def test_hyphens_that_fonts_draw_alike_are_one_token():
    assert words("peut\u2010être") == words("peut\u2011être") == words("peut-être")


def test_a_ligature_is_its_letters():
    assert words("ﬁn") == ("fin",)


def test_a_word_that_styles_cut_into_pieces_is_one_word():
    assert "territorialisation" in edition_words(everything()).tokens
    assert "1er" in edition_words(everything()).tokens


def test_notes_are_read_at_their_call_or_at_the_end():
    called = edition_words(everything(), "call").tokens
    ended = edition_words(everything(), "end").tokens
    assert called.index("treize") < called.index("pratiques")
    assert ended[-3:] == ("Sauf", "ceci", ".")
    assert sorted(called) == sorted(ended)


def test_notes_of_a_table_are_read_below_it_with_the_inner_note_first():
    outer = (Text("dehors"), Note(t("dedans")))
    table = Table((), (((Text("un"), Note(outer)), t("deux")),))
    edition = replace(everything(), blocks=(table, Paragraph((Text("fin"), Note(t("bas"))))))
    called = edition_words(edition, "call")
    assert called.tokens[-6:] == ("un", "deux", "dedans", "dehors", "fin", "bas")
    assert list(called.calls.values()) == [2, 1, 3]


def test_a_template_may_speak_between_blocks_only():
    edition = edition_words(everything(), "call")
    at = edition.tokens.index
    assert edition.gaps[at("pratiques")] == CLOSED
    assert edition.gaps[at("le", at("étude"))] == LINK
    assert edition.gaps[at("Un")] & NOTE
    assert edition.gaps[at("Habiter")] == BLOCK


def test_the_place_of_a_word_is_its_block_and_its_number():
    edition = edition_words(everything(), "end")
    passage, number = edition.where(edition.tokens.index("pratiques"))
    assert (passage.kind, passage.opening) == ("paragraph", "Le 1er mars, la territorialisation")
    assert number == 7
