"""The proof of one rendition: by media type, so that a new channel is proved without a word here.

Each file with text in it must carry the whole edition, or say that it does not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from flows.edition import Edition, Place
from flows.house import House
from flows.occasions import CALENDAR
from flows.proof.align import Alignment, Difference, Furniture, Spoken, align
from flows.proof.calendar import prove_calendar
from flows.proof.check import Check, fails, holds, share
from flows.proof.excerpt import carried, prove_beginning, prove_excerpt
from flows.proof.furniture import furniture
from flows.proof.gate import gate, weigh
from flows.proof.html import html_words, text_words
from flows.proof.pdf import pdf_words, shown_text
from flows.proof.preflight import preflight
from flows.proof.words import EditionWords, edition_words, is_word, words
from flows.reading import plain
from flows.rendition import File, Imprint, Rendition
from flows.words import catalogue

#: How a media type is read, and where it may set the notes: all of them in one of these ways.
_READ: dict[str, tuple[Callable[[bytes], Spoken], tuple[str, ...]]] = {
    "text/html": (html_words, ("end",)),
    "application/pdf": (pdf_words, ("call", "end")),
}
#: The page that is sent.
_MAIL = "public/newsletter.html"
#: Text that is not for reading.
_SERVANTS = ("text/css", "text/javascript")


def prove(
    edition: Edition, imprint: Imprint, house: House, rendition: Rendition
) -> tuple[Check, ...]:
    around = furniture(rendition.channel, edition, imprint, house)
    checks: list[Check] = []

    @cache
    def shown_by(path: str) -> Counter[str]:
        return shown_text(rendition.file(path).data)

    for file in rendition.files:
        kind = file.media_type.partition(";")[0]
        if kind == "application/pdf":
            checks += _preflight(file, house.url(f"{imprint.path}/"))
        if file.copy_of:
            checks.append(_same_text(file, shown_by, edition.language))
            continue
        if file.is_excerpt:
            checks.append(_excerpt(file, edition, around, rendition.channel))
        given = carried(file, edition)
        if file.path == "parts/item.json":
            checks += _item(edition, house, file, around)
        elif kind == CALENDAR:
            checks.append(prove_calendar(file, edition, imprint, house))
        elif given and (kind in _READ or (kind.startswith("text/") and kind not in _SERVANTS)):
            read, places = _READ.get(kind, (text_words, ("end",)))
            due = [edition_words(given, notes) for notes in places]
            checks.append(_words(file.path, file.data, read, due, around, house))
        if kind == "application/pdf":
            checks += [_standard(file, "ua1", "pdf-ua"), _standard(file, "3a", "pdf-a")]
        if kind == "text/html":
            checks.append(gate(file))
        if file.path == _MAIL:
            checks.append(weigh(file))
    if not checks:
        checks.append(fails("words", rendition.channel, share(0, 1), "nothing-to-read"))
    return tuple(checks)


def _words(
    path: str,
    data: bytes,
    read: Callable[[bytes], Spoken],
    due: Sequence[EditionWords],
    around: Furniture,
    house: House,
) -> Check:
    """Whether the words are those due, in one of the orders in which they may come; if in none,
    what is said is of the order that was kept the longest."""
    try:
        said = read(data)
    except Exception as error:  # a file that cannot be read proves nothing, whatever the reason
        return _unreadable("words", path, share(0, len(due[0].tokens)), error)
    best = align(said, due[0], around)
    order = due[0]
    for other in due[1:]:
        if best.difference is not None:
            found = align(said, other, around)
            if found.difference is None or found.matched > best.matched:
                best, order = found, other
    return _verdict(path, best, order, house)


def _unreadable(id: str, path: str, figure: str, error: Exception) -> Check:
    reason = f"{type(error).__name__}: {error}"
    return fails(id, path, figure, "file-unreadable", reason=reason)


def _preflight(file: File, address: str) -> tuple[Check, ...]:
    try:
        return preflight(file, address)
    except Exception as error:  # as above
        return (_unreadable("print-boxes", file.path, "", error),)


def _excerpt(file: File, edition: Edition, around: Furniture, channel: str) -> Check:
    read, _places = _READ.get(file.media_type.partition(";")[0], (text_words, ()))
    try:
        said = read(file.data)
    except Exception as error:  # as above
        return _unreadable("excerpt", file.path, share(0, 1), error)
    sentence = catalogue(channel, edition.language)["excerpt"]
    if given := carried(file, edition):
        return prove_beginning(file.path, said, edition, given, sentence)
    return prove_excerpt(file.path, said, edition, around, sentence)


def _same_text(file: File, shown_by: Callable[[str], Counter[str]], language: str) -> Check:
    """Whether a file that is prepared for a machine shows what the file shows that people read,
    and nothing beside it but pages for notes by hand."""
    try:
        due, shown = shown_by(file.copy_of), shown_by(file.path)
    except Exception as error:  # as above
        return _unreadable("same-text", file.path, share(0, 1), error)
    jottings = catalogue("brochure", language)["jottings"]
    lost = due - shown
    added = [text for text in shown if text not in due and text.strip() not in ("", jottings)]
    added = [text for text in added if not text.strip().isdecimal()]  # the folios of those pages
    figure = share(due.total() - lost.total(), due.total())
    for text in (*lost, *added):
        return fails("same-text", file.path, figure, "copy-differs", of=file.copy_of, words=text)
    return holds("same-text", file.path, figure)


def _verdict(path: str, found: Alignment, due: EditionWords, house: House) -> Check:
    total = sum(map(is_word, due.tokens))
    matched = sum(map(is_word, due.tokens[: found.matched]))
    if found.difference is None:
        return holds("words", path, share(total, total))
    difference = found.difference
    return fails(
        "words",
        path,
        share(matched, total),
        f"word-{difference.kind}",
        Place(path, words=difference.after),
        word=difference.due or difference.found,
        found=difference.found,
        after=difference.after,
        where=where(due, difference, house.language),
    )


def where(due: EditionWords, difference: Difference, language: str) -> str:
    """``le paragraphe « Le numérique n’est … », mot 12``, for the officer."""
    names = catalogue("proof", language)
    passage, number = due.where(difference.index)
    kind = names[f"kind_{passage.kind}"]
    return names["where"].format(kind=kind, opening=passage.opening, number=number)


def _item(edition: Edition, house: House, file: File, around: Furniture) -> list[Check]:
    """The feed's item: its title is the edition's, its content all the rest."""
    try:
        item = json.loads(file.data)
        title, content = str(item["title"]), str(item["content_html"]).encode()
    except (ValueError, KeyError, TypeError) as error:
        return [fails("words", file.path, share(0, 1), "file-unreadable", reason=str(error))]
    due = edition_words(edition, "end", title=False)
    checks = [_words(file.path, content, html_words, [due], around, house)]
    if words(title) != words(edition.title):
        fault = fails(
            "title",
            file.path,
            share(0, 1),
            "word-changed",
            word=plain(edition.title),
            found=plain(title),
            after="",
            where=catalogue("proof", house.language)["kind_title"],
        )
        checks.append(fault)
    return checks


def _standard(file: File, profile: str, id: str) -> Check:
    """A standard that a PDF is held against, by page-validation: PDF/UA-1 (ISO 14289-1), or
    PDF/A-3a (ISO 19005-3)."""
    import page

    try:
        report = page.validate_pdf_bytes(file.data, profile=profile)
    except page.PageError as error:
        return fails(id, file.path, "", id, reason=str(error))
    figure = share(report.rules.passed, report.rules.total)
    if report.is_compliant:
        return holds(id, file.path, figure)
    if any("NOTDEF" in failure.rule_id for failure in report.failures):
        return fails(id, file.path, figure, "characters-without-font")
    reasons = "; ".join(f"{f.rule_id} {f.message}" for f in report.failures[:3])
    return fails(id, file.path, figure, id, reason=reasons)
