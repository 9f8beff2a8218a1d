"""What leaves the desk: editions to the site, galleys to a person, the site to its targets."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.desk import Desk
from flows.failures import sentence_for
from flows.ledger import CORRECTED, Fact, Galley, lock_number
from flows.plan import Planned, Surveyed
from flows.targets import file as tree
from flows.words import catalogue

if TYPE_CHECKING:
    from flows.press import Made
    from flows.release import Staged

# ----------------------------------------------------------------------------------- to the site


def stage(desk: Desk, item: Planned, made: Sequence[Made], evidence: Mapping[str, bytes]) -> Staged:
    """Write a proved edition into this run's staging."""
    from flows import release

    desk.making.forget(item)
    asked = item.surveyed.asked
    return release.stage(
        desk.staging,
        (item.surveyed.entry, desk.content, item.surveyed.fingerprint),
        item.edition,
        desk.making.imprint(item),
        desk.house,
        [m.rendition for m in made],
        evidence,
        Counter(str(f.severity) for f in item.reading.findings),
        item.surveyed.turn,
        asked.who if asked else ", ".join(sorted(item.approved_by)),
    )


def release(desk: Desk, staged: Sequence[Staged]) -> list[Fact]:
    """Make everything staged public at one moment, unless another run was first."""
    from flows import release

    with desk.committing():
        facts = release.publish(staged, desk.store, desk.ledger, desk.house, desk.clock())
    out = {(fact.slug, fact.turn) for fact in facts}
    for item in staged:
        is_mine = (item.fact.slug, item.fact.turn) in out
        if not is_mine and not _is_out(desk, item.fact):
            desk.fail(item.fact.entry, overtaken(desk, item.fact))
    desk.outcome = replace(desk.outcome, published=(*desk.outcome.published, *facts))
    return facts


def _is_out(desk: Desk, fact: Fact) -> bool:
    """Whether what is public says the same, whoever published it."""
    public = desk.ledger.edition(fact.slug)
    return public is not None and (public.act, public.fingerprint) == (fact.act, fact.fingerprint)


def overtaken(desk: Desk, fact: Fact) -> str:
    """The sentence for an act that came second."""
    return catalogue("cli", desk.house.language)["overtaken"].format(slug=fact.slug)


# ------------------------------------------------------------------------------------ to a person


def ask(
    desk: Desk, item: Planned, evidence: Mapping[str, bytes], made: Sequence[Made] = ()
) -> Galley:
    """Keep a proved edition as what a person is asked about, once for each state of it, with the
    files that would go out."""
    from flows.approval import galleys

    galley = Galley(
        entry=item.name,
        slug=item.edition.slug,
        revision=item.revision,
        title=item.edition.title,
        content=item.content,
        proof=hashlib.sha256(evidence["proof.json"]).hexdigest(),
    )
    galleys.keep(desk.store, galley, desk.house, evidence, [m.rendition for m in made])
    if desk.ledger.records.record_galley(galley, desk.clock()):
        desk.outcome = replace(desk.outcome, asking=(*desk.outcome.asking, galley))
    galleys.sweep(desk.store, desk.ledger)
    return galley


def ask_for_correction(desk: Desk, surveyed: Surveyed, note: str, who: str) -> Fact:
    """Keep a person's wish that the source as it is now replaces what is public."""
    public = surveyed.fact
    assert public is not None
    with desk.committing():  # so that no turn comes between the numbers and the record
        wish = replace(
            public,
            act=CORRECTED,
            fingerprint=surveyed.fingerprint,
            revision=desk.ledger.last_revision(public.slug) + 1,
            turn=desk.ledger.last_turn(public.slug) + 1,
            who=who,
            note=note,
            at=None,
        )
        return desk.ledger.record("asked", [wish], desk.clock())[0]


# ------------------------------------------------------------------------------------- to targets


def undelivered(desk: Desk) -> tuple[str, ...]:
    """The targets that have not got the newest turn; a trial goes nowhere."""
    if desk.house.trial or not (targets := desk.house.targets.all):
        return ()
    position, records = desk.ledger.position(), desk.ledger.records
    return tuple(t for t in targets if records.delivered_to(t) < position)


def deliver(desk: Desk, target: str) -> None:
    """Bring a target to what is public now. Raises ``TargetError``; nothing is noted then."""
    from flows import targets

    records = desk.ledger.records
    with (
        desk.store.delivering(target),
        desk.ledger.database.locked(lock_number(f"deliver/{target}")),
    ):
        position = desk.ledger.position()
        known = records.delivered_to(target)
        if known >= position:
            return
        root = tree.current(desk.store.site)
        assert root is not None
        if target in desk.house.targets.hubs:
            targets.ping(target, changed_feeds(desk, known))
        else:
            targets.push(root, target, position)
        records.delivered(target, position, desk.clock())
    desk.outcome = replace(desk.outcome, delivered=(*desk.outcome.delivered, target))


def changed_feeds(desk: Desk, position: int) -> list[str]:
    """The addresses of the feeds that changed after a position: those of all editions, then those
    of each subject and language that a turn since then touched. A hub that was told nothing yet
    has no subscribers but to what it is told of: it is told of the former."""
    from flows.gathering import changed_collections
    from flows.shelf import FEEDS

    facts = desk.ledger.since(position) if position else []
    homes = ["", *changed_collections(facts, desk.store, desk.ledger)]
    return [desk.house.url(home + name) for home in homes for name in FEEDS]


def deliver_all(desk: Desk) -> None:
    """Bring every target up to date, for an act that needs no run."""
    for target in undelivered(desk):
        try:
            deliver(desk, target)
        except Exception as error:
            desk.fail(target, sentence_for(error))
