"""What kind of file a source is, told by its content; the suffix only settles a tie."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

from flows.sources._record import Refusal


class Kind(StrEnum):
    """A kind of source that Parution reads; the value is its media type."""

    TEXT = "text/plain"
    MARKDOWN = "text/markdown"
    HTML = "text/html"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ODT = "application/vnd.oasis.opendocument.text"


#: Files that people take for a text: what they begin with, and what to call them.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word 97–2003 (.doc)"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x7fELF", "ELF"),
)
#: An office file may unpack to this many bytes in all, and hold this many parts.
MAX_UNPACKED, MAX_PARTS = 256 * 2**20, 5_000
MAX_RATIO = 200
_DOCUMENT = {Kind.DOCX: "word/document.xml", Kind.ODT: "content.xml"}
#: The text itself, without pictures; a long book is 2 MB.
MAX_DOCUMENT = 40 * 2**20

_HTML = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_TAG = re.compile(r"<(p|div|h[1-6]|article|section|main|table|ul)\b[^<>]*>", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|$)")
_MARKS = tuple(
    re.compile(mark, re.MULTILINE)
    for mark in (
        r"^#{1,6} \S",
        r"\[[^\]\n]+\]\([^)\s]+\)",
        r"!\[[^\]\n]*\]\([^)\n]+\)",
        r"\*\*[^*\n]+\*\*",
        r"^:{3,} ?\S",
        r"^\|?[ :]*-{3,}[ :]*\|",
    )
)


def package_kind(data: bytes) -> Kind | None:
    """The kind of an office file, or None for what must be a text.

    Raises :class:`Refusal` for what is neither, and for a package that unpacks beyond reason.
    """
    for magic, name in _OTHERS:
        if data.startswith(magic):
            raise Refusal("source-kind", kind=name)
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _package(package)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Refusal("damaged") from error


def _package(package: zipfile.ZipFile) -> Kind:
    parts = {info.filename: info for info in package.infolist()}
    unpacked = sum(info.file_size for info in parts.values())
    packed = sum(info.compress_size for info in parts.values())
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise Refusal("unpacks-too-large")
    if unpacked > 2**20 and unpacked > MAX_RATIO * packed:
        raise Refusal("unpacks-too-large")
    if "word/document.xml" in parts:
        kind = Kind.DOCX
    elif "mimetype" in parts and parts["mimetype"].file_size < 200:
        stated = package.read("mimetype").decode("ascii", errors="replace").strip()
        if stated not in (Kind.ODT, f"{Kind.ODT}-template") or "content.xml" not in parts:
            raise Refusal("source-kind", kind=stated[:80])
        kind = Kind.ODT
    else:
        raise Refusal("source-kind", kind="ZIP")
    if parts[_DOCUMENT[kind]].file_size > MAX_DOCUMENT:
        raise Refusal("unpacks-too-large")
    if any(info.flag_bits & 1 for info in parts.values()):
        raise Refusal("source-kind", kind="ZIP (mot de passe / password)")
    return kind


def text_kind(text: str, suffix: str) -> Kind:
    """The kind of a decoded text: HTML by its tags, Markdown by front matter or its marks."""
    head = text[:4000]
    if _HTML.match(head):
        return Kind.HTML
    if suffix in (".html", ".htm") and _TAG.search(head):
        return Kind.HTML
    if suffix in (".md", ".markdown") or _FRONT_MATTER.match(text[:20_000]):
        return Kind.MARKDOWN
    if suffix != ".txt" and head.lstrip().startswith("<") and len(_TAG.findall(head)) > 1:
        return Kind.HTML
    marks = sum(bool(mark.search(text[:50_000])) for mark in _MARKS)
    return Kind.MARKDOWN if marks > 1 or text.startswith("# ") else Kind.TEXT
