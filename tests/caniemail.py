"""What mail clients make of HTML and CSS, by caniemail.com's data, and what of it a mail uses.

The npm package ``caniemail`` has a linter of its own, which looks into no ``@media``, passes over
parts of shorthands, and gives up where nothing is said of a client; so its data alone are used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import lxml.html
import tinycss2
from lxml import etree

from tests.needs import lacking

_DATA = Path(__file__).parent / "tools/node_modules/caniemail/data/caniemail.json"
#: Whom the mail is written for; on what is not said of one of them, nothing is asked.
CLIENTS = {
    "gmail": ("desktop-webmail", "mobile-webmail", "ios", "android"),
    "outlook": ("windows", "outlook-com", "macos", "ios", "android"),
    "apple-mail": ("macos", "ios"),
    "thunderbird": ("macos", "windows"),
    "samsung-email": ("android",),
    "orange": ("desktop-webmail", "ios", "android"),
    "laposte": ("desktop-webmail", "ios", "android"),
    "sfr": ("desktop-webmail", "ios", "android"),
    "free-fr": ("desktop-webmail",),
}
#: Elements and attributes that the data know by another name than their own.
_ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "li"), "html-lists"),
    **dict.fromkeys(("thead", "tbody", "tr", "th", "td"), "html-table"),
}
_LINKS = {"mailto:": "html-mailto-links", "#": "html-anchor-links"}
#: Of a document's frame nothing is asked: each client has its own.
_FRAME = ("html", "head", "meta", "title")


@cache
def features() -> dict[str, Any]:
    """Each feature of HTML and CSS by its id."""
    if not _DATA.is_file():
        lacking("no data of caniemail.com: tests/tools/setup fetches them")
    known = json.loads(_DATA.read_text(encoding="utf-8"))["data"]
    return {feature["slug"]: feature for feature in known}


def shortcomings(feature: str) -> dict[str, str]:
    """The clients whose newest version that was tested lacks a feature or has it in part, each
    with the data's remarks."""
    about = features()[feature]
    found = {}
    for family, platforms in CLIENTS.items():
        for platform in platforms:
            tested = list(about["stats"].get(family, {}).get(platform, {}).values())
            if tested and tested[-1][0] in "an":
                numbers = re.findall(r"#(\d+)", tested[-1])
                remarks = [(about["notes_by_num"] or {})[number] for number in numbers]
                found[f"{family}.{platform}"] = " ".join(remarks) or tested[-1]
    return found


def used(html: str) -> Iterator[str]:
    """What a mail uses: ids of features, and names of what the data say nothing of."""
    root = lxml.html.document_fromstring(html)
    if html[:15].lower() == "<!doctype html>":
        yield "html-doctype"
    for node in root.iter():
        if node.tag is etree.Comment:
            yield "html-comments"
        elif node.tag not in _FRAME:
            yield _known(_ELEMENTS.get(node.tag, f"html-{node.tag}"), f"<{node.tag}>")
        if node.tag is not etree.Comment:
            yield from _attributes(node)
        if node.tag == "style":
            yield from _rules(tinycss2.parse_stylesheet(node.text or "", True, True))


def _attributes(node: Any) -> Iterator[str]:
    for name, value in node.attrib.items():
        if name == "style":
            yield from _declarations(tinycss2.parse_blocks_contents(value, True, True))
        elif name == "href":
            yield from (feature for start, feature in _LINKS.items() if value.startswith(start))
        elif node.tag == "meta":
            if value == "color-scheme":
                yield "html-meta-color-scheme"
        elif not name.startswith("xmlns"):
            yield _known(f"html-{name}", f"{name}=")


def _rules(rules: list[Any]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "at-rule":
            prelude = tinycss2.serialize(rule.prelude)
            yield _known(f"css-at-{rule.at_keyword}", f"@{rule.at_keyword}")
            for name in re.findall(r"\(\s*([a-z-]+)", prelude):
                if (feature := f"css-at-{rule.at_keyword}-{name}") in features():
                    yield feature
            yield from _rules(tinycss2.parse_rule_list(rule.content, True, True))
        else:
            assert rule.type == "qualified-rule", rule
            yield from _selectors(tinycss2.serialize(rule.prelude).strip())
            yield from _declarations(tinycss2.parse_blocks_contents(rule.content, True, True))


def _selectors(text: str) -> Iterator[str]:
    selectors = [selector.strip() for selector in text.split(",")]
    if len(selectors) > 1:
        yield "css-selector-grouping"
    for selector in selectors:
        parts = re.split(r"\s*([>+~])\s*|\s+", selector)
        combinators = {">": "child", "+": "adjacent-sibling", "~": "general-sibling"}
        yield from (f"css-selector-{combinators[part]}" for part in parts if part in combinators)
        if re.search(r"[^\s>+~]\s+[^\s>+~]", selector):
            yield "css-selector-descendant"
        for name in re.findall(r"::?[a-z-]+", selector):
            kind = "element" if name.startswith("::") else "class"
            yield _known(f"css-pseudo-{kind}-{name.strip(':')}", name)
        for pattern, kind in (
            (r"(?:^|[\s>+~])[a-z]", "type"), (r"\.", "class"), (r"#", "id"), (r"\[", "attribute"),
            (r"\*", "universal"), (r"\.[\w-]+\.", "chaining"),
        ):  # fmt: skip
            if re.search(pattern, selector):
                yield f"css-selector-{kind}"


def _declarations(found: list[Any]) -> Iterator[str]:
    for declaration in found:
        assert declaration.type == "declaration", declaration
        yield _known(_property(declaration.lower_name), declaration.lower_name)
        if declaration.important:
            yield "css-important"
        yield from _values(declaration.lower_name, declaration.value)


def _property(name: str) -> str:
    """A property's feature: its own, or that of the shorthand that it is a part of."""
    shorthand = f"css-{name.split('-')[0]}"
    own = f"css-{name}"
    return shorthand if own not in features() and shorthand in features() else own


def _values(name: str, values: list[Any]) -> Iterator[str]:
    for value in values:
        if value.type == "dimension":
            yield f"css-unit-{value.lower_unit}"
        elif value.type == "percentage":
            yield "css-unit-percent"
        elif value.type == "function":
            own = (f"css-{kind}{value.lower_name}" for kind in ("", "function-", "unit-"))
            yield next((known for known in own if known in features()), f"{value.lower_name}()")
            yield from _values(name, value.arguments)
        elif value.type == "ident" and (pair := f"css-{name}-{value.lower_value}") in features():
            yield pair


def _known(feature: str, name: str) -> str:
    return feature if feature in features() else name
