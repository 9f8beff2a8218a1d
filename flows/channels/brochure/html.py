"""The brochure as HTML: what the templates are given, and the words around the edition."""

from __future__ import annotations

import json
import textwrap
from datetime import datetime
from functools import cache
from itertools import chain

from markupsafe import Markup

from flows.channels._about import stated
from flows.channels._qr import qr_svg
from flows.channels.brochure import tables
from flows.channels.brochure.paper import MM, Paper
from flows.channels.brochure.setting import (
    BOX_PADDING,
    BOX_SIZE,
    COVER,
    FIGURE,
    ITEM_PADDING,
    STANDFIRST,
    TITLES,
    Setting,
    contents,
    title_size,
)
from flows.edition import Edition
from flows.house import House
from flows.looks import Palette
from flows.occasions import when_and_where
from flows.reading import inline_text, is_programme, plain
from flows.rendition import Imprint
from flows.words import catalogue, environment, local_day, long_date, with_speakers

#: Millimetres of an A5 page that the title has on the cover.
_COVER_WIDTH = 120
#: A running head is one line.
_RUNNING_HEAD = 60


@cache
def sheet(paper: Paper, colours: Palette, trial: str) -> str:
    """The stylesheet for a paper; ``trial`` is the mark that each page bears, if any."""
    template = environment("brochure").get_template("brochure.css")
    return template.render(
        paper=paper,
        colours=colours,
        trial=_css_string(trial),
        box_padding=BOX_PADDING,
        box_size=BOX_SIZE,
        item_padding=ITEM_PADDING,
        titles=TITLES,
        covers=COVER,
        standfirst=STANDFIRST,
        figure=FIGURE,
    )


def _css_string(text: str) -> Markup:
    """A CSS string (CSS Syntax 3, 4.3.5): what JSON escapes, CSS reads alike."""
    return Markup(json.dumps(text, ensure_ascii=False))  # noqa: S704


def html(setting: Setting, edition: Edition, imprint: Imprint, house: House) -> str:
    """The pages, from cover to back cover."""
    language = edition.language
    words = catalogue("brochure", language)
    title, size = plain(edition.title), title_size(edition.title)
    address = house.url(f"{imprint.path}/")
    return (
        environment("brochure")
        .get_template("brochure.html")
        .render(
            edition=edition,
            house=house,
            words=words,
            setting=setting,
            tables=tables,
            is_programme=is_programme,
            trial=is_trial(imprint, house),
            author=house.publisher or house.name,
            summary=plain(inline_text(edition.standfirst)),
            created=w3c(imprint.published),
            modified=w3c(imprint.updated),
            line=line_above(edition),
            title_size=size,
            cover_title=setting.title(
                _COVER_WIDTH / 148 * setting.paper.width_mm * MM, COVER[size]
            )[0],
            opening=setting.opening(),
            short_title=textwrap.shorten(title, _RUNNING_HEAD, placeholder=" …"),
            contents=contents(edition, words["notes"] if setting.notes_at_end else ""),
            speakers=with_speakers(edition.speakers, edition.language),
            occasion=when_and_where(edition.event, edition.language) if edition.event else (),
            colophon=tuple(_colophon(setting.paper, edition, imprint, house)),
            address=address,
            address_shown=address.split("://", 1)[1],
            qr=titled_qr(address, words["qr_alt"]),
        )
    )


def line_above(edition: Edition) -> str:
    """The small line above a title: section and day."""
    day = long_date(edition.date, edition.language) if edition.date else ""
    return " · ".join(part for part in (edition.section, day) if part)


def titled_qr(address: str, title: str) -> Markup:
    """The code with the title that a screen reader says in its place."""
    svg = qr_svg(address, "#000000")
    start = svg.index(">") + 1
    return svg[:start] + Markup("<title>{}</title>").format(title) + svg[start:]


def _colophon(paper: Paper, edition: Edition, imprint: Imprint, house: House) -> chain[str]:
    """Who, when, which revision and why, in what type, on what terms: a sentence each."""
    words = catalogue("brochure", edition.language)

    def on(moment: datetime) -> str:
        return long_date(local_day(moment, house.timezone), edition.language)

    who = [f"{house.name} – {house.tagline}" if house.tagline else house.name]
    if house.publisher and house.publisher != house.name:
        who.append(words["publisher"].format(name=house.publisher))
    if house.email:
        address = Markup('<a href="mailto:{0}">{0}</a>').format(house.email)
        who.append(Markup.escape(words["contact"]).format(email=address))
    when = stated(words, imprint, on(imprint.published))
    history = [
        words["correction"].format(number=r.number, date=on(r.at), note=r.note)
        if r.note
        else words["corrected"].format(date=on(r.at))
        for r in imprint.history[1:]
    ]
    terms = [words["licence"].format(licence=house.licence)] if house.licence else []
    return chain(
        who,
        [" · ".join(when)],
        history,
        [words[paper.faces.credit]],
        terms,
    )


def is_trial(imprint: Imprint, house: House) -> bool:
    """Whether each page must say that this is a trial."""
    return house.trial or imprint.trial


def w3c(moment: datetime) -> str:
    """A date as HTML's metadata has it (W3C note on ISO 8601)."""
    return moment.isoformat(timespec="seconds")
