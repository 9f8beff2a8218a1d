"""What the comms team dropped in ``content/``: entries and their fingerprints.

This is what a run that has nothing to do costs, so it reads names, and bytes only to hash them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

READABLE = frozenset({".txt", ".text", ".md", ".markdown", ".docx", ".odt", ".html", ".htm"})
PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff", ".avif", ".heic"}
)
#: What stands beside editions without being one: settings, scripts, half-copied and lock files; and
#: tables of people, of which not one may ever be taken for an edition.
_PASSED_OVER = re.compile(
    r"\.|~|house\.toml$|readme(\.|$)|thumbs\.db$|desktop\.ini$"
    r"|.*(~|\.(toml|css|icc|icm|csv|tsv|js|part|tmp|temp|crdownload|download|swp|bak|lock))$",
    re.IGNORECASE,
)
EDITION_TOML = "edition.toml"
#: The ledger's file: a folder that holds one is an output folder, whatever else lies in it.
LEDGER = "parution.db"
#: What Parution makes in an output folder, for whoever uses one folder for both.
_OUTPUT = re.compile(r"(parution\.db.*|site|tree|releases|proofs|staging|preview|prefect)$")
_MARKUP = frozenset({".md", ".markdown", ".html", ".htm"})
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the comms team dropped: a file, or a folder around one source.

    ``name`` is its name inside content/; ``files`` is all that it is made of, sorted: source,
    pictures, edition.toml. A ``source`` that leads out of content/ is in no ``files``, and a
    folder with several sources has itself as ``source``: reading either gives an error finding.
    """

    name: str
    source: Path
    files: tuple[Path, ...]


def entries(content: Path) -> tuple[Entry, ...]:
    """Each entry of a content folder, sorted by name; none where there is no such folder."""
    try:
        found = sorted(os.scandir(content), key=lambda item: item.name)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    root = content.resolve()
    is_output = any(item.name == LEDGER for item in found)
    made: list[Entry] = []
    lone: list[os.DirEntry[str]] = []
    loose: list[Path] = []
    for item in found:
        if item.name.lower() == EDITION_TOML:
            made.append(Entry(item.name, Path(item.path), (Path(item.path),)))
            continue
        if _PASSED_OVER.match(item.name) or (is_output and _OUTPUT.match(item.name)):
            continue
        if is_outside(Path(item.path), root, item.is_symlink()):
            made.append(Entry(item.name, Path(item.path), ()))
        elif item.is_dir():
            if Path(item.path, LEDGER).exists():
                continue
            made.extend(_folder(Path(item.path), root, loose))
        elif not item.is_file():
            continue
        elif _suffix(item.name) in PICTURES:
            loose.append(Path(item.path))
        else:
            lone.append(item)
    made.extend(_lone(Path(item.path), content, loose) for item in lone)
    return tuple(sorted(made, key=lambda entry: entry.name))


def is_passed_over(name: str, content: Path) -> bool:
    """Whether a name directly below ``content`` can be no entry: settings, lock and temporary
    files, and what Parution itself makes."""
    if name.lower() == EDITION_TOML:
        return False
    if _PASSED_OVER.match(name) or (content / name / LEDGER).exists():
        return True
    return bool(_OUTPUT.match(name)) and (content / LEDGER).exists()


def fingerprint(entry: Entry) -> str:
    """SHA-256, as hex, over the names and bytes of an entry: equal only where nothing changed."""
    total = hashlib.sha256(os.fsencode(entry.name))
    for path in entry.files:
        where = os.path.relpath(path, entry.source.parent)
        total.update(b"\0" + os.fsencode(where) + b"\0")
        try:
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            total.update(b"unreadable")
    return total.hexdigest()


def is_outside(path: Path, root: Path, is_link: bool = True) -> bool:
    """True for a link that leads out of ``root`` (resolved), nowhere, or in a circle."""
    if not is_link:
        return False
    try:
        return not path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return True


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - called for each file of each run


def _folder(folder: Path, root: Path, loose: list[Path]) -> Iterator[Entry]:
    """The entry that a folder is; a folder without a source only lends its pictures."""
    files = sorted(_files(folder, root, _DEPTH))
    direct = [p for p in files if p.parent == folder and p.name.lower() != EDITION_TOML]
    sources = [p for p in direct if _suffix(p.name) in READABLE]
    sources = sources or [p for p in direct if _suffix(p.name) not in PICTURES][:1]
    pictures = [p for p in files if _suffix(p.name) in PICTURES]
    beside = [p for p in files if p.parent == folder and p.name.lower() == EDITION_TOML]
    if len(sources) == 1:
        yield Entry(folder.name, sources[0], tuple(sorted(sources + pictures + beside)))
    elif sources:
        yield Entry(folder.name, folder, tuple(sources))
    else:
        loose.extend(pictures)


def _files(folder: Path, root: Path, depth: int) -> Iterator[Path]:
    try:
        found = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError:
        return
    for item in found:
        path = Path(item.path)
        if item.name.lower() != EDITION_TOML and _PASSED_OVER.match(item.name):
            continue
        if is_outside(path, root, item.is_symlink()):
            # A source that leads out must be refused aloud; a picture is then simply missing.
            if _suffix(item.name) in READABLE and depth == _DEPTH:
                yield path
        elif item.is_dir():
            if depth > 1 and not item.is_symlink():
                yield from _files(path, root, depth - 1)
        elif item.is_file():
            yield path


def _lone(path: Path, content: Path, loose: Iterable[Path]) -> Entry:
    """A file by itself, with those of the loose pictures that it names."""
    named: list[Path] = []
    if loose and _suffix(path.name) in _MARKUP:
        try:
            data = path.read_bytes()
        except OSError:
            data = b""
        for picture in loose:
            where = picture.relative_to(content).as_posix()
            if os.fsencode(where) in data or quote(where, errors="replace").encode() in data:
                named.append(picture)
    return Entry(path.name, path, tuple(sorted([path, *named])))
