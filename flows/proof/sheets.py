"""The pages of the PDFs as pictures, with what a proofreader marks; beside those that a correction
changed, as they were.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from flows.proof.check import Check, Mark
from flows.rendition import File

#: Width of a page's picture in pixels, and its colours: text and flat tints need no more.
WIDTH, COLOURS = 420, 24
#: The most pages of a file that are shown.
MOST = 40
#: pdfium is not made for several threads.
_LOCK = Lock()


class Picture(NamedTuple):
    """A page as PNG, and its size in points."""

    png: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark on a page: its rule, its words, and its place in percent from the upper left."""

    rule: str
    words: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page from 1 on: its picture as a ``data:`` address, what it was before where that
    differs, and its marks."""

    number: int
    picture: str
    before: str
    marks: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages of one file."""

    path: str
    pages: tuple[Sheet, ...]


def sheets(
    files: Sequence[File], checks: Sequence[Check], before: Mapping[str, bytes]
) -> tuple[Sheets, ...]:
    """The pages of the PDFs that people read; ``before`` has the bytes of the release that is
    corrected, by path."""
    return tuple(
        Sheets(file.path, tuple(_sheets(file, checks, before.get(file.path))))
        for file in files
        if file.media_type == "application/pdf" and not file.copy_of
    )


def _sheets(file: File, checks: Sequence[Check], before: bytes | None) -> Iterator[Sheet]:
    now = list(page_pictures(file.data, WIDTH, COLOURS, MOST))
    then = [p.png for p in page_pictures(before, WIDTH, COLOURS, MOST)] if before else []
    marks = [m for check in checks if check.subject == file.path for m in check.marks]
    for number, picture in enumerate(now):
        old = then[number] if number < len(then) else picture.png
        yield Sheet(
            number + 1,
            _address(picture.png),
            _address(old) if old != picture.png else "",
            tuple(_marked(mark, picture) for mark in marks if mark.page == number),
        )


def _marked(mark: Mark, page: Picture) -> Marked:
    left, bottom, right, top = mark.box
    width, height = page.width, page.height
    if right <= left:  # it is about the page
        left, bottom, right, top = 0, 0, width, height
    across, down = 100 / width, 100 / height
    return Marked(
        *(mark.rule, mark.words, left * across, (height - top) * down),
        *((right - left) * across, (top - bottom) * down),
    )


def page_pictures(data: bytes, width: int, colours: int, most: int) -> Iterator[Picture]:
    """The first ``most`` pages of a PDF; none where it cannot be opened."""
    from pypdfium2 import PdfDocument, PdfiumError

    with _LOCK:
        try:
            document = PdfDocument(data)
        except PdfiumError:
            return
        try:
            for number in range(min(len(document), most)):
                page = document[number]
                size = page.get_size()
                image = page.render(scale=width / size[0]).to_pil().convert("RGB")
                png = io.BytesIO()
                image.quantize(colours, dither=0).save(png, "PNG")
                yield Picture(png.getvalue(), *size)
        finally:
            document.close()


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
