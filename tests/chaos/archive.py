"""A small archive under test: its sources, and the runs that change it.

Each version of each source has a word of its own (:func:`word`), and each file that the workshop
makes bears its revision's mark and that word, so that whoever reads the site can tell from any
file which state of the edition it belongs to.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from flows import acts, channels, outgoing, plan, release
from flows.desk import Desk
from flows.edition import Edition
from flows.ledger import Ledger, LedgerError
from flows.press import Made
from flows.release import Staged
from flows.rendition import File, Rendition
from tests.release.workshop import NAMES

HOUSE = """name = "House of tests"
address = "https://house.example"
language = "en"
timezone = "Europe/Paris"
"""
#: What no reader may ever see: a draft that is doubtful, and one that lies far ahead.
SECRETS = ("heldsecret", "farsecret")
WORD = re.compile(rb"kw\d\dv\d\dkw")

Reached = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does: ``kind`` is publish, correct, withdraw or rollback; ``number`` the
    edition (0 for a publication of everything new), ``version`` that of its source after it,
    ``reason`` what a withdrawal says."""

    kind: str
    number: int = 0
    version: int = 0
    reason: str = ""
    new: tuple[int, ...] = ()


def word(number: int, version: int) -> str:
    return f"kw{number:02d}v{version:02d}kw"


def slug(number: int) -> str:
    return f"edition-{number:05d}"


def entry(number: int) -> str:
    return f"e{number:05d}.md"


def write_source(content: Path, number: int, version: int, publish_at: str = "") -> None:
    """A source: numbers of one parity lie in another year, so that there are two year folders."""
    embargo = f"publish_at: {publish_at}\n" if publish_at else ""
    text = (
        f"---\ntitle: Edition {number:05d}\ndate: {2025 + number % 2}-01-02\nlanguage: en\n"
        f"{embargo}---\n\nIt says {word(number, version)}.\n"
    )
    draft = content.with_name(f"{entry(number)}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(content / entry(number))  # two people may write the same at once


def write_house(content: Path, target: str = "") -> None:
    content.mkdir(parents=True, exist_ok=True)
    sites = f'\n[targets]\nsites = ["{target}"]\n' if target else ""
    (content / "house.toml").write_text(HOUSE + sites, encoding="utf-8")
    (content / "held.md").write_text(
        "---\ntitle: Held back\ndate: 2018-03-01\nlanguage: fr\n---\n\n"
        "Voici heldsecret. Ce sera chose faite d’ici à fin 2015.\n",
        encoding="utf-8",
    )
    (content / "far.md").write_text(
        "---\ntitle: Far ahead\ndate: 2018-03-01\nlanguage: en\npublish_at: 2090-01-01T09:00\n"
        "---\n\nHere is farsecret.\n",
        encoding="utf-8",
    )


class _Here(Executor):
    """A press of this process: a thread or a pool must not be caught in a fork."""

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*given, **named))
        except BaseException as error:
            future.set_exception(error)
        return future


@dataclass(slots=True)
class Bench:
    """Where an archive lies, and at what moment somebody works on it."""

    content: Path
    output: Path
    now: datetime
    #: Told each step of the release room as it is passed.
    reached: Reached = field(default=lambda _step: None)
    #: Given the ledger when it is opened, so that it can be cut.
    opened: Callable[[Ledger], None] = field(default=lambda _ledger: None)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        press: Any = _Here()
        with Desk(self.content, self.output, clock=lambda: self.now, press=press) as at:
            self.opened(at.ledger)
            yield at


def _renditions(edition: Edition, at: Desk, imprint: Any) -> list[Rendition]:
    text = repr(edition.blocks)
    found = WORD.search(text.encode())
    said = found[0].decode() if found else text
    mark = f"{edition.slug} revision {imprint.revision} {said}".encode()
    files = tuple(File(f"public/{name}", "text/plain", mark) for name in NAMES)
    return [Rendition("page", files), channels.render("feed", edition, imprint, at.house)]


def _stage(at: Desk, only: tuple[str, ...] = ()) -> list[Staged]:
    return [
        outgoing.stage(
            at,
            item,
            [Made(r, ()) for r in _renditions(item.edition, at, at.making.imprint(item))],
            {"proof.json": b"{}\n"},
        )
        for item in at.plan(only, watched=False)
        if item.state == "due"
    ]


def perform(act: Act, bench: Bench) -> None:
    """One act, as its command does it; the ledger is asked again as the flow asks again."""
    with bench.desk() as at:
        at.recover()
        if act.kind == "publish":
            staged = _stage(at)
        elif act.kind == "correct":
            write_source(bench.content, act.number, act.version)
            [surveyed] = plan.survey(bench.content, at.ledger, [entry(act.number)])
            outgoing.ask_for_correction(at, surveyed, f"Now {act.version}.", "a person")
            bench.reached("asked")
            staged = _stage(at, (entry(act.number),))
        else:
            staged = [_turned(act, at)]
        bench.reached("staged")
        _release(at, staged, tries=3 if act.kind in ("publish", "correct") else 1)
        bench.reached("released")
        outgoing.deliver_all(at)
    bench.reached("over")


def _turned(act: Act, at: Desk) -> Staged:
    if act.kind == "rollback":
        return acts.rollback(slug(act.number), None, "It was better.", "a person", at.ledger)
    return acts.withdrawal(
        slug(act.number), act.reason, "a person", at.store, at.ledger, at.house, at.clock(),
        at.staging,
    )  # fmt: skip


def _release(at: Desk, staged: list[Staged], tries: int) -> None:
    """As the flow's task does: a ledger that was busy is asked again."""
    for left in reversed(range(tries)):
        try:
            outgoing.release(at, staged)
            return
        except LedgerError:
            if not left:
                raise


def recover(bench: Bench) -> list[str]:
    """An ordinary next run; what failed in it. Nobody lends it a hand."""
    with bench.desk() as at:
        at.recover()
        if staged := _stage(at):
            outgoing.release(at, staged)
        outgoing.deliver_all(at)
        return [f"{name}: {why}" for name, why in at.outcome.failed]


def telling(tell: Reached) -> None:
    """Have every release of this process tell its steps. The desk publishes without watching."""
    publish = release.publish

    def told(staged, store, ledger, house, now, reached=tell):  # type: ignore[no-untyped-def]
        return publish(staged, store, ledger, house, now, reached)

    release.publish = told


@cache
def warm() -> None:
    """Load in this process, once, what each of its children would load for itself."""
    from flows import shelf
    from flows.house_file import read_house

    for module in ("flows.site", "flows.targets.mirror", "tests.chaos.target"):
        import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "content"
        write_house(content)
        write_source(content, 1, 1)
        house = read_house(content)
        for found in plan.entries(content):
            edition = plan.understand(found, content, house).edition
            assert edition is not None
            imprint = release.imprint_of(edition, house, 1, datetime(2026, 1, 1, tzinfo=UTC))
            channels.render("feed", edition, imprint, house)
        line = shelf.Line("2026/x", "X", "en", None, imprint.published, imprint.updated)
        shelf.tombstone(line, imprint, house)
        shelf.front((), 1, (2026,), house)
        shelf.year(2026, (line,), house)
