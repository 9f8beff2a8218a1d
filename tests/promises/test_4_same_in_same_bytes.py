"""Promise 4: each file of a release can be made again, byte for byte, from what it keeps."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows import manifest, site
from flows.targets import file as tree
from tests.cli.command import parution
from tests.release import workshop

REPO = Path(__file__).parents[2]
REBUILD = """
import hashlib, json, sys
from pathlib import Path
from flows import manifest
files = manifest.rebuild(Path(sys.argv[1]))
print(json.dumps({path: hashlib.sha256(data).hexdigest() for path, data in files.items()}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("entry", ["2015-territoires-numeriques.txt", "2024-riviere"])
def test_a_release_of_the_sample_house_is_rebuilt_byte_for_byte(tmp_path: Path, entry: str) -> None:
    output = tmp_path / "output"
    published = parution(
        "publish", entry, "--content", REPO / "content", "--output", output, "--json"
    )
    [edition] = json.loads(published.stdout)["published"]
    folder = output / "releases" / edition["slug"] / "1"
    kept = {p: f["sha256"] for p, f in manifest.read_manifest(folder)["files"].items()}
    done = subprocess.run(
        [sys.executable, "-c", REBUILD, str(folder)], capture_output=True, check=True
    )
    assert json.loads(done.stdout) == kept
    for path, digest in kept.items():
        place = output / "tree" if path.startswith("assets/") else folder
        assert hashlib.sha256((place / path).read_bytes()).hexdigest() == digest


def test_every_shelf_file_is_rebuilt_from_the_manifests(tmp_path: Path) -> None:
    content, output = tmp_path / "content", tmp_path / "output"
    for n in range(1, 5):  # one root after the other, each sharing with the one before
        workshop.content_folder(content, range(n, n + 1), year=2020 + n)
        workshop.publish_due(content, output, n)
    before = workshop.public_files(output / "site")
    with workshop.desk(content, output) as at:
        (output / "site").unlink()
        root = site.build_root([], at.store, at.ledger, at.house)
        tree.swap(at.store.site, root)
    assert workshop.public_files(output / "site") == before
