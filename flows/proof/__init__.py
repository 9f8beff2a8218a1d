"""What must hold before anything goes out.

words      a rendition says the edition's words, in order, each once, and its template's; no others
source     a word that the source had and the edition has not was taken by a rule that says so
links      each link and anchor resolves, and no link of the edition was lost
validity   PDF/UA-1 for the PDF, the RSS 2.0 profile for the feed
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.edition import Edited, Edition
from flows.house import House
from flows.manuscript import Manuscript
from flows.proof.check import Check, Proof
from flows.proof.evidence import report, to_json
from flows.rendition import File, Imprint, Rendition

__all__ = [
    "Check",
    "Proof",
    "prove_feed",
    "prove_links",
    "prove_rendition",
    "prove_source",
    "report",
    "to_json",
]


def prove_source(manuscript: Manuscript, edited: Edited) -> tuple[Check, ...]:
    """Each word of the source is in the edition, or a change says which rule took it."""
    from flows.proof.source import prove

    return prove(manuscript, edited)


def prove_rendition(
    edition: Edition, imprint: Imprint, house: House, rendition: Rendition
) -> tuple[Check, ...]:
    """The words of each file that carries text, and the validity of each PDF."""
    from flows.proof.rendition import prove

    return prove(edition, imprint, house, rendition)


def prove_links(
    edition: Edition, imprint: Imprint, house: House, renditions: Sequence[Rendition]
) -> tuple[Check, ...]:
    """Each link and anchor of the renditions resolves; each link of the edition is in them."""
    from flows.proof.links import prove

    return prove(edition, imprint, house, renditions)


def prove_feed(files: Sequence[File], house: House) -> tuple[Check, ...]:
    """The shelf's ``feed.xml`` is well-formed, valid and complete."""
    from flows.proof.feed import prove

    return prove(files, house)
