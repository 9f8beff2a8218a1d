"""Bytes to characters: Unicode as it is, older character sets by what the text then looks like."""

from __future__ import annotations

import codecs
import re

from flows.edition import FORBIDDEN
from flows.sources._record import Record, Refusal

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Character sets of one byte that offices used, and what they are called.
_SETS = (("cp1252", "Windows-1252 (Latin-1)"), ("mac_roman", "Mac Roman"), ("cp850", "MS-DOS 850"))
#: What beyond ASCII French and English texts are made of, in order not to guess without need.
_USUAL = frozenset("éèêëàâçùûüîïôöœæÉÈÊÀÂÇÔÎŒ’‘“”«»…–—€°\xa0")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,30})""", re.IGNORECASE)


def decode(data: bytes, record: Record) -> str:
    """The text of ``data``. A note says what it was read as when that was not UTF-8.

    Raises :class:`Refusal` for what is no text at all.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _unicode(data[len(bom) :], name, record)
    if name := _utf16(data):
        return _unicode(data, name, record)
    if _is_binary(data):
        raise Refusal("not-text")
    try:
        # Lone surrogates that some program wrote are dropped later, each with its place.
        return _paired(data.decode("utf-8", errors="surrogatepass"))
    except UnicodeDecodeError:
        return _older(data, record)


def _unicode(data: bytes, name: str, record: Record) -> str:
    if name != "utf-8":
        data = data[: len(data) // 2 * 2] if name.startswith("utf-16") else data
        record.note("read-as", record.place(), encoding=name.upper())
    try:
        text = _paired(data.decode(name, errors="surrogatepass"))
    except UnicodeDecodeError:
        if name != "utf-8":
            raise Refusal("not-text") from None
        return _older(data, record)
    if _controls(text) > len(text) // 10:
        raise Refusal("not-text")
    return text


def _paired(text: str) -> str:
    """Surrogates that make a pair, as one character; lone ones stay for the cleaning."""
    if not re.search("[\ud800-\udbff][\udc00-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _utf16(data: bytes) -> str:
    """UTF-16 without a mark: Latin text then has a zero in every other byte."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < 2:
        return ""
    if sample[1::2].count(0) > 0.4 * half and sample[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _is_binary(data: bytes) -> bool:
    sample = data[:65536]
    controls = sum(sample.count(bytes([code])) for code in range(32) if code not in b"\t\n\f\r\v")
    return sample.count(0) > len(sample) // 100 or controls > len(sample) // 10


def _controls(text: str) -> int:
    return len(FORBIDDEN.findall(text[:65536]))


def _older(data: bytes, record: Record) -> str:
    damaged = data.decode("utf-8", errors="surrogateescape")
    wrong = len(re.findall("[\udc80-\udcff]", damaged))
    right = sum(1 for c in damaged if ord(c) > 127) - wrong
    if right > 3 * wrong:
        return _patched(damaged, wrong, record)
    name, label = _declared(data) or _by_look(data)
    record.note("read-as", record.place(), encoding=label)
    return data.decode(name, errors="replace")


def _patched(damaged: str, wrong: int, record: Record) -> str:
    """UTF-8 in which a few bytes are of an older set: those alone are read as Windows-1252."""

    def letter(found: re.Match[str]) -> str:
        return bytes([ord(found.group()) - 0xDC00]).decode("cp1252", errors="replace")

    found = re.search("[\udc80-\udcff]", damaged)
    line = damaged.count("\n", 0, found.start()) + 1 if found else 0
    record.doubt("mixed-encoding", record.place(line), count=str(wrong))
    return re.sub("[\udc80-\udcff]", letter, damaged)


def _declared(data: bytes) -> tuple[str, str] | None:
    """The character set that an HTML page states for itself, if it can be decoded so."""
    if stated := _CHARSET.search(data[:4096]):
        name = stated.group(1).decode("ascii")
        try:
            data.decode("cp1252" if name.lower() == "iso-8859-1" else name)
        except (LookupError, ValueError):
            return None
        return ("cp1252" if name.lower() == "iso-8859-1" else name), name
    return None


def _by_look(data: bytes) -> tuple[str, str]:
    sample = data[:65536]
    high = sum(byte > 127 for byte in sample)

    def usual(name: str) -> int:
        return sum(c in _USUAL for c in sample.decode(name, errors="replace"))

    best = max(_SETS, key=lambda item: usual(item[0]))
    if usual(best[0]) * 2 >= high:
        return best
    from charset_normalizer import from_bytes  # only where the look does not tell: it is slow

    guess = from_bytes(sample).best()
    if guess is None:
        raise Refusal("not-text")
    if guess.encoding.startswith("utf"):
        return best
    return guess.encoding, guess.encoding
