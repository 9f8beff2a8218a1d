"""Pictures come from the entry alone, are what they say they are, and get safe names."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from flows.edition import Figure, Severity
from flows.manuscript import Manuscript
from flows.sources import Entry, entries, read


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), colour: int = 90) -> bytes:
    made = io.BytesIO()
    Image.new("L", size, colour).save(made, kind)
    return made.getvalue()


def read_with(content: Path, markdown: str, **files: bytes) -> Manuscript:
    folder = content / "a"
    folder.mkdir(exist_ok=True)
    (folder / "a.md").write_text(f"# Titre\n\n{markdown}\n", encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (entry,) = entries(content)
    return read(entry, content)


def figures(manuscript: Manuscript) -> list[Figure]:
    return [p.block for p in manuscript.placed if isinstance(p.block, Figure)]


def errors(manuscript: Manuscript) -> list[str]:
    return [f.rule for f in manuscript.findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("kind", "name", "media_type"),
    [
        ("PNG", "x.png", "image/png"),
        ("JPEG", "x.jpg", "image/jpeg"),
        ("GIF", "x.gif", "image/gif"),
        ("WEBP", "x.webp", "image/webp"),
    ],
)
def test_four_kinds_of_picture_are_read_by_content(
    tmp_path: Path, kind: str, name: str, media_type: str
) -> None:
    (figure,) = figures(read_with(tmp_path, "![Alt](x.png)", **{"x.png": picture(kind)}))
    found = figure.picture
    assert (found.name, found.media_type, found.width, found.height) == (name, media_type, 8, 6)


def test_a_picture_that_a_camera_turned_has_the_size_in_which_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = io.BytesIO()
    Image.new("L", (80, 60), 90).save(made, "JPEG", exif=exif)
    (figure,) = figures(read_with(tmp_path, "![Alt](x.jpg)", **{"x.jpg": made.getvalue()}))
    assert (figure.picture.width, figure.picture.height) == (60, 80)


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
def test_a_picture_that_not_all_readers_show_is_refused(tmp_path: Path, kind: str) -> None:
    manuscript = read_with(tmp_path, "![Alt](x.png)", **{"x.png": picture(kind)})
    assert errors(manuscript) == ["picture-kind"]
    assert manuscript.findings[0].place.line == 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_that_was_cut_off_is_refused(tmp_path: Path, kind: str) -> None:
    data = picture(kind, (64, 64))
    manuscript = read_with(tmp_path, "![Alt](x.png)", **{"x.png": data[: len(data) * 2 // 3]})
    assert errors(manuscript)[0] in ("picture-damaged", "picture-kind")


def test_a_cut_off_picture_is_refused_beside_a_loaded_weasyprint_too(tmp_path: Path) -> None:
    import weasyprint  # noqa: F401 - which makes Pillow forgiving, for the whole process

    test_a_picture_that_was_cut_off_is_refused(tmp_path, "GIF")


def test_a_picture_of_a_size_beyond_reason_is_refused(tmp_path: Path) -> None:
    data = picture("PNG", (9000, 9000))
    manuscript = read_with(tmp_path, "![Alt](x.png)", **{"x.png": data})
    assert errors(manuscript) == ["picture-too-large"]


def test_names_are_safe_and_unique_and_the_same_bytes_are_one_picture(tmp_path: Path) -> None:
    markdown = "![1](Été%20à%20la%20mer.PNG)\n\n![2](ete-a-la-mer.png)\n\n![3](copie.png)"
    one, two = picture(), picture(colour=20)
    files = {"Été à la mer.PNG": one, "ete-a-la-mer.png": two, "copie.png": one}
    names = [f.picture.name for f in figures(read_with(tmp_path, markdown, **files))]
    assert names == ["ete-a-la-mer.png", "ete-a-la-mer-2.png", "ete-a-la-mer.png"]


@pytest.mark.parametrize(
    "address",
    [
        "../x.png",
        "a/../../x.png",
        "%2e%2e/x.png",
        "..\\\\x.png",
        "/etc/passwd",
        "file:///etc/passwd",
    ],
)
def test_a_path_out_of_the_entry_is_refused_without_a_look(tmp_path: Path, address: str) -> None:
    (tmp_path / "x.png").write_bytes(picture())
    assert errors(read_with(tmp_path, f"![Alt]({address})")) == ["picture-outside"]


def test_a_picture_elsewhere_on_the_web_is_left_out_and_its_words_stay(tmp_path: Path) -> None:
    manuscript = read_with(tmp_path, '![Une rue](https://example.org/x.png "La rue")')
    assert errors(manuscript) == []
    assert [f.rule for f in manuscript.findings] == ["picture-remote"]
    assert "La rue" in str(manuscript.placed[0].block)


def test_a_picture_that_stands_in_the_text_itself_is_read(tmp_path: Path) -> None:
    data = base64.b64encode(picture()).decode()
    (figure,) = figures(read_with(tmp_path, f"![Alt](data:image/png;base64,{data})"))
    assert figure.picture.name == "image.png"


def test_a_picture_among_words_stands_after_their_paragraph(tmp_path: Path) -> None:
    manuscript = read_with(tmp_path, "Avant ![Alt](x.png) après.", **{"x.png": picture()})
    assert [type(p.block).__name__ for p in manuscript.placed] == ["Paragraph", "Figure"]


def test_only_files_of_the_entry_are_opened(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# T\n\n![Alt](x.png)\n", encoding="utf-8")
    (tmp_path / "x.png").write_bytes(picture())
    entry = Entry("a.md", tmp_path / "a.md", (tmp_path / "a.md",))
    assert errors(read(entry, tmp_path)) == ["picture-missing"]
