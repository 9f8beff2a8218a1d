"""What the public's files are called over HTTP, and how long they may be kept: by their path."""

from __future__ import annotations

from pathlib import PurePosixPath

#: Types as RFC 9110 §8.3 wants them, where the system's table is silent or says otherwise.
TYPES = {
    ".html": "text/html",
    ".txt": "text/plain",
    ".css": "text/css",
    ".ics": "text/calendar",
    ".js": "text/javascript",
    ".xml": "application/xml",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
#: Assets are named after their content, and never change; all else is asked for again.
ASSETS = "assets"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

_TEXTS = {".xml", ".svg"}


def content_type(path: str) -> str:
    """The value of ``Content-Type``; text comes with its charset, which is UTF-8 throughout.

    JSON has none: RFC 8259 §11 defines no such parameter.
    """
    suffix = PurePosixPath(path).suffix.lower()
    kind = TYPES.get(suffix, "application/octet-stream")
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or suffix in _TEXTS else kind


def cache_control(path: str) -> str:
    """The value of ``Cache-Control`` for a file at this path of the site."""
    return FOREVER if path.startswith(f"{ASSETS}/") else ASK_AGAIN
