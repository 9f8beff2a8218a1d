"""What is kept of a galley for a person to look at: the proof, and the files as they would go out.

It lies in ``output/galleys/<content>``, outside the site, and goes when nobody is asked any more::

    galleys/<content>/proof.html, proof.json
    galleys/<content>/site/<year>/<slug>/…   as the site will have it
    galleys/<content>/site/assets/…          shared stylesheet and fonts
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.house import House
from flows.ledger import Galley, Ledger
from flows.rendition import Rendition
from flows.store import Store
from flows.targets.file import write

#: What is shown of an edition, in this order; the keys of its words.
SHOWN = {
    "index.html": "page",
    "newsletter.html": "mail",
    "newsletter.txt": "mail_text",
    "event.ics": "event",
    "brochure.pdf": "brochure",
    "brochure-a5.pdf": "brochure_a5",
    "brochure-booklet.pdf": "booklet",
    "brochure-large.pdf": "large",
    "brochure-leaflet.pdf": "leaflet",
    "brochure-press.pdf": "press",
    "feed-item.html": "feed_item",
}


def keep(
    store: Store,
    galley: Galley,
    house: House,
    evidence: Mapping[str, bytes],
    renditions: Sequence[Rendition],
) -> None:
    """Write a galley's files. Doing it twice changes nothing: its content decides its bytes."""
    from flows.looks import site_assets
    from flows.preview import edition_path
    from flows.preview.files import files_beside

    files = dict(evidence)
    if path := edition_path(None, renditions):
        beside = files_beside(path, renditions, house)
        files |= {f"site/{f.path}": f.data for f in (*site_assets(house), *beside)}
    folder = store.galley(galley.content)
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, data)


def sweep(store: Store, ledger: Ledger) -> None:
    """Remove the files of galleys that nobody is asked about: changed since, or published."""
    records = ledger.records
    asked = {
        galley.content
        for galley in records.galleys().values()
        if ledger.last_revision(galley.slug) < galley.revision
    }
    # What is not recorded yet is another run's, which is about to.
    for content in {galley.content for galley in records.all_galleys()} - asked:
        if (folder := store.galley(content)).is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def shown(folder: Path) -> tuple[tuple[str, str], ...]:
    """What of a galley there is to look at: keys of words, and paths below its folder."""
    found = [("proof", "proof.html")] if (folder / "proof.html").is_file() else []
    for name, key in SHOWN.items():
        found += [
            (key, path.relative_to(folder).as_posix())
            for path in sorted((folder / "site").glob(f"*/*/{name}"))
        ]
    return tuple(found)
