"""The newsletter: the web page, the e-mail as sent, and the e-mail's part in plain text."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from flows.channels._about import About, about, day_html
from flows.channels._cover import cover_svg, parts
from flows.channels._html import InlineHtml
from flows.channels._mail import STRIP_HEIGHT, inlined, strip
from flows.channels._plaintext import plain_text
from flows.channels._views import description, views
from flows.edition import Edition
from flows.house import House
from flows.looks import palette, site_assets
from flows.reading import pictures
from flows.rendition import File, Imprint, Rendition
from flows.tags import subjects
from flows.words import environment

#: The cover's strip on the page, in units of its drawing.
_COVER = (1200.0, 260.0)


def render(edition: Edition, imprint: Imprint, house: House) -> Rendition:
    """``public/index.html``, ``public/newsletter.html``, ``public/newsletter.txt``, the pictures
    under ``public/pictures/``, and the site's stylesheet and fonts under ``assets/``."""
    facts = about(edition, imprint, house)
    assets = site_assets(house)
    images = pictures(edition)
    return Rendition(
        "newsletter",
        (
            File("public/index.html", "text/html", _page(facts, assets[0].path).encode()),
            File("public/newsletter.html", "text/html", _mail(facts).encode()),
            File("public/newsletter.txt", "text/plain", plain_text(facts).encode()),
            *(File(f"public/pictures/{p.name}", p.media_type, p.data) for p in images),
            *assets,
        ),
    )


def _page(facts: About, stylesheet: str) -> str:
    images = pictures(facts.edition)
    return (
        environment("newsletter")
        .get_template("page.html")
        .render(
            _context(facts),
            inline=InlineHtml(call=_linked_call(facts)),
            stylesheet=stylesheet,
            cover=cover_svg(facts.edition, facts.imprint, facts.house, *_COVER),
            description=description(facts.edition),
            lead=f"{facts.address}pictures/{quote(images[0].name)}" if images else "",
        )
    )


def _mail(facts: About) -> str:
    env = environment("newsletter")
    parcels = strip(parts(facts.edition, facts.imprint), palette(facts.house))
    context = _context(facts)
    html = env.get_template("mail.html").render(
        context,
        inline=InlineHtml(call=_mail_call),
        css=Markup(env.get_template("mail.css").render(context)),  # noqa: S704 – our own file
        strip=parcels,
        strip_height=STRIP_HEIGHT,
        night=sorted({(parcel.tint, parcel.dark) for parcel in parcels}),
        home=facts.house.url(),
    )
    # An anchor of the edition is one of its page. Text holds no bare quotation mark, so what is
    # found here is an attribute.
    return inlined(html.replace('href="#', f'href="{Markup.escape(facts.address)}#'))


def _context(facts: About) -> dict[str, Any]:
    colours = palette(facts.house)
    language = facts.edition.language
    context = {f.name: getattr(facts, f.name) for f in fields(facts)}
    return context | {
        "root": facts.root,
        "house_lang": facts.house_lang,
        "direction": facts.direction,
        "trial": facts.imprint.trial,
        "day": day_html(facts.day, language),
        "history": [(day_html(day, language), note) for day, note in facts.history],
        "blocks": views(facts.edition.blocks),
        "subjects": subjects((facts.edition.section, facts.edition.category, *facts.edition.tags)),
        "palette": colours,
        "light": colours.light,
        "dark": colours.dark,
    }


def _linked_call(facts: About) -> Any:
    def call(number: int, _text: Markup) -> Markup:
        label = facts.words["call"].format(number=number)
        return Markup(
            '<sup><a class="call" role="doc-noteref" id="call_{0}" href="#note_{0}"'
            ' aria-label="{1}">{0}</a></sup>'
        ).format(number, label)

    return call


def _mail_call(number: int, _text: Markup) -> Markup:
    """The note stands below; who clicks finds it on the page, with the way back."""
    return Markup('<sup><a class="call" role="doc-noteref" href="#note_{0}">{0}</a></sup>').format(
        number
    )
