"""Headings, the anchors that lead to them, and the links that follow those anchors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flows.editing.debris import line_of
from flows.editing.draft import Draft, Outcome, doubt, note, rewrite_draft, rule
from flows.editing.metadata import slug_of
from flows.editing.tree import map_runs
from flows.edition import (
    Block,
    Blocks,
    Finding,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Place,
    SideBox,
    Text,
)
from flows.reading import inline_text, plain

_ANCHOR_LENGTH = 60
_DEEPEST = 3


@rule("heading-level")
def heading_level(draft: Draft, name: str) -> Outcome:
    """Levels start at 1 and go down one by one, so that a listener can follow the outline. That
    a source counts its title as level 1, and its first headings from 2, is nothing to tell."""
    levels = [p.block.level for p in draft.placed if isinstance(p.block, Heading)]
    shift = min(levels, default=1) - 1
    told: list[Finding] = []
    above: list[int] = []
    placed = []
    for old in draft.placed:
        block = old.block
        if isinstance(block, Heading):
            while above and above[-1] >= block.level:
                above.pop()
            above.append(block.level)
            made = min(len(above), _DEEPEST)
            if made != block.level - shift:
                words = line_of(block)
                values = {"words": words, "level": str(block.level), "made": str(made)}
                told.append(note(name, draft.spot(old.place, words), **values))
            block = replace(block, level=made)
        placed.append(replace(old, block=block))
    return Outcome(replace(draft, placed=tuple(placed)), tuple(told))


def anchored(draft: Draft) -> tuple[Draft, Mapping[str, str]]:
    """The draft with an anchor on each heading and side box, unique in it and made of its words;
    and where each address of the source, as its reader knew it, now leads."""
    taken: set[str] = set()
    leads: dict[str, str] = {}

    def one(_: Place, block: Block) -> Blocks:
        if not isinstance(block, Heading | SideBox):
            return (block,)
        words = block.children if isinstance(block, Heading) else block.heading
        text = plain(inline_text(words))
        stem = slug_of(text, _ANCHOR_LENGTH) or block.kind
        stem = stem.replace("_", "-")
        number, anchor = 1, stem
        while anchor in taken:
            number += 1
            anchor = f"{stem}-{number}"
        taken.add(anchor)
        for known in (block.anchor, anchor):
            if known:
                leads.setdefault(known, anchor)
        return (replace(block, anchor=anchor),)

    return rewrite_draft(draft, one), leads


@rule("lost-anchor")
def lost_anchor(draft: Draft, name: str) -> Outcome:
    """A link to a place in the text that is not there: its words stay, the link goes."""
    draft, leads = anchored(draft)
    findings: list[Finding] = []

    def relink(place: Place) -> Callable[[Inlines], Inlines]:
        def run(children: Inlines) -> Inlines:
            return tuple(new for child in children for new in one(child))

        def one(child: Inline) -> Inlines:
            match child:
                case Text() | LineBreak():
                    return (child,)
                case Link(href, children) if href.startswith("#"):
                    if anchor := leads.get(href[1:]):
                        return (replace(child, href=f"#{anchor}"),)
                    words = inline_text(children)
                    spot = draft.spot(place, words)
                    findings.append(doubt(name, spot, words=words, anchor=href))
                    return run(children)
                case _:
                    return (replace(child, children=run(child.children)),)

        return run

    standfirst = relink(draft.place("standfirst"))(draft.standfirst)
    placed = tuple(
        replace(old, block=map_runs(old.block, relink(old.place), str)) for old in draft.placed
    )
    return Outcome(replace(draft, placed=placed, standfirst=standfirst), tuple(findings))
