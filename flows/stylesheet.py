"""A house's own stylesheet, ``theme.css``: what it may change, and why the rest is refused.

It lies on top of the brochure's own, and may give colours, rules and letters another look. It may
not hide a word, move or change one, nor fetch anything: what it says is looked at before it is
used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2  # type: ignore[import-untyped]
from tinycss2.color3 import RGBA, parse_color  # type: ignore[import-untyped]

from flows.looks import LEGIBLE, WHITE, Palette, contrast

#: Enough for any theme, in bytes.
LARGEST = 64_000
_EDGES = ("", "-top", "-right", "-bottom", "-left")
#: What a theme may set, beside ``color`` and the colours of grounds.
_FREE = frozenset(
    (
        *(f"border{edge}{what}" for edge in _EDGES for what in ("", "-color", "-style", "-width")),
        *("border-radius", "font-style", "font-weight", "font-variant-numeric"),
        *("font-variant-ligatures", "font-feature-settings", "text-align", "text-decoration"),
        *("text-decoration-color", "text-decoration-line", "text-decoration-style"),
    )
)
_GROUNDS = frozenset(("background", "background-color"))
_HIDES = frozenset(
    (
        *("display", "visibility", "opacity", "clip", "clip-path", "mask", "overflow", "content"),
        *("position", "float", "transform", "text-indent", "font-size", "font", "line-height"),
        *("width", "height", "max-height", "max-width", "left", "right", "top", "bottom"),
        *("letter-spacing", "word-spacing", "z-index", "filter", "margin", "all", "text-transform"),
    )
)
_FETCHES = frozenset(
    ("url", "src", "image", "image-set", "cross-fade", "element", "attr", "var", "env")
)
_OPAQUE = 1.0


class StylesheetError(ValueError):
    """The stylesheet is not used; the message names the line, what it says and why not."""


def checked(css: str, palette: Palette) -> str:
    """``css``, if it may be used with a house's colours. Raises :class:`StylesheetError`."""
    if len(css.encode()) > LARGEST:
        raise StylesheetError(f"is longer than {LARGEST} bytes; a theme takes a few lines")
    rules = [
        list(_declarations(rule))
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        if _is_rule(rule)
    ]
    grounds = [
        _colour_of(said)
        for own in rules
        for said in own
        if said.lower_name in _GROUNDS and not any(d.lower_name == "color" for d in own)
    ]
    for own in rules:
        _check_contrast(own, palette, [ground for ground in grounds if ground])
    return css


def _is_rule(rule: Any) -> bool:
    if rule.type == "error":
        raise StylesheetError(f"line {rule.source_line}: is not CSS: {rule.message}")
    if rule.type == "at-rule":
        keyword = rule.lower_at_keyword
        reason = (
            "nothing is fetched while pages are made; the faces are the theme's in house.toml"
            if keyword in ("import", "font-face")
            else "a theme has plain rules only, such as h2 { color: #0f5c63 }"
        )
        raise StylesheetError(f"line {rule.source_line}: @{rule.at_keyword}: {reason}")
    _refuse_fetches((*rule.prelude, *rule.content))
    return True


def _refuse_fetches(tokens: Iterable[Any]) -> None:
    for token in tokens:
        named = token.lower_name if token.type == "function" else ""
        if token.type == "url" or named in _FETCHES:
            said = f"url({token.value})" if token.type == "url" else f"{token.name}()"
            raise StylesheetError(
                f"line {token.source_line}: {said}: nothing is fetched while pages are made, and "
                "a theme has no pictures; write plain colours"
            )
        inside = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inside, list):
            _refuse_fetches(inside)


def _declarations(rule: Any) -> Iterator[Any]:
    for said in tinycss2.parse_declaration_list(
        rule.content, skip_comments=True, skip_whitespace=True
    ):
        if said.type != "declaration":
            raise StylesheetError(f"line {said.source_line}: is no declaration, such as color: red")
        name, value = said.lower_name, tinycss2.serialize(said.value).strip()
        shown = f"line {said.source_line}: {said.name}: {value}"
        if name == "color" or name in _GROUNDS:
            if _colour_of(said) is None:
                raise StylesheetError(
                    f"{shown}: write a colour that nothing shows through, such as #0f5c63"
                )
        elif name not in _FREE:
            why = (
                "could hide, move or change words, which a theme may not"
                if _family(name) & _HIDES
                else "is nothing that a theme changes"
            )
            raise StylesheetError(f"{shown}: {why}. It may set: color, background-color, "
                                  f"{', '.join(sorted(_shown(_FREE)))}")  # fmt: skip
        yield said


def _family(name: str) -> set[str]:
    """``margin-left`` → itself and ``margin``."""
    return {name, name.partition("-")[0]}


def _shown(names: Iterable[str]) -> set[str]:
    return {re.sub(r"^(border|text-decoration|font-variant)-(?!radius).*", r"\1", n) for n in names}


def _colour_of(said: Any) -> str | None:
    """The colour of a declaration as ``#rrggbb``; None if it is none, or is transparent."""
    tokens = [token for token in said.value if token.type not in ("whitespace", "comment")]
    if len(tokens) != 1:
        return None
    colour = parse_color(tokens[0])
    if not isinstance(colour, RGBA) or colour.alpha != _OPAQUE:
        return None
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, c))):02x}" for c in colour[:3])


def _check_contrast(own: list[Any], palette: Palette, grounds: list[str]) -> None:
    """Text stands out from each ground that it may stand on (WCAG 2.2, 1.4.3): where a rule sets
    both, from its own; else from all that the house and the theme have. What stands upon what in
    the end is measured on the pages (:mod:`flows.proof.preflight`)."""
    colours = [(d, _colour_of(d)) for d in own if d.lower_name == "color"]
    beneath = [(d, _colour_of(d)) for d in own if d.lower_name in _GROUNDS]
    everywhere = [WHITE, palette.paper, palette.box_on_white, *grounds]
    for said, colour in colours:
        for ground in [g for _, g in beneath] or everywhere:
            _require(said, colour or "", ground or "")
    for said, ground in beneath:
        for colour in (palette.text, palette.soft, palette.link):
            if not colours:
                _require(said, colour, ground or "")


def _require(said: Any, colour: str, ground: str) -> None:
    ratio = contrast(colour, ground)
    if ratio < LEGIBLE:
        raise StylesheetError(
            f"line {said.source_line}: {said.name}: {tinycss2.serialize(said.value).strip()}: text "
            f"in {colour} on {ground} has a contrast of {ratio:.1f}; it takes {LEGIBLE} to be read"
        )
