"""The gate of HTML: nothing that runs, hides or speaks past the proof of the words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flows.proof.check import Check, fails, holds, share
from flows.proof.html import parse
from flows.rendition import HEAVIEST_MAIL, File

#: Elements that run code, frame another page or send a reader's words somewhere.
_FORBIDDEN = frozenset(
    ("script", "iframe", "frame", "object", "embed", "applet", "form", "base", "portal")
)
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SAFE = frozenset(("http", "https", "mailto", "tel"))
_ADDRESSES = ("href", "src", "srcset", "action", "formaction", "poster", "data", "background")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])", re.IGNORECASE
)
_SPOKEN_BY_STYLE = re.compile(r"(?<![-\w])content\s*:\s*(?!normal|none)[^;}]+", re.IGNORECASE)
#: The one passage that may be hidden: a mail's preheader, which mail programs show in their lists.
_PREHEADER = 60


def gate(file: File) -> Check:
    """Whether a page holds only what a reader sees; the first thing that it should not hold."""
    root = parse(file.data)
    for fault in _faults(root):
        return fails("gate", file.path, "", "unsafe-markup", what=fault[:120])
    return holds("gate", file.path, "")


def weigh(mail: File) -> Check:
    """Whether an e-mail is light enough to be shown whole, its foot with it."""
    figure = share(len(mail.data), HEAVIEST_MAIL)
    if len(mail.data) > HEAVIEST_MAIL:
        return fails("mail-weight", mail.path, figure, "mail-too-heavy", what=figure.split("/")[0])
    return holds("mail-weight", mail.path, figure)


def _faults(root: Any) -> Iterator[str]:
    preheaders = 0
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _FORBIDDEN and not _is_data(element):
            yield f"<{element.tag}>"
        if element.tag == "meta" and element.get("http-equiv", "").lower() == "refresh":
            yield "<meta http-equiv=refresh>"
        if element.tag == "style" and (found := _SPOKEN_BY_STYLE.search(element.text or "")):
            yield found.group()
        if element.tag == "svg" and any(_text_of(element)):
            yield "<svg>: " + " ".join(_text_of(element))
        yield from _attributes(element)
        if _is_hidden(element) and (words := "".join(element.itertext()).split()):
            preheaders += element.get("class") == "preheader"
            if preheaders != 1 or len(words) > _PREHEADER:
                yield "hidden: " + " ".join(words)


def _is_data(element: Any) -> bool:
    """Whether a ``script`` is a block of JSON-LD, which no browser runs (HTML §4.12.1)."""
    if element.tag != "script" or dict(element.attrib) != {"type": "application/ld+json"}:
        return False
    try:
        json.loads(element.text or "")
    except ValueError:
        return False
    return True


def _attributes(element: Any) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name.lower().startswith("on"):
            yield f"{name}={value}"
        if name.lower() in _ADDRESSES or name.lower().endswith("href"):
            scheme = _SCHEME.match(value)
            if scheme and scheme.group(1).lower() not in _SAFE:
                yield f"{name}={value}"


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "")))


def _text_of(svg: Any) -> list[str]:
    return [
        text.strip()
        for part in svg.iter()
        if isinstance(part.tag, str) and part.tag.rpartition("}")[2] in ("text", "tspan")
        for text in part.itertext()
        if text.strip()
    ]
