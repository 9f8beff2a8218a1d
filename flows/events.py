"""Parution's events in Prefect: their names, and what stands in them.

An event is a record that others may build on; nothing of ours rests on one having arrived. The
``key`` of its payload is the same for the same content of the same entry, whoever tells of it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.desk import Outcome
    from flows.house import House
    from flows.ledger import Fact
    from flows.plan import Planned

_log = logging.getLogger("parution")

SOURCE, EDITION = "parution.source", "parution.edition"
#: What anybody may send, with any Prefect client, to have what is due looked at.
REQUESTED = f"{SOURCE}.requested"


def idempotency_key(entry: str, fingerprint: str) -> str:
    """What tells one content of one entry from all others."""
    return f"{entry}/{fingerprint}"


def emit(name: str, resource: str, payload: dict[str, Any], event: uuid.UUID | None = None) -> None:
    """Hand an event to Prefect's client, which sends it in the background. Never raises: what
    is recorded here has happened already."""
    from prefect.events import emit_event

    try:
        emit_event(name, {"prefect.resource.id": resource}, payload=payload, id=event)
    except Exception:  # of any kind: an event that is too large, a client that is closed
        _log.warning("the event %s could not be told", name, exc_info=True)


def source(what: str, item: Planned) -> None:
    """``parution.source.<what>`` of an entry that was ``dropped`` or ``changed``."""
    emit(f"{SOURCE}.{what}", f"parution.entry.{item.name}", _about(item))


def hook(name: str, event: uuid.UUID, entries: Iterable[str]) -> None:
    """``parution.source.hook``, once a call of a webhook was accepted."""
    emit(f"{SOURCE}.hook", f"parution.hook.{name}", {"entries": list(entries)}, event)


def outcome(done: Outcome, house: House) -> None:
    """What a run made public, and what it could not."""
    for fact in done.published:
        turn(fact, house)
    slugs = {item.name: item.edition.slug for item in done.due}
    for name, proof in done.refused:
        faults = [f"{check.subject}: {check.id}" for check in proof.checks if not check.passed]
        _of_entry("refused", name, slugs, {"faults": faults})
    for name, why in done.failed:
        _of_entry("failed", name, slugs, {"why": why})


def turn(fact: Fact, house: House) -> None:
    """``parution.edition.<act>``: published, corrected, withdrawn or rolled-back."""
    payload = {
        "entry": fact.entry,
        "title": fact.title,
        "revision": fact.revision,
        "turn": fact.turn,
        "fingerprint": fact.fingerprint,
        "manifest": fact.manifest,
        "note": fact.note,
        "address": f"{house.url(fact.path)}/",
        "trial": house.trial,
        "key": idempotency_key(fact.entry, fact.fingerprint),
    }
    emit(f"{EDITION}.{act_of(fact)}", f"parution.edition.{fact.slug}", payload)


def standing(what: str, item: Planned) -> None:
    """``parution.edition.refused``, ``waiting`` or ``late``: where an entry stands, told once."""
    understood = item.understood
    rules = sorted({finding.rule for finding in understood.findings}) if understood else []
    slug = understood.edition.slug if understood and understood.edition else ""
    resource = f"parution.edition.{slug}" if slug else f"parution.entry.{item.name}"
    emit(f"{EDITION}.{what}", resource, _about(item) | {"rules": rules})


def act_of(fact: Fact) -> str:
    """The act of a fact as it stands in an event's name."""
    return fact.act.replace(" ", "-")


def _of_entry(what: str, name: str, slugs: dict[str, str], payload: dict[str, Any]) -> None:
    resource = f"parution.edition.{slugs[name]}" if name in slugs else f"parution.entry.{name}"
    emit(f"{EDITION}.{what}", resource, {"entry": name, **payload})


def _about(item: Planned) -> dict[str, Any]:
    fingerprint = item.surveyed.fingerprint
    key = idempotency_key(item.name, fingerprint)
    return {"entry": item.name, "fingerprint": fingerprint, "state": str(item.state), "key": key}
