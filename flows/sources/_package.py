"""What office files say outside the text that pandoc reads: language, and OpenDocument's title.

This is where later readers look for tracked changes, comments, text boxes and hidden text.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from flows.sources._kind import MAX_DOCUMENT, Kind

_CORE = {Kind.DOCX: "docProps/core.xml", Kind.ODT: "meta.xml"}
_LANGUAGE = re.compile(rb"<dc:language>\s*([\w-]{2,20})\s*<")
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_BROKEN = (KeyError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)


def language(data: bytes, kind: Kind) -> str:
    """The language stated in the properties. A docx's default language is left aside: it is that
    of the installation. Its stored title too: it is often an older document's."""
    found = _LANGUAGE.search(_part(data, _CORE[kind]))
    return found.group(1).decode("ascii", errors="replace") if found else ""


def title_paragraphs(data: bytes) -> Iterator[tuple[str, str]]:
    """``title`` or ``subtitle`` and the text of each paragraph of an odt that has that style;
    pandoc's reader takes such paragraphs for any other."""
    root = _content(data)
    if root is None:
        return
    parents = {
        style.get(f"{_STYLE}name", ""): style.get(f"{_STYLE}parent-style-name", "")
        for style in root.iter(f"{_STYLE}style")
    }
    for paragraph in root.iter(f"{_TEXT}p"):
        name = paragraph.get(f"{_TEXT}style-name", "")
        style = (parents.get(name) or name).lower()
        if style in ("title", "subtitle"):
            yield style, " ".join("".join(str(t) for t in paragraph.itertext()).split())


def descriptions(data: bytes) -> Iterator[tuple[str, str]]:
    """Address and alternative text of each picture of an odt that has one."""
    root = _content(data)
    for frame in () if root is None else root.iter(f"{_DRAW}frame"):
        image = frame.find(f"{_DRAW}image")
        said = frame.findtext(f"{_SVG}desc") or frame.findtext(f"{_SVG}title") or ""
        if image is not None and said.strip():
            yield image.get(f"{_XLINK}href", ""), " ".join(said.split())


def _content(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(_part(data, "content.xml"), parser)
    except etree.XMLSyntaxError:
        return None


def _part(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if package.getinfo(name).file_size <= MAX_DOCUMENT:
                return package.read(name)
    except _BROKEN:
        pass
    return b""
