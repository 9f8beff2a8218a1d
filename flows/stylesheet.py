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
from flows.words import Sentence

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
    """The stylesheet is not used; each of ``faults`` names a line, what it says and why not."""

    def __init__(self, *faults: Sentence) -> None:
        self.faults = faults
        super().__init__("\n".join(fault.told("en") for fault in faults))


def _fault(key: str, **values: object) -> Sentence:
    return Sentence("house", f"css_{key}", values)


class _Said(NamedTuple):
    """A declaration that may be used."""

    line: int
    name: str
    value: str


def checked(css: str, palette: Palette) -> str:
    """What of ``css`` is meant, written anew; each declaration has the last word. Raises
    :class:`StylesheetError` where it may not be used with a house's colours."""
    if len(css.encode()) > LARGEST:
        raise StylesheetError(_fault("too_long", most=LARGEST))
    faults: list[Sentence] = []
    rules: list[tuple[str, list[_Said]]] = []
    try:
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
            faults += (found := list(_faults_of(rule)))
            if not found:
                rules.append((_selector(rule), list(_declarations(rule, faults))))
    except RecursionError:
        raise StylesheetError(_fault("too_deep")) from None
    grounds = [said.value for _, own in rules for said in own if _is_ground_for_all(said, own)]
    for _, own in rules:
        faults += _faint(own, palette, grounds)
    if faults:
        raise StylesheetError(*faults)
    return "".join(
        f"{selector} {{ {' '.join(f'{s.name}: {s.value} !important;' for s in own)} }}\n"
        for selector, own in rules
        if own
    )


def _selector(rule: Any) -> str:
    return str(tinycss2.serialize(rule.prelude)).strip()


def _faults_of(rule: Any) -> Iterator[Sentence]:
    """Why a rule is not even looked into."""
    line = rule.source_line
    if rule.type == "error":
        yield _fault("none", line=line, why=rule.message)
    elif rule.type == "at-rule":
        is_fetched = rule.lower_at_keyword in ("import", "font-face")
        yield _fault("face" if is_fetched else "at_rule", line=line, said=rule.at_keyword)
    else:
        yield from _fetches((*rule.prelude, *rule.content))
        try:
            cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError as error:
            yield _fault("selector", line=line, said=_selector(rule), why=error)


def _fetches(tokens: Iterable[Any]) -> Iterator[Sentence]:
    for token in tokens:
        named = token.lower_name if token.type == "function" else ""
        if token.type == "url" or named in _FETCHES:
            said = f"url({token.value})" if token.type == "url" else f"{token.name}()"
            yield _fault("fetched", line=token.source_line, said=said)
        inside = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inside, list):
            yield from _fetches(inside)


def _declarations(rule: Any, faults: list[Sentence]) -> Iterator[_Said]:
    for said in tinycss2.parse_blocks_contents(
        rule.content, skip_comments=True, skip_whitespace=True
    ):
        line = said.source_line
        if said.type != "declaration":
            faults.append(_fault("no_declaration", line=line))
            continue
        name, value = said.lower_name, str(tinycss2.serialize(said.value)).strip()
        shown = f"{said.name}: {value}"
        if name in _COLOURS:
            if colour := _colour_of(said.value):
                plain = "background-color" if name == "background" else name
                yield _Said(line, plain, colour)
            else:
                faults.append(_fault("colour", line=line, said=shown))
        elif value.lower() in WORDS.get(name, ()):
            yield _Said(line, name, value.lower())
        else:
            known = ", ".join(COLOURS)
            faults.append(_fault("refused", line=line, said=shown, known=known))


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


def _faint(own: list[_Said], palette: Palette, grounds: list[str]) -> Iterator[Sentence]:
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
            yield _fault(
                "faint",
                line=said.line,
                said=f"{said.name}: {said.value}",
                ink=ink,
                ground=ground,
                ratio=f"{ratio:.1f}",
            )
