"""What lies beside the officer's page: the renditions, and views of them made for looking only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flows.house import House
from flows.proof.sheets import page_pictures
from flows.rendition import File, Rendition
from flows.words import environment

#: The most pages of a brochure that are shown; its PDF, one click away, has them all.
LEAVES = 24
#: Width of a page's picture in pixels, for a pane half as wide on a screen of double density.
LEAF_WIDTH = 760
#: Colours of a page's picture: text and flat tints need no more, and weigh 40 kB.
LEAF_COLOURS = 40
HTML = "text/html; charset=utf-8"


def files_beside(path: str, renditions: Sequence[Rendition], house: House) -> tuple[File, ...]:
    """The files of renditions where the site will have them, below ``<year>/<slug>``.

    In the e-mail and the feed's item, whose addresses are absolute, those that point into the
    edition are made relative: before publication they answer nobody. The rest is byte for byte
    what goes out.
    """
    files: list[File] = []
    for file in (file for rendition in renditions for file in rendition.files):
        name = f"{path}/{file.path.removeprefix('public/')}"
        if file.path == "public/newsletter.html":
            own = house.url(f"{path}/").encode()
            files.append(File(name, file.media_type, file.data.replace(b'"' + own, b'"')))
        elif file.path.startswith("public/"):
            files.append(replace(file, path=name))
        elif file.path.startswith("assets/"):
            files.append(file)
        elif file.path == "parts/item.json":
            files.append(File(f"{path}/feed-item.html", HTML, _feed_item(file.data, house)))
    return tuple(files)


def with_leaves(beside: Sequence[File]) -> tuple[File, ...]:
    """Files, with pictures of the pages of the PDFs that people read."""
    read = (file for file in beside if file.path.endswith(".pdf") and not file.copy_of)
    return (*beside, *(leaf for file in read for leaf in _leaves(file)))


def leaves(path: str, beside: Sequence[File]) -> dict[str, tuple[str, ...]]:
    """The addresses of a PDF's page pictures, in order, by the PDF's name."""
    found: dict[str, tuple[str, ...]] = {}
    for file in beside:
        folder, _, name = file.path.removeprefix(f"{path}/leaves/").rpartition("/")
        if name and file.path.startswith(f"{path}/leaves/"):
            found[f"{folder}.pdf"] = (*found.get(f"{folder}.pdf", ()), file.path)
    return found


def _leaves(file: File) -> list[File]:
    """The first pages of a PDF as PNG pictures; none where it cannot be opened."""
    folder, _, brochure = file.path.removesuffix(".pdf").rpartition("/")
    return [
        File(f"{folder}/leaves/{brochure}/{number:02}.png", "image/png", page.png)
        for number, page in enumerate(
            page_pictures(file.data, LEAF_WIDTH, LEAF_COLOURS, LEAVES), start=1
        )
    ]


def _feed_item(data: bytes, house: House) -> bytes:
    """A feed reader's view of ``parts/item.json``."""
    item: dict[str, Any] = json.loads(data)
    own = house.url(f"{item['path']}/")
    content = str(item["content_html"]).replace(f'"{own}', '"')
    page = environment("preview").get_template("feed-item.html").render(
        item=item,
        house=house,
        content=content,
    )  # fmt: skip
    return page.encode()
