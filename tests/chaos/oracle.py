"""What the public should see: a model of a few lines beside which the real thing is held.

An act moves one edition from a state to another; whatever breaks on the way, readers see the one
or the other, and after the next ordinary run exactly one, which the next act starts from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.chaos.archive import Act, slug, word
from tests.chaos.public import Public, Seen

ABSENT = ""


@dataclass(slots=True)
class Model:
    """By slug: the ``shown`` state, and what readers remember of it."""

    shown: dict[str, str] = field(default_factory=dict)
    #: Every state that was a publication or a correction, by revision, with its digest.
    known: dict[str, dict[int, Seen]] = field(default_factory=dict)
    last: dict[str, Seen] = field(default_factory=dict)

    def state(self, number: int) -> str:
        return self.shown.get(slug(number), ABSENT)

    def out(self) -> list[int]:
        return [int(s[-5:]) for s, state in self.shown.items() if not state.startswith("gone")]

    def gone(self) -> list[int]:
        return [int(s[-5:]) for s, state in self.shown.items() if state.startswith("gone")]

    def can_go_back(self, number: int) -> bool:
        name = slug(number)
        return any(r < self.revision(number) for r in self.known.get(name, {}))

    def revision(self, number: int) -> int:
        """The revision that is shown; a tombstone counts as higher than every other."""
        name = slug(number)
        return 10**6 if self.state(number).startswith("gone") else self.last[name].revision

    def after(self, act: Act) -> dict[str, str]:
        """The states that an act changes, once it is done."""
        if act.kind == "publish":
            return {slug(n): word(n, 1) for n in act.new}
        name = slug(act.number)
        if act.kind == "correct":
            return {name: word(act.number, act.version)}
        if act.kind == "withdraw":
            return {name: f"gone: {act.reason}"}
        earlier = [r for r in self.known[name] if r < self.revision(act.number)]
        return {name: self.known[name][max(earlier)].word}

    # ------------------------------------------------------------------------------- judging

    def strangers(self, public: Public, allowed: Mapping[str, Collection[str]]) -> list[str]:
        """What is public and should not be, or is not and should. ``allowed``: by slug, the
        states that are right beside the one that is shown."""
        wrong = []
        states = public.states()
        for name in sorted({*states, *self.shown, *allowed}):
            right = set(allowed.get(name, (self.shown.get(name, ABSENT),)))
            if (state := states.get(name, ABSENT)) not in right:
                wrong.append(f"{name} shows {state!r} and not one of {sorted(right)}")
        return wrong

    def breaches(self, public: Public) -> list[str]:
        """What readers remember and find changed: guid, date, bytes of a revision, order."""
        wrong = []
        for name, seen in public.editions.items():
            wrong += self._breaches(name, seen)
        return wrong

    def _breaches(self, name: str, seen: Seen) -> list[str]:
        if seen.reason:
            return []
        wrong = []
        before = self.known.get(name, {}).get(seen.revision)
        if before and (before.word, before.digest) != (seen.word, seen.digest):
            wrong.append(f"{name}: revision {seen.revision} has other bytes than before")
        if before and before.updated != seen.updated:
            wrong.append(f"{name}: revision {seen.revision} was updated without being")
        any_before = next(iter(self.known.get(name, {}).values()), None)
        if any_before and (any_before.guid, any_before.published) != (seen.guid, seen.published):
            wrong.append(f"{name}: its guid or its first date has changed")
        last = self.last.get(name)
        if last and not before and not _later(seen.updated, last.updated):
            wrong.append(f"{name}: a new revision is not later than the one before it")
        return wrong

    def learn(self, public: Public) -> None:
        """Take what is public for what is shown from now on."""
        self.shown = public.states()
        for name, seen in public.editions.items():
            if not seen.reason:
                self.known.setdefault(name, {})[seen.revision] = seen
                self.last[name] = seen


def _later(new: datetime | None, old: datetime | None) -> bool:
    return old is None or (new is not None and new > old)
