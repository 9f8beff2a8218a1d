"""The page that stays where a withdrawn edition was: since when it is gone, and why."""

from __future__ import annotations

from flows.house import House
from flows.rendition import File, Imprint
from flows.shelf.items import Line
from flows.shelf.pages import gone

#: A file beside the page: where it lies, a server that knows it answers 410 (RFC 9110 §15.5.11).
GONE = ".gone"


def tombstone(line: Line, imprint: Imprint, house: House) -> tuple[File, ...]:
    """The files of a withdrawal. Its day and its reason are the last line of the history."""
    page = gone(line, imprint.history[-1].at, imprint.history[-1].note, house)
    return page, File(f"public/{GONE}", "text/plain", b"")
