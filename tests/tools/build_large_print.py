"""Rebuild ``templates/brochure/fonts``: the face of the large print, from its npm package.

    cd tests/tools && npm ci && cd - && python tests/tools/build_large_print.py

Atkinson Hyperlegible (Braille Institute, OFL 1.1, no reserved name) comes in two parts for the
web; each style is made one TrueType file again, with the blanks and hyphens that French sets.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from build_fonts import BLANKS
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "node_modules" / "@fontsource" / "atkinson-hyperlegible"
OUT = HERE.parents[1] / "templates" / "brochure" / "fonts"
STYLES = {
    "400-normal": "regular",
    "400-italic": "italic",
    "700-normal": "bold",
    "700-italic": "bold-italic",
}
#: Characters that look like another.
ALIKE = {0x2010: 0x2D, 0x2011: 0x2D}


def whole(style: str) -> TTFont:
    """Both parts of a style as one font."""
    with TemporaryDirectory() as folder:
        parts = []
        for part in ("latin", "latin-ext"):
            font = TTFont(PACKAGE / "files" / f"atkinson-hyperlegible-{part}-{style}.woff2")
            font.flavor = None
            parts.append(str(Path(folder) / f"{part}.ttf"))
            font.save(parts[-1])
        return Merger().merge(parts)


def complete(font: TTFont) -> None:
    """Add what French sets and the face lacks."""
    em = font["head"].unitsPerEm
    tables = [table.cmap for table in font["cmap"].tables if table.isUnicode()]
    for code, share in BLANKS.items():
        name = f"uni{code:04X}"
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = Glyph()
        font["hmtx"].metrics[name] = (round(em * share), 0)
        for table in tables:
            table[code] = name
    for code, other in ALIKE.items():
        for table in tables:
            table[code] = table[other]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for style, name in STYLES.items():
        font = whole(style)
        complete(font)
        font["head"].created = font["head"].modified = 0
        font.recalcTimestamp = False
        target = OUT / f"atkinson-hyperlegible-{name}.ttf"
        font.save(target)
        print(f"{target.name}  {target.stat().st_size:,} bytes")
    shutil.copyfile(PACKAGE / "LICENSE", OUT / "OFL.txt")


if __name__ == "__main__":
    main()
