"""Whom a house writes to: its mailing lists, as ``[[lists]]`` of ``house.toml`` names them.

Who is on a list, and how one gets there, is the business of the systems made for it: Parution
writes to a list's address, or to each of the people whom a file or a query names.
"""

from __future__ import annotations

from email.utils import parseaddr
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from flows.settings import Settings, cron_lines, without_password

#: The ports where a server takes mail from its users: RFC 6409 §3.1, RFC 8314 §3.3; and an
#: encryption of its own from the first byte on.
PORTS = {"smtp": 587, "smtps": 465}
#: A folder of messages as files, instead of a server.
FOLDER = "eml"

#: The name of a table beside house.toml; by its ending, nobody takes it for an edition.
_BESIDE = r"^([^/\\.\x00-\x1f][^/\\\x00-\x1f]*\.([cC][sS][vV]|[tT][sS][vV]))?$"


class MailingList(Settings):
    """A list, and how mail for it is sent.

    ``server``: ``smtp://user@host:port``, ``smtps://…``, or ``eml:folder`` for files; the password
    stands in ``PARUTION_SMTP_<NAME>``, or in the Prefect block ``password_block``. Exactly one of
    ``to`` (the address of a list manager's list), ``recipients`` (a CSV file beside house.toml) and
    ``query`` (SQL, asked of ``PARUTION_RECIPIENTS_<NAME>``) says who gets it.

    ``suppressed``: a CSV file of those who get nothing; ``unsubscribe``: a link of one click, which
    ``parution serve`` answers, or a message to the house. ``connections`` are kept open side by
    side; ``per_minute`` and ``per_minute_domain`` are messages, 0: as fast as it goes.
    ``late_hours``: what is out for longer is not mailed unless a person asks. ``automatic``: a
    publication mails by itself; ``languages``: of those editions only.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    server: str
    sender: str = Field(alias="from")
    title: str = ""
    reply_to: str = ""
    to: str = ""
    recipients: str = Field(default="", pattern=_BESIDE)
    query: str = ""
    suppressed: str = Field(default="", pattern=_BESIDE)
    unsubscribe: Literal["link", "mail"] = "link"
    list_id: str = ""
    tls: Literal["required", "none"] = "required"
    password_block: str = ""
    pictures: Literal["linked", "embedded"] = "linked"
    connections: int = Field(default=4, ge=1, le=50)
    per_minute: int = Field(default=0, ge=0)
    per_minute_domain: int = Field(default=0, ge=0)
    late_hours: int = Field(default=24, ge=1)
    automatic: bool = True
    languages: tuple[str, ...] = ()

    @property
    def is_folder(self) -> bool:
        return self.server.startswith(f"{FOLDER}:")

    @property
    def folder(self) -> str:
        """The path of the folder that messages go to."""
        return self.server.removeprefix(f"{FOLDER}:").removeprefix("//")

    @property
    def address(self) -> SplitResult:
        return urlsplit(self.server)

    @property
    def variable(self) -> str:
        """The end of the names of this list's variables in the environment."""
        return self.name.upper().replace("-", "_")

    @property
    def sighting(self) -> str:
        """What the ledger's sightings know it by; no entry's name has a slash."""
        return f"list/{self.name}"

    def takes(self, language: str) -> bool:
        """Whether editions in this language go to the list."""
        primary = language.split("-")[0].lower()
        return not self.languages or primary in {one.split("-")[0] for one in self.languages}

    @field_validator("server")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        without_password(value)
        try:
            parts = urlsplit(value)
            has_place = bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise PydanticCustomError("mail_server", "no mail server") from None
        is_folder = parts.scheme == FOLDER and bool(parts.path.strip("/"))
        if not is_folder and (parts.scheme not in PORTS or not has_place or parts.path):
            raise PydanticCustomError("mail_server", "no mail server")
        return value

    @field_validator("sender", "reply_to", "to")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        """An address that every server takes, with its domain as DNS knows it (RFC 5890)."""
        from email_validator import EmailNotValidError, validate_email

        if not value:
            return value
        address = parseaddr(value)[1]
        try:
            known = validate_email(address, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise PydanticCustomError("mail_address", "no mail address") from None
        if not known.ascii_email or not value.isprintable():
            raise PydanticCustomError("mail_address", "no mail address")
        return value.replace(address, known.ascii_email)

    @field_validator("list_id")
    @classmethod
    def _list_id(cls, value: str) -> str:
        if value and (not value.isascii() or not value.isprintable() or set(value) & set("<> ")):
            raise PydanticCustomError("list_id", "no list id")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> MailingList:
        if sum(map(bool, (self.to, self.recipients, self.query))) != 1:
            raise PydanticCustomError("one_way", "not one way to the recipients")
        return self


def is_mail_address(text: str) -> bool:
    """Whether mail can be written to it, in letters that every server takes."""
    local, _at, domain = text.rpartition("@")
    return bool(local and domain) and text.isascii() and not set(text) & set(" <>,;")


class Digest(Settings):
    """One letter about several editions: those first published between two of its ``slots``, which
    are cron lines in the house's time zone. ``title`` may hold ``{month}`` and ``{year}``;
    ``lists`` are the names of those that get it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1, max_length=200)
    slots: tuple[str, ...] = Field(min_length=1)
    lists: tuple[str, ...] = Field(min_length=1)
    late_hours: int = Field(default=24, ge=1)

    @field_validator("slots")
    @classmethod
    def _five_fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        cron_lines(value)
        return value

    @field_validator("title")
    @classmethod
    def _fillable(cls, value: str) -> str:
        try:
            value.format(month="", year="")
        except (KeyError, IndexError, ValueError):
            raise PydanticCustomError("digest_title", "not to be filled in") from None
        if not value.isprintable():
            raise PydanticCustomError("control", "a control character")
        return value
