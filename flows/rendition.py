"""What a release adds to an edition, and the files that a channel makes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import version

#: Bytes of an e-mail's HTML: Gmail shows the first 102 kB, and hides the rest.
HEAVIEST_MAIL = 100_000
#: The tools whose versions decide the bytes of a release.
TOOLS = (
    *("parution", "weasyprint", "polytypo", "pypandoc-binary", "css-inline", "pikepdf"),
    *("pypdfium2", "pillow", "icalendar"),
)


@cache
def tool_versions() -> tuple[tuple[str, str], ...]:
    """Those tools as they are installed here, with their versions."""
    return tuple((tool, version(tool)) for tool in TOOLS)


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of an edition's history; ``note`` is empty for the first."""

    number: int
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a release adds to an edition; assigned once, kept in the release's manifest.

    ``path`` is ``<year>/<slug>``, without slashes at its ends. ``guid`` is a ``tag:`` URI
    (RFC 4151), frozen at the first publication; in a trial it is a ``urn:`` that says so.
    ``parts`` are the words of each part at the first publication, from which covers are drawn:
    a correction has the cover of the first.
    """

    revision: int
    path: str
    guid: str
    history: tuple[Revision, ...]
    trial: bool = False
    versions: tuple[tuple[str, str], ...] = ()
    parts: tuple[int, ...] = ()

    @property
    def published(self) -> datetime:
        return self.history[0].at

    @property
    def updated(self) -> datetime:
        return self.history[-1].at


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release. ``path`` starts with ``public/`` (an address below the edition's) or
    ``parts/`` (material for the shelf, never served by itself).

    ``copy_of`` is the path of the file whose pages this one prepares for a machine: it has its
    words and no structure to read them by. ``is_excerpt``: it has some of the edition's words,
    and says so; ``blocks``: it is the beginning, with that many of the edition's blocks.
    """

    path: str
    media_type: str
    data: bytes = field(repr=False)
    copy_of: str = ""
    is_excerpt: bool = False
    blocks: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Rendition:
    """The files that one channel made of one edition."""

    channel: str
    files: tuple[File, ...]

    def file(self, path: str) -> File:
        return next(f for f in self.files if f.path == path)
