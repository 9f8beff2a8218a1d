"""What stands beside house.toml: a stylesheet that may not lie, a print shop's profile."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import manifest
from flows.channels import brochure
from flows.channels._cover import cover_svg
from flows.edition import Heading, Paragraph, Text
from flows.house import House, Looks
from flows.house_file import HouseError, read_house
from flows.inks import standard_profile
from flows.looks import palette
from flows.proof import prove_rendition
from flows.reading import parts_of
from flows.release import imprint_after, imprint_of
from flows.stylesheet import StylesheetError, checked
from flows.themes import THEMES
from flows.words import catalogue
from tests.channels import demo
from tests.cli.command import parution

NAMED = '{}name = "Le Val"\n'
#: What is refused, and the words that say so.
REFUSED = {
    "h2 { display: none }": "could hide, move or change words",
    "p { visibility: hidden }": "could hide",
    "p { opacity: 0 }": "could hide",
    "p { font-size: 0 }": "could hide",
    "p { font: 0/0 a }": "could hide",
    "p { text-indent: -9999px }": "could hide",
    "p { clip-path: inset(50%) }": "could hide",
    "p { position: absolute; left: -99cm }": "could hide",
    "p { margin-left: -99cm }": "could hide",
    "p { letter-spacing: -1em }": "could hide",
    "p { text-transform: uppercase }": "could hide, move or change words",
    "p::after { content: 'Gratuit' }": "could hide, move or change words",
    "p { color: transparent }": "that nothing shows through",
    "p { color: rgba(0, 0, 0, 0.01) }": "that nothing shows through",
    "p { color: currentcolor }": "that nothing shows through",
    "p { color: #ffffff }": "has a contrast of 1.0",
    "p { color: #f0c000 }": "it takes 4.5 to be read",
    "p { background: #1f2a36 }": "has a contrast of",
    "p { color: #777777; background: #888888 }": "has a contrast of",
    "p { background: url(https://pixel.example.org/?who) }": "nothing is fetched",
    "p { background: image-set('a.png' 1x) }": "nothing is fetched",
    "p { border-image: url(cadre.svg) }": "nothing is fetched",
    "p { border-radius: var(--x) }": "nothing is fetched",
    "@import 'autre.css';": "nothing is fetched",
    "@font-face { font-family: x; src: url(x.woff2) }": "nothing is fetched",
    "@media print { p { display: none } }": "plain rules only",
    "@page { margin: 0 }": "plain rules only",
    "p": "is not CSS",
    "p { color }": "is no declaration",
    "p { page-break-before: always }": "or take room",
    "p { font-weight: 600 }": "or take room",
    "p { border: 1pt solid #004400 }": "or take room",
    "p { border-radius: 50% }": "or take room",
    "p { text-decoration: line-through }": "could hide",
    "p { border:{}opacity:0 }": "could hide",
    "p { border:{}display:none }": "could hide",
    "p { color: #004400; {} opacity: 0 }": "is no declaration",
    "p { border-color: lab(50% 40 20) }": "write one colour",
    "p { border-color: device-cmyk(0 1 1 0) }": "write one colour",
    "p::: { color: #004400 }": "is no selector",
    "p { border-color: " + "(" * 3000 + ")" * 3000 + " }": "nested too deep",
    "h2 { color: #004400 }" * 4000: "is longer than",
}
THEME = """
.box { background: #eef3ee; BORDER-COLOR: #2f5d3a }
h2, .box-title { color: #2f5d3a; text-decoration: underline }
.pull { border-top-color: #2F5D3A } /* the rule above */
.key-figures strong { color: white; background-color: #2f5d3a }
"""


def content(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


# ---------------------------------------------------------------------------------- theme.css


@pytest.mark.parametrize("css", REFUSED, ids=lambda css: css[:40])
def test_a_stylesheet_that_hides_or_fetches_is_refused_in_a_sentence(
    tmp_path: Path, css: str
) -> None:
    with pytest.raises(HouseError) as refused:
        read_house(content(tmp_path, house_toml=NAMED.format(""), theme_css=css))
    said = str(refused.value)
    assert REFUSED[css] in said
    assert "theme.css" in said
    assert "longer" in said or "deep" in said or "line 1" in said


def test_each_fault_is_told_at_once() -> None:
    with pytest.raises(StylesheetError) as refused:
        checked("p { opacity: 0 }\n@page { margin: 0 }\nh2 { color: #fff }", palette(demo.HOUSE))
    assert {fault.values["line"] for fault in refused.value.faults} == {1, 2, 3}


def test_what_is_used_is_written_anew_and_has_the_last_word() -> None:
    css = checked("H2 { Color : rgb(0, 68, 0) } p {}", palette(demo.HOUSE))
    assert css == "H2 { color: #004400 !important; }\n"


@pytest.mark.parametrize(
    "toml",
    [
        '[looks]\ncss = "p { opacity: 0 }"',
        '[print]\ndata = "abc"',
        '[print]\nsha256 = "abc"',
        "looks = 3",
        '[looks]\ntheme = ["parcels"]',
        '[print]\nprofile = "a\\u0000.icc"',
    ],
)
def test_what_no_house_can_write_is_refused_in_words(tmp_path: Path, toml: str) -> None:
    with pytest.raises(HouseError, match=r"house\.toml"):
        read_house(content(tmp_path, house_toml=f"{NAMED.format('')}{toml}\n"))


def test_what_is_refused_stands_on_its_line() -> None:
    with pytest.raises(StylesheetError, match=r"^line 3: visibility: hidden"):
        checked("h2 { color: #004400 }\n\n  p { visibility: hidden }", palette(demo.HOUSE))


def test_a_house_is_told_of_its_faults_in_its_language(tmp_path: Path) -> None:
    folder = content(tmp_path / "c", house_toml=NAMED.format(""), theme_css="p { opacity: 0 }")
    told = parution("check", "--content", folder, PARUTION_LANG="fr").stderr
    assert "ligne 1 : opacity: 0 : cela pourrait cacher" in told


def test_every_fault_has_a_sentence_in_both_languages() -> None:
    french, english = catalogue("house", "fr"), catalogue("house", "en")
    assert list(french) == list(english)
    for key, said in english.items():
        assert set(re.findall(r"{(\w+)}", said)) == set(re.findall(r"{(\w+)}", french[key])), key


def test_a_refused_stylesheet_stops_the_run_and_is_no_traceback(tmp_path: Path) -> None:
    folder = content(tmp_path / "c", house_toml=NAMED.format(""), theme_css="p { opacity: 0 }")
    told = parution("check", "--content", folder)
    assert told.returncode
    assert "opacity" in told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr


def test_a_stylesheet_is_laid_on_top_and_loses_no_word(tmp_path: Path) -> None:
    folder = content(tmp_path, house_toml=NAMED.format(""), theme_css=THEME)
    looks = read_house(folder).looks
    house = demo.HOUSE.model_copy(
        update={"looks": demo.HOUSE.looks.model_copy(update={"css": looks.css})}
    )
    made = brochure.render(demo.FRENCH, demo.IMPRINT, house)
    checks = prove_rendition(demo.FRENCH, demo.IMPRINT, house, made)
    assert [check for check in checks if not check.passed] == []
    with pikepdf.open(io.BytesIO(made.file("public/brochure-a5.pdf").data)) as pdf:
        drawn = b"".join(
            page.contents_coalesce() or page.Contents.read_bytes() for page in pdf.pages
        )
    green = " ".join(f"{int(part, 16) / 255:.6f}" for part in ("2f", "5d", "3a"))
    assert green.encode() in drawn


@settings(deadline=None)
@given(st.text(max_size=200) | st.text("{}:;@()/*\\\"'#.- \nabcdefpurl", max_size=80))
def test_whatever_is_written_is_used_or_refused_in_words(css: str) -> None:
    try:
        checked(css, palette(demo.HOUSE))
    except StylesheetError as refused:
        said = str(refused)
    else:
        said = "used"
    assert said


# ------------------------------------------------------------------------------------ the profile


def test_the_house_s_profile_is_in_the_press_file_and_kept_with_the_release(tmp_path: Path) -> None:
    data = standard_profile().data
    toml = NAMED.format("") + '[print]\nprofile = "notre presse.icc"\ncondition = "FOGRA52"\n'
    folder = content(tmp_path / "content", house_toml=toml)
    (folder / "notre presse.icc").write_bytes(data)
    (folder / "mot.txt").write_text("Un mot\n\nQuelques mots, et c’est tout.\n", encoding="utf-8")
    output = tmp_path / "output"
    told = parution("publish", "--content", folder, "--output", output, "--json")
    [edition] = json.loads(told.stdout)["published"]
    place = output / "releases" / edition["slug"] / "1"
    with pikepdf.open(place / "public" / "brochure-press.pdf") as pdf:
        [intent] = pdf.Root.OutputIntents
        assert str(intent.OutputConditionIdentifier) == "FOGRA52"
        assert intent.DestOutputProfile.read_bytes() == data
    kept = manifest.read_manifest(place)
    assert kept["house"]["print"]["sha256"] == hashlib.sha256(data).hexdigest()
    (folder / "notre presse.icc").unlink()
    again = manifest.rebuild(place)
    assert {p: hashlib.sha256(d).hexdigest() for p, d in again.items()} == {
        p: f["sha256"] for p, f in kept["files"].items()
    }


@pytest.mark.parametrize(
    ("profile", "data", "said"),
    [
        ("rien.icc", None, "there is no rien.icc beside it"),
        ("faux.icc", b"not a profile", "is no ICC profile of a printing condition"),
        ("coupe.icc", standard_profile().data[:4000], "is no ICC profile of a printing condition"),
        ("../dehors.icc", None, "names a file beside house.toml"),
        ("photo.png", None, "names a file beside house.toml"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told_of(
    tmp_path: Path, profile: str, data: bytes | None, said: str
) -> None:
    folder = content(tmp_path, house_toml=f'{NAMED.format("")}[print]\nprofile = "{profile}"\n')
    if data is not None:
        (folder / profile).write_bytes(data)
    with pytest.raises(HouseError, match=said):
        read_house(folder)


# --------------------------------------------------------------------------------------- themes


def test_a_theme_has_its_colours_and_the_house_has_the_last_word() -> None:
    threads = THEMES["threads"]
    looks = Looks.model_validate({"theme": "threads", "deep": "#112233"})
    assert (looks.strong, looks.deep, looks.paper) == (threads.strong, "#112233", threads.paper)
    assert set(THEMES) == set(Looks.model_fields["theme"].annotation.__args__)  # type: ignore[union-attr]


def test_an_unknown_theme_is_told_of(tmp_path: Path) -> None:
    folder = content(tmp_path, house_toml=NAMED.format("") + '[looks]\ntheme = "neon"\n')
    with pytest.raises(HouseError, match=r"looks.theme: .*parcels.*threads"):
        read_house(folder)


# --------------------------------------------------------------------------------------- covers


@pytest.mark.parametrize("theme", THEMES)
def test_a_correction_has_the_cover_of_the_first(theme: str) -> None:
    house = House(name="H", looks=Looks.model_validate({"theme": theme}))
    first = imprint_of(demo.FRENCH, house, 1, demo.IMPRINT.published)
    after = imprint_after(first, 2, "Un nom", demo.IMPRINT.published)
    longer = (
        *demo.FRENCH.blocks,
        Heading(1, (Text("Suite"),), "suite"),
        Paragraph((Text("mot " * 900),)),
    )
    corrected = replace(demo.FRENCH, blocks=longer)
    assert parts_of(corrected) != parts_of(demo.FRENCH)
    assert cover_svg(demo.FRENCH, first, house, 132, 126) == cover_svg(
        corrected, after, house, 132, 126
    )
