"""Rebuild ``templates/site/fonts``: the web fonts, cut from the font wheels.

    python tests/tools/build_fonts.py

The faces come whole in their wheels; a page needs Latin, Latin Extended-A and
punctuation. The cuts are renamed, as the OFL asks of a modified version of a font whose licence
reserves the name. The same wheels and fontTools give the same bytes.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from fontTools.misc.psCharStrings import T2CharString
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

OUT = Path(__file__).resolve().parents[2] / "templates" / "site" / "fonts"
_SOURCE = ("Regular.otf", "It.otf", "Semibold.otf", "SemiboldIt.otf")
_LATO = ("Regular.ttf", "Italic.ttf", "Bold.ttf", "BoldItalic.ttf")
FACES = (
    ("font_source_serif_pro", "SourceSerifPro", _SOURCE, "Serif", "serif"),
    ("font_source_sans_pro", "SourceSansPro", _SOURCE, "Sans", "sans"),
    ("font_lato", "Lato", _LATO, "Humanist", "humanist"),
)
STYLES = (
    ("Regular", "regular"),
    ("Italic", "italic"),
    ("Semibold", "semibold"),
    ("Semibold Italic", "semibold-italic"),
)
#: Basic Latin to Latin Extended-A, Romanian s and t, then what an article's punctuation needs.
CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *(0x2C6, 0x2C7, 0x2DA, 0x2DC, 0x2070, *range(0x2074, 0x207A), *range(0x2080, 0x208A)),
    *range(0x2009, 0x200B),
    *range(0x2010, 0x2016),
    *range(0x2018, 0x2023),
    *(0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044),
    *(0x20AC, 0x2116, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x221E, 0x2248),
    *(0x2260, 0x2264, 0x2265),
]
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "case", "frac", "numr", "dnom"]
FEATURES += ["lnum", "onum", "pnum", "tnum", "ordn", "sups", "smcp", "c2sc"]


def source(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0]) / "files" / name


#: The fixed blanks that French sets, which these fonts leave to a fallback: their share of an em.
BLANKS = {0x2009: 0.2, 0x202F: 0.2}


def add_blanks(font: TTFont) -> None:
    for code, share in BLANKS.items():
        if code in font.getBestCmap():
            continue
        name, width = f"uni{code:04X}", round(font["head"].unitsPerEm * share)
        if "glyf" in font:
            font["glyf"][name] = Glyph()
            font.setGlyphOrder(font["glyf"].glyphOrder)
        else:
            add_blank_outline(font, name, width)
        font["hmtx"].metrics[name] = (width, 0)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def add_blank_outline(font: TTFont, name: str, width: int) -> None:
    top = font["CFF "].cff.topDictIndex[0]
    private = top.Private
    program = [width - private.nominalWidthX, "endchar"]
    glyph = T2CharString(program=program, private=private, globalSubrs=top.GlobalSubrs)
    top.CharStrings.charStringsIndex.append(glyph)
    top.CharStrings.charStrings[name] = len(top.CharStrings.charStringsIndex) - 1
    top.charset.append(name)


def rename(font: TTFont, family: str, style: str) -> None:
    post = f"{family}-{style}".replace(" ", "")
    names = {1: f"{family} {style}", 2: "Regular", 3: post, 4: f"{family} {style}", 6: post}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID not in (0, 5, 13, 14):  # copyright, version, licence and its address
            font["name"].removeNames(nameID=record.nameID)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [post]
        top = cff.topDictIndex[0]
        top.FullName, top.FamilyName = f"{family} {style}", family


def cut(source_file: Path, family: str, style: str, target: Path) -> None:
    options = Options(
        flavor="woff2",
        layout_features=FEATURES,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        notdef_outline=True,
        desubroutinize=False,
        hinting=False,
    )
    font = TTFont(source_file, recalcTimestamp=False)
    add_blanks(font)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    rename(font, family, style)
    font.flavor = "woff2"
    font.save(target)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for package, family, files, name, stem in FACES:
        for file, (style, end) in zip(files, STYLES, strict=True):
            target = OUT / f"{stem}-{end}.woff2"
            cut(source(package, f"{family}-{file}"), f"Parution {name}", style, target)
            print(f"{target.name}  {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
