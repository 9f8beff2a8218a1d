"""Editions made by hand, with every kind of block, and the strategies that make others."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime

from flows.edition import (
    Edition,
    Emphasis,
    Figure,
    Foreign,
    Heading,
    ItemList,
    LineBreak,
    Link,
    Note,
    Paragraph,
    Picture,
    PullQuote,
    Quote,
    SideBox,
    Strong,
    Superscript,
    Table,
    Text,
)
from flows.house import House
from flows.rendition import Imprint, Revision

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB7zAqmAAAAABJRU5ErkJggg=="
)
HOUSE = House(
    name="Conseil de développement", address="https://conseil.example", email="a@b.example"
)
IMPRINT = Imprint(
    revision=2,
    path="2018/territoire",
    guid="tag:conseil.example,2018:territoire",
    history=(
        Revision(1, datetime(2018, 8, 16, 9, tzinfo=UTC)),
        Revision(2, datetime(2018, 9, 1, 9, tzinfo=UTC), "Un chiffre corrigé."),
    ),
)


def t(value: str) -> tuple[Text]:
    return (Text(value),)


def everything() -> Edition:
    """One block of each kind, notes, links, and a word that styles cut into pieces."""
    picture = Picture("carte.png", "image/png", 1, 1, DOT)
    return Edition(
        slug="territoire",
        language="fr",
        title="Et mon territoire\u00a0?",
        standfirst=t("Trois usages, un lieu\u202f: la place du village."),
        date=date(2018, 8, 16),
        section="Nos éditions",
        category="Conférences",
        speakers=("Ada Lovelace",),
        tags=("numérique",),
        blocks=(
            Paragraph(
                (
                    Text("Le 1"),
                    Superscript(t("er")),
                    Text(" mars, la territoriali"),
                    Emphasis(t("sation")),
                    Note((Text("Un mot de "), Strong(t("treize")), Text(" lettres."))),
                    Text(" des pratiques a commencé\u202f; "),
                    Link("https://exemple.org/etude?annee=2015", t("une étude")),
                    Text(" le montre, peut-être."),
                )
            ),
            Heading(1, t("Les usages"), "les_usages"),
            Paragraph((Text("Première ligne"), LineBreak(), Text("seconde ligne."))),
            ItemList(((Paragraph(t("des drives")),), (Paragraph(t("des tiers-lieux")),))),
            ItemList(
                ((Paragraph(t("d’abord")),), (Paragraph(t("ensuite")),)), ordered=True, start=3
            ),
            Quote((Paragraph(t("«\u00a0Le lien compte plus que le lieu.\u00a0»")),)),
            PullQuote(t("Habiter, c’est relier."), t("Une habitante")),
            SideBox(
                t("Le saviez-vous\u202f?"),
                (
                    Paragraph(
                        (Text("Le mot "), Foreign("en", t("commons")), Text(" dit le partage."))
                    ),
                ),
                "le_saviez_vous",
            ),
            Figure(picture, "Une carte", t("Les communes du littoral.")),
            Table(
                (t("Usage"), t("Part")),
                ((t("Achats"), t("42\u00a0%")), (t("Échanges"), t("7\u00a0%"))),
                t("Ce que l’on fait en ligne"),
                row_heads=True,
            ),
            Heading(2, t("Et demain")),
            Paragraph(
                (Text("Rien n’est écrit."), Note(t("Sauf ceci.")), Text(" Tout reste à faire."))
            ),
        ),
    )
