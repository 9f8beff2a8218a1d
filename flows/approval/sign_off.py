"""How a galley stands now: its entry is read again, and held against what was proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.approval import codes, galleys, yes
from flows.desk import Desk
from flows.edition import Severity
from flows.house import House
from flows.ledger import Galley
from flows.plan import ASKING, Planned, State
from flows.preview import Point, points
from flows.words import catalogue, long_date


@dataclass(frozen=True, slots=True)
class View:
    """What a galley comes to now. ``standing``: waiting, enough, published or changed."""

    galley: Galley
    house: House
    standing: str
    content: str = ""
    names: tuple[str, ...] = ()
    needed: int = 1
    language: str = ""
    note: str = ""
    doubts: tuple[Point, ...] = ()
    moment: datetime | None = None
    address: str = ""
    shown: tuple[tuple[str, str], ...] = ()

    @property
    def is_current(self) -> bool:
        return self.standing in ("waiting", "enough")

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.names))


def view_of(desk: Desk, galley: Galley) -> View:
    """How a galley stands: its entry is read again, and held against it."""
    house = desk.house
    planned = desk.plan([galley.entry], watched=False)
    item = planned[0] if planned else None
    if item is None or item.content != galley.content:
        standing = "published" if _is_out(desk, galley, item) else "changed"
        fact = desk.ledger.edition(galley.slug)
        address = house.url(f"{fact.path}/") if fact else ""
        return View(galley, house, standing, item.content if item else "", address=address)
    said = codes.names(
        desk.ledger.records.approvals(galley.entry), galley.content, house, desk.secret
    )
    found = [f for f in item.reading.findings if f.severity is Severity.DOUBT]
    return View(
        galley,
        house,
        "waiting" if item.state in ASKING else "enough",
        item.content,
        tuple(sorted(said)),
        house.approval.needed,
        item.edition.language,
        item.surveyed.note,
        points(found, house.language),
        item.moment if item.moment and item.moment > desk.clock() else None,
        shown=galleys.shown(desk.store.galley(galley.content)),
    )


def _is_out(desk: Desk, galley: Galley, item: Planned | None) -> bool:
    """Whether it is this galley that was published: the last one of its entry, its revision."""
    fact = item.surveyed.fact if item else None
    if item is None or item.state is not State.PUBLISHED or fact is None:
        return False
    newest = desk.ledger.records.galleys().get(galley.entry)
    return newest == galley and fact.revision == galley.revision


def give(desk: Desk, galley: Galley, who: str, way: str) -> tuple[yes.Answer, View]:
    """Keep ``who``'s yes to a galley, if it is what the entry says now; how it stands then."""
    content = view_of(desk, galley).content
    answer = yes.say_yes(
        galley, content, who, way, desk.ledger, desk.house, desk.secret, desk.clock()
    )
    return answer, view_of(desk, galley)


def when(view: View, language: str) -> str:
    """When a galley goes out, as the house's clocks show it."""
    words = catalogue("approval", language)
    if view.moment is None:
        return words["now"]
    local = view.moment.astimezone(view.house.zone)
    day = long_date(local.date(), language)
    return words["at_moment"].format(day=day, time=f"{local:%H:%M}")


def reply(answer: yes.Answer, view: View, prefix: str = "", language: str = "") -> str:
    """What whoever said yes is answered; ``prefix``: of the sentences of a page, say."""
    is_over = answer.result is yes.Result.CHANGED
    key = view.standing if is_over else answer.result
    return sentence(f"{prefix}{key}", view, answer.who, language)


def sentence(key: str, view: View, who: str = "", language: str = "") -> str:
    """A sentence of the sign-off, by default in the house's language."""
    language = language or view.house.language
    return catalogue("approval", language)[key].format(
        who=who,
        name=who,
        title=view.galley.title,
        entry=view.galley.entry,
        missing=view.missing,
        may=", ".join(view.house.approval.by),
        when=when(view, language),
    )
