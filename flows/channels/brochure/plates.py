"""The pictures of an edition as they go to print: upright, and no finer than paper shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from urllib.parse import quote

from flows.channels.brochure.paper import Paper
from flows.channels.brochure.stock import SCHEME
from flows.edition import Picture
from flows.inks import on_screen

#: Dots per inch above which nobody sees a difference, and a file only grows.
DOTS_PER_INCH = 300


def picture_address(picture: Picture) -> str:
    return f"{SCHEME}picture/{quote(picture.name)}"


def plates(pictures: Iterable[Picture], papers: Sequence[Paper]) -> dict[str, tuple[str, bytes]]:
    """Each picture's address with its media type and bytes, as large as the largest of the papers
    asks for.

    Done here rather than by WeasyPrint's ``dpi``: what that has made smaller for one paper, it
    mistakes for the whole picture on the next, and prints noise.
    """
    return {picture_address(picture): _plate(picture, papers) for picture in pictures}


def _is_in_inks(picture: Picture) -> bool:
    """Whether a picture is in four inks: a screen has none, and the press its own."""
    from PIL import Image

    if picture.media_type != "image/jpeg":
        return False
    with Image.open(BytesIO(picture.data)) as opened:
        return opened.mode == "CMYK"


def _plate(picture: Picture, papers: Sequence[Paper]) -> tuple[str, bytes]:
    printed = max(paper.picture(picture.width, picture.height)[0] for paper in papers)
    share = min(printed / 72 * DOTS_PER_INCH / picture.width, 1)
    if share == 1 and not _is_in_inks(picture):
        return picture.media_type, picture.data
    from PIL import Image, ImageOps

    with Image.open(BytesIO(picture.data)) as opened:
        upright = ImageOps.exif_transpose(opened)
        if upright.mode == "CMYK":
            upright = on_screen(upright, opened.info.get("icc_profile", b""))
        elif upright.mode not in ("RGB", "RGBA", "L", "LA"):
            upright = upright.convert("RGBA" if "transparency" in opened.info else "RGB")
        size = (round(upright.width * share), round(upright.height * share))
        smaller = upright.resize((max(size[0], 1), max(size[1], 1)), Image.Resampling.LANCZOS)
        made = BytesIO()
        if opened.format == "JPEG":
            smaller.save(made, "JPEG", quality=92, subsampling=0)
            return "image/jpeg", made.getvalue()
        smaller.save(made, "PNG")
        return "image/png", made.getvalue()
