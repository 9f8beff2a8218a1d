"""A whole site, made as a run makes it, with pages of every kind, and a server that answers it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from flows import acts, channels, outgoing, proof
from flows.approval import codes, page
from flows.ledger import Galley
from flows.plan import Planned, State
from flows.press import Made
from flows.rendition import File, Rendition
from flows.service import web
from flows.service.metrics import Metrics
from flows.words import catalogue
from tests.release import workshop
from tests.service.process import until

CONTENT = Path(__file__).parents[2] / "content"
RIVER, TERRITORY = "/2024/la-riviere-n-a-pas-de-robinet/", "/2018/un-territoire-connecte-et-apres/"
BUS, WITHDRAWN = "/2025/the-bus-that-waits-for-no-one/", "/2025/edition-00005/"
_BROCHURES = ("", "-a5", "-booklet", "-large", "-leaflet", "-press")


def build(folder: Path, many: int = 0) -> tuple[Path, Path]:
    """The sample house's content and output: its editions, of which the brochures alone are
    small; before them ``many`` short ones, of which one is withdrawn."""
    content, output = folder / "content", folder / "output"
    house = (CONTENT / "house.toml").read_text(encoding="utf-8")
    workshop.content_folder(content, range(1, many + 1), year=2025, house=house)
    _publish(content, output, 0)
    for item in CONTENT.iterdir():
        if item.name[:2] == "20":
            (shutil.copytree if item.is_dir() else shutil.copyfile)(item, content / item.name)
    _publish(content, output, 1)
    if many:
        with workshop.desk(content, output, 2) as at:
            slug, why = WITHDRAWN.split("/")[2], "Published before the speakers had read it."
            now = (at.store, at.ledger, at.house, at.clock(), at.staging)
            outgoing.release(at, [acts.withdrawal(slug, why, "Anne", *now)])
    return content, output


def _publish(content: Path, output: Path, minutes: int) -> None:
    with workshop.desk(content, output, minutes) as at:
        due = [item for item in at.plan(watched=True) if item.state is State.DUE]
        staged = [outgoing.stage(at, item, _made(item, at), {}) for item in due]
        outgoing.release(at, staged)


def _made(item: Planned, at: Any) -> list[Made]:
    assert item.edition is not None
    imprint = at.making.imprint(item)
    made = [
        channels.render(name, item.edition, imprint, at.house) for name in ("newsletter", "feed")
    ]
    brochures = (File(f"public/brochure{kind}.pdf", "application/pdf", b"%") for kind in _BROCHURES)
    return [Made(r, ()) for r in (*made, Rendition("brochure", tuple(brochures)))]


def ask_for_a_yes(folder: Path) -> tuple[Path, Path, Galley]:
    """A house that asks before anything goes out, and the galley that waits there."""
    content, output = folder / "content", folder / "output"
    house = (
        (CONTENT / "house.toml").read_text(encoding="utf-8").replace("# [approval]", "[approval]")
    )
    house = house.replace("# required = true", "required = true")
    workshop.content_folder(content, range(0), house=house)
    shutil.copytree(CONTENT / "2024-riviere", content / "2024-riviere")
    with workshop.desk(content, output) as at:
        [item] = at.plan(watched=False)
        assert item.edition is not None
        made, imprint = _made(item, at), at.making.imprint(item)
        report = proof.report(item.edition, imprint, at.house, proof.Proof(()), "fr")
        return (
            content,
            output,
            outgoing.ask(at, item, {"proof.json": b"{}", "proof.html": report}, made),
        )


@contextmanager
def answering(content: Path, output: Path) -> Iterator[str]:
    """What ``serve`` answers, on a port of its own."""

    def wake(_reason: str, _entries: Sequence[str]) -> None: ...

    with workshop.desk(content, output) as at:
        address = at.house.address
    app = web.app(
        *(output, Metrics(), catalogue("serve", "en")),
        faults=dict,
        more=page.routes(content, output, wake, clock=lambda: workshop.EPOCH),  # type: ignore[arg-type]
        address=lambda: address,
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def looks(output: Path, galley: Galley) -> tuple[str, str]:
    """The address of the page that asks, and what the addresses of its files begin with."""
    secret = codes.secret_of(output)
    files = f"/approve/{galley.content}/files/{codes.look_key(galley, secret)}/"
    return codes.link_path(galley, "", secret), files
