"""What counts as an entry of content/, and when its fingerprint changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from flows.sources import entries, fingerprint, read


def drop(content: Path, **files: str | bytes) -> None:
    for name, data in files.items():
        path = content / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())


def names(content: Path) -> list[str]:
    return [entry.name for entry in entries(content)]


def test_a_missing_content_folder_has_no_entries(tmp_path: Path) -> None:
    assert entries(tmp_path / "none") == ()


def test_files_and_folders_around_a_source_are_entries_sorted_by_name(tmp_path: Path) -> None:
    drop(tmp_path, **{"b.txt": "B", "a__texte.md": "# A", "c.docx": b"", "d.HTML": "<p>"})
    assert names(tmp_path) == ["a", "b.txt", "c.docx", "d.HTML"]


def test_what_is_no_source_is_passed_over(tmp_path: Path) -> None:
    passed_over = (
        "house.toml", "README", "README.md", "readme.txt", ".hidden.txt", "~$a.docx", "a.docx.part",
        "a.tmp", "a.txt~", "a.crdownload", "photo.jpg", "Thumbs.db", ".DS_Store",
    )  # fmt: skip
    drop(tmp_path, **dict.fromkeys(passed_over, "x"))
    drop(tmp_path, **{"pictures__a.png": b"x", "empty__.keep": b""})
    assert entries(tmp_path) == ()


def test_a_file_of_another_kind_is_an_entry_so_that_the_officer_is_told(tmp_path: Path) -> None:
    drop(tmp_path, **{"slides.pdf": b"%PDF-1.7", "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"})
    rules = [read(entry, tmp_path).findings[0].rule for entry in entries(tmp_path)]
    assert rules == ["source-kind", "source-kind"]


def test_an_entry_is_made_of_source_pictures_and_edition_toml(tmp_path: Path) -> None:
    drop(tmp_path, a__texte="", **{"a__t.md": "# A", "a__p__x.png": b"x", "a__edition.toml": ""})
    drop(tmp_path, **{"a__notes.css": "", "a__film.mp4": b""})
    (entry,) = entries(tmp_path)
    assert entry.source == tmp_path / "a" / "t.md"
    found = [path.relative_to(tmp_path).as_posix() for path in entry.files]
    assert found == ["a/edition.toml", "a/p/x.png", "a/t.md"]


def test_a_lone_source_has_the_loose_pictures_that_it_names(tmp_path: Path) -> None:
    drop(tmp_path, **{"a.md": "![x](img/x.png) ![é](l%20b.png)", "img__x.png": b"x"})
    drop(tmp_path, **{"l b.png": b"x", "other.png": b"x"})
    (entry,) = entries(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in entry.files]
    assert found == ["a.md", "img/x.png", "l b.png"]


def test_a_fingerprint_follows_names_and_bytes_and_nothing_else(tmp_path: Path) -> None:
    drop(tmp_path, **{"a__t.md": "# A", "a__x.png": b"x"})
    (entry,) = entries(tmp_path)
    first = fingerprint(entry)
    os.utime(tmp_path / "a" / "t.md", (0, 0))
    assert fingerprint(entries(tmp_path)[0]) == first
    drop(tmp_path, **{"a__x.png": b"y"})
    second = fingerprint(entries(tmp_path)[0])
    (tmp_path / "a" / "x.png").rename(tmp_path / "a" / "y.png")
    third = fingerprint(entries(tmp_path)[0])
    drop(tmp_path, **{"a__edition.toml": ""})
    assert len({first, second, third, fingerprint(entries(tmp_path)[0])}) == 4


def test_nothing_outside_content_is_read(tmp_path: Path) -> None:
    content, secret = tmp_path / "content", tmp_path / "secret"
    drop(secret, **{"s.txt": "Secret", "s.png": b"x"})
    drop(content, **{"b__t.md": "# B\n\n![x](s.png)"})
    (content / "a.txt").symlink_to(secret / "s.txt")
    (content / "folder").symlink_to(secret)
    (content / "loop").symlink_to(content / "loop")
    (content / "b" / "s.png").symlink_to(secret / "s.png")
    made = entries(content)
    assert [entry.name for entry in made] == ["a.txt", "b", "folder", "loop"]
    read_paths = {path.resolve() for entry in made for path in entry.files}
    assert read_paths == {content / "b" / "t.md"}
    rules = [finding.rule for entry in made for finding in read(entry, content).findings]
    assert rules == ["outside-content", "picture-missing", "outside-content", "outside-content"]
    before = [fingerprint(entry) for entry in made]
    drop(secret, **{"s.txt": "Changed"})
    assert [fingerprint(entry) for entry in entries(content)] == before


def test_a_link_inside_content_is_an_entry_like_any_other(tmp_path: Path) -> None:
    drop(tmp_path, **{"a.txt": "Bonjour"})
    (tmp_path / "b.txt").symlink_to("a.txt")
    assert [read(entry, tmp_path).metadata for entry in entries(tmp_path)] == [
        (("title", "Bonjour"),)
    ] * 2


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert entries(tmp_path) == ()


def test_a_name_that_is_no_unicode_is_still_an_entry(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 - Path takes no bytes
        file.write(b"Bonjour")
    (entry,) = entries(tmp_path)
    assert len(fingerprint(entry)) == 64
    assert read(entry, tmp_path).file.encode("utf-8") == b"caf?.txt"


def test_listing_and_fingerprints_load_no_reader() -> None:
    heavy = ("yaml", "PIL", "lxml", "subprocess", "zipfile", "charset_normalizer", "slugify")
    code = f"import sys, flows.sources; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
