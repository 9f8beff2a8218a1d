"""The reader of Markdown, Word, OpenDocument and HTML, over pandoc's document tree.

Pandoc runs as a child process in its sandbox: it reads standard input and nothing else, writes
its tree as JSON, and is stopped after :data:`TIMEOUT` seconds. Pictures are fetched by us, from
the entry or from inside the office file.

Where later readers plug in: what pandoc does not tell (Word's tracked changes and comments, text
boxes, hidden text) is to be taken from the package in a step before :func:`tree_of`, and a saved
web page's chrome (menus, footers, cookie notices) in :func:`_prepared`; both give findings and
changes to the same :class:`Record`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flows.days import iso_day, states_day
from flows.edition import Block, Figure, Inlines, LineBreak, Note
from flows.manuscript import Placed
from flows.reading import inline_runs, inline_text
from flows.sources import _package
from flows.sources._head import find_day, find_standfirst, find_title, shifted, title_notes
from flows.sources._inline import InlineReader, Node
from flows.sources._kind import Kind
from flows.sources._locator import Locator
from flows.sources._metadata import take_front_matter
from flows.sources._pictures import Fetch, Pictures
from flows.sources._record import MAX_LINE, Reading, Record, Refusal
from flows.sources._tree import BlockReader, merged

#: Seconds, and megabytes of memory, that one source may take; an ordinary one takes 0.02 and 60.
TIMEOUT, MEMORY = 20, 1500
_MARKDOWN = (
    "markdown-smart-implicit_figures-tex_math_dollars-tex_math_single_backslash-citations"
    "-yaml_metadata_block-pandoc_title_block-mmd_title_block-raw_tex-latex_macros-example_lists"
    "-blank_before_header+lists_without_preceding_blankline"
)
#: Doubles pandoc's time, so it is asked for only where an address stands in the text.
_BARE_ADDRESSES = "+autolink_bare_uris"
_FORMATS = {
    Kind.MARKDOWN: _MARKDOWN,
    Kind.HTML: "html-smart",
    Kind.DOCX: "docx+styles",
    Kind.ODT: "odt",
}


def read_text_markup(text: str, kind: Kind, fetch: Fetch, record: Record) -> Reading:
    """Reads cleaned Markdown or HTML. Raises :class:`Refusal`."""
    reading = Reading()
    if kind is Kind.MARKDOWN:
        text = take_front_matter(text.lstrip("\ufeff\u200b"), reading, record)
        _tell_lost_notes(text, record)
    bare = kind is Kind.MARKDOWN and "://" in text
    tree = tree_of(_prepared(text, kind).encode(), kind, _BARE_ADDRESSES if bare else "")
    return _read(tree, reading, Pictures(fetch), record, Locator(text, kind, record))


_NOTE_TEXT = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$", re.MULTILINE)


def _tell_lost_notes(text: str, record: Record) -> None:
    """Notes that are never called, or whose name another takes: pandoc drops them in silence."""
    seen: set[str] = set()
    for found in _NOTE_TEXT.finditer(text):
        name, words = found.group(1), found.group(2).strip()
        called = text.count(f"[^{name}]") > text.count(f"[^{name}]:")
        if name in seen or not called:
            line = text.count("\n", 0, found.start()) + 1
            place = record.place(line, words[:60])
            record.doubt("lost-note", place, name=name[:40])
            record.took("lost-note", place, words)
        seen.add(name)


def read_package(data: bytes, kind: Kind, fetch: Fetch, record: Record) -> Reading:
    """Reads a docx or odt file. Raises :class:`Refusal`."""
    tree = tree_of(data, kind)
    reading = Reading()
    if stated := _package.language(data, kind):
        reading.state("language", stated, record.place())
    if kind is Kind.ODT:
        _name_titles(tree, dict(_package.title_paragraphs(data)))
        _name_pictures(tree["blocks"], dict(_package.descriptions(data)))
    return _read(tree, reading, Pictures(fetch), record, Locator("", kind, record))


def _name_titles(tree: Node, titles: dict[str, str]) -> None:
    """Moves an odt's first paragraphs of style Title and Subtitle to where a docx has them."""
    for style, text in titles.items():
        for i, node in enumerate(tree["blocks"][:6]):
            plain = _plain(node["c"]) if node["t"] == "Para" else ""
            if plain and plain == "".join(text.split()):
                tree["meta"].setdefault(style, {"t": "MetaInlines", "c": node["c"]})
                del tree["blocks"][i]
                break


def _name_pictures(nodes: Any, descriptions: dict[str, str]) -> None:
    """Gives an odt's pictures the alternative texts that pandoc's reader passes over."""
    for node in _each(nodes):
        if node["t"] == "Image" and (alt := descriptions.get(node["c"][2][0])):
            node["c"][0][2].append(["alt", alt])


def _plain(nodes: Sequence[Node]) -> str:
    """The characters of simple inline text, without blanks."""
    parts: list[str] = []
    for node in nodes:
        if node["t"] == "Str":
            parts.append(node["c"])
        elif node["t"] in ("Strong", "Emph", "Underline"):
            parts.append(_plain(node["c"]))
        elif node["t"] == "Span":
            parts.append(_plain(node["c"][1]))
    return "".join("".join(parts).split())


# ----------------------------------------------------------------------------------- the process


@cache
def binary() -> str:
    """The pandoc of the wheel, found without importing its slow package; or the system's."""
    spec = find_spec("pypandoc")
    for place in spec.submodule_search_locations or () if spec else ():
        for name in ("pandoc", "pandoc.exe"):
            if (path := Path(place) / "files" / name).is_file():
                return str(path)
    return shutil.which("pandoc") or "pandoc"


def tree_of(data: bytes, kind: Kind, extensions: str = "") -> Node:
    """Pandoc's tree of ``data``. Raises :class:`Refusal` where pandoc cannot read it."""
    limit = ["+RTS", f"-M{MEMORY}M", "-RTS"]
    command = [binary(), "--sandbox", "-f", _FORMATS[kind] + extensions, "-t", "json", *limit]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the source comes by standard input
            command, input=data, capture_output=True, timeout=TIMEOUT, check=True
        )
        tree: Node = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise Refusal("takes-too-long", seconds=str(TIMEOUT)) from error
    except (subprocess.CalledProcessError, ValueError) as error:
        raise Refusal("damaged") from error
    except RecursionError as error:
        raise Refusal("too-deep") from error
    except OSError as error:
        raise Refusal("no-pandoc", problem=str(error)[:100]) from error
    return tree


def _prepared(text: str, kind: Kind) -> str:
    """HTML with all its tags closed, which pandoc's reader needs for tables, and ``<aside>``,
    which it would lose, as a classed div. Here a saved page's chrome is to be taken off."""
    if kind is not Kind.HTML:
        return text
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = etree.fromstring(text.encode(), parser)
    if root is None:
        return ""
    if any(fault.type_name == "ERR_INTERNAL_ERROR" for fault in parser.error_log):
        raise Refusal("too-deep")  # libxml2 gives up there, and would drop the rest
    for field in root.iter("textarea"):
        field.tag = "p"  # whose words pandoc would drop
    for aside in root.iter("aside"):
        aside.tag = "div"
        aside.set("class", f"aside {aside.get('class', '')}".strip())
    made: str = etree.tostring(root, encoding="unicode", method="html")
    return made


# ---------------------------------------------------------------------------------- from the tree


def _read(
    tree: Node, reading: Reading, pictures: Pictures, record: Record, locator: Locator
) -> Reading:
    try:
        nodes = list(merged(_opened(tree["blocks"])))
        inline = InlineReader(record, _anchors(tree["blocks"]), locator.near)
        _metadata(tree["meta"], inline, reading, locator.kind in (Kind.DOCX, Kind.ODT))
        walker = BlockReader(inline, pictures, titles_shown=locator.kind is Kind.MARKDOWN)
        for node in nodes:
            for block in walker.block(node):
                words = _words(block)
                if len(words) > MAX_LINE:
                    raise Refusal("line-too-long", 0, words, length=str(len(words)))
                reading.placed.append(Placed(block, locator.next(words)))
    except RecursionError as error:
        raise Refusal("too-deep") from error
    find_title(reading, record)
    if locator.kind is Kind.HTML and "title" not in reading.metadata:
        _stored_title(tree["meta"], inline, reading)
    find_day(reading, record)
    find_standfirst(reading)
    reading.placed = shifted(reading.placed)
    return reading


def _opened(nodes: Sequence[Node]) -> Iterator[Node]:
    """Sections and other nameless wrappers opened, so that each block has a place of its own."""
    for node in nodes:
        if node["t"] == "Div" and node["c"][0][1] in ([], ["section"]) and not node["c"][0][2]:
            yield from _opened(node["c"][1])
        else:
            yield node


def _anchors(nodes: Sequence[Node]) -> frozenset[str]:
    """Ids of headings that some link of the document leads to."""
    found = list(_each(nodes))
    ids = {node["c"][1][0] for node in found if node["t"] == "Header"}
    targets = {node["c"][2][0].removeprefix("#") for node in found if node["t"] == "Link"}
    return frozenset(ids & targets - {""})


def _each(nodes: Any) -> Iterator[Node]:
    """Each element of a tree, in no order that matters, however deep."""
    waiting: list[Any] = [nodes]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            yield item
            waiting.append(item.get("c"))


def _words(block: Block) -> str:
    """The beginning of a block, without its notes: they stand elsewhere in the source."""
    if isinstance(block, Figure):
        return block.alt or inline_text(block.caption)
    words = (inline_text(run) for run in inline_runs(block))
    return next((text for text in words if text.strip()), "")


def _metadata(meta: Node, inline: InlineReader, reading: Reading, shown: bool) -> None:
    """What the styles Title, Subtitle, Author, Date and Abstract of an office file say (they are
    ``shown`` on its page), or HTML's head."""
    said = {key: _meta_inlines(value, inline) for key, value in sorted(meta.items())}
    texts = {key: " ".join(inline_text(value).split()) for key, value in said.items()}
    if shown and meta.get("author", {}).get("t") == "MetaList":
        names = (inline_text(_meta_inlines(one, inline)) for one in meta["author"]["c"])
        texts["author"] = "\n".join(" ".join(name.split()) for name in names)
    names_of = {"lang": "language"}
    if shown:  # HTML's <title> names the site too: the last resort, after the headings
        names_of |= {"title": "title", "author": "speakers"}
    for key, name in names_of.items():
        if texts.get(key) and name not in reading.metadata:
            reading.state(name, texts[key], inline.locate(texts[key]))
    notes = [child for child in said.get("title", ()) if isinstance(child, Note)]
    reading.placed += title_notes(notes, inline.locate(""), inline.record)
    day = iso_day(texts.get("date", ""))
    if day and (shown or states_day(day)) and "date" not in reading.metadata:
        reading.state("date", day, inline.locate(texts["date"]))
        if shown:
            inline.record.took("date-line", inline.locate(""), texts["date"])
    for key in ("subtitle", "abstract"):
        if found := said.get(key, ()):
            between = (LineBreak(),) if reading.standfirst else ()
            reading.standfirst = (*reading.standfirst, *between, *found)


def _stored_title(meta: Node, inline: InlineReader, reading: Reading) -> None:
    if text := inline_text(_meta_inlines(meta["title"], inline) if "title" in meta else ()):
        reading.state("title", " ".join(text.split()), inline.locate(text))


def _meta_inlines(value: Any, inline: InlineReader) -> Inlines:
    match value["t"]:
        case "MetaInlines":
            return inline(value["c"])
        case "MetaBlocks":
            return inline.flat(value["c"])
        case "MetaString":
            return inline([{"t": "Str", "c": value["c"]}])
        case _:
            return ()
