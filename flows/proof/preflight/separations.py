"""A file for the press, separated into its inks as Ghostscript lays them down."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops, ImageMath

INKS = ("Cyan", "Magenta", "Yellow", "Black")
#: Dots per inch: fine enough for a letter's stem.
DOTS = 60
_COMMAND = ("gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=tiffsep")


def separated(data: bytes, dots: int = DOTS) -> list[dict[str, Image.Image]]:
    """Each page's inks, of which 255 is full. Raises ``OSError`` where Ghostscript is not there,
    and ``CalledProcessError`` where it cannot read the file."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "press.pdf").write_bytes(data)
        subprocess.run(  # noqa: S603 - a command of our own
            [*_COMMAND, f"-r{dots}", "-sOutputFile=page%d.tif", "press.pdf"], cwd=folder, check=True
        )
        count = len(list(folder.glob("page*(Black).tif")))
        return [{ink: _plate(folder, n, ink) for ink in INKS} for n in range(1, count + 1)]


def _plate(folder: Path, page: int, ink: str) -> Image.Image:
    with Image.open(folder / f"page{page}({ink}).tif") as opened:
        return ImageChops.invert(opened.convert("L"))


def most_ink(plates: Sequence[Image.Image]) -> float:
    """The most ink on one spot of four plates, in percent of one full ink."""
    total = ImageMath.lambda_eval(
        lambda v: v["c"] + v["m"] + v["y"] + v["k"], **dict(zip("cmyk", plates, strict=True))
    )
    return float(total.getextrema()[1]) / 2.55
