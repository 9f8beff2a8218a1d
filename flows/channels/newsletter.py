"""The newsletter: the web page, the e-mail as sent, and the e-mail's part in plain text."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from flows.channels._about import About, about, around
from flows.channels._cover import cover_svg
from flows.channels._event import event_file
from flows.channels._html import InlineHtml
from flows.channels._letter import letter
from flows.channels._linked import linked_data
from flows.channels._plaintext import plain_text
from flows.channels._social import SIZE, social_png
from flows.channels._views import description
from flows.edition import Edition
from flows.house import House
from flows.looks import site_assets
from flows.reading import pictures
from flows.rendition import File, Imprint, Rendition
from flows.tags import subjects
from flows.words import environment

#: The cover's strip on the page, in units of its drawing.
_COVER = (1200.0, 260.0)
_SOCIAL = "social.png"


def render(edition: Edition, imprint: Imprint, house: House) -> Rendition:
    """``public/index.html``, ``public/newsletter.html``, ``public/newsletter.txt``, the pictures
    under ``public/pictures/``, the cover as ``public/social.png``, and the site's stylesheet,
    icon and fonts under ``assets/``; where the edition announces one, its event as
    ``public/event.ics``. Where the e-mail is an excerpt, so is its text part, of the same blocks.
    """
    facts = about(edition, imprint, house)
    assets = site_assets(house)
    sent = letter(facts)
    event = edition.event

    def part(path: str, media_type: str, text: str) -> File:
        is_excerpt = sent.blocks is not None
        return File(path, media_type, text.encode(), is_excerpt=is_excerpt, blocks=sent.blocks)

    return Rendition(
        "newsletter",
        (
            File("public/index.html", "text/html", _page(facts).encode()),
            part("public/newsletter.html", "text/html", sent.html),
            part("public/newsletter.txt", "text/plain", plain_text(sent.about)),
            File(f"public/{_SOCIAL}", "image/png", social_png(edition, imprint, house)),
            *(File(f"public/pictures/{p.name}", p.media_type, p.data) for p in pictures(edition)),
            *([event_file(facts, event)] if event else ()),
            *assets,
        ),
    )


def _page(facts: About) -> str:
    stylesheet, icon, *_fonts = site_assets(facts.house)
    picture = f"{facts.address}{_SOCIAL}"
    return (
        environment("newsletter")
        .get_template("page.html")
        .render(
            around(facts),
            inline=InlineHtml(call=_linked_call(facts)),
            stylesheet=stylesheet.path,
            icon=icon.path,
            cover=cover_svg(facts.edition, facts.imprint, facts.house, *_COVER),
            description=description(facts.edition),
            picture=picture,
            picture_size=SIZE,
            linked_data=linked_data(facts, picture),
            subjects=subjects((facts.edition.section, facts.edition.category, *facts.edition.tags)),
        )
    )


def _linked_call(facts: About) -> Any:
    def call(number: int, _text: Markup) -> Markup:
        label = facts.words["call"].format(number=number)
        return Markup(
            '<sup><a class="call" role="doc-noteref" id="call_{0}" href="#note_{0}"'
            ' aria-label="{1}">{0}</a></sup>'
        ).format(number, label)

    return call
