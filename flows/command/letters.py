"""What became of mail, as a person reads it and as a program does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from flows.command.officer import print_json
from flows.desk import Desk
from flows.ledger.mailings import FAILED, QUEUED, SENT, UNKNOWN, Campaign, Mail
from flows.words import catalogue

if TYPE_CHECKING:
    from flows.mailing.mailroom import Mailed

#: Refusals that a person is shown in full.
_SHOWN = 5


def show(desk: Desk, done: Sequence[Mailed], language: str, stream: TextIO) -> None:
    """What a run did for each list: how many got it, and everybody who did not."""
    words = catalogue("mail", language)
    if not done:
        stream.write(words["nothing_to_send"] + "\n")
    for mailed in done:
        _show(desk, mailed, words, stream)


def _show(desk: Desk, mailed: Mailed, words: Any, stream: TextIO) -> None:
    counts, due = mailed.progress.counts, mailed.due

    def line(key: str, **values: object) -> None:
        stream.write(words[key].format(**values) + "\n")

    is_new = counts[SENT] > mailed.before or mailed.is_open or not counts[SENT]
    line(
        "sent_to" if is_new else "sent_nothing",
        title=due.title,
        list=mailed.due.to.name,
        sent=counts[SENT],
        total=mailed.progress.total,
    )
    if mailed.spared:
        line("sent_spared", n=mailed.spared)
    if mailed.twice:
        line("sent_twice", n=mailed.twice)
    if counts[FAILED]:
        line("sent_failed", n=counts[FAILED])
        refused = desk.ledger.mailings.mails(mailed.due.key, FAILED)
        for _n, mail in zip(range(_SHOWN), refused, strict=False):
            line("sent_failed_one", address=mail.address, why=mail.why)
        if counts[FAILED] > _SHOWN:
            line("sent_more", n=counts[FAILED] - _SHOWN, slug=due.slug)
    if trouble := mailed.progress.trouble:
        stream.write(f"  {trouble.told(desk.house.language)}\n")
        line("sent_waiting", n=counts[QUEUED])
    elif counts[QUEUED]:
        is_stopped = mailed.progress.is_stopped
        line("sent_waiting" if is_stopped else "sent_put_off", n=counts[QUEUED])
    if counts[UNKNOWN]:
        line("sent_unknown", n=counts[UNKNOWN], slug=due.slug)


def as_json(desk: Desk, mailed: Mailed) -> dict[str, Any]:
    """The same for a program, with everybody who did not get it."""
    mails = desk.ledger.mailings.mails(mailed.due.key, FAILED, UNKNOWN, QUEUED)
    trouble = mailed.progress.trouble
    return {
        "slug": mailed.due.slug,
        "revision": mailed.due.revision,
        "list": mailed.due.to.name,
        "correction": mailed.due.is_correction,
        "counts": mailed.progress.counts,
        "seconds": round(mailed.seconds, 3),
        "spared": mailed.spared,
        "twice": mailed.twice,
        "trouble": trouble.told(desk.house.language) if trouble else "",
        "not_sent": [
            {"address": mail.address, "state": mail.state, "why": mail.why} for mail in mails
        ],
    }


def show_unknown(
    found: Sequence[tuple[Campaign, Mail]],
    verdict: str,
    language: str,
    stream: TextIO,
    *,
    as_json: bool,
) -> None:
    """The mails of which nobody knows, or what a person has decided about them."""
    if as_json:
        print_json(
            [
                {
                    "slug": campaign.slug,
                    "revision": campaign.revision,
                    "list": campaign.list,
                    "address": mail.address,
                    "at": mail.at,
                    "why": mail.why,
                    "now": verdict or mail.state,
                }
                for campaign, mail in found
            ]
        )
        return
    words = catalogue("mail", language)
    if not found:
        stream.write(words["unknown_none"] + "\n")
        return
    if verdict:
        slug = found[0][0].slug
        stream.write(words[f"resolved_{verdict}"].format(n=len(found), slug=slug) + "\n")
        return
    for campaign, mail in found:
        values: dict[str, object] = {
            "slug": campaign.slug,
            "revision": campaign.revision,
            "list": campaign.list,
        }
        key = "unknown_one" if mail.state == UNKNOWN else "refused_one"
        values |= {"list": campaign.list, "address": mail.address}
        values |= {"when": mail.at[:19], "why": mail.why}
        said = words[key].format(**values)
        stream.write(said + "\n")
    stream.write(words["unknown_how"] + "\n")
