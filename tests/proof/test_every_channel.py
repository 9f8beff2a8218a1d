"""Whatever is written, every channel says it word for word; whatever goes wrong, it is refused.

The channels are those that are found: a new one is proved here without a line added.
"""

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows import channels, proof
from flows.edition import (
    Block,
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
from flows.rendition import File, Rendition
from tests.proof.proof_samples import DOT, HOUSE, IMPRINT, everything

CHANNELS = channels.found()
LETTERS = st.sampled_from(
    [
        *"aàbcçdeéèêfghiïjklmnoôœpqrstuûvwxyzAÀÉÎŒÇ",
        "ffi",
        "fl",
        "tt",
        "1",
        "2015",
        "mé",
        "ñ",
        "ß",
        "ž",
    ]
)
WORD = st.lists(LETTERS, min_size=1, max_size=9).map("".join)
MARKS = (
    " | | | |, |\u202f; |. |\u00a0: |’|-|\u202f? | – |… |\u202f! "
    "|\u00a0%, | «\u00a0|\u00a0» | (|) |/| & | < | > |\u2011|\u00ad| €, "
)
MARK = st.sampled_from(MARKS.split("|"))
PHRASE = st.lists(st.tuples(WORD, MARK), min_size=1, max_size=14).map(
    lambda pairs: "".join(word + mark for word, mark in pairs).strip()
)
ADDRESS = st.sampled_from(
    ["https://exemple.org/", "https://exemple.org/a?b=c&d=%C3%A9", "mailto:a@b.example"]
)


def inlines(*, notes: bool = True, links: bool = True) -> st.SearchStrategy[Inlines]:
    text = st.builds(Text, PHRASE.map(lambda phrase: phrase + " "))
    glued = st.builds(Text, WORD)
    leaf = st.tuples(st.one_of(text, glued))
    kinds = [text, text, glued, st.just(LineBreak())]
    kinds += [st.builds(kind, leaf) for kind in (Emphasis, Strong, Superscript, Subscript)]
    kinds.append(st.builds(Foreign, st.sampled_from(["en", "de"]), leaf))
    if links:
        kinds.append(st.builds(Link, ADDRESS, leaf))
    if notes:
        kinds.append(st.builds(Note, st.tuples(st.one_of(text, st.builds(Emphasis, leaf)))))
    return st.lists(st.one_of(kinds), min_size=1, max_size=5).map(
        lambda run: (Text("Ici "), *run, Text(" fin."))
    )


PLAIN = inlines(notes=False, links=False)
#: A head of a table is a label: WeasyPrint drops one that is taller than what a page has left.
HEAD = st.lists(WORD, min_size=1, max_size=3).map(lambda run: (Text(" ".join(run)),))
PARAGRAPH = st.builds(Paragraph, inlines())
LEAVES = st.one_of(
    PARAGRAPH,
    st.builds(Heading, st.integers(1, 3), PLAIN),
    st.builds(PullQuote, PLAIN, st.one_of(st.just(()), PLAIN)),
    st.builds(
        Figure,
        st.just(Picture("carte.png", "image/png", 1, 1, DOT)),
        PHRASE,
        st.one_of(st.just(()), inlines()),
    ),
    st.integers(1, 3).flatmap(
        lambda n: st.builds(
            Table,
            st.tuples(*[HEAD] * n),
            st.lists(st.tuples(*[inlines()] * n), min_size=1, max_size=3).map(tuple),
            st.one_of(st.just(()), PLAIN),
            st.booleans(),
        )
    ),
)


def nest(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, min_size=1, max_size=3).map(tuple)
    items = st.lists(st.tuples(PARAGRAPH), min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(ItemList, items, st.booleans(), st.integers(1, 12)),
        st.builds(Quote, blocks),
        st.builds(SideBox, st.one_of(st.just(()), PLAIN), blocks),
    )


BLOCK = st.one_of(LEAVES, PARAGRAPH, nest(LEAVES), nest(nest(LEAVES)))


def anchored(blocks: list[Block]) -> tuple[Block, ...]:
    """Blocks with the anchors that editing gives to headings and boxes."""
    return tuple(
        replace(block, anchor=f"passage-{number}")
        if isinstance(block, Heading | SideBox)
        else block
        for number, block in enumerate(blocks)
    )


EDITION = st.builds(
    Edition,
    slug=st.just("essai"),
    language=st.sampled_from(["fr", "en"]),
    title=PHRASE,
    standfirst=st.one_of(st.just(()), inlines(notes=False)),
    blocks=st.lists(BLOCK, min_size=1, max_size=7).map(anchored),
    section=st.sampled_from(["", "Nos éditions"]),
)


@pytest.mark.parametrize("channel", CHANNELS)
def test_one_block_of_each_kind_survives(channel: str):
    rendition = channels.render(channel, everything(), IMPRINT, HOUSE)
    for check in proof.prove_rendition(everything(), IMPRINT, HOUSE, rendition):
        assert check.passed, check.fault


#: What may be refused, in a sentence that says on which page: a table of long words in a box in a
#: quotation, which WeasyPrint sets beside the paper.
PLAINLY_REFUSED = ("off-paper",)


@pytest.mark.parametrize("channel", CHANNELS)
def test_any_sequence_of_blocks_survives_word_for_word(channel: str):
    slow = channel == "brochure"

    @settings(
        max_examples=5 if slow else 40,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],  # shrinking a brochure takes minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(EDITION)
    def survives(edition: Edition) -> None:
        rendition = channels.render(channel, edition, IMPRINT, HOUSE)
        for check in proof.prove_rendition(edition, IMPRINT, HOUSE, rendition):
            refused = check.fault is not None and check.fault.rule in PLAINLY_REFUSED
            assert check.passed or refused, check.fault

    survives()


def test_the_links_of_all_channels_resolve():
    renditions = [rendered(channel) for channel in CHANNELS]
    for check in proof.prove_links(everything(), IMPRINT, HOUSE, renditions):
        assert check.passed, check.fault


@cache
def rendered(channel: str) -> Rendition:
    return channels.render(channel, everything(), IMPRINT, HOUSE)


TEXTS = [
    (channel, file.path)
    for channel in CHANNELS
    if channel != "brochure"
    for file in rendered(channel).files
    if file.media_type.startswith(("text/html", "text/plain", "application/json"))
]


@pytest.mark.parametrize(("channel", "path"), TEXTS)
@pytest.mark.parametrize("fate", ["lost", "doubled", "added", "swapped"])
@pytest.mark.parametrize(
    "word", ["pratiques", "treize", "habitante", "commons", "littoral", "Achats"]
)
def test_a_word_that_a_channel_spoils_is_named(channel: str, path: str, fate: str, word: str):
    file = rendered(channel).file(path)
    text = file.data.decode()
    pattern = re.compile(rf"(?<![\w/=\-\"#.:]){word}(?![\w/=\-\"]|\.0|px|;)")
    found = list(pattern.finditer(text))
    assert found, f"{word} is not in {path}"
    at = found[-1]
    changed = {
        "lost": "",
        "doubled": f"{word} {word}",
        "added": f"{word} farfelu",
        "swapped": f"farfelu {word}",
    }[fate]
    data = (text[: at.start()] + changed + text[at.end() :]).encode()
    spoiled = Rendition(channel, (File(path, file.media_type, data),))
    (check, *_) = proof.prove_rendition(everything(), IMPRINT, HOUSE, spoiled)
    assert check.fault is not None
    values = dict(check.fault.values)
    assert {values["word"], values["found"]} & {word, "farfelu"}


@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(EDITION)
def test_a_letter_that_ends_among_any_blocks_survives_word_for_word(edition: Edition):
    filling = tuple(Paragraph((Text(f"Alinéa {n} : {'mot ' * 300}fin."),)) for n in range(80))
    heavy = replace(edition, blocks=filling[:38] + edition.blocks * 2 + filling[38:])
    rendition = channels.render("newsletter", heavy, IMPRINT, HOUSE)
    assert rendition.file("public/newsletter.html").is_excerpt
    for check in proof.prove_rendition(heavy, IMPRINT, HOUSE, rendition):
        assert check.passed, check.fault
