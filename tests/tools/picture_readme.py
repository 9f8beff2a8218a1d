"""Makes ``docs/pictures`` again, from a real run on ``content/``.

    python tests/tools/picture_readme.py

Publishes into a folder of its own, then photographs what the public gets: brochure pages by
PDFium, the page, the mail and the officer's preview in headless Chromium. The day of the run
shows in none of them, so that pictures change only where what they show has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

REPO = Path(__file__).resolve().parents[2]
OUT = REPO / "docs" / "pictures"
GROUND, EDGE = (228, 226, 220), (200, 197, 188)
#: Bytes that a picture may weigh: a README is read on trains.
LIMIT = 150_000
RIVER = "2024/la-riviere-n-a-pas-de-robinet"
SAVED_PAGE = "2015-territoires-numeriques.txt"


def parution(*arguments: str, output: Path, content: Path = REPO / "content") -> None:
    command = [sys.executable, "-m", "flows.cli", *arguments, "--content", str(content)]
    environ = {**os.environ, "PYTHONPATH": str(REPO)}
    subprocess.run([*command, "--output", str(output)], cwd=REPO, env=environ, check=True)


def pages(pdf: Path, wanted: Sequence[int], height: int) -> list[Image.Image]:
    """The wanted pages (from 1) of a PDF, ``height`` pixels high."""
    document = pypdfium2.PdfDocument(pdf)
    made = []
    for number in wanted:
        page = document[number - 1]
        image = page.render(scale=2 * height / page.get_height()).to_pil()
        made.append(image.resize((round(image.width / 2), height), Image.Resampling.LANCZOS))
    return made


def laid_out(groups: Sequence[Sequence[Image.Image]], margin: int = 36) -> Image.Image:
    """Groups of touching leaves side by side on a ground, the spine of each spread marked."""
    height = max(leaf.height for group in groups for leaf in group)
    width = sum(leaf.width for group in groups for leaf in group)
    sheet = Image.new("RGB", (width + margin * (len(groups) + 1), height + 2 * margin), GROUND)
    draw = ImageDraw.Draw(sheet)
    x = margin
    for group in groups:
        start = x
        for leaf in group:
            sheet.paste(leaf, (x, margin))
            if x > start:
                draw.line([(x, margin), (x, margin + height - 1)], fill=EDGE)
            x += leaf.width
        draw.rectangle([start - 1, margin - 1, x, margin + height], outline=EDGE)
        x += margin
    return sheet


def screenshot(browser: Browser, page: Path, size: tuple[int, int], shown: float) -> Image.Image:
    """The top of a local page, ``shown`` times its size; nothing is fetched."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=2, offline=True
    )
    tab = context.new_page()
    tab.goto(page.absolute().as_uri())  # a link resolved leads past the assets
    with tempfile.NamedTemporaryFile(suffix=".png") as shot:
        tab.screenshot(path=shot.name)
        image = Image.open(shot.name).convert("RGB")
    context.close()
    small = (round(size[0] * shown), round(size[1] * shown))
    return image.resize(small, Image.Resampling.LANCZOS)


def save(image: Image.Image, name: str) -> None:
    """Write a PNG in as many colours as the limit allows."""
    for colours in (256, 128, 64, 32, 16):
        few = image.quantize(colours, dither=Image.Dither.NONE)
        few.save(OUT / name, optimize=True)
        size = (OUT / name).stat().st_size
        if size <= LIMIT:
            print(f"{name}: {image.width} × {image.height}, {size // 1000} kB, {colours} colours")
            return
    raise SystemExit(f"{name} is too heavy: make it smaller")


def mail_with_pictures(site: Path, folder: Path) -> Path:
    """The mail as a client shows it, its pictures taken from the site instead of the web."""
    text = (site / RIVER / "newsletter.html").read_text(encoding="utf-8")
    address = "https://cahiers.avelle.example.org/"
    local = folder / "newsletter.html"
    local.write_text(text.replace(address, f"{site.resolve().as_uri()}/"), encoding="utf-8")
    return local


def in_threads(folder: Path) -> Path:
    """The content in the other theme, in its own colours."""
    content = folder / "content"
    shutil.copytree(REPO / "content", content)
    house = content / "house.toml"
    text = house.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("strong", "deep", "paper"))]
    house.write_text("\n".join(kept).replace('"parcels"', '"threads"', 1), encoding="utf-8")
    return content


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        output = Path(folder) / "output"
        parution("publish", output=output)
        parution("preview", SAVED_PAGE, output=output)
        site = output / "site"
        cover, left, right = pages(site / RIVER / "brochure-a5.pdf", (1, 4, 5), 600)
        save(laid_out([[cover], [left, right]]), "brochure.png")
        other = Path(folder) / "other"
        parution("publish", output=other, content=in_threads(Path(folder)))
        sheets = [
            pages(site / RIVER / "brochure-press.pdf", (1,), 430),
            pages(other / "site" / RIVER / "brochure.pdf", (1, 3), 430),
            pages(other / "site" / RIVER / "brochure-leaflet.pdf", (1,), 430),
        ]
        save(laid_out(sheets), "print.png")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = screenshot(browser, site / RIVER / "index.html", (1100, 1200), 0.62)
        save(laid_out([[page]], 12), "page.png")
        mail = mail_with_pictures(site, Path(folder))
        save(laid_out([[screenshot(browser, mail, (760, 1200), 0.62)]], 12), "mail.png")
        preview = output / "preview" / SAVED_PAGE / "index.html"
        save(laid_out([[screenshot(browser, preview, (1280, 1240), 0.72)]], 12), "preview.png")
        browser.close()


if __name__ == "__main__":
    main()
