"""The manifest: what a release says about itself, and what is needed to make it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from flows.edition import Edition
from flows.house import House
from flows.reading import fingerprint
from flows.rendition import File, Imprint, Revision
from flows.shelf import Line
from flows.sources import Entry

#: Raised when the meaning of a key changes.
FORMAT = 1
#: Where a release keeps the files of its house.
HOUSE_FILES = "house"


def manifest_of(
    entry: Entry,
    source: str,
    edition: Edition,
    imprint: Imprint,
    house: House,
    files: Iterable[File],
    findings: Mapping[str, int],
) -> dict[str, Any]:
    """The manifest's content; ``findings`` counts them by severity."""
    return {
        "format": FORMAT,
        "slug": edition.slug,
        "revision": imprint.revision,
        "trial": imprint.trial,
        "path": imprint.path,
        "imprint": _imprint_to_json(imprint),
        "source": {"file": entry.name, "fingerprint": source},
        "edition": fingerprint(edition),
        "findings": dict(findings),
        "house": house.model_dump(mode="json"),
        "files": _files(files),
    }


def _imprint_to_json(imprint: Imprint) -> dict[str, Any]:
    return {
        "revision": imprint.revision,
        "path": imprint.path,
        "guid": imprint.guid,
        "trial": imprint.trial,
        "history": [
            {"number": r.number, "at": r.at.isoformat(), "note": r.note} for r in imprint.history
        ],
        "versions": dict(imprint.versions),
        "parts": list(imprint.parts),
    }


def imprint_from(manifest: Mapping[str, Any]) -> Imprint:
    """The imprint that a manifest keeps."""
    kept = manifest["imprint"]
    return Imprint(
        revision=kept["revision"],
        path=kept["path"],
        guid=kept["guid"],
        history=tuple(
            Revision(r["number"], datetime.fromisoformat(r["at"]), r["note"])
            for r in kept["history"]
        ),
        trial=kept["trial"],
        versions=tuple(kept["versions"].items()),
        parts=tuple(kept.get("parts", ())),
    )


def house_from(manifest: Mapping[str, Any], folder: Path) -> House:
    """The house as it was when the release in ``folder`` was made."""
    kept = {**manifest["house"], "trial": manifest["trial"]}
    if (name := kept.get("print", {}).get("profile")) and "withdrawn" not in manifest:
        kept["print"] = {**kept["print"], "data": (folder / HOUSE_FILES / name).read_bytes()}
    return House.model_validate(kept)


def tombstone_manifest(
    line: Line, imprint: Imprint, house: House, files: Iterable[File]
) -> dict[str, Any]:
    """The manifest of a withdrawal: a release whose one page says that the edition was here."""
    return {
        "format": FORMAT,
        "slug": imprint.path.split("/", 1)[1],
        "revision": imprint.revision,
        "trial": imprint.trial,
        "path": imprint.path,
        "imprint": _imprint_to_json(imprint),
        "withdrawn": {
            "title": line.title,
            "language": line.language,
            "day": line.day.isoformat() if line.day else "",
        },
        "findings": {},
        "house": house.model_dump(mode="json"),
        "files": _files(files),
    }


def line_from(manifest: Mapping[str, Any]) -> Line:
    """The line of a withdrawn edition, as its manifest keeps it."""
    imprint, kept = imprint_from(manifest), manifest["withdrawn"]
    return Line(
        path=imprint.path,
        title=kept["title"],
        language=kept["language"],
        day=date.fromisoformat(kept["day"]) if kept["day"] else None,
        published=imprint.published,
        updated=imprint.updated,
    )


def _files(files: Iterable[File]) -> dict[str, dict[str, Any]]:
    return {
        file.path: {"sha256": file.sha256, "size": len(file.data), "type": file.media_type}
        for file in files
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release's folder."""
    return cast("dict[str, Any]", json.loads((folder / "manifest.json").read_bytes()))


def rebuild(folder: Path) -> dict[str, bytes]:
    """The files of a release, made again from its source, its house and its imprint (promise 4)."""
    from flows import channels, editing, shelf, sources

    manifest = read_manifest(folder)
    house, imprint = house_from(manifest, folder), imprint_from(manifest)
    if "withdrawn" in manifest:
        files = shelf.tombstone(line_from(manifest), imprint, house)
        return {file.path: file.data for file in files}
    content = folder / "source"
    edited = editing.edit(sources.read(sources.entries(content)[0], content), house)
    assert edited.edition is not None
    edition = replace(edited.edition, slug=manifest["slug"])  # frozen, whatever the title says now
    made = [channels.render(name, edition, imprint, house) for name in channels.found()]
    return {file.path: file.data for rendition in made for file in rendition.files}


def to_json(value: object) -> bytes:
    """JSON as every file of a release is written: sorted, indented, the same bytes each time."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
