"""A page may hold nothing that runs, hides, or speaks past the proof of the words."""

from __future__ import annotations

import pytest

from flows.proof.gate import gate
from flows.rendition import File

PAGE = "<!doctype html><html><head><title>T</title></head><body><p>Words.</p>{}</body></html>"


def check(piece: str) -> bool:
    return gate(File("public/index.html", "text/html", PAGE.format(piece).encode())).passed


@pytest.mark.parametrize(
    "piece",
    [
        "<script>alert(1)</script>",
        "<script type='module'>alert(1)</script>",
        "<script type='application/ld+json' src='x.js'>{{}}</script>",
        "<script type='application/ld+json'>alert(1)</script>",
        "<p onclick='x()'>A</p>",
        "<a href='javascript:x()'>A</a>",
        "<a href=' JaVaScRiPt:x()'>A</a>",
        "<img src='data:text/html,x' alt=''>",
        "<iframe src='https://h.example/'></iframe>",
        "<form action='https://h.example/'></form>",
        "<meta http-equiv='refresh' content='0;url=https://h.example/'>",
        "<p hidden>Words.</p>",
        "<p style='color:red; display : none'>Words.</p>",
        "<p style='visibility:hidden'>Words.</p>",
        "<style>p::after { content: 'more' }</style>",
        "<svg aria-hidden='true'><text>more</text></svg>",
        "<div class='preheader' style='display:none'>A</div>" * 2,
        "<div class='preheader' style='display:none'>" + "word " * 70 + "</div>",
    ],
)
def test_what_a_reader_should_not_get_or_does_not_see_is_refused(piece: str) -> None:
    assert not check(piece)


@pytest.mark.parametrize(
    "piece",
    [
        "<a href='https://h.example/'>A</a> <a href='#n'>B</a> <a href='mailto:a@h.example'>C</a>",
        "<img src='pictures/a.png' alt='A picture'>",
        "<style>p { display: none }</style>",
        "<svg aria-hidden='true'><path d='M0 0'/></svg>",
        "<script type='application/ld+json'>[]</script>",
        "<div class='preheader' style='display:none'>What it is about.</div>",
    ],
)
def test_what_a_page_is_made_of_passes(piece: str) -> None:
    assert check(piece)
