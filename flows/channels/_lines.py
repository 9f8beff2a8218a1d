"""Lines of plain text: filled, underlined, in columns."""

from __future__ import annotations

import textwrap

#: Columns.
WIDTH = 72
_EXPONENTS = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")


def wrapped(text: str, indent: str = "", hang: str = "") -> str:
    """Lines as long as there is room, broken at plain spaces only: no word and no address is cut.
    ``hang`` is how all lines but the first stand in."""
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        lines += textwrap.wrap(
            line.strip(" "),
            max(WIDTH, len(indent) + 24),
            initial_indent=indent + (hang if number else ""),
            subsequent_indent=indent + hang,
            break_long_words=False,
            break_on_hyphens=False,
            expand_tabs=False,
        )
    return "\n".join(lines)


def underlined(text: str, rule: str, indent: str = "") -> str:
    longest = max(len(line) - len(indent) for line in text.split("\n"))
    return f"{text}\n{indent}{rule * longest}"


def aligned(rows: list[list[str]], numeric: tuple[bool, ...], head: bool, indent: str) -> list[str]:
    """Rows in columns two blanks apart, figures to the right, a rule under the head."""
    count = len(numeric)
    widths = [
        max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(count)
    ]

    def line(row: list[str]) -> str:
        cells = (
            cell.rjust(widths[at]) if numeric[at] else cell.ljust(widths[at])
            for at, cell in enumerate(row)
        )
        return indent + "  ".join(cells)

    lines = [line(row) for row in rows]
    if head and lines:
        lines.insert(1, indent + "  ".join("-" * width for width in widths))
    return lines


def raised(text: str) -> str:
    """An exponent stays one in plain text: ``10³``, not ``103``; ``1er`` needs no mark."""
    return text.translate(_EXPONENTS) if set(text) <= set("0123456789+-=()n") else text
