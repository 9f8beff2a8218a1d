"""``house.toml``, and what stands beside it: a stylesheet, a printer's profile.

Without that file everything works as a *trial*: marked so on each channel, with the local target
only, and no guid frozen.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.house import TABLES, TRIAL, House

_FILE, _STYLESHEET = "house.toml", "theme.css"
_READ = {"looks": {"css"}, "print": {"sha256", "data"}}
#: Bytes of a profile; the largest in use have three million.
_LARGEST_PROFILE = 16_000_000


class HouseError(Exception):
    """The house cannot be used; the message names the file, the key or line, and what to do."""


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
        _refuse_what_is_read(written)
        return House.model_validate(written)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HouseError(
            f"{path}: cannot be read: {error}. Look at that line for a quotation mark that is not "
            "closed, or an = that is missing."
        ) from error
    except OSError as error:
        raise HouseError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValidationError, ZoneInfoNotFoundError) as error:
        raise HouseError(f"{path}: {_explain(error)}") from error


def _refuse_what_is_read(written: dict[str, Any]) -> None:
    """What stands in files beside house.toml cannot be written into it."""
    for table, keys in _READ.items():
        given = written.get(table)
        for key in keys & set(given if isinstance(given, dict) else ()):
            raise HouseError(f"{_FILE}:\n  {table}.{key}: no such setting")


def _with_stylesheet(house: House, path: Path) -> House:
    if not path.exists():
        return house
    from flows.looks import palette
    from flows.stylesheet import StylesheetError, checked

    try:
        css = path.read_text(encoding="utf-8-sig")
        looks = house.looks.model_copy(update={"css": checked(css, palette(house))})
    except StylesheetError as error:
        raise HouseError(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise HouseError(f"{path}: is no text in UTF-8; save it so from your editor") from error
    except OSError as error:
        raise HouseError(f"{path}: cannot be read: {error.strerror}") from error
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
    except (FileNotFoundError, ValueError) as error:
        if isinstance(error, NotAPrinterProfileError):
            raise HouseError(
                f"{path}: is no ICC profile of a printing condition in four inks (CMYK). Ask the "
                "print shop for its output profile, or take print.profile out of house.toml."
            ) from error
        raise HouseError(
            f"{content / _FILE}: print.profile: there is no {path.name} beside it. Put the print "
            "shop's profile there, or take the line out: then Parution's own is used."
        ) from error
    except OSError as error:
        raise HouseError(f"{path}: cannot be read: {error.strerror}") from error
    printing = house.print.model_copy(
        update={"sha256": hashlib.sha256(data).hexdigest(), "data": data}
    )
    return house.model_copy(update={"print": printing})


def _explain(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "".join(f"\n  {_key(fault)}: {_what(fault)}" for fault in error.errors())


def _key(fault: ErrorDetails) -> str:
    return ".".join(str(part) for part in fault["loc"])


def _what(fault: ErrorDetails) -> str:
    """A fault in words; the key that was meant where one comes close."""
    if fault["type"] == "extra_forbidden":
        name = str(fault["loc"][-1])
        if len(fault["loc"]) > 1 and name in House.model_fields:
            return f"no such setting here: put the line of {name} above the first [table]"
        meant = difflib.get_close_matches(name, SETTINGS, 1)
        return f"no such setting; do you mean {meant[0]}?" if meant else "no such setting"
    if fault["type"] == "missing":
        return "must be there"
    if "#" in str(fault.get("ctx", {}).get("pattern", "")):
        return f"a colour is written like #0f5c63, not {fault['input']!r}"
    if fault["loc"] == ("print", "profile"):
        return f"names a file beside {_FILE}, such as coated.icc, not {fault['input']!r}"
    if fault["type"] == "string_pattern_mismatch" and fault["loc"][0] == "hooks":
        return f"a webhook's name has small letters, digits and hyphens, not {fault['input']!r}"
    if fault["type"] == "string_pattern_mismatch":
        return f"a language is written like fr or en, not {fault['input']!r}"
    return fault["msg"].removeprefix("Value error, ")


#: What a house may write; the rest of the fields is read off the files beside it.
SETTINGS = tuple(
    name
    for model in TABLES
    for name in model.model_fields
    if not any(name in keys for keys in _READ.values())
)
