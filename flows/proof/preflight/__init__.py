"""Preflight: what a printer, a typographer and a proofreader look at, measured in the PDF itself.

Nothing here knows how the pages were made. What would come back from the print shop refuses; how
well the text is set is counted, and marked on the pages for people to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from flows.proof.check import Check, Mark, fails, holds, share
from flows.proof.preflight import production
from flows.proof.preflight.lines import printed
from flows.proof.preflight.typesetting import Setting
from flows.proof.shown import leaves
from flows.rendition import File

#: Points from the edge of the paper within which nothing is printed that is to be read (4 mm).
_EDGE = 11.3
#: A file for the press says so in its name, as print shops sort by it.
_PRESS = "-press.pdf"


def preflight(file: File, address: str) -> tuple[Check, ...]:
    """The checks of a PDF; ``address`` is that of the edition's page.

    A file that is prepared for a machine has no structure, and its text was looked at already in
    the file that it is a copy of.
    """
    import pikepdf

    with pikepdf.open(BytesIO(file.data)) as pdf:
        pages = list(leaves(pdf))
        checks = [production.typefaces(file.path, pages)]
        for_press = file.path.endswith(_PRESS)
        checks.append(production.boxes(file.path, pdf, for_press=for_press))
        if for_press:
            checks.append(production.inks(file.path, pages))
        if file.copy_of:
            return tuple(checks)
        if found := production.pictures(file.path, pages):
            checks.append(found)
        checks.append(production.contrasts(file.path, pages))
        checks.append(production.code(file.path, file.data, address))
        checks += _set(file, Setting(printed(pdf, pages)))
        return tuple(checks)


def _set(file: File, setting: Setting) -> Iterator[Check]:
    """How the text is set."""
    reached, full = setting.justified()
    is_justified = 2 * reached > full  # else the text is meant to be ragged
    misplaced = [*setting.misplaced(_EDGE), *(setting.beyond() if is_justified else ())]
    astray = next((mark for mark in misplaced if mark.rule in ("off-paper", "overlap")), None)
    if astray:
        where, rule = str(astray.page + 1), astray.rule
        yield fails("print-place", file.path, "", rule, where=where, words=astray.words)
    else:
        yield holds("print-place", file.path, str(len(misplaced)), misplaced)
    if file.is_excerpt or not setting.body:
        return
    lines = len(setting.body)
    on_grid, off = setting.on_grid()
    yield holds("print-grid", file.path, share(on_grid, lines), off)
    if is_justified:
        holes = setting.holes()
        yield holds("print-spaces", file.path, share(lines - len(holes), lines), holes)
    yield _counted("print-torn", file.path, list(setting.torn()))
    yield _counted("print-ends", file.path, list(setting.loose_ends()))


def _counted(id: str, path: str, marks: list[Mark]) -> Check:
    return holds(id, path, str(len(marks)), marks)
