"""The e-mail: the whole edition, or where that is too heavy to arrive whole, its beginning."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from flows.channels._about import About, around
from flows.channels._cover import parts
from flows.channels._html import InlineHtml
from flows.channels._mail import STRIP_HEIGHT, Parcel, inlined, strip
from flows.edition import Heading
from flows.looks import palette
from flows.rendition import HEAVIEST_MAIL
from flows.words import environment

#: Bytes of HTML that an excerpt has at most.
_EXCERPT = 60_000


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: ``about`` has the edition as far as the letter gives it, ``blocks`` is how
    many of its blocks that are, or None for the whole."""

    about: About
    html: str
    blocks: int | None = None


def letter(facts: About) -> Letter:
    parcels = strip(parts(facts.edition, facts.imprint), palette(facts.house))
    whole = _html(facts, parcels)
    if _weight(whole) <= HEAVIEST_MAIL:
        return Letter(facts, whole)
    return _excerpt(facts, parcels)


def _excerpt(facts: About, parcels: Sequence[Parcel]) -> Letter:
    """As many whole blocks from the beginning as an excerpt may weigh; the last is no heading."""
    blocks = facts.edition.blocks
    ends = [0, *(n for n in range(1, len(blocks)) if not isinstance(blocks[n - 1], Heading))]

    def cut(count: int) -> Letter:
        beginning = replace(facts.edition, blocks=blocks[:count])
        told = replace(facts, edition=beginning, is_excerpt=True)
        return Letter(told, _html(told, parcels), count)

    # Another block makes a letter heavier: the heaviest that may go is found by halving.
    fitting = bisect_right(ends, _EXCERPT, key=lambda count: _weight(cut(count).html))
    return cut(ends[max(0, fitting - 1)])


def _weight(html: str) -> int:
    return len(html.encode())


def _html(facts: About, parcels: Sequence[Parcel]) -> str:
    env = environment("newsletter")
    context = around(facts)
    html = env.get_template("mail.html").render(
        context,
        inline=InlineHtml(call=_call),
        css=Markup(env.get_template("mail.css").render(context)),  # noqa: S704 – our own file
        strip=parcels,
        strip_height=STRIP_HEIGHT,
        night=sorted({(parcel.tint, parcel.dark) for parcel in parcels}),
        home=facts.house.url(),
        unsubscribe=facts.house.leave_address,
        language=facts.edition.language,
    )
    # An anchor of the edition is one of its page. Text holds no bare quotation mark, so what is
    # found here is an attribute.
    return inlined(html.replace('href="#', f'href="{Markup.escape(facts.address)}#'))


def _call(number: int, _text: Markup) -> Markup:
    """The note stands below; who clicks finds it on the page, with the way back."""
    return Markup('<sup><a class="call" role="doc-noteref" href="#note_{0}">{0}</a></sup>').format(
        number
    )
