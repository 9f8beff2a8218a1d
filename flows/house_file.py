"""``house.toml``, and what stands beside it: a stylesheet, a printer's profile.

Without that file everything works as a *trial*: marked so on each channel, with the local target
only, and no guid frozen.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.house import TABLES, TRIAL, House
from flows.words import Sentence, catalogue

_FILE, _STYLESHEET = "house.toml", "theme.css"
_READ = {"looks": {"css"}, "print": {"sha256", "data"}}
#: Bytes of a profile; the largest in use have three million.
_LARGEST_PROFILE = 16_000_000


class HouseError(Exception):
    """The house cannot be used: which file, and for each fault the key or line and what to do.
    ``str`` of it is English."""

    def __init__(self, path: Path, *faults: tuple[str, Sentence]) -> None:
        self.path, self.faults = path, faults
        super().__init__(self.told("en"))

    def told(self, language: str) -> str:
        """All faults, in a language: each with the setting that it is in, if it is in one."""
        lines = [": ".join(filter(None, (key, said.told(language)))) for key, said in self.faults]
        if len(lines) > 1 or self.faults[0][0]:
            lines.insert(0, "")
        return f"{self.path}: " + "\n  ".join(lines)


def _fault(key: str, **values: object) -> Sentence:
    return Sentence("house", key, values)


def read_house(content: Path) -> House:
    """The house of a content folder, or :data:`TRIAL`. Raises :class:`HouseError`."""
    house = _read(content / _FILE)
    house = _with_stylesheet(house, content / _STYLESHEET)
    return _with_profile(house, content) if house.print.profile else house


def is_of_house(name: str) -> bool:
    """Whether a file of the content folder, by its name, can belong to the house."""
    return name in (_FILE, _STYLESHEET) or name.lower().endswith((".icc", ".icm"))


def _read(path: Path) -> House:
    if not path.exists():
        return TRIAL
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HouseError(path, ("", _fault("not_toml", why=error))) from error
    except OSError as error:
        raise HouseError(path, ("", _fault("cannot_be_read", why=error.strerror))) from error
    for table, keys in _READ.items():
        given = written.get(table)
        if found := sorted(keys & set(given if isinstance(given, dict) else ())):
            raise HouseError(path, (f"{table}.{found[0]}", _fault("no_setting")))
    try:
        return House.model_validate(written)
    except ValidationError as error:
        faults = [(".".join(map(str, e["loc"])), _what(e)) for e in error.errors()]
        raise HouseError(path, *faults) from error


def _with_stylesheet(house: House, path: Path) -> House:
    if not path.exists():
        return house
    from flows.looks import palette
    from flows.stylesheet import StylesheetError, checked

    try:
        css = path.read_text(encoding="utf-8-sig")
        looks = house.looks.model_copy(update={"css": checked(css, palette(house))})
    except StylesheetError as error:
        raise HouseError(path, *(("", fault) for fault in error.faults)) from error
    except UnicodeDecodeError as error:
        raise HouseError(path, ("", _fault("not_utf8"))) from error
    except OSError as error:
        raise HouseError(path, ("", _fault("cannot_be_read", why=error.strerror))) from error
    return house.model_copy(update={"looks": looks})


def _with_profile(house: House, content: Path) -> House:
    """The profile's bytes, tried out: one that nothing can be printed with is told of at once."""
    from flows.inks import NotAPrinterProfileError, Press, Profile

    path = content / house.print.profile
    try:
        if path.stat().st_size > _LARGEST_PROFILE:
            raise NotAPrinterProfileError(path.name)
        data = path.read_bytes()
        Press(Profile(path.name, data)).try_out()
    except FileNotFoundError as error:
        raise HouseError(content / _FILE, ("", _fault("no_profile", name=path.name))) from error
    except OSError as error:
        raise HouseError(path, ("", _fault("cannot_be_read", why=error.strerror))) from error
    except NotAPrinterProfileError as error:
        raise HouseError(path, ("", _fault("no_printer_profile"))) from error
    printing = house.print.model_copy(
        update={"sha256": hashlib.sha256(data).hexdigest(), "data": data}
    )
    return house.model_copy(update={"print": printing})


#: What pydantic calls a fault, up to its first underscore, and what it is for a person.
_KINDS = {
    "literal": "one_of",
    "string": "text",
    "int": "number",
    "bool": "yes_or_no",
    "tuple": "several",
    "frozen": "several",
    "list": "several",
    "model": "table",
    "dict": "table",
    "greater": "out_of_range",
    "less": "out_of_range",
    "too": "out_of_range",
}
_OF_PATTERNS = {
    "print.profile": "profile",
    "language": "language",
    "hooks.name": "hook",
    "lists.name": "list_name",
    "digests.name": "list_name",
    "lists.recipients": "beside",
    "lists.suppressed": "beside",
}


def _what(fault: ErrorDetails) -> Sentence:
    """A fault as a sentence; the key that was meant where one comes close."""
    kind, where, given = fault["type"], fault["loc"], repr(fault["input"])
    if kind == "extra_forbidden":
        name = str(where[-1])
        if len(where) > 1 and name in House.model_fields:
            return _fault("above_tables", name=name)
        meant = difflib.get_close_matches(name, SETTINGS, 1)
        return _fault("no_setting_but", meant=meant[0]) if meant else _fault("no_setting")
    if kind == "string_pattern_mismatch":
        setting = ".".join(part for part in where if isinstance(part, str))
        return _fault(_OF_PATTERNS.get(setting, "colour"), given=given)
    known = str(fault.get("ctx", {}).get("expected", ""))
    key = _KINDS.get(kind.partition("_")[0], kind)
    if key not in catalogue("house", "en"):
        return _fault("cannot_be_read", why=fault["msg"])
    return _fault(key, given=given, known=known, **fault.get("ctx", {}))


#: What a house may write; the rest of the fields is read off the files beside it.
SETTINGS = tuple(
    field.alias or name
    for model in TABLES
    for name, field in model.model_fields.items()
    if not any(name in keys for keys in _READ.values())
)
