"""The spacing of a string: polytypo first, then what our languages ask beyond it."""

from __future__ import annotations

import re

NBSP = "\u00a0"
NARROW = "\u202f"
#: Widths that an author or a website typed where the language has one of its own.
_FIXED_WIDTHS = re.compile("[\u2000-\u200a\u205f\u3000\t]")
_PAIRS = re.compile(f"[ {NBSP}{NARROW}]{{2,}}")
_LOOSE = re.compile(f"[{NBSP}{NARROW}](?=[?!;:»%”])|(?<=[«“])[{NBSP}{NARROW}]")

#: polytypo's rules that could touch a letter ((c) → ©) or a hyphen are left out.
_MARKS = {"symbols": False, "hyphen": False, "nbsp": False}
_SPACES = dict.fromkeys(("spaces", "ellipsis", "dashes", "hyphen", "quotes", "apostrophe"), False)
_SPACES["symbols"] = False

#: A plain word: no spacing rule of French or English looks across the space between two.
_PLAIN = re.compile(r"[a-zà-ÿœ’]+,?|(?!M)[A-ZÀ-Ýa-zà-ÿ][a-zà-ÿœ’-]{3,}[,.]?")
_CUT_UP = ("fr", "en")
_NEITHER = re.compile(r"[^\"«»“”„‘‹›—–-]+")
#: A mark that was set may show polytypo one that it had left; no text was seen to need a third.
_ROUNDS = 4

_MONTHS_FR = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_MONTHS_EN = "January|February|March|April|May|June|July|August|September|October|November|December"
_UNITS = "h|min|ha|m|m²|km²|Go|Mo|To|k€|M€|Md€|millions?|milliards?"
_REFERENCES = "p|pp|vol|chap|ch|art|fig|t|no|nos|al"

Sets = tuple[tuple[re.Pattern[str], str], ...]
_FRENCH: Sets = (
    (re.compile(rf"(?<!\w)({_REFERENCES})\. (?=\d)"), rf"\1.{NBSP}"),
    (re.compile(r"(?<!\w)([A-ZÀ-Ý]\.-[A-ZÀ-Ý]\.) (?=[A-ZÀ-Ý])"), rf"\1{NBSP}"),
    (re.compile(r"(?<!\w)(Dr|Pr|Me|Mgr|St|Ste) (?=[A-ZÀ-Ý])"), rf"\1{NBSP}"),
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))"), NBSP),
    (re.compile(rf"(?<![\d\w])(\d{{1,2}}|1er) (?=(?:{_MONTHS_FR})(?!\w))"), rf"\1{NBSP}"),
    (re.compile(r"(?<!\w)([IVX]+(?:er|e)) (?=siècles?(?!\w))"), rf"\1{NBSP}"),
    (re.compile(r"(^|\n)([—–]) (?=\S)"), rf"\1\2{NBSP}"),
)
_ENGLISH: Sets = (
    (re.compile(rf"(?<!\w)({_REFERENCES}|Fig|No|Vol)\. (?=\d)"), rf"\1.{NBSP}"),
    (re.compile(r"(?<!\w)(Mr|Mrs|Ms|Dr|Prof|St)(\.?) (?=[A-Z])"), rf"\1\2{NBSP}"),
    (re.compile(rf"(?<![\d\w])(\d{{1,2}}) (?=(?:{_MONTHS_EN})(?!\w))"), rf"\1{NBSP}"),
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS}|million|billion|a\.m\.|p\.m\.)(?!\w))"), NBSP),
)
_BY_LANGUAGE: dict[str, Sets] = {"fr": _FRENCH, "en": _ENGLISH}
_THOUSANDS = re.compile(rf"(?<![\d,.])\d{{1,3}}(?:[ {NBSP}]\d{{3}})+(?!\d)")


def set_string(text: str, language: str) -> str:
    """``text`` in the quotes, dashes and spacing of a BCP 47 language: the same words, always;
    ``text`` itself for a language whose rules nobody has written down. Setting it again
    changes nothing."""
    if not text.strip():
        return text
    done = _set_once(text, language)
    for _ in range(_ROUNDS):
        if _quotes_and_dashes(done) == _quotes_and_dashes(text):
            break  # only then could another round see other marks than this one did
        text, done = done, _set_once(done, language)
    return done


def _quotes_and_dashes(text: str) -> str:
    return _NEITHER.sub("", text)


def _set_once(text: str, language: str) -> str:
    primary = language.split("-")[0].lower()
    tidy = _LOOSE.sub(" ", _collapse(_FIXED_WIDTHS.sub(" ", text)))
    done = _polytypo(tidy, language, primary)
    if done is None:
        return text
    # polytypo trims the ends of what it takes for a whole text; ours may be part of a run
    head, tail = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    done = f"{head[:1]}{done.strip(' ')}{tail[:1]}"
    if primary == "fr":
        done = _THOUSANDS.sub(lambda m: re.sub(r"\s", NARROW, m.group()), done)
    for pattern, replacement in _BY_LANGUAGE.get(primary, ()):
        done = pattern.sub(replacement, done)
    return done


def _collapse(text: str) -> str:
    """Pairs of spaces as one: polytypo leaves a space standing before its own."""
    return _PAIRS.sub(" ", text)


def _polytypo(text: str, language: str, primary: str) -> str | None:
    from polytypo.errors import PolytypoError
    from polytypo.text import transform

    try:
        marked = transform(text, locale=language, rules=_MARKS)
    except PolytypoError:
        if language == primary:
            return None
        return _polytypo(text, primary, primary)
    # Its no-break rule tries each unit at each character; most of a text is plain words.
    pieces = _between_plain_words(marked) if primary in _CUT_UP else [marked]
    return " ".join(
        piece if _PLAIN.fullmatch(piece) else transform(piece, locale=language, rules=_SPACES)
        for piece in pieces
    )


def _between_plain_words(text: str) -> list[str]:
    """``text`` cut at each space that stands between two plain words."""
    pieces: list[list[str]] = []
    was_plain = False
    for token in text.split(" "):
        plain = _PLAIN.fullmatch(token) is not None
        if pieces and not (plain and was_plain):
            pieces[-1].append(token)
        else:
            pieces.append([token])
        was_plain = plain
    return [" ".join(piece) for piece in pieces]
