"""What the brochure is made from: typefaces and pictures, handed to WeasyPrint from memory.

Nothing is fetched. An address that is not in stock stops the rendering with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from flows.words import TEMPLATES

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

#: A font configuration, and the stylesheet of ``@font-face`` rules that filled it.
Typefaces: TypeAlias = "tuple[FontConfiguration, CSS]"

#: The scheme of addresses that exist in this process only.
SCHEME = "stock:"


class TypefaceMissingError(RuntimeError):
    """A typeface is not installed; no other is put in its place."""


class Face(NamedTuple):
    """One file of a typeface, and what CSS calls it; ``package`` is the wheel that it comes from,
    or nothing where it comes with Parution."""

    family: str
    package: str
    file: str
    weight: int
    style: str

    @property
    def address(self) -> str:
        return f"{SCHEME}typeface/{self.file}"

    def read(self) -> bytes:
        """The file. Raises :class:`TypefaceMissingError`."""
        try:
            if not self.package:
                return (TEMPLATES / "brochure" / "fonts" / self.file).read_bytes()
            return (files(self.package) / "files" / self.file).read_bytes()
        except (ModuleNotFoundError, OSError) as error:
            where = f"the package {self.package}" if self.package else "Parution's own folder"
            raise TypefaceMissingError(
                f"the typeface {self.file} is missing from {where}; set Parution up again "
                "(make setup), which installs it"
            ) from error


_SERIF, _SANS, _LATO = "font_source_serif_pro", "font_source_sans_pro", "font_lato"
#: Names that no system knows: fontconfig takes "Sans" for an alias. The upright serif alone has
#: U+2010, at which WeasyPrint hyphenates: "Parution Hyphen" lends it to all.
FACES = (
    Face("Parution Serif", _SERIF, "SourceSerifPro-Regular.otf", 400, "normal"),
    Face("Parution Serif", _SERIF, "SourceSerifPro-It.otf", 400, "italic"),
    Face("Parution Serif", _SERIF, "SourceSerifPro-Semibold.otf", 600, "normal"),
    Face("Parution Serif", _SERIF, "SourceSerifPro-SemiboldIt.otf", 600, "italic"),
    Face("Parution Sans", _SANS, "SourceSansPro-Regular.otf", 400, "normal"),
    Face("Parution Sans", _SANS, "SourceSansPro-It.otf", 400, "italic"),
    Face("Parution Sans", _SANS, "SourceSansPro-Semibold.otf", 600, "normal"),
    Face("Parution Sans", _SANS, "SourceSansPro-SemiboldIt.otf", 600, "italic"),
    Face("Parution Humanist", _LATO, "Lato-Regular.ttf", 400, "normal"),
    Face("Parution Humanist", _LATO, "Lato-Italic.ttf", 400, "italic"),
    Face("Parution Humanist", _LATO, "Lato-Bold.ttf", 600, "normal"),
    Face("Parution Humanist", _LATO, "Lato-BoldItalic.ttf", 600, "italic"),
    Face("Parution Large", "", "atkinson-hyperlegible-regular.ttf", 400, "normal"),
    Face("Parution Large", "", "atkinson-hyperlegible-italic.ttf", 400, "italic"),
    Face("Parution Large", "", "atkinson-hyperlegible-bold.ttf", 600, "normal"),
    Face("Parution Large", "", "atkinson-hyperlegible-bold-italic.ttf", 600, "italic"),
    Face("Parution Hyphen", _SERIF, "SourceSerifPro-Regular.otf", 400, "normal"),
    Face("Parution Hyphen", _SERIF, "SourceSerifPro-Regular.otf", 400, "italic"),
)


class OutOfStockError(LookupError):
    """A template asked for something that was not handed to it."""


def fetcher(stock: Mapping[str, tuple[str, bytes]]) -> URLFetcher:
    """A fetcher that knows the addresses of ``stock`` (address → media type, bytes) only."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class _Stock(URLFetcher):  # type: ignore[misc, unused-ignore]
        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            if url not in stock:
                raise OutOfStockError(url)
            media_type, data = stock[url]
            return URLFetcherResponse(url, data, {"Content-Type": media_type})

    return _Stock(fail_on_errors=True)


@cache
def typefaces() -> Typefaces:
    """The faces, registered once in a process: both sizes and every edition set with the same."""
    Finalize(None, typefaces.cache_clear, exitpriority=0)  # its files go when the process does
    return _registered({})


def typefaces_with(missing: Iterable[int]) -> Typefaces:
    """The faces and an empty square for each character (code point) that no font at hand has,
    so that it keeps its place on the page and in the text. Not shared: another edition's
    squares must not change this one's bytes."""
    return _registered({f"{SCHEME}typeface/squares.ttf": _squares(sorted(missing))})


def _registered(more: Mapping[str, bytes]) -> Typefaces:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    rules = [
        f'@font-face {{ font-family: "{face.family}"; src: url("{face.address}");'
        f" font-weight: {face.weight}; font-style: {face.style} }}\n"
        for face in FACES
    ]
    rules += [f'@font-face {{ font-family: "Squares"; src: url("{url}") }}' for url in more]
    stock = {face.address: ("font/otf", face.read()) for face in FACES}
    stock |= {url: ("font/ttf", data) for url, data in more.items()}
    css = CSS(string="".join(rules), font_config=configuration, url_fetcher=fetcher(stock))
    return configuration, css


def _squares(characters: Sequence[int]) -> bytes:
    """A TrueType font with one square a character: the same bytes for the same characters."""
    from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

    pen = TTGlyphPen(None)
    for corners in (((80, 0), (80, 660), (620, 660), (620, 0)),
                    ((130, 50), (570, 50), (570, 610), (130, 610))):  # fmt: skip
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    square = pen.glyph()
    names = {character: f"u{character:06X}" for character in characters}
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, square))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (700, 80)))
    builder.setupHorizontalHeader(ascent=750, descent=-250)
    builder.setupOS2(sTypoAscender=750, sTypoDescender=-250)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    data = BytesIO()
    builder.save(data)
    return data.getvalue()
