"""The making of a run's editions: which rendering is under way, what it bears, what it proves.

A rendering is started once, by whoever asks first, and awaited by all who need it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from flows.approval import codes
from flows.edition import Edition
from flows.ledger import agreed, lock_number
from flows.manifest import imprint_from, read_manifest
from flows.office import Office
from flows.plan import Planned
from flows.rendition import Imprint

if TYPE_CHECKING:
    from flows.press import Made
    from flows.proof import Proof
    from flows.proof.sheets import Sheets

#: Renderings that one run waits for at a time, each on a connection of its own.
WAITING = 8
#: Editions whose rendering starts before there is anyone to wait for it.
HEAD_START = 2


class Making:
    """The renderings of one run, by edition and channel."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._under_way: dict[tuple[str, str], Future[Made]] = {}
        self._moments: dict[str, datetime] = {}

    # -------------------------------------------------------------------------------- imprint

    def imprint(self, item: Planned) -> Imprint:
        """The imprint that a planned edition will bear."""
        from flows import release

        house, fact = self._office.house, item.surveyed.fact
        if fact is None or house.trial:
            return release.imprint_of(item.edition, house, item.revision, self._moment_of(item))
        former = imprint_from(read_manifest(self._office.store.release(fact.slug, fact.revision)))
        return release.imprint_after(
            former, item.revision, item.surveyed.note, self._moment_of(item)
        )

    def _moment_of(self, item: Planned) -> datetime:
        """The moment that an imprint bears: this run's, or where renderings are shared, that of
        whichever run came first to this state of the edition, for the same bytes."""
        house, slug = self._office.house, item.edition.slug
        if not house.storage.depot:
            return self._moment
        if slug not in self._moments:
            content = codes.content_of(item.edition, house, item.revision, item.surveyed.note)
            what = hashlib.sha256(f"{content}/{item.state}".encode()).hexdigest()
            self._moments[slug] = agreed(self._office.ledger.database, what, self._moment)
        return self._moments[slug]

    @cached_property
    def _moment(self) -> datetime:
        return self._office.clock()

    # ------------------------------------------------------------------------------ rendering

    def warm_up(self) -> None:
        """Start the press before there is work for it, and do not wait: loading it takes as long
        as reading an edition does."""
        from flows.press import warm

        pool = self._office.press
        starting = threading.Thread(target=lambda: [pool.submit(warm) for _ in range(2)])
        starting.start()
        self._office.at_close(starting.join)

    def begin(self, items: Iterable[Planned]) -> None:
        """Start with the first few of these."""
        from flows import channels

        for item in islice(items, HEAD_START):
            for channel in channels.found():
                self.rendering(item, channel)

    def rendering(self, item: Planned, channel: str) -> Future[Made]:
        """The rendering of one channel of one edition, started if it is not under way."""
        key = (item.edition.slug, channel)
        if key not in self._under_way:
            self._under_way[key] = self._start(channel, item.edition, self.imprint(item))
        return self._under_way[key]

    def _start(self, channel: str, edition: Edition, imprint: Imprint) -> Future[Made]:
        from flows.press import make

        house, pool = self._office.house, self._office.press

        def render() -> Future[Made]:
            return pool.submit(make, channel, edition, imprint, house)

        if not house.storage.depot:
            return render()
        from flows import depot

        key = depot.key_of(channel, edition, imprint, house)
        alone = self._office.ledger.database.locked(lock_number(f"make/{key}"))
        shelf = depot.open_depot(house.storage.depot)
        return self._threads.submit(depot.shared, shelf, key, alone, render)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Those that wait for what another machine is rendering."""
        pool = ThreadPoolExecutor(WAITING)
        self._office.at_close(lambda: pool.shutdown(wait=True, cancel_futures=True))
        return pool

    def give_up(self, item: Planned, channel: str) -> None:
        """Forget a rendering whose process died, and the pool that it broke."""
        self._under_way.pop((item.edition.slug, channel), None)
        self._office.close_press()

    def forget(self, item: Planned) -> None:
        """Let go of an edition's renderings, once they are written down."""
        for key in [key for key in self._under_way if key[0] == item.edition.slug]:
            del self._under_way[key]

    def cancel(self) -> None:
        """Start nothing more of what was asked for."""
        for future in self._under_way.values():
            future.cancel()

    # -------------------------------------------------------------------------------- proving

    def prove(self, item: Planned, made: Sequence[Made]) -> Proof:
        """All the evidence for one edition: source, each channel, and the links between them."""
        from flows import proof

        renditions = [m.rendition for m in made]
        return proof.Proof(
            (
                *proof.prove_source(item.reading.manuscript, item.reading.as_edited()),
                *(check for m in made for check in m.checks),
                *proof.prove_links(
                    item.edition, self.imprint(item), self._office.house, renditions
                ),
            )
        )

    def file_proof(
        self, item: Planned, evidence: Proof, made: Sequence[Made] = ()
    ) -> dict[str, bytes]:
        """Write the report of a proof where the editor finds it, held or not; its files."""
        from flows import proof
        from flows.targets.file import write

        house = self._office.house
        report = proof.report(
            item.edition,
            self.imprint(item),
            house,
            evidence,
            house.language,
            pages=self._sheets(item, evidence, made),
        )
        files = {"proof.json": proof.to_json(evidence), "proof.html": report}
        folder = self._office.store.proof(item.edition.slug, item.revision)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write(folder / name, data)
        return files

    def _sheets(self, item: Planned, evidence: Proof, made: Sequence[Made]) -> tuple[Sheets, ...]:
        """The pages of the PDFs; where a release is corrected, beside those that differ from it."""
        from flows.proof.sheets import sheets

        files = [file for m in made for file in m.rendition.files]
        former = self._office.store.release(item.edition.slug, item.revision - 1)
        paths = (file.path for file in files if file.path.endswith(".pdf"))
        before = {p: (former / p).read_bytes() for p in paths if (former / p).is_file()}
        return sheets(files, evidence.checks, before)
