"""The house: who publishes, read from ``content/house.toml``.

Without that file everything works as a *trial*: marked so on each channel, with the local target
only, and no guid frozen.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from flows.edition import FORBIDDEN

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class HouseError(Exception):
    """house.toml cannot be used; the message names the file, the key and what to do."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Looks(_Frozen):
    """One strong colour, one deep neutral, one paper tint; everything else is a tint of these."""

    strong: Colour = "#9b2d1f"
    deep: Colour = "#1f2a36"
    paper: Colour = "#f6f2ea"


class Schedule(_Frozen):
    """When what is due goes out: a cron line, read in the house's time zone."""

    cron: str = "*/5 * * * *"

    @field_validator("cron")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        from cronsim import CronSim, CronSimError

        try:
            if len(value.split()) != 5:
                raise CronSimError
            CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError:
            raise ValueError("a cron line has five fields, such as '0 9 * * 1-5'") from None
        return value


class Rules(_Frozen):
    """Rule ids whose doubts do not hold a run that nobody watches."""

    waive: frozenset[str] = frozenset()


class House(_Frozen):
    """Who publishes. ``address`` has no slash at its end; ``trial`` is true without a file."""

    name: str = Field(min_length=1)
    address: str = "http://localhost:8000"
    language: str = Field(default="fr", pattern=r"^[a-z]{2}(-[A-Za-z]{2,4})?$")
    timezone: str = "Europe/Paris"
    tagline: str = ""
    publisher: str = ""
    email: str = ""
    licence: str = ""
    tag_authority: str = ""
    looks: Looks = Looks()
    schedule: Schedule = Schedule()
    rules: Rules = Rules()
    trial: bool = Field(default=False, exclude=True)

    @field_validator("address")
    @classmethod
    def _web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("an address on the web is written like https://cahiers.example.org")
        if parts.query or parts.fragment or re.search(r"[\s<>\"']", value):
            raise ValueError("an address has no ? or # part, no blank and no bracket")
        return value.rstrip("/")

    @field_validator("*")
    @classmethod
    def _legible(cls, value: object) -> object:
        if isinstance(value, str) and FORBIDDEN.search(value):
            raise ValueError("holds a control character")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"no time zone is called {value!r}; an example is Europe/Paris")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def url(self, path: str = "") -> str:
        """The absolute address of ``path`` (without a slash before it) on the house's site."""
        return f"{self.address}/{path}"


#: A trial's house: no name of its own, so that nobody takes it for one.
TRIAL = House(name="Parution", trial=True)


def read_house(content: Path) -> House:
    """The house of a content folder, or :data:`TRIAL`. Raises :class:`HouseError`."""
    path = content / "house.toml"
    if not path.exists():
        return TRIAL
    try:
        return House.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HouseError(
            f"{path}: cannot be read: {error}. Look at that line for a quotation mark that is not "
            "closed, or an = that is missing."
        ) from error
    except OSError as error:
        raise HouseError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValidationError, ZoneInfoNotFoundError) as error:
        raise HouseError(f"{path}: {_explain(error)}") from error


def _explain(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "".join(f"\n  {_key(fault)}: {_what(fault)}" for fault in error.errors())


def _key(fault: ErrorDetails) -> str:
    return ".".join(str(part) for part in fault["loc"])


def _what(fault: ErrorDetails) -> str:
    """A fault in words; the key that was meant where one comes close."""
    if fault["type"] == "extra_forbidden":
        meant = difflib.get_close_matches(str(fault["loc"][-1]), _SETTINGS, 1)
        return f"no such setting; do you mean {meant[0]}?" if meant else "no such setting"
    if fault["type"] == "missing":
        return "must be there"
    if "#" in str(fault.get("ctx", {}).get("pattern", "")):
        return f"a colour is written like #0f5c63, not {fault['input']!r}"
    if fault["type"] == "string_pattern_mismatch":
        return f"a language is written like fr or en, not {fault['input']!r}"
    return fault["msg"].removeprefix("Value error, ")


_SETTINGS = tuple(name for model in (House, Looks, Schedule, Rules) for name in model.model_fields)
