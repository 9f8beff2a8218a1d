"""The pictures of a source: found inside its entry only, verified, and given safe names.

Nothing is fetched from a network, and nothing outside the entry is opened.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import posixpath
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from flows.edition import Picture
from flows.reading import normal
from flows.sources._record import Refusal

MAX_BYTES, MAX_PIXELS = 25 * 2**20, 60_000_000
#: Pillow's names of the formats that every reader of a page, a mail or a PDF shows.
_FORMATS = {
    "PNG": ("image/png", ".png"),
    "JPEG": ("image/jpeg", ".jpg"),
    "MPO": ("image/jpeg", ".jpg"),
    "GIF": ("image/gif", ".gif"),
    "WEBP": ("image/webp", ".webp"),
}
_ORIENTATION = 0x0112
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)

#: Gives the bytes at an address, or raises :class:`Refusal`.
Fetch = Callable[[str], bytes]


class RemotePicture(Exception):  # noqa: N818 - a doubt, no fault
    """The picture stands on another site: it is left out, its words stay."""


@dataclass
class Pictures:
    """The pictures met so far; the same bytes get the same name."""

    fetch: Fetch
    _known: dict[str, Picture] = field(default_factory=dict)

    def get(self, address: str) -> Picture:
        """The verified picture at ``address``. Raises :class:`Refusal`, :class:`RemotePicture`."""
        if address[:5].lower() == "data:":
            data, stem = _inlined(address), "image"
        elif _SCHEME.match(address) and not address.lower().startswith("file:"):
            raise RemotePicture(address)
        else:
            data, stem = self.fetch(address), posixpath.splitext(posixpath.basename(address))[0]
        if len(data) > MAX_BYTES:
            raise Refusal("picture-too-large", 0, address, picture=_shown(address))
        key = hashlib.sha256(data).hexdigest()
        if key not in self._known:
            self._known[key] = self._verified(data, stem, address)
        return self._known[key]

    def _verified(self, data: bytes, stem: str, address: str) -> Picture:
        from slugify import slugify

        media_type, suffix, width, height = _measure(data, address)
        base = slugify(unquote(stem), max_length=60) or "image"
        taken = {picture.name for picture in self._known.values()}
        name, number = base + suffix, 2
        while name in taken:
            name, number = f"{base}-{number}{suffix}", number + 1
        return Picture(name, media_type, width, height, data)


def _shown(address: str) -> str:
    return address if len(address) < 80 else address[:77] + "…"


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """WeasyPrint, where it is loaded, makes Pillow forgive a cut-off picture: not here."""
    from PIL import ImageFile

    forgiving = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = forgiving


def _measure(data: bytes, address: str) -> tuple[str, str, int, int]:
    """Media type, suffix and size in pixels as it is shown, which a camera that was turned says
    in the file (Exif 3.0, tag 0x0112); the whole file is looked at, to tell a cut-off one."""
    from PIL import Image, UnidentifiedImageError

    try:
        with _whole_pictures_only(), warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "GIF", "WEBP"]) as image:
                media_type, suffix = _FORMATS[image.format or ""]
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise Refusal("picture-too-large", 0, address, picture=_shown(address))
                if image.format == "JPEG" and image.getexif().get(_ORIENTATION, 1) > 4:
                    width, height = height, width
                if image.format == "PNG":
                    image.verify()  # the checksums tell as much, in a tenth of the time
                else:
                    image.draft("RGB", (64, 64))  # JPEG: decodes at an eighth of the size
                    image.load()
    except UnidentifiedImageError as error:
        raise Refusal("picture-kind", 0, address, picture=_shown(address)) from error
    except Image.DecompressionBombError as error:
        raise Refusal("picture-too-large", 0, address, picture=_shown(address)) from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        KeyError,
        EOFError,
        struct.error,
        zlib.error,
    ) as error:
        raise Refusal("picture-damaged", 0, address, picture=_shown(address)) from error
    return media_type, suffix, width, height


def _inlined(address: str) -> bytes:
    head, _, body = address.partition(",")
    try:
        if head.lower().endswith(";base64"):
            return base64.b64decode(unquote(body), validate=False)
    except (binascii.Error, ValueError) as error:
        raise Refusal("picture-damaged", 0, address, picture=_shown(address)) from error
    raise Refusal("picture-kind", 0, address, picture=_shown(address))


def from_folder(folder: Path, files: tuple[Path, ...]) -> Fetch:
    """Fetches by path beside the source, and only what belongs to the entry."""
    root = folder.resolve()
    known = {normal(path.resolve().as_posix()): path for path in files}

    def fetch(address: str) -> bytes:
        path = unquote(re.split(r"[?#]", address)[0]).replace("\\", "/")
        where = posixpath.normpath(posixpath.join(root.as_posix(), path))
        outside = path.startswith("/") or address.lower().startswith("file:") or "\0" in path
        if outside or not where.startswith(root.as_posix().rstrip("/") + "/"):
            raise Refusal("picture-outside", 0, address, picture=_shown(address))
        found = known.get(normal(where))
        try:
            if found is not None and found.stat().st_size <= MAX_BYTES:
                return found.read_bytes()
        except OSError:
            found = None
        rule = "picture-missing" if found is None else "picture-too-large"
        raise Refusal(rule, 0, address, picture=_shown(address))

    return fetch


def from_package(data: bytes, prefix: str) -> Fetch:
    """Fetches from inside an office file; ``prefix`` is the folder that its addresses start at."""

    def fetch(address: str) -> bytes:
        name = posixpath.normpath(posixpath.join(prefix, unquote(address).lstrip("/")))
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                if package.getinfo(name).file_size > MAX_BYTES:
                    raise Refusal("picture-too-large", 0, address, picture=_shown(address))
                return package.read(name)
        except (KeyError, zipfile.BadZipFile, OSError, ValueError, zlib.error) as error:
            raise Refusal("picture-missing", 0, address, picture=_shown(address)) from error

    return fetch
