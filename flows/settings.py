"""What every table of ``house.toml`` is: frozen, and without a key that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

#: What some readers of cron lines take, and others do not: L, W, # and ?.
_ODD_IN_CRON = re.compile(r"(?i)[#?]|(?<![a-z])lw?(?![a-z])|\d[lw]")


class Settings(BaseModel):
    """A table of ``house.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def without_password(url: str) -> None:
    """Refuse an address that holds one: it is shown in messages, logs and Prefect's pages."""
    user, found, _host = url.partition("://")[2].partition("/")[0].rpartition("@")
    if found and ":" in user:
        raise PydanticCustomError("password", "a password")


def cron_lines(lines: Iterable[str]) -> None:
    """Refuse what is no cron line of five fields."""
    from cronsim import CronSim, CronSimError

    for line in lines:
        try:
            if len(line.split()) != 5 or _ODD_IN_CRON.search(line):
                raise CronSimError
            CronSim(line, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError:
            raise PydanticCustomError("cron", "no cron line") from None
