"""The house: who publishes, as ``content/house.toml`` says."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from flows.edition import FORBIDDEN
from flows.lists import Digest, MailingList, is_mail_address
from flows.settings import Settings, cron_lines, without_password
from flows.themes import THEMES

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


#: The name of an ICC profile in the same folder.
_PROFILE = r"^([^/\\.\x00-\x1f][^/\\\x00-\x1f]*\.[iI][cC][cCmM])?$"


class Looks(Settings):
    """A theme, and three colours: one strong, one deep neutral, one paper tint; everything else
    is a tint of these. Colours that are not named are the theme's."""

    theme: Literal["parcels", "threads"] = "parcels"
    strong: Colour
    deep: Colour
    paper: Colour
    #: The house's own stylesheet for the brochure, laid on top of the theme's.
    css: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_theme(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        named = given.get("theme")
        theme = THEMES.get(named if isinstance(named, str) else "", THEMES["parcels"])
        return {"strong": theme.strong, "deep": theme.deep, "paper": theme.paper, **given}


class Print(Settings):
    """The printing condition: an ICC output profile in four inks, by the name of its file beside
    house.toml, and what the print shop calls the condition. Without one, the profile that comes
    with Parution. ``sha256`` and ``data`` are the file's."""

    profile: str = Field(default="", pattern=_PROFILE)
    condition: str = ""
    sha256: str = ""
    data: bytes = Field(default=b"", exclude=True, repr=False)


class Schedule(Settings):
    """When what is due goes out, read in the house's time zone.

    ``cron``: when to look for what is due. ``slots``: cron lines too, such as ``0 9 * * 2``;
    where there are any, an edition without a moment of its own waits for the next slot.
    ``late_hours``: what is later than that asks a person before it goes out.
    """

    cron: str = "*/5 * * * *"
    slots: tuple[str, ...] = ()
    late_hours: int = Field(default=24, ge=1)

    @field_validator("cron", "slots")
    @classmethod
    def _five_fields(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        cron_lines((value,) if isinstance(value, str) else value)
        return value


class Rules(Settings):
    """Rule ids whose doubts do not hold a run that nobody watches."""

    waive: frozenset[str] = frozenset()


class Approval(Settings):
    """Who says yes before anything goes out. ``approval = true`` alone: anybody with a code.

    ``people``: how many different names it takes; ``by``: the only names that may, if any.
    """

    required: bool = False
    people: int = Field(default=1, ge=1, le=5)
    by: tuple[str, ...] = ()

    @property
    def needed(self) -> int:
        """How many yeses it takes where one is asked for; a doubt that nobody saw takes one."""
        return self.people if self.required else 1


class Targets(Settings):
    """Where a publication goes beside the local site: ``sites`` by URL (``s3://``, ``sftp://``),
    ``hubs`` that are told of a changed feed (WebSub). Secrets stand in the environment."""

    sites: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()

    @field_validator("sites", "hubs")
    @classmethod
    def _no_secret(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            without_password(url)
        return value

    @property
    def all(self) -> tuple[str, ...]:
        """Every target, in the order in which they are served: a hub is told when all is there."""
        return (*self.sites, *self.hubs)


class Notify(Settings):
    """What people are told of, and the Prefect blocks that carry it, beside those that the
    environment names in ``PARUTION_NOTIFY``."""

    when: frozenset[Literal["refused", "waiting", "published", "failed", "late"]] = frozenset(
        ("refused", "waiting", "published", "failed", "late")
    )
    blocks: tuple[str, ...] = ()


class Hook(Settings):
    """A webhook at ``/hooks/<name>``; its secret stands in ``PARUTION_HOOK_<NAME>``.

    ``window``: seconds for which a signature is good; ``largest``: bytes of a body.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    window: int = Field(default=300, ge=10, le=86_400)
    largest: int = Field(default=1_000_000, ge=1, le=10_000_000)


class Storage(Settings):
    """What several machines share. ``depot``: a URL for releases and renderings, by content;
    ``keep_runs``: days for which Prefect keeps finished runs."""

    depot: str = ""
    keep_runs: int = Field(default=30, ge=1)

    @field_validator("depot")
    @classmethod
    def _no_secret(cls, value: str) -> str:
        without_password(value)
        return value


class House(Settings):
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
    looks: Looks = Looks.model_validate({})
    print: Print = Print()
    schedule: Schedule = Field(default=Schedule(), exclude=True)
    rules: Rules = Rules()
    # How this house works, which is in no file that it publishes, and so in no manifest.
    approval: Approval = Field(default=Approval(), exclude=True)
    targets: Targets = Field(default=Targets(), exclude=True)
    notify: Notify = Field(default=Notify(), exclude=True)
    hooks: tuple[Hook, ...] = Field(default=(), exclude=True)
    lists: tuple[MailingList, ...] = Field(default=(), exclude=True)
    digests: tuple[Digest, ...] = Field(default=(), exclude=True)
    storage: Storage = Field(default=Storage(), exclude=True)
    trial: bool = Field(default=False, exclude=True)

    @field_validator("approval", mode="before")
    @classmethod
    def _yes_or_no(cls, value: object) -> object:
        return {"required": value} if isinstance(value, bool) else value

    @field_validator("address")
    @classmethod
    def _web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise PydanticCustomError("web_address", "no address of the web")
        if parts.query or parts.fragment or re.search(r"[\s<>\"']", value):
            raise PydanticCustomError("bare_address", "no bare address")
        return value.rstrip("/")

    @field_validator("*")
    @classmethod
    def _legible(cls, value: object) -> object:
        if isinstance(value, str) and FORBIDDEN.search(value):
            raise PydanticCustomError("control", "a control character")
        return value

    @field_validator("lists", "digests")
    @classmethod
    def _told_apart(
        cls, value: tuple[MailingList | Digest, ...]
    ) -> tuple[MailingList | Digest, ...]:
        if len({one.name for one in value}) < len(value):
            raise PydanticCustomError("same_name", "two of one name")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise PydanticCustomError("timezone", "no time zone")
        return value

    @model_validator(mode="after")
    def _reachable(self) -> House:
        """Whoever gets mail is told where to write to get no more of it."""
        if self.lists and not is_mail_address(self.email):
            raise PydanticCustomError("needs_email", "no address to answer to")
        known = {one.name for one in self.lists}
        for digest in self.digests:
            if unknown := sorted(set(digest.lists) - known):
                raise PydanticCustomError(
                    "digest_to_nobody", "no such list", {"digest": digest.name, "list": unknown[0]}
                )
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def leave_address(self) -> str:
        """Where a reader writes to get no more letters (RFC 6068); empty without an address to
        write to. Letters have it once, as it is given here, so that a list's own address can take
        its place: so each character that HTML would write in another way is percent-encoded."""
        if not self.email:
            return ""
        return f"mailto:{quote(self.email, safe='@!$*+')}?subject=unsubscribe"

    def digest_named(self, name: str) -> Digest | None:
        return next((one for one in self.digests if one.name == name), None)

    def list_named(self, name: str) -> MailingList | None:
        return next((one for one in self.lists if one.name == name), None)

    def url(self, path: str = "") -> str:
        """The absolute address of ``path`` (without a slash before it) on the house's site."""
        return f"{self.address}/{path}"


#: A trial's house: no name of its own, so that nobody takes it for one.
TRIAL = House(name="Parution", trial=True)
#: Every table of house.toml.
TABLES = (
    House, Looks, Print, Schedule, Rules, Approval, Targets, Notify, Hook, Storage,
    MailingList, Digest,
)  # fmt: skip
