"""Whatever is dropped: a published edition or a clear finding with its place, never a traceback,
and the other editions go out all the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flows import plan, sources
from flows.house import TRIAL
from tests.cli.command import parution
from tests.release import workshop

MARKDOWN = "---\ntitle: {title}\ndate: 2026-01-02\nlanguage: en\n---\n\n{body}\n"


def markdown(title: str = "A title", body: str = "Some words.", **more: str) -> bytes:
    text = MARKDOWN.format(title=title, body=body)
    for key, value in more.items():
        text = text.replace("language: en", f"language: en\n{key}: {value}")
    return text.encode()


#: name → (bytes, the rule that must speak, or None where the edition is published)
CASES: dict[str, tuple[bytes, str | None]] = {
    "empty.txt": (b"", "empty"),
    "binary.txt": (bytes(range(256)) * 40, "not-text"),
    "latin1.txt": ("le 16 août 2018\n\nL’été à Nantes\n\nÇa a été dit.\n".replace("’", "'")
                   .encode("latin-1"), None),
    "utf16.txt": ("le 16 août 2018\n\nTitre en UTF-16\n\nUn mot.\n".encode("utf-16"), None),
    "only-date.txt": (b"le 16 ao\xc3\xbbt 2018\n", "empty"),
    "no-title.md": (b"---\ndate: 2026-01-02\nlanguage: en\n---\n\nWords without a title.\n", None),
    "no-date.txt": (b"A title without a date\n\nAnd a paragraph of some words.\n", None),
    "impossible-date.txt": ("le 31 février 2018\n\nTitre\n\nUn mot.\n".encode(), "impossible-date"),
    "up-slug.md": (markdown("Up", slug="../../etc"), "bad-slug"),
    "up-picture.md": (markdown("Picture", "![A view](../../secret.png)"), "picture-outside"),
    "misspelt.md": (markdown("Key", publishat="2099-01-01"), "misspelt-key"),
    "picture.ppm": (b"P6\n64 64\n255\n" + bytes((n * 37 + n // 7) % 251 + 5 for n in range(12288)),
                    "not-text"),
    "open-head.md": (b"---\ntitle: Open\npublish_at: 2099-01-01\n\nNo end of the head.\n",
                     "unread-embargo"),
    "late-head.md": (b"# Late\n\n---\npublish_at: 2099-01-01\n---\n\nToo late.\n",
                     "unread-embargo"),
    "no-moment.md": (markdown("No moment", publish_at=""), "unread-embargo"),
    "bomb.md": (markdown("Bomb", a="&a [x,x,x,x]", b="&b [*a,*a,*a,*a]"), "front-matter"),
    "deep.html": (b"<h1>Deep</h1><p>Before.</p>" + b"<div>" * 300 + b"<p>Within.</p>"
                  + b"</div>" * 300 + b"<p>After.</p>", None),
    "script.md": (markdown("Script", "Before.\n\n<script>alert(1)</script>\n\nAfter."), None),
    "javascript.md": (markdown("Link", "[Click](javascript:alert(1)) here."), None),
    "braces.md": (markdown("Braces", "The sum {{ 7*7 }} is not made."), None),
    "controls.txt": (b"le 16 ao\xc3\xbbt 2018\n\nControls\n\nA\x07word\x1b[31m here.\n", None),
    "surrogate.txt": (b"le 16 ao\xc3\xbbt 2018\n\nLone\n\nA \xed\xa0\x80 surrogate.\n", None),
    "rtl.md": (markdown("كتاب مفتوح", "مرحبا بكم في المدينة."), None),
    "emoji.md": (markdown("Party 🎉", "We had 🍰 and 👩‍🔬."), None),
    "word.txt": (b"Bonjour\n", None),
}  # fmt: skip


def report(content: Path) -> dict[str, dict[str, Any]]:
    done = parution("check", "--json", "--content", content)
    return {entry["entry"]: entry for entry in json.loads(done.stdout)}


@pytest.mark.parametrize("name", CASES)
def test_each_bad_input_gives_an_edition_or_a_finding_with_its_place(
    tmp_path: Path, name: str
) -> None:
    data, rule = CASES[name]
    (tmp_path / name).write_bytes(data)
    [entry] = report(tmp_path).values()
    errors = [f for f in entry["findings"] if f["severity"] == "error"]
    if rule is None:
        assert errors == []
        assert entry["state"] == "due"
    else:
        assert entry["state"] == "refused"
        assert rule in {f["rule"] for f in errors}
        assert all(f["file"] == name and f["message"] and f["remedy"] for f in errors)


def test_five_megabytes_of_one_line_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word " * 1_000_000, encoding="utf-8")
    [entry] = report(tmp_path).values()
    assert entry["state"] in ("due", "refused")
    assert entry["findings"]


def test_a_page_nested_beyond_reason_loses_no_word_in_silence(tmp_path: Path) -> None:
    for depth in (300, 5000):
        nested = "<div>" * depth + "<p>Within.</p>" + "</div>" * depth
        page = f"<html><body><h1>Deep</h1><p>Before.</p>{nested}<p>After.</p></body></html>"
        (tmp_path / "deep.html").write_text(page, encoding="utf-8")
        [entry] = report(tmp_path).values()
        assert entry["state"] == "refused" or "After." in str(
            plan.understand(sources.entries(tmp_path)[0], tmp_path, TRIAL).edition
        )


def test_an_edition_toml_that_belongs_to_nobody_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(markdown())
    (tmp_path / "Edition.toml").write_text('publish_at = "2099-01-01"\n')
    entries = report(tmp_path)
    assert [f["rule"] for f in entries["Edition.toml"]["findings"]] == ["stray-edition-toml"]


def test_a_note_that_is_never_called_is_a_doubt_and_not_a_loss(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(markdown(body="Words.[^a]\n\n[^a]: Called.\n[^b]: Lost."))
    [entry] = report(tmp_path).values()
    assert [f["rule"] for f in entry["findings"]] == ["lost-note"]
    assert [c["before"] for c in entry["changes"]] == ["Lost."]


def test_two_editions_with_one_slug_are_told_apart_by_name(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_bytes(markdown("Same title"))
    entries = report(tmp_path)
    assert entries["a.md"]["state"] == "due"
    assert entries["b.md"]["state"] == "refused"
    [taken] = [f for f in entries["b.md"]["findings"] if f["rule"] == "slug-taken"]
    assert "a.md" in taken["message"]


@pytest.mark.slow
def test_all_the_bad_input_at_once_stops_no_other_edition(tmp_path: Path) -> None:
    content = workshop.content_folder(tmp_path / "content", range(1, 2))
    for name, (data, _rule) in CASES.items():
        (content / name).write_bytes(data)
    done = parution("publish", "--json", "--content", content, "--output", tmp_path / "output")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert result["failed"] == []
    assert result["refused"] == []
    good = {name for name, (_data, rule) in CASES.items() if rule is None} | {"e00001.md"}
    assert {e["entry"] for e in result["entries"] if e["state"] == "due"} == good
    assert len(result["published"]) == len(good)
    public = workshop.public_files(tmp_path / "output" / "site")
    everything = b"".join(data for address, data in public.items() if address.endswith("html"))
    own = rb'<script type="(application/ld\+json|module" src="\.\./assets/search-\w+\.js)">'
    assert re.sub(own, b"", everything).count(b"<script") == 0
    assert b"javascript:" not in everything
    assert b"{{ 7*7 }}" in everything
