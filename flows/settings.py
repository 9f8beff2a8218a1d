"""What every table of ``house.toml`` is: frozen, and without a key that nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Settings(BaseModel):
    """A table of ``house.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def without_password(url: str) -> None:
    """Refuse an address that holds one: it is shown in messages, logs and Prefect's pages."""
    user, found, _host = url.partition("://")[2].partition("/")[0].rpartition("@")
    if found and ":" in user:
        raise PydanticCustomError("password", "a password")
