"""One reader per family of files: what the comms team dropped → :class:`Manuscript`.

A reader judges nothing. What it cannot read is an error finding, with its place; what it had to
do to the words is a change. Nothing outside the content folder is ever opened.
"""

from __future__ import annotations

from pathlib import Path

from flows.edition import Place, Text
from flows.manuscript import Manuscript
from flows.sources._drop import (
    EDITION_TOML,
    LEDGER,
    Entry,
    entries,
    fingerprint,
    is_outside,
    is_passed_over,
)
from flows.sources._record import Reading, Record, Refusal, check_lines, clean_lines, runs_of

__all__ = ["LEDGER", "Entry", "entries", "fingerprint", "is_outside", "is_passed_over", "read"]

#: Bytes of one source: a text, or an office file with its pictures.
MAX_TEXT, MAX_SOURCE = 8 * 2**20, 100 * 2**20
#: Metadata that took the place of other words of the source.
_OVERRIDDEN = ("title", "section", "category")


def read(entry: Entry, content: Path) -> Manuscript:
    """The manuscript of an entry. Never raises on what it reads: then it has no blocks, and one
    error finding that says why."""
    source = entry.source
    try:
        file = source.relative_to(content).as_posix()
    except ValueError:
        file = entry.name
    record = Record(file.encode("utf-8", errors="replace").decode())
    media_type = ""
    reading = Reading()
    try:
        data = _bytes(entry, content)
        media_type, reading = _read(data, entry, record)
        _with_edition_toml(entry, content, reading, record)
        _complete(reading, record)
    except Refusal as refusal:
        record.refuse(refusal)
        reading = Reading()
    return Manuscript(
        file=record.file,
        media_type=media_type or "application/octet-stream",
        placed=tuple(reading.placed),
        metadata=tuple(reading.metadata.items()),
        metadata_places=tuple(reading.places.items()),
        standfirst=reading.standfirst,
        findings=tuple(record.findings),
        changes=tuple(record.changes),
    )


def _bytes(entry: Entry, content: Path) -> bytes:
    source = entry.source
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        raise Refusal("name-not-unicode") from None
    if source.name.lower() == EDITION_TOML:
        raise Refusal("stray-edition-toml")
    if is_outside(source, content.resolve()):
        raise Refusal("outside-content")
    if source.is_dir():
        names = ", ".join(path.name for path in entry.files)
        raise Refusal("several-sources", files=names[:200])
    try:
        if source.stat().st_size > MAX_SOURCE:
            raise Refusal("too-large", limit=str(MAX_SOURCE // 2**20))
        data = source.read_bytes()
    except OSError as error:
        raise Refusal("unreadable", problem=error.strerror or "") from error
    if not data.strip(b"\0 \t\r\n"):
        raise Refusal("empty")
    return data


def _read(data: bytes, entry: Entry, record: Record) -> tuple[str, Reading]:
    from flows.sources import _kind

    kind = _kind.package_kind(data)
    if kind:
        from flows.sources import _pictures, pandoc

        prefix = "word" if kind is _kind.Kind.DOCX else ""
        fetch = _pictures.from_package(data, prefix)
        return kind.value, pandoc.read_package(data, kind, fetch, record)
    if len(data) > MAX_TEXT:
        raise Refusal("too-large", limit=str(MAX_TEXT // 2**20))
    from flows.sources._decode import decode
    from flows.sources._metadata import tell_unread_embargo

    text = clean_lines(decode(data, record), record)
    if not text.strip("\ufeff\u200b\u00a0 \t\n"):
        raise Refusal("empty")
    kind = _kind.text_kind(text, entry.source.suffix.lower())
    if kind is not _kind.Kind.HTML:
        check_lines(text)
    if kind is _kind.Kind.TEXT:
        from flows.sources.text import read_text

        reading = read_text(text, record)
        tell_unread_embargo(text, reading, record)
        return kind.value, reading
    from flows.sources import _pictures, pandoc

    fetch = _pictures.from_folder(entry.source.parent, entry.files)
    reading = pandoc.read_text_markup(text, kind, fetch, record)
    tell_unread_embargo(text, reading, record)
    return kind.value, reading


def _with_edition_toml(entry: Entry, content: Path, reading: Reading, record: Record) -> None:
    path = next((p for p in entry.files if p.name.lower() == EDITION_TOML), None)
    if path is None:
        return
    from flows.sources._metadata import take_edition_toml

    found = Record(path.relative_to(content).as_posix(), record.findings, record.changes)
    before = dict(reading.metadata)
    places: dict[str, Place] = dict(reading.places)
    try:
        if path.stat().st_size > MAX_TEXT:
            raise Refusal("too-large", limit=str(MAX_TEXT // 2**20))
        take_edition_toml(path.read_bytes(), reading, found)
    except OSError as error:
        found.error("unreadable", found.place(), problem=error.strerror or "")
    for key in _OVERRIDDEN:
        if key in before and before[key] != reading.metadata[key]:
            record.took("overridden", places[key], before[key], reading.metadata[key])


def _complete(reading: Reading, record: Record) -> None:
    """A standfirst that is stated replaces one that was found; a source without words is none."""
    if stated := reading.metadata.get("standfirst"):
        found = runs_of(" ".join(stated.split()))
        if reading.standfirst and reading.standfirst != found:
            before = "".join(t.value for t in reading.standfirst if isinstance(t, Text))
            record.took("overridden", record.place(words=before), before, stated)
        reading.standfirst = found
    if not reading.placed and not reading.standfirst and not reading.metadata.get("title"):
        raise Refusal("empty")
