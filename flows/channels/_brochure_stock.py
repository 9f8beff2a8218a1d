"""What the brochure is made from: typefaces and pictures, handed to WeasyPrint from memory.

Nothing is fetched. An address that is not in stock stops the rendering with an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

#: The scheme of addresses that exist in this process only.
SCHEME = "stock:"


class Face(NamedTuple):
    """One file of a typeface, and what CSS calls it."""

    family: str
    package: str
    file: str
    weight: int
    style: str

    @property
    def address(self) -> str:
        return f"{SCHEME}typeface/{self.file}"


_SERIF, _SANS = "font_source_serif_pro", "font_source_sans_pro"
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
def typefaces() -> tuple[FontConfiguration, CSS]:
    """The faces, registered once in a process: both sizes and every edition set with the same."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    rules = "".join(
        f'@font-face {{ font-family: "{face.family}"; src: url("{face.address}");'
        f" font-weight: {face.weight}; font-style: {face.style} }}\n"
        for face in FACES
    )
    stock = {
        face.address: ("font/otf", (files(face.package) / "files" / face.file).read_bytes())
        for face in FACES
    }
    css = CSS(string=rules, font_config=configuration, url_fetcher=fetcher(stock))
    return configuration, css
