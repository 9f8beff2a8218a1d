"""One module per format: ``render(edition, imprint, house) → Rendition``.

A channel is found by being here: each module without an underscore before its name is one.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from flows.edition import Edition
from flows.house import House
from flows.rendition import Imprint, Rendition


def found() -> tuple[str, ...]:
    """The channels, by name, in alphabetical order."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def render(channel: str, edition: Edition, imprint: Imprint, house: House) -> Rendition:
    """The files of one channel: a plain function of its arguments, the same bytes each time."""
    module = import_module(f"{__name__}.{channel}")
    rendition = module.render(edition, imprint, house)
    assert isinstance(rendition, Rendition)
    return rendition
