"""The brochure: a tagged PDF (PDF/UA-1, ISO 14289-1) on A4 and on A5, set by WeasyPrint.

The pages come from ``templates/brochure``; what stands here is what they are given. WeasyPrint
is loaded when the first brochure is made, not before.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from markupsafe import Markup

from flows.channels._about import stated
from flows.channels._cover import cover_svg
from flows.channels._qr import qr_svg
from flows.channels.brochure.paper import A4, A5, Paper
from flows.channels.brochure.setting import (
    BOX_PADDING,
    BOX_SIZE,
    ITEM_PADDING,
    Setting,
    contents,
    has_many_notes,
    picture_address,
)
from flows.channels.brochure.stock import SCHEME, Typefaces, fetcher, typefaces, typefaces_with
from flows.channels.brochure.tags import FootnoteLostError, finish
from flows.edition import Edition
from flows.house import House
from flows.looks import Palette, palette
from flows.reading import fingerprint, inline_text, pictures, plain
from flows.rendition import File, Imprint, Rendition
from flows.words import catalogue, environment, local_day, long_date

_PAPERS = ((A4, "public/brochure.pdf"), (A5, "public/brochure-a5.pdf"))
#: The cover's drawing, in millimetres of an A5 page; it is the same shape on A4.
_ART = (132, 126)
#: Titles of up to so many characters are set in the size of that name.
_TITLE_SIZES = ((26, "huge"), (60, "large"), (110, "middle"), (220, "small"))
#: A running head is one line.
_RUNNING_HEAD = 60


def render(edition: Edition, imprint: Imprint, house: House) -> Rendition:
    """``public/brochure.pdf`` (A4, two columns) and ``public/brochure-a5.pdf`` (one column).

    Notes stand at the foot of the page, or all at the end in both sizes: where they are many, and
    where footnotes fail.
    """
    try:
        files = _files(edition, imprint, house, notes_at_end=has_many_notes(edition))
    except FootnoteLostError:
        files = _files(edition, imprint, house, notes_at_end=True)
    return Rendition("brochure", tuple(files))


def _files(edition: Edition, imprint: Imprint, house: House, *, notes_at_end: bool) -> list[File]:
    stock = {f"{SCHEME}cover.svg": ("image/svg+xml", _cover(edition, house))}
    stock |= {picture_address(p): (p.media_type, p.data) for p in pictures(edition)}
    words = catalogue("brochure", edition.language)
    trial = words["trial"] if _is_trial(imprint, house) else ""
    decoded: dict[str, Any] = {}
    files = []
    for paper, path in _PAPERS:
        setting = Setting(paper, edition, notes_at_end)
        html = _html(setting, edition, imprint, house)
        pages = _Pages(html, _sheet(paper, palette(house), trial), stock, decoded)
        name = hashlib.sha256(f"{paper.name} {fingerprint(edition)} {html}".encode()).digest()
        files.append(File(path, "application/pdf", pages.pdf(name[:16])))
    return files


class _Pages(NamedTuple):
    """What WeasyPrint sets: pages, a stylesheet's text, what they may ask for (address → media
    type, bytes), and the pictures that are decoded already."""

    html: str
    sheet: str
    stock: Mapping[str, tuple[str, bytes]]
    decoded: dict[str, Any]

    def pdf(self, identifier: bytes) -> bytes:
        data, missing = self._set(typefaces(), identifier)
        if missing:
            data, _ = self._set(typefaces_with(missing), identifier)
        return data

    def _set(self, faces: Typefaces, identifier: bytes) -> tuple[bytes, frozenset[int]]:
        """The PDF, and the characters that no font has: PDF/UA allows none (ISO 14289-1,
        7.21.8)."""
        from weasyprint import CSS, HTML

        configuration, rules = faces
        fetch = fetcher(self.stock)
        sheet = CSS(string=self.sheet, font_config=configuration, url_fetcher=fetch)
        source = HTML(string=self.html, base_url=SCHEME, url_fetcher=fetch)
        options = {"pdf_variant": "pdf/ua-1", "dpi": 300}
        document = source.render(
            configuration, stylesheets=[rules, sheet], cache=self.decoded, **options
        )
        data: bytes = document.write_pdf(finisher=finish, pdf_identifier=identifier, **options)
        return data, frozenset(c for font in document.fonts.values() for c in font.missing)


@cache
def _sheet(paper: Paper, colours: Palette, trial: str) -> str:
    template = environment("brochure").get_template("brochure.css")
    return template.render(
        paper=paper,
        colours=colours,
        trial=_css_string(trial),
        box_padding=BOX_PADDING,
        box_size=BOX_SIZE,
        item_padding=ITEM_PADDING,
    )


def _css_string(text: str) -> Markup:
    """A CSS string (CSS Syntax 3, 4.3.5): what JSON escapes, CSS reads alike."""
    return Markup(json.dumps(text, ensure_ascii=False))  # noqa: S704


def _cover(edition: Edition, house: House) -> bytes:
    return str(cover_svg(edition, house, *_ART)).encode()


def _html(setting: Setting, edition: Edition, imprint: Imprint, house: House) -> str:
    language = edition.language
    words = catalogue("brochure", language)
    title = plain(edition.title)
    address = house.url(f"{imprint.path}/")
    day = long_date(edition.date, language) if edition.date else ""
    return (
        environment("brochure")
        .get_template("brochure.html")
        .render(
            edition=edition,
            house=house,
            words=words,
            setting=setting,
            trial=_is_trial(imprint, house),
            author=house.publisher or house.name,
            summary=plain(inline_text(edition.standfirst)),
            created=_w3c(imprint.published),
            modified=_w3c(imprint.updated),
            line=" · ".join(part for part in (edition.section, day) if part),
            title_size=_title_size(title),
            short_title=textwrap.shorten(title, _RUNNING_HEAD, placeholder=" …"),
            contents=contents(edition, words["notes"] if setting.notes_at_end else ""),
            speakers=_speakers(edition),
            colophon=tuple(_colophon(edition, imprint, house)),
            address=address,
            address_shown=address.split("://", 1)[1],
            qr=_qr(address, words["qr_alt"]),
        )
    )


def _qr(address: str, title: str) -> Markup:
    """The code with the title that a screen reader says in its place."""
    svg = qr_svg(address, "#000000")
    start = svg.index(">") + 1
    return svg[:start] + Markup("<title>{}</title>").format(title) + svg[start:]


def _title_size(title: str) -> str:
    return next((name for most, name in _TITLE_SIZES if len(title) <= most), "tiny")


def _speakers(edition: Edition) -> str:
    """``Avec A, B et C``, or nothing."""
    words = catalogue("brochure", edition.language)
    *others, last = edition.speakers or ("",)
    names = f" {words['and']} ".join(part for part in (", ".join(others), last) if part)
    return words["with"].format(names=names) if names else ""


def _colophon(edition: Edition, imprint: Imprint, house: House) -> chain[str]:
    """Who, when, which revision and why, in what type, on what terms: a sentence each."""
    words = catalogue("brochure", edition.language)

    def on(moment: datetime) -> str:
        return long_date(local_day(moment, house.timezone), edition.language)

    who = [f"{house.name} – {house.tagline}" if house.tagline else house.name]
    if house.publisher and house.publisher != house.name:
        who.append(words["publisher"].format(name=house.publisher))
    if house.email:
        who.append(words["contact"].format(email=house.email))
    when = stated(words, imprint, on(imprint.published))
    history = [
        words["correction"].format(number=r.number, date=on(r.at), note=r.note)
        if r.note
        else words["corrected"].format(date=on(r.at))
        for r in imprint.history[1:]
    ]
    terms = [words["licence"].format(licence=house.licence)] if house.licence else []
    return chain(who, [" · ".join(when)], history, [words["typefaces"]], terms)


def _is_trial(imprint: Imprint, house: House) -> bool:
    return house.trial or imprint.trial


def _w3c(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
