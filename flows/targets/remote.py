"""What every remote target has in common: its address, its patience, and how it refuses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

#: Bytes a second below which a line counts as dead: a large file gets more time than a small one.
SLOWEST_LINE = 16_384
#: What libraries may repeat of an address, and nobody else needs to see.
_USER = re.compile(r"//[^/@\s]*@")


class TargetError(Exception):
    """A target could not be brought up to date; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: files and bytes that went up, files that were taken away."""

    url: str
    uploaded: int
    removed: int
    bytes: int
    number: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a target is waited for, in seconds: to connect, to answer; how many times it is
    asked, and the first pause between two times, which doubles."""

    connect: float = 10.0
    read: float = 60.0
    tries: int = 4
    pause: float = 0.5

    def for_size(self, size: int) -> float:
        """Seconds for one request that carries ``size`` bytes."""
        return self.connect + self.read + size / SLOWEST_LINE


#: What is waited outside of tests.
PATIENCE = Patience()


class Remote(Protocol):
    """A store of files by path (below the site's root, ``/`` between parts).

    Methods are called from several threads. ``lanes``: uploads side by side; ``passing``: errors
    that may pass when asked again.
    """

    lanes: int
    passing: tuple[type[Exception], ...]

    def read(self, path: str) -> bytes | None:
        """A small file, or None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """A small file of our own, whole or not at all."""

    def put(self, path: str, file: Path) -> None:
        """A file of the site, whole or not at all."""

    def remove(self, path: str) -> None:
        """Take a file away; one that is not there is fine."""

    def below(self, folder: str) -> list[str]:
        """The paths of all files below a folder; none where it is not there."""

    def tidy(self) -> None:
        """Take away what killed pushes left half uploaded."""

    def explain(self, error: Exception) -> str | None:
        """What went wrong and what to do, where asking again is no use; else None."""

    def renew(self) -> None:
        """Drop a broken connection; the next call makes a new one."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A remote that is asked again when it stumbles, and that refuses in sentences."""

    remote: Remote
    url: str
    patience: Patience

    def ask(self, action: Callable[[], T]) -> T:
        """The action's answer. Raises :class:`TargetError`."""
        tries = self.patience.tries
        for left in reversed(range(tries)):
            try:
                return action()
            except self.remote.passing as error:
                if sentence := self.remote.explain(error):
                    raise TargetError(f"{self.url}: {sentence}") from error
                if not left:
                    raise TargetError(self._silent(error)) from error
                self.remote.renew()
                time.sleep(self.patience.pause * 2 ** (tries - 1 - left))
        raise AssertionError("a target is asked at least once")

    def _silent(self, error: Exception) -> str:
        why = _USER.sub("//", str(error)) or type(error).__name__
        if isinstance(error, TimeoutError):
            why = "no answer in time"
        return (
            f"{self.url}: could not be reached, or broke off ({why}), {self.patience.tries} times "
            "over. See that it is up, and push again: what it shows stays until then."
        )


def split(url: str) -> SplitResult:
    """The parts of a target's address. Raises :class:`TargetError`; a password is refused."""
    try:
        parts = urlsplit(url)
        is_secret = parts.password is not None
        _ = parts.port
    except ValueError as error:
        raise TargetError(
            f"{shown(url)}: this is no address. Write s3://bucket/prefix or "
            "sftp://user@host:port/path."
        ) from error
    if is_secret:
        raise TargetError(
            f"{shown(url)}: the address holds a password. Take it out of house.toml, "
            "change it, and give secrets in the environment."
        )
    return parts


def shown(url: str) -> str:
    """The address as people may see it, without password, query and fragment.

    It takes more for a password than RFC 3986 does: one with a slash in it was meant as one too.
    """
    scheme, colon, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    said = f"{user.partition(':')[0]}{at}{place}"
    return f"{scheme}{colon}{said.partition('?')[0].partition('#')[0]}"


def wait_for(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], seconds: float) -> T:
    """The result of work on fsspec's loop, which is cancelled (not left behind) when it is late."""
    import asyncio

    async def bounded() -> T:
        return await asyncio.wait_for(work, seconds)

    return asyncio.run_coroutine_threadsafe(bounded(), loop).result()
