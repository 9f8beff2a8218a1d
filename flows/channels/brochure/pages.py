"""The pages of a brochure, laid out once by WeasyPrint and written as often as files are made.

WeasyPrint is loaded when the first page is set, not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from flows.channels.brochure import archive
from flows.channels.brochure.stock import (
    SCHEME,
    Typefaces,
    fetcher,
    typefaces,
    typefaces_with,
)
from flows.channels.brochure.tags import finish


class NoLayoutError(RuntimeError):
    """WeasyPrint gave up on a text."""


class Pages(NamedTuple):
    """What WeasyPrint sets: pages, a stylesheet's text, what they may ask for (address → media
    type, bytes), and the pictures that are decoded already. ``spare`` pages before the last are
    for print alone."""

    html: str
    sheet: str
    stock: Mapping[str, tuple[str, bytes]]
    decoded: dict[str, Any]
    spare: int = 0

    def laid_out(self, faces: Typefaces) -> Any:
        """WeasyPrint's document."""
        from weasyprint import CSS, HTML

        configuration, rules = faces
        fetch = fetcher(self.stock)
        sheet = CSS(string=self.sheet, font_config=configuration, url_fetcher=fetch)
        source = HTML(string=self.html, base_url=SCHEME, url_fetcher=fetch)
        try:
            return source.render(configuration, stylesheets=[rules, sheet], cache=self.decoded)
        except AssertionError as error:
            raise NoLayoutError(
                "WeasyPrint finds no pages for this text: a table or its notes are too large for "
                "one. Make the longest table shorter, or take notes out of it"
            ) from error


@dataclass(frozen=True)
class Laid:
    """Pages that are laid out, and the file for the screen that was written of them."""

    screen: bytes
    document: Any
    spare: int

    def for_print(self) -> bytes:
        """The pages and as many spare ones as make up a multiple of four, as a folded sheet has,
        with their bleed and without tags: what printing is prepared from."""
        added = min(-(len(self.document.pages) - self.spare) % 4, self.spare)
        document = self.document.copy(_without(self.document.pages, self.spare - added))
        data: bytes = document.write_pdf(pdf_version="1.6")
        return data


def set_pages(pages: Pages, identifier: bytes, source: archive.Source) -> Laid:
    """Lay pages out and write the file for the screen.

    Characters that no font has get an empty square, in a second layout: PDF/UA allows none
    without a glyph (ISO 14289-1, 7.21.8). Raises :class:`.tags.FootnoteLostError`.
    """
    document = pages.laid_out(typefaces())
    screen, missing = _screen(document, pages.spare, identifier, source)
    if missing:
        document = pages.laid_out(typefaces_with(missing))
        screen, _ = _screen(document, pages.spare, identifier, source)
    return Laid(screen, document, pages.spare)


def _screen(
    document: Any, spare: int, identifier: bytes, source: archive.Source
) -> tuple[bytes, frozenset[int]]:
    """The file, and the characters that no font has."""
    shown = document.copy(_without(document.pages, spare))

    def written(padding: int) -> bytes:
        def finished(shown: Any, pdf: Any) -> None:
            finish(shown, pdf)
            _crop(pdf)
            archive.claim(pdf)
            archive.seal(pdf, padding)

        data: bytes = shown.write_pdf(
            finisher=finished,
            pdf_identifier=identifier,
            pdf_variant=archive.VARIANT,
            attachments=[source.attachment()],
        )
        return data

    data = next(data for data in map(written, count()) if archive.is_sealed(data))
    return data, frozenset(c for font in shown.fonts.values() for c in font.missing)


def _without(pages: Sequence[Any], spare: int) -> Sequence[Any]:
    """Pages without the last ``spare`` of those that stand before the last one."""
    return [*pages[: len(pages) - 1 - spare], pages[-1]]


def _crop(pdf: Any) -> None:
    """Pages of the trimmed size: what is printed beyond the edge is not for the screen."""
    for page in pdf.objects:
        if isinstance(page, dict) and page.get("Type") == "/Page":
            page["MediaBox"] = page["BleedBox"] = page["TrimBox"]
