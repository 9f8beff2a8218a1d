"""``sftp://user@host:port/path``: a folder on a machine that runs OpenSSH.

``/~/path`` is below the user's home. The key is the file that ``PARUTION_SFTP_KEY`` names, else the
agent's; the host's key must stand in ``known_hosts`` (``PARUTION_KNOWN_HOSTS`` names another
file). Each file is written aside and renamed over the old one (``posix-rename@openssh.com``), so a
reader never sees half of one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import unquote

import asyncssh
from sshfs import SSHFileSystem

from flows.targets.index import FOLDER
from flows.targets.remote import Patience, TargetError, shown, split, wait_for

T = TypeVar("T")

LANES = 4
#: Where files wait to be renamed: beside the index, on the same file system as the site.
PARTS = f"{FOLDER}/parts"


class _FileSystem(SSHFileSystem):  # type: ignore[misc]
    async def _mv(self, lpath: str, rpath: str, **_more: Any) -> None:
        """One rename, or an error: never a copy in its place, of which a reader sees half."""
        async with self._pool.get() as channel:
            await channel.posix_rename(lpath, rpath)


class Folder:
    """A folder of an SFTP server. See :class:`flows.targets.remote.Remote`."""

    lanes = LANES
    passing = (OSError, asyncssh.Error)

    def __init__(self, open_: Callable[[], SSHFileSystem], base: str, patience: Patience) -> None:
        self._open, self._base, self._patience = open_, base, patience
        self._fs: SSHFileSystem | None = None
        self._lock = Lock()
        self._made: set[str] = set()
        self._own = secrets.token_hex(4)
        self._count = 0

    def read(self, path: str) -> bytes | None:
        try:
            return bytes(self._do(lambda fs: fs._cat_file(self._at(path))))
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        part = self._part()
        self._do(lambda fs: fs._pipe_file(part, data), len(data))
        self._put_in_place(part, path)

    def put(self, path: str, file: Path) -> None:
        part = self._part()
        self._do(lambda fs: fs._put_file(str(file), part), file.stat().st_size)
        self._put_in_place(part, path)

    def remove(self, path: str) -> None:
        self._remove_file(path)
        folder = path.rpartition("/")[0]
        while folder:  # as far up as they are empty
            try:
                self._remove_folder(folder)
            except (FileNotFoundError, asyncssh.SFTPError):
                return
            self._made.discard(folder)
            folder = folder.rpartition("/")[0]

    def below(self, folder: str) -> list[str]:
        found: list[str] = []
        pending = [folder]
        while pending:
            at = pending.pop()
            for item in self._list(at):
                path = f"{at}/{item['name'].rpartition('/')[2]}"
                (pending if item["type"] == "directory" else found).append(path)
        return found

    def tidy(self) -> None:
        for part in self.below(PARTS):
            if not part.startswith(f"{PARTS}/{self._own}"):
                self._remove_file(part)

    def explain(self, error: Exception) -> str | None:
        match error:
            case asyncssh.HostKeyNotVerifiable():
                return (
                    "the key of that host is not the one in known_hosts, or is not there at all. "
                    "Ask whoever runs it for its fingerprint, compare, and add it with ssh-keyscan."
                )
            case PermissionError() | asyncssh.PermissionDenied():
                return (
                    "the server lets this user not in. Set PARUTION_SFTP_KEY to the file of a key "
                    "that it accepts, or load one into the agent."
                )
            case asyncssh.SFTPPermissionDenied() | asyncssh.SFTPWriteProtect():
                return "this user may not write there. Change the folder's owner, or the address."
            case asyncssh.SFTPOpUnsupported():
                return (
                    "the server cannot rename over a file, so readers would see halves. "
                    "Use one that runs OpenSSH."
                )
            case asyncssh.SFTPNoSpaceOnFilesystem() | asyncssh.SFTPQuotaExceeded():
                return "the disk is full there. Make room, and push again."
            case _:
                return None

    def renew(self) -> None:
        with self._lock:
            self._fs, self._made = None, set()

    def close(self) -> None:
        fs, self._fs = self._fs, None
        if fs is not None:
            with suppress(Exception):
                wait_for(fs.loop, fs._stack.aclose(), self._patience.connect)

    # Inside.

    def _remove_file(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self._do(lambda fs: fs._rm_file(self._at(path)))

    def _remove_folder(self, path: str) -> None:
        self._do(lambda fs: fs._rmdir(self._at(path)))

    def _list(self, path: str) -> list[dict[str, Any]]:
        try:
            return list(self._do(lambda fs: fs._ls(self._at(path), detail=True)))
        except FileNotFoundError:
            return []

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}" if self._base else path

    def _part(self) -> str:
        with self._lock:
            self._count += 1
            return self._at(f"{PARTS}/{self._own}-{self._count}")

    def _put_in_place(self, part: str, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder and folder not in self._made:
            self._do(lambda fs: fs._makedirs(self._at(folder), exist_ok=True))
            self._made.add(folder)
        self._do(lambda fs: fs._mv(part, self._at(path)))

    def _do(self, work: Callable[[SSHFileSystem], Coroutine[Any, Any, T]], size: int = 0) -> T:
        with self._lock:
            if self._fs is None:
                self._fs = self._open()
            fs = self._fs
        return wait_for(fs.loop, work(fs), self._patience.for_size(size))


def connect(url: str, environ: Mapping[str, str], patience: Patience) -> Folder:
    """The folder behind an address; connected at first use. Raises :class:`TargetError`."""
    parts = split(url)
    if not parts.hostname:
        raise TargetError(f"{shown(url)}: names no host; write sftp://user@host/path.")
    path = unquote(parts.path).rstrip("/")
    base = path.removeprefix("/~/") if path.startswith("/~/") else path
    options = {
        "port": parts.port or 22,
        "known_hosts": _known_hosts(url, environ),
        "config": None,
        "connect_timeout": patience.connect,
        "login_timeout": patience.read,
        "keepalive_interval": patience.read / 3,
        "keepalive_count_max": 3,
        **_keys(url, environ),
    }
    if parts.username:
        options["username"] = unquote(parts.username)
    host = parts.hostname

    def open_() -> SSHFileSystem:
        return _FileSystem(host, skip_instance_cache=True, **options)

    return Folder(open_, base, patience)


def _known_hosts(url: str, environ: Mapping[str, str]) -> asyncssh.SSHKnownHosts:
    """The keys of hosts, never none: to asyncssh that would mean to check nothing."""
    if named := environ.get("PARUTION_KNOWN_HOSTS"):
        files = [Path(named)]
    else:
        home = Path(environ.get("HOME") or Path.home())
        files = [home / ".ssh" / "known_hosts", Path("/etc/ssh/ssh_known_hosts")]
    try:
        text = "".join(f"{file.read_text('utf-8')}\n" for file in files if named or file.is_file())
        return asyncssh.import_known_hosts(text)
    except (OSError, ValueError) as error:
        where = " and ".join(map(str, files))
        raise TargetError(f"{shown(url)}: {where} cannot be read: {error}.") from error


def _keys(url: str, environ: Mapping[str, str]) -> dict[str, Any]:
    named = environ.get("PARUTION_SFTP_KEY")
    if not named:
        return {"agent_path": environ.get("SSH_AUTH_SOCK") or None}
    try:
        return {"client_keys": [asyncssh.read_private_key(named)], "agent_path": None}
    except (OSError, asyncssh.KeyImportError) as error:
        raise TargetError(
            f"{shown(url)}: the key that PARUTION_SFTP_KEY names cannot be used: {error}. "
            "It must be a private key without a passphrase; load one that has it into the agent."
        ) from error
