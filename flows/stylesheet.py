"""A house's own stylesheet, ``theme.css``: what it may change, and why the rest is refused.

It lies on top of the brochure's own and colours things: text, grounds, rules. It may not hide a
word, move or change one, take room, nor fetch anything. What is set with is not what was written
but what was understood, written anew, so that no two readers of CSS can differ on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import cssselect2  # type: ignore[import-untyped]
import tinycss2  # type: ignore[import-untyped]
from tinycss2.color3 import RGBA, parse_color  # type: ignore[import-untyped]

from flows.looks import LEGIBLE, WHITE, Palette, contrast

#: Enough for any theme, in bytes.
LARGEST = 64_000
_EDGES = ("top", "right", "bottom", "left")
#: What a theme may set: to one colour that nothing shows through …
COLOURS = ("color", "background-color", "border-color", "text-decoration-color")
_COLOURS = frozenset((*COLOURS, "background", *(f"border-{edge}-color" for edge in _EDGES)))
#: … or to one of these words.
WORDS = {"text-decoration": ("none", "underline"), "text-decoration-line": ("none", "underline")}
_GROUNDS = frozenset(("background", "background-color"))
_FETCHES = frozenset(
    ("url", "src", "image", "image-set", "cross-fade", "element", "attr", "var", "env")
)
_OPAQUE = 1.0


class StylesheetError(ValueError):
    """The stylesheet is not used; the message names each line, what it says and why not."""


class _Said(NamedTuple):
    """A declaration that may be used."""

    line: int
    name: str
    value: str


def checked(css: str, palette: Palette) -> str:
    """What of ``css`` is meant, written anew; each declaration has the last word. Raises
    :class:`StylesheetError` where it may not be used with a house's colours."""
    if len(css.encode()) > LARGEST:
        raise StylesheetError(f"is longer than {LARGEST} bytes; a theme takes a few lines")
    faults: list[str] = []
    rules: list[tuple[str, list[_Said]]] = []
    try:
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
            faults += (found := list(_faults_of(rule)))
            if not found:
                rules.append((_selector(rule), list(_declarations(rule, faults))))
    except RecursionError:
        raise StylesheetError("is nested too deep; a theme takes a few plain rules") from None
    grounds = [said.value for _, own in rules for said in own if _is_ground_for_all(said, own)]
    for _, own in rules:
        faults += _faint(own, palette, grounds)
    if faults:
        raise StylesheetError("\n  ".join(dict.fromkeys(faults)))
    return "".join(
        f"{selector} {{ {' '.join(f'{s.name}: {s.value} !important;' for s in own)} }}\n"
        for selector, own in rules
        if own
    )


def _selector(rule: Any) -> str:
    return str(tinycss2.serialize(rule.prelude)).strip()


def _faults_of(rule: Any) -> Iterator[str]:
    """Why a rule is not even looked into."""
    if rule.type == "error":
        yield f"line {rule.source_line}: is not CSS: {rule.message}"
    elif rule.type == "at-rule":
        reason = (
            "nothing is fetched while pages are made; the faces are the theme's in house.toml"
            if rule.lower_at_keyword in ("import", "font-face")
            else "a theme has plain rules only, such as h2 { color: #0f5c63 }"
        )
        yield f"line {rule.source_line}: @{rule.at_keyword}: {reason}"
    else:
        yield from _fetches((*rule.prelude, *rule.content))
        try:
            cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError as error:
            yield f"line {rule.source_line}: {_selector(rule)}: is no selector: {error}"


def _fetches(tokens: Iterable[Any]) -> Iterator[str]:
    for token in tokens:
        named = token.lower_name if token.type == "function" else ""
        if token.type == "url" or named in _FETCHES:
            said = f"url({token.value})" if token.type == "url" else f"{token.name}()"
            yield (
                f"line {token.source_line}: {said}: nothing is fetched while pages are made, and "
                "a theme has no pictures; write plain colours"
            )
        inside = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inside, list):
            yield from _fetches(inside)


def _declarations(rule: Any, faults: list[str]) -> Iterator[_Said]:
    for said in tinycss2.parse_blocks_contents(
        rule.content, skip_comments=True, skip_whitespace=True
    ):
        if said.type != "declaration":
            faults.append(f"line {said.source_line}: is no declaration, such as color: #0f5c63")
            continue
        name, value = said.lower_name, str(tinycss2.serialize(said.value)).strip()
        shown = f"line {said.source_line}: {said.name}: {value}"
        if name in _COLOURS:
            colour = _colour_of(said.value)
            if colour:
                plain = "background-color" if name == "background" else name
                yield _Said(said.source_line, plain, colour)
            else:
                faults.append(
                    f"{shown}: write one colour that nothing shows through, such as #0f5c63"
                )
        elif value.lower() in WORDS.get(name, ()):
            yield _Said(said.source_line, name, value.lower())
        else:
            faults.append(
                f"{shown}: could hide, move or change words, or take room, which a theme may not. "
                f"It may set {', '.join(COLOURS)} and text-decoration: underline"
            )


def _colour_of(value: Iterable[Any]) -> str | None:
    """A value that is one opaque colour as ``#rrggbb``; None for any other."""
    tokens = [token for token in value if token.type not in ("whitespace", "comment")]
    if len(tokens) != 1:
        return None
    colour = parse_color(tokens[0])
    if not isinstance(colour, RGBA) or colour.alpha != _OPAQUE:
        return None
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, c))):02x}" for c in colour[:3])


def _is_ground_for_all(said: _Said, own: Iterable[_Said]) -> bool:
    """A ground whose rule does not say what colour stands on it."""
    return said.name in _GROUNDS and not any(other.name == "color" for other in own)


def _faint(own: list[_Said], palette: Palette, grounds: list[str]) -> Iterator[str]:
    """Text stands out from each ground that it may stand on (WCAG 2.2, 1.4.3): where a rule sets
    both, from its own; else from all that the house and the theme have. What stands upon what in
    the end is measured on the pages (:mod:`flows.proof.preflight`)."""
    colours = [said for said in own if said.name == "color"]
    beneath = [said for said in own if said.name in _GROUNDS]
    everywhere = [WHITE, palette.paper, palette.box_on_white, *grounds]
    pairs = [
        (said, said.value, ground)
        for said in colours
        for ground in ([g.value for g in beneath] or everywhere)
    ]
    if not colours:
        inks = (palette.text, palette.soft, palette.link)
        pairs += [(said, ink, said.value) for said in beneath for ink in inks]
    for said, ink, ground in pairs:
        if (ratio := contrast(ink, ground)) < LEGIBLE:
            yield (
                f"line {said.line}: {said.name}: {said.value}: text in {ink} on {ground} has a "
                f"contrast of {ratio:.1f}; it takes {LEGIBLE} to be read"
            )
