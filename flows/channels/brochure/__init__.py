"""The brochure: PDFs to be read, to be read aloud, to be folded and to be printed.

From one layout on A5 come the file for the screen, the booklet for an office printer and the file
for a print shop; A4 and large print are laid out for themselves. The files for the screen are
PDF/UA-1 and PDF/A-3a at once, the print shop's is PDF/X-4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from flows.channels._cover import cover_svg
from flows.channels._markdown import markdown
from flows.channels.brochure import leaflet
from flows.channels.brochure.archive import Source
from flows.channels.brochure.booklet import booklet
from flows.channels.brochure.html import html, is_trial, sheet
from flows.channels.brochure.pages import Laid, NoLayoutError, Pages, set_pages
from flows.channels.brochure.paper import A4, A5, LARGE, Paper
from flows.channels.brochure.plates import plates
from flows.channels.brochure.press import Job, for_press
from flows.channels.brochure.setting import Setting, has_many_notes
from flows.channels.brochure.stock import SCHEME
from flows.channels.brochure.tags import FootnoteLostError
from flows.edition import Edition
from flows.house import House
from flows.inks import Press, Profile, standard_profile
from flows.looks import palette
from flows.reading import fingerprint, pictures, plain
from flows.rendition import File, Imprint, Rendition
from flows.themes import THEMES
from flows.words import catalogue

_PDF = "application/pdf"
_SMALL = "public/brochure-a5.pdf"
#: The cover's drawing, in millimetres of an A5 page, with its bleed; it is the same shape on A4.
_ART = (135, 129)


def render(edition: Edition, imprint: Imprint, house: House) -> Rendition:
    """``public/brochure.pdf`` (A4, two columns), ``-a5`` (one column), ``-booklet`` (A5 to be
    folded), ``-press`` (A5 for a print shop), ``-leaflet`` (excerpts on one sheet) and ``-large``
    (A4, large print).

    Notes stand at the foot of the page, or all at the end in all sizes: where they are many, and
    where footnotes fail.
    """
    try:
        files = _files(edition, imprint, house, notes_at_end=has_many_notes(edition))
    except (FootnoteLostError, NoLayoutError):
        files = _files(edition, imprint, house, notes_at_end=True)
    return Rendition("brochure", tuple(files))


def _files(edition: Edition, imprint: Imprint, house: House, *, notes_at_end: bool) -> list[File]:
    cover = str(cover_svg(edition, imprint, house, *_ART)).encode()
    stock = {f"{SCHEME}cover.svg": ("image/svg+xml", cover)}
    stock |= plates(pictures(edition), (A4, A5, LARGE))
    theme = THEMES[house.looks.theme]
    words = catalogue("brochure", edition.language)
    trial = words["trial"] if is_trial(imprint, house) else ""
    source = Source(
        f"{edition.slug}.md",
        markdown(edition),
        words["source"],
        imprint.published,
        imprint.updated,
    )
    decoded: dict[str, Any] = {}

    def laid(name: str, text: str, css: str, spare: int = 0) -> Laid:
        identifier = hashlib.sha256(f"{name} {fingerprint(edition)} {text}".encode()).digest()
        return set_pages(Pages(text, css, stock, decoded, spare), identifier[:16], source)

    def on(paper: Paper) -> Laid:
        paper = paper.dressed(theme)
        text = html(Setting(paper, edition, notes_at_end), edition, imprint, house)
        css = sheet(paper, palette(house), trial) + house.looks.css
        return laid(paper.name, text, css, paper.spare)

    def folded() -> Laid:
        css = leaflet.sheet(palette(house), theme.faces) + house.looks.css
        rooms = (
            laid("leaflet", leaflet.html(edition, imprint, house, trial, room), css)
            for room in leaflet.ROOM
        )
        return next(made for made in rooms if leaflet.fits(made.document))

    small = on(A5)
    job = Job(plain(edition.title), imprint.published, imprint.updated)
    return [
        File("public/brochure.pdf", _PDF, on(A4).screen),
        File(_SMALL, _PDF, small.screen),
        *_printed(small.for_print(), job, _profile(house)),
        File("public/brochure-leaflet.pdf", _PDF, folded().screen, is_excerpt=True),
        File("public/brochure-large.pdf", _PDF, on(LARGE).screen),
    ]


def _printed(pages: bytes, job: Job, profile: Profile) -> Iterator[File]:
    """What is made of the A5 pages for an office printer and for a print shop."""
    press = Press(profile)
    yield File("public/brochure-booklet.pdf", _PDF, booklet(pages, job), copy_of=_SMALL)
    yield File("public/brochure-press.pdf", _PDF, for_press(pages, press, job), copy_of=_SMALL)


def _profile(house: House) -> Profile:
    """The profile of the house's print shop, or the one that comes with Parution."""
    printing = house.print
    if not printing.data:
        return standard_profile()
    return Profile(printing.condition, printing.data)
