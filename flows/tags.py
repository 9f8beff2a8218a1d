"""The address of a tag: a function of its words alone, so that it is the same for ever.

Two spellings that differ in case, accents, blanks and punctuation are one tag. What the Latin
alphabet cannot say whole (another script, a sign as in ``C++``, a very long name) is told from its
like by a few digits of its hash.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from flows.edition import FORBIDDEN
from flows.reading import plain

#: The most characters of a tag's address, its hash apart.
LENGTH = 60
#: Names of devices, which no folder of a copy on Windows may have.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
#: What parts words, and tells nothing of its own.
_APART = re.compile(r"""[\s\u00ad\u200b\u2060\ufeff_.,:;!?'’"«»“”()/·&‐-―-]+""")


def subjects(words: Iterable[str]) -> dict[str, str]:
    """The tags that an edition's section, category and tags are, in this order: the address of each
    with its name, as it is written first."""
    found: dict[str, str] = {}
    for word in words:
        if name := plain(FORBIDDEN.sub("", word)):
            found.setdefault(tag_slug(name), name)
    return found


def tag_slug(name: str) -> str:
    """``name`` in lower-case ASCII letters, digits and single hyphens; never empty."""
    name = FORBIDDEN.sub("", name)
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LIGATURES)
    letters = unicodedata.normalize("NFD", folded)
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    words = [word for word in _APART.split(bare) if word]
    slug = "-".join(words)
    is_whole = slug.isascii() and slug.replace("-", "").isalnum()
    if is_whole and len(slug) <= LENGTH and not _RESERVED.fullmatch(slug):
        return slug
    return f"{_said(name)}-{hashlib.sha256(' '.join(words).encode()).hexdigest()[:8]}"


def _said(name: str) -> str:
    """As much of a name as Latin letters can say."""
    from slugify import slugify

    return str(slugify(name, max_length=LENGTH, word_boundary=True, save_order=True)) or "tag"
