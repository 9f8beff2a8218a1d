"""The letter of a digest's issue: of each edition, what its release says of itself on the shelf.

It gives the beginning of each and says so. Its words are those of releases that were approved and
proved; what stands around them is the catalogue's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from flows.channels._about import day_html
from flows.channels._lines import WIDTH, underlined, wrapped
from flows.channels._mail import inlined
from flows.house import House
from flows.ledger import Fact
from flows.looks import palette
from flows.mailing.digest import Issue
from flows.mailing.letter import Letter
from flows.manifest import read_manifest
from flows.reading import plain
from flows.shelf import Item, item
from flows.store import Store
from flows.words import catalogue, environment, long_date, served, with_speakers


@dataclass(frozen=True, slots=True)
class Entry:
    """An edition in a digest, in its own language. ``brochure`` is the PDF's address, or empty."""

    title: str
    address: str
    summary: str
    category: str
    day: str
    voices: str
    brochure: str
    language: str
    words: Mapping[str, str]

    @property
    def day_html(self) -> Markup:
        return day_html(self.day, self.language)


def digest_letter(issue: Issue, key: str, store: Store, house: House) -> Letter:
    """The letter of an issue, in the house's language. Raises ``OSError`` where a release is not
    here."""
    entries = [_entry(_item(fact, store), house) for fact in issue.facts]
    return Letter(
        key=key,
        subject=plain(issue.title),
        language=house.language,
        html=_html(issue.title, entries, house),
        text=_text(issue.title, entries, house),
        leave=house.leave_address,
    )


def _item(fact: Fact, store: Store) -> Item:
    folder = store.release(fact.slug, fact.revision)
    return item(read_manifest(folder), (folder / "parts" / "item.json").read_bytes())


def _entry(one: Item, house: House) -> Entry:
    line = one.line
    return Entry(
        title=line.title,
        address=house.url(f"{line.path}/"),
        summary=one.summary,
        category=line.category,
        day=long_date(line.day, line.language) if line.day else "",
        voices=with_speakers(one.authors, line.language),
        brochure=house.url(one.enclosure_path) if one.enclosure_path else "",
        language=line.language,
        words=catalogue("newsletter", line.language),
    )


def _html(title: str, entries: Sequence[Entry], house: House) -> str:
    env, colours = environment("newsletter"), palette(house)
    context = {
        "title": title,
        "titles": " · ".join(plain(entry.title) for entry in entries),
        "entries": entries,
        "house": house,
        "words": catalogue("newsletter", house.language),
        "language": served(house.language),
        "direction": "",
        "house_lang": "",
        "start": "left",
        "end": "right",
        "trial": False,
        "night": (),
        "home": house.url(),
        "unsubscribe": house.leave_address,
        "palette": colours,
        "light": colours.light,
        "dark": colours.dark,
    }
    css = Markup(env.get_template("mail.css").render(context))  # noqa: S704 – our own file
    return inlined(env.get_template("digest.html").render(context, css=css))


def _text(title: str, entries: Sequence[Entry], house: House) -> str:
    """The same as plain text; no line ends in a blank, the last one ends in a line feed."""
    parts = [part for part in _parts(title, entries, house) if part.strip()]
    lines = "\n\n".join(parts).split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _parts(title: str, entries: Sequence[Entry], house: House) -> Iterator[str]:
    words = catalogue("newsletter", house.language)
    yield wrapped(house.name)
    yield underlined(wrapped(title), "=")
    yield wrapped(words["digest_excerpt"])
    for entry in entries:
        yield underlined(wrapped(entry.title), "-")
        yield wrapped(" · ".join(filter(None, (entry.category, entry.day, entry.voices))))
        yield wrapped(entry.summary)
        yield f"{entry.words['online']}\n{entry.address}"
        if entry.brochure:
            yield f"{entry.words['button']}\n{entry.brochure}"
    yield "-" * WIDTH
    yield wrapped(words["why"])
    yield wrapped(f"{words['leave']} {words['unsubscribe']}") + f"\n{house.leave_address}"
    licence = words["licence"].format(licence=house.licence) if house.licence else ""
    yield wrapped(" · ".join(filter(None, (house.publisher or house.name, licence))))
