"""A release: one revision of one edition on all channels, staged aside, then made public at once.

The order of a turn is what makes it safe to kill. Everything is rendered, proved and written in
staging; under the lock the ledger says *begun*, the folders are renamed into place and the turn's
file is written beside them, a new root is built and proved, the root is swapped (the one moment
at which readers see a change), and the ledger says *done*. :func:`recover` reads off how far a
killed run came. A correction, a withdrawal and a rollback are turns like the first.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from flows import gathering, site, sources
from flows.edition import Edition
from flows.house import House
from flows.ledger import ROLLED_BACK, Fact, Ledger, fact_of, fact_to_json
from flows.manifest import HOUSE_FILES, manifest_of, to_json
from flows.reading import parts_of
from flows.rendition import Imprint, Rendition, Revision, tool_versions
from flows.sources import Entry
from flows.store import Store
from flows.targets import file as tree


class ChangedMeanwhileError(Exception):
    """A source changed while it was being published; the next run takes the new state."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A turn that waits, and what the ledger will say about it. ``folder`` is the release in
    staging, or None where the turn goes back to one that stands in its place already."""

    fact: Fact
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a later run did about a killed one: ``done`` is ``finished`` or ``undone``."""

    done: str
    slug: str
    revision: int


def imprint_of(edition: Edition, house: House, revision: int, now: datetime) -> Imprint:
    """The imprint of a first publication: its address and its guid are frozen from here on.

    The guid is a ``tag:`` URI (RFC 4151): authority, day of first publication, path.
    """
    moment = now.astimezone(UTC).replace(microsecond=0)
    path = f"{(edition.date or moment.astimezone(house.zone).date()).year}/{edition.slug}"
    if house.trial:
        guid = uuid5(NAMESPACE_URL, path).urn
    else:
        authority = house.tag_authority or f"{urlsplit(house.address).hostname},{moment:%Y-%m-%d}"
        guid = f"tag:{authority}:{path}"
    return Imprint(
        revision=revision,
        path=path,
        guid=guid,
        history=(Revision(revision, moment),),
        trial=house.trial,
        versions=tool_versions(),
        parts=parts_of(edition),
    )


def imprint_after(former: Imprint, revision: int, note: str, now: datetime) -> Imprint:
    """The imprint of a later revision: the same address and guid, one more line of history.

    It is later than the former one even where the clock was put back: a feed reader goes by that.
    """
    after = former.updated + timedelta(seconds=1)
    moment = max(now.astimezone(UTC).replace(microsecond=0), after)
    return replace(
        former,
        revision=revision,
        history=(*former.history, Revision(revision, moment, note)),
        versions=tool_versions(),
    )


# --------------------------------------------------------------------------------------- stage


def stage(
    folder: Path,
    read_from: tuple[Entry, Path, str],
    edition: Edition,
    imprint: Imprint,
    house: House,
    renditions: Sequence[Rendition],
    evidence: Mapping[str, bytes],
    findings: Mapping[str, int],
    turn: int = 1,
    who: str = "",
) -> Staged:
    """Write a release into ``folder`` of staging.

    ``read_from`` is the entry, the content folder, and the fingerprint of what was read;
    :class:`ChangedMeanwhileError` is raised where the source is not that any more.
    """
    entry, content, fingerprint = read_from
    draft = folder / edition.slug
    for path in dict.fromkeys((entry.source, *entry.files)):
        _write_below(draft / "source", str(path.relative_to(content)), path.read_bytes())
    if house.print.data:
        _write_below(draft / HOUSE_FILES, house.print.profile, house.print.data)
    copied = sources.entries(draft / "source")
    if [sources.fingerprint(copy) for copy in copied] != [fingerprint]:
        raise ChangedMeanwhileError(f"{entry.name} changed while it was being published")
    files = [file for rendition in renditions for file in rendition.files]
    for file in files:
        _write_below(draft, file.path, file.data)
    for name, data in evidence.items():
        _write_below(draft, f"proof/{name}", data)
    manifest = manifest_of(entry, fingerprint, edition, imprint, house, files, findings)
    fact = fact_of(entry.name, fingerprint, edition, imprint, turn)
    return sealed(draft, manifest, replace(fact, who=who))


def sealed(draft: Path, manifest: Mapping[str, Any], fact: Fact) -> Staged:
    """A release with its manifest, which is written last and whose hash the ledger keeps."""
    data = to_json(manifest)
    tree.write(draft / "manifest.json", data)
    tree.sync_folder(draft)
    return Staged(replace(fact, manifest=hashlib.sha256(data).hexdigest()), draft)


def _write_below(folder: Path, path: str, data: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    tree.write(target, data)


# ------------------------------------------------------------------------------------- publish


def publish(
    staged: Sequence[Staged],
    store: Store,
    ledger: Ledger,
    house: House,
    now: datetime,
    reached: Callable[[str], None] = lambda _step: None,
) -> list[Fact]:
    """Make staged releases public, all of them at one moment; the facts as recorded.

    Call it with the lock held. What another run left half done while this one waited for the
    lock, or this one's own last try, is finished or undone first; what is not the next turn of
    its edition after that was overtaken, and is left out. ``reached`` is told each step as it is
    passed. Raises :class:`flows.site.RefusedError` where the shelf does not hold: then nothing
    has changed.
    """
    finished, _undone = _settle(store, ledger, house, now)
    own = {item.fact.manifest for item in staged}
    finished = [fact for fact in finished if fact.manifest in own]
    staged = [item for item in staged if _is_next(item.fact, ledger)]
    facts = ledger.record("begun", [item.fact for item in staged], now)
    reached("begun")
    for item, fact in zip(staged, facts, strict=True):
        _move_into_place(item.folder, fact, store)
        reached("moved")
    try:
        published = _make_public(facts, store, ledger, house, now, reached) if facts else []
        return [*finished, *published]
    except site.RefusedError:
        for fact in facts:
            _undo(fact, store, ledger, now)
        raise


def _is_next(fact: Fact, ledger: Ledger) -> bool:
    """Whether a turn still follows the last one, and its release is not one that was out."""
    if fact.turn <= ledger.last_turn(fact.slug):
        return False
    return fact.act == ROLLED_BACK or fact.revision > ledger.last_revision(fact.slug)


def _move_into_place(folder: Path | None, fact: Fact, store: Store) -> None:
    place = store.release(fact.slug, fact.revision)
    if folder is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        shared = store.tree / "assets"
        shared.mkdir(parents=True, exist_ok=True)
        for asset in sorted((folder / "assets").glob("*")):
            if not (shared / asset.name).exists():
                asset.replace(shared / asset.name)
        shutil.rmtree(folder / "assets", ignore_errors=True)
        folder.rename(place)
    file = store.turn(fact.slug, fact.turn)  # last: where it stands, the turn is whole
    tree.write_whole(file, to_json(fact_to_json(fact)), file.with_suffix(".draft"))


def _make_public(
    facts: Sequence[Fact],
    store: Store,
    ledger: Ledger,
    house: House,
    now: datetime,
    reached: Callable[[str], None],
) -> list[Fact]:
    root = site.build_root(facts, store, ledger, house)
    reached("built")
    ledger.database.require_lock()  # which a database that was away has given to somebody else
    tree.swap(store.site, root)
    reached("swapped")
    recorded = ledger.record("done", facts, now)
    reached("recorded")
    tree.sweep(store.site, store.tree)
    gathering.follow(store, ledger)  # now, so that the next change does not pay for it
    return recorded


def _undo(fact: Fact, store: Store, ledger: Ledger, now: datetime) -> None:
    store.turn(fact.slug, fact.turn).unlink(missing_ok=True)
    known = {done.revision for done in ledger.history(fact.slug)}
    if fact.act != ROLLED_BACK and fact.revision not in known:  # never one that was out
        shutil.rmtree(store.release(fact.slug, fact.revision), ignore_errors=True)
    ledger.record("undone", [fact], now)


# ------------------------------------------------------------------------------------- recover


def recover(store: Store, ledger: Ledger, house: House, now: datetime) -> list[Recovered]:
    """Finish or undo what a killed run left, and say which. Call it with the lock held.

    What is public is recorded; what lies complete in its place goes public (it was proved, and
    meant to go out); what does not is undone. Staging without a living run is removed.
    """
    if ledger.knows_nothing() and (found := site.facts_of(store)):
        ledger.mailings.lost(now)  # first: what is mailed rests on this
        ledger.restore(found, now)
        unseen = [fact for fact in ledger.known().values() if not _is_seen(fact, store)]
        if unseen or tree.current(store.site) is None:
            tree.swap(store.site, site.build_root(unseen, store, ledger, house))
    swept = [Recovered("undone", slug, 0) for slug in store.sweep_staging()]
    finished, undone = _settle(store, ledger, house, now)
    return [
        *swept,
        *(Recovered("undone", fact.slug, fact.revision) for fact in undone),
        *(Recovered("finished", fact.slug, fact.revision) for fact in finished),
    ]


def _settle(
    store: Store, ledger: Ledger, house: House, now: datetime
) -> tuple[list[Fact], list[Fact]]:
    """Finish or undo each turn that was begun; those finished, and those undone."""
    seen, complete, undone = [], [], []
    for fact in ledger.unfinished():
        if not store.turn(fact.slug, fact.turn).is_file():
            _undo(fact, store, ledger, now)
            undone.append(fact)
        elif _is_seen(fact, store):
            seen += ledger.record("done", [fact], now)
        else:
            complete.append(fact)
    if complete:
        complete = _make_public(complete, store, ledger, house, now, lambda _step: None)
    return [*seen, *complete], undone


def _is_seen(fact: Fact, store: Store) -> bool:
    """Whether the site shows the release that a turn chose."""
    place = store.release(fact.slug, fact.revision) / "public"
    return (store.site / fact.path).resolve() == place.resolve()
