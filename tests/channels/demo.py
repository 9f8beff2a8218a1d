"""Editions that hold every kind of block, in French and in English; all sentences are our own."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

from PIL import Image, ImageDraw

from flows.edition import (
    Edition,
    Emphasis,
    Event,
    Figure,
    Foreign,
    Heading,
    Inlines,
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
    Subscript,
    Superscript,
    Table,
    Text,
)
from flows.house import TRIAL, House, Looks
from flows.rendition import Imprint, Revision

N, T = "\u00a0", "\u202f"  # no-break space, narrow no-break space


def t(value: str) -> Inlines:
    return (Text(value),)


def p(*children: object) -> Paragraph:
    return Paragraph(tuple(Text(c) if isinstance(c, str) else c for c in children))


def picture(name: str = "berges du Loir.png", width: int = 960, height: int = 540) -> Picture:
    """A river between fields, drawn with a few shapes."""
    image = Image.new("RGB", (width, height), "#e8dfcc")
    draw = ImageDraw.Draw(image)
    for at in range(0, width, 24):
        draw.line([(at, 0), (at - 160, height)], fill="#c7b894", width=3)
    bend = [(0, height * 0.55), (width * 0.3, height * 0.7), (width * 0.62, height * 0.42)]
    draw.line([*bend, (width, height * 0.6)], fill="#5b7f86", width=64, joint="curve")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Picture(name, "image/png", width, height, buffer.getvalue())


def photograph(width: int, height: int, orientation: int = 1) -> Picture:
    """A picture with soft tones, lighter to the right and bluer below, as a camera stores it."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (across, Image.new("L", (width, height), 90), down))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, exif=exif)
    size = (width, height) if orientation < 5 else (height, width)
    return Picture("slope.jpg", "image/jpeg", *size, buffer.getvalue())


HOUSE = House(
    name="Conseil de développement du Val de Braye",
    address="https://cahiers.example.org",
    language="fr",
    tagline="Ce que les habitants se disent",
    publisher="Association du Val de Braye",
    email="cahiers@example.org",
    licence="CC BY-SA 4.0",
    looks=Looks(strong="#9b2d1f", deep="#1f2a36", paper="#f6f2ea"),
)
BARE = TRIAL
#: The other theme, in its own colours.
THREADS = HOUSE.model_copy(update={"looks": Looks.model_validate({"theme": "threads"})})

FRENCH = Edition(
    slug="la-riviere-en-partage",
    language="fr",
    title=f"La rivière en partage{T}: qui décide quand l’eau monte{T}?",
    date=date(2019, 3, 1),
    section="Les cahiers du conseil",
    category="Conférences",
    speakers=("Maëlle Auffray", "Jean-Noël Cœurdoux", "Zoé Le Gall"),
    standfirst=t(
        "Trois crues en dix ans ont changé la façon dont la vallée parle de son eau. Une élue, un "
        "meunier et une hydrologue racontent ce qu’ils ont appris, et ce qu’ils n’ont pas su dire "
        "à temps."
    ),
    blocks=(
        p(
            "Le soir du 12",
            N,
            "janvier, la salle des fêtes de Sargé comptait plus de bottes que de souliers. "
            "L’eau s’était retirée depuis neuf jours",
            Note(t(f"Relevé de la station de Bessé, 3{N}janvier 2019, 6{N}h.")),
            f"{T}; la question, elle, montait encore{N}: à qui revient-il d’ouvrir les vannes{T}? "
            "On a parlé de débit, de seigle, de cave, et beaucoup du ",
            "XIX",
            Superscript(t("e")),
            " siècle.",
        ),
        p(
            "Personne n’est venu pour avoir raison. C’est du moins ce qu’a dit ",
            Strong(t("Maëlle Auffray")),
            ", vice-présidente du syndicat de rivière, en ouvrant la réunion, et la salle a ri "
            "de bon cœur. La suite lui a plutôt donné raison.",
        ),
        Heading(1, t("Un règlement d’eau de 1861"), "reglement"),
        p(
            "Le texte qui fixe la hauteur des biefs tient en deux pages manuscrites, conservées ",
            Link("https://archives.example.org/braye", t("aux archives départementales")),
            ". Il nomme onze moulins. Il en reste quatre, dont un seul tourne. ",
            Emphasis((Text("On applique à des pierres un droit écrit pour des roues"),)),
            ", résume Jean-Noël Cœurdoux.",
        ),
        PullQuote(
            t("Une vanne, ça ne se vote pas à deux heures du matin. Ça se décide au mois d’août."),
            t("Jean-Noël Cœurdoux, meunier à Savigny"),
        ),
        p(
            "Le syndicat a donc commencé par le plus simple",
            f"{N}: faire la liste de ce qui existe. Quatorze ouvrages, neuf propriétaires, deux "
            "clefs perdues. Une étudiante a marché le long de la rivière pendant six semaines, un "
            "mètre à la main, et personne avant elle ne l’avait fait depuis 1934.",
        ),
        p(
            f"Sa carte a tenu lieu d’ordre du jour. On y voit, en bleu, ce que l’eau a repris en "
            f"2018{T}; en gris, ce qu’elle avait pris en 1910. Les deux taches se ressemblent à "
            "s’y tromper.",
        ),
        Figure(
            picture(),
            "La rivière coupe en biais des champs labourés",
            t("Le méandre de Sargé, d’après le relevé de 2018. Les sillons suivent la pente."),
        ),
        Heading(2, t("Trois façons de compter"), "compter"),
        ItemList(
            (
                (p(f"la crue de référence, celle dont les assureurs se souviennent{T};"),),
                (p(f"la crue centennale, que personne n’a vue mais que tout le monde cite{T};"),),
                (p("la crue vécue, avec sa trace au crayon sur le chambranle."),),
            )
        ),
        p("Les trois ne tombent jamais d’accord, et c’est sans doute heureux."),
        Table(
            (t("Station"), t("Débit moyen"), t("Crue de 2018"), t("Part")),
            (
                (t("Sargé"), t(f"2,4{N}m³/s"), t("41,0"), t(f"12{N}%")),
                (t("Savigny"), t(f"3,1{N}m³/s"), t("58,5"), t(f"31{N}%")),
                (t("Bessé"), t(f"5,7{N}m³/s"), t("103,2"), t(f"57{N}%")),
            ),
            t("Débits relevés aux trois stations, en mètres cubes par seconde"),
            row_heads=True,
        ),
        SideBox(
            t(f"Et les castors{T}?"),
            (
                p(
                    "Ils sont revenus en 2016, sans demander l’avis de personne. Leurs barrages "
                    f"retiennent l’eau en été et l’étalent en hiver{N}: dix-sept ouvrages de "
                    "branches, que le règlement de 1861 n’avait pas prévus."
                ),
                p(
                    "La préfecture a tranché. On ne touche à rien sans un avis écrit, et l’avis ",
                    "met, en moyenne, onze semaines.",
                ),
            ),
            "castors",
        ),
        Heading(1, t("Ce que l’on ne veut plus entendre"), "entendre"),
        p(
            f"Zoé Le Gall tient une liste. En tête, «{N}on a toujours fait comme ça{N}», suivi de ",
            f"«{N}les ",
            Foreign("en", t("experts")),
            f" n’ont qu’à venir voir{N}». Elle y est allée, justement. Elle a mesuré le CO",
            Subscript(t("2")),
            " des tourbières, et la patience des riverains",
            Note(
                (
                    Text("La méthode est décrite dans "),
                    Link("https://revue.example.org/42", t("le numéro 42 de la revue")),
                    Text(", pages 8 à 15."),
                )
            ),
            ".",
        ),
        Quote(
            (
                p(
                    "Nous demandons que les vannes soient levées au premier jour de pluie, et que "
                    "celui qui les lève soit nommé avant les vendanges."
                ),
                p("Pétition des riverains, 1874"),
            )
        ),
        SideBox(
            (),
            (
                p("Pour écrire au syndicat\u00a0:", LineBreak(), "3, place de la Halle, Savigny."),
                ItemList(
                    (
                        (
                            p("Le matin, sauf le jeudi, en passant par la cour."),
                            p("Le portillon ferme mal\u202f; il suffit de pousser."),
                        ),
                        (p("L’après-midi, sur rendez-vous."),),
                    ),
                    ordered=True,
                    start=3,
                ),
            ),
        ),
        p(
            "La réunion s’est achevée comme elle avait commencé, debout. Rendez-vous est pris en "
            "août, quand la rivière tient dans un seau, pour parler de ce que l’on fera en "
            "janvier. Tout est parti, a rappelé quelqu’un, ",
            Link("#reglement", t("d’un texte de deux pages")),
            ".",
        ),
    ),
)

ENGLISH = Edition(
    slug="a-bus-on-demand",
    language="en",
    title="A bus that comes when it is called",
    date=date(2024, 11, 5),
    category="Workshops",
    speakers=("Ada Okafor",),
    standfirst=t("Eight villages, two minibuses, one telephone number: a year of riding together."),
    blocks=(
        p(
            "The first caller wanted to go to the dentist. The second wanted to know whether the "
            "driver minded goats.",
            Note(t("He did not.")),
            " By spring the line rang forty times a day.",
        ),
        Heading(1, t("What it costs"), "cost"),
        p("Less than the empty bus that it replaced, and the empty bus never waved."),
        PullQuote(t("We stopped counting seats and began to count people.")),
        p("The council will decide in June."),
    ),
)

#: Every kind of block in English, with key figures.
ENGLISH_IN_FULL = Edition(
    slug="the-common-orchard",
    language="en",
    title="The common orchard, and who prunes it",
    date=date(2023, 2, 14),
    section="Parish papers",
    category="Talks",
    speakers=("Ruth Amadi", "Owen Pryce"),
    standfirst=t(
        "Ninety trees stand on land that belongs to nobody in particular. A pruner and a clerk "
        "explain how a parish keeps what it cannot own."
    ),
    blocks=(
        p(
            "The oldest tree was planted in the 19",
            Superscript(t("th")),
            " century, by a vicar who disliked pears",
            Note(t("His diary says so twice.")),
            ". It bears pears.",
        ),
        ItemList(
            (
                (p(Strong(t("90")), " trees, of which eleven have a name"),),
                (p(Strong(t("2.4 t")), " of apples in a good year"),),
                (p(Strong(t("£310")), " for ladders, gloves and one saw"),),
            )
        ),
        Heading(1, t("Who holds the ladder"), "ladder"),
        p(
            "The rota is ",
            Link("https://orchard.example.org/rota", t("on the gate")),
            ", in ",
            Emphasis(t("pencil")),
            ". Nobody has ever been struck off it, and ",
            Strong(t("Ruth Amadi")),
            " has been on it since 1998.",
        ),
        PullQuote(t("You prune for somebody who has not moved here yet."), t("Ruth Amadi, pruner")),
        Figure(
            picture("orchard.png"),
            "A track bends between rows of trees",
            t("The lower rows, from the survey of 2022."),
        ),
        Heading(2, t("A year by the month"), "year"),
        ItemList(
            (
                (p("prune in the frost;"), p("burn nothing that a hedgehog sleeps in;")),
                (p("mow after the cowslips have set seed."),),
            ),
            ordered=True,
            start=2,
        ),
        Table(
            (t("Row"), t("Trees"), t("Kept by")),
            (
                (t("Upper"), t("42"), t("the school")),
                (t("Lower"), t("48"), t("whoever comes")),
            ),
            t("The rows and their keepers"),
            row_heads=True,
        ),
        SideBox(
            t("What a graft is"),
            (
                p(
                    "A twig of one tree bound to the root of another, what the French call ",
                    Foreign("fr", t("une greffe")),
                    ". It takes in April, if it takes.",
                ),
                Figure(picture("orchard.png"), "The same track, seen again"),
            ),
            "graft",
        ),
        SideBox((), (p("Saturdays at ten,", LineBreak(), "by the well."),)),
        Quote(
            (
                p("No parishioner shall shake a tree that another has propped."),
                p("By-law of 1907"),
            )
        ),
        p(
            "The soil holds more CO",
            Subscript(t("2")),
            " than anyone has measured, which is to say that nobody has. See ",
            Link("#ladder", t("the rota")),
            ".",
        ),
    ),
)

IMPRINT = Imprint(
    revision=1,
    path="2019/la-riviere-en-partage",
    guid="tag:example.org,2019:la-riviere-en-partage",
    history=(Revision(1, datetime(2019, 3, 4, 8, 0, tzinfo=UTC)),),
)
CORRECTED = Imprint(
    revision=3,
    path=IMPRINT.path,
    guid=IMPRINT.guid,
    history=(
        *IMPRINT.history,
        Revision(2, datetime(2019, 3, 31, 23, 0, tzinfo=UTC), "Le débit de Bessé était faux."),
        Revision(3, datetime(2019, 4, 9, 7, 30, tzinfo=UTC)),
    ),
)
ENGLISH_IMPRINT = Imprint(
    revision=1,
    path="2023/the-common-orchard",
    guid="tag:example.org,2023:the-common-orchard",
    history=(Revision(1, datetime(2023, 2, 20, 8, 0, tzinfo=UTC)),),
)
#: An edition that announces an event.
ANNOUNCING = replace(
    ENGLISH_IN_FULL,
    slug="an-evening-in-the-orchard",
    event=Event(
        datetime(2023, 3, 25, 18, 30, tzinfo=UTC),
        datetime(2023, 3, 25, 20, 0, tzinfo=UTC),
        "The old press, Church Lane",
    ),
)
ANNOUNCING_IMPRINT = replace(ENGLISH_IMPRINT, path="2023/an-evening-in-the-orchard")
ON_TRIAL = Imprint(
    revision=1,
    path="2024/a-bus-on-demand",
    guid="urn:parution:trial:a-bus-on-demand",
    history=(Revision(1, datetime(2024, 11, 6, 9, 0, tzinfo=UTC)),),
    trial=True,
)

#: So long that it is mailed as its beginning: minutes, week after week, after all the rest.
TOO_HEAVY = replace(
    FRENCH,
    slug="la-riviere-au-long-cours",
    blocks=(
        *FRENCH.blocks,
        *(
            block
            for week in range(1, 53)
            for block in (
                Heading(2, t(f"Semaine {week}"), f"semaine-{week}"),
                *(b for b in FRENCH.blocks if isinstance(b, Paragraph)),
            )
        ),
    ),
)
HEAVY_IMPRINT = replace(IMPRINT, path="2019/la-riviere-au-long-cours")
