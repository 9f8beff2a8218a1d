"""What the shelf is given in its tests: a house, and as many editions as a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from flows.house import House
from flows.shelf import Item, Line

FIRST = datetime(2018, 9, 3, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def house() -> House:
    return House(
        name="Conseil du Val",
        address="https://val.example.org",
        language="fr",
        tagline="Ce qui s’est dit",
        email="bonjour@val.example.org",
        licence="CC BY-SA 4.0",
    )


@pytest.fixture(scope="session")
def edition() -> Callable[..., Item]:
    """``edition(n)``: the n-th edition of the house, a day after the one before."""

    def build(number: int, **changes: Any) -> Item:
        at = FIRST + timedelta(days=number)
        line = Line(
            path=f"{at.year}/edition-{number}",
            title=f"Édition {number}",
            language="fr",
            day=date(2018, 8, 16),
            published=at,
            updated=at,
            section="Conférences",
            category="Numérique",
        )
        item = Item(
            line=line,
            guid=f"tag:val.example.org,2018-09-03:{line.path}",
            summary=f"Le chapeau de l’édition {number}.",
            content_html=f"<p>Le texte de l’édition {number}.</p>",
            authors=("Ada Lovelace", "Grace Hopper"),
            tags=("numérique",),
            enclosure_path=f"{line.path}/brochure.pdf",
            enclosure_length=348_123,
            enclosure_type="application/pdf",
        )
        of_line = {key: changes.pop(key) for key in list(changes) if hasattr(line, key)}
        return replace(item, line=replace(line, **of_line), **changes)

    return build
