"""What changes in ``content/``, told once it has settled: never a half-copied file.

Settled is a condition that anybody may ask for (:func:`is_quiet`), and not a signal that could be
lost: the newsroom asks it again of what it is about to read.
"""

from __future__ import annotations

import asyncio
import errno
import os
import time
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from flows.house_file import is_of_house
from flows.sources import is_outside, is_passed_over

#: Seconds for which a file keeps its size and its times before it is taken to be whole.
SETTLE = 0.6
#: Seconds after which a file that does not change is taken as it is, though a program holds it
#: open for writing, or its zip directory cannot be read: an office leaves its documents open all
#: day, and a copy over a slow line may pause.
PATIENCE = 300.0
#: Seconds for which what has settled waits for the rest of a storm.
STORM = 2.0
_ZIPPED = frozenset({".docx", ".odt"})
#: As deep as an edition's folder is read.
_DEPTH = 4


def is_quiet(path: Path, settle: float = SETTLE) -> bool:
    """Whether a file is whole, as far as can be told: it has not changed for ``settle`` seconds,
    nobody has it open for writing, and an office file has its directory, which is written last.

    A file that is gone is quiet.
    """
    try:
        stat = path.stat()
    except OSError:
        return True
    # ctime tells of a copy that keeps its mtime. A clock that is ahead of ours tells nothing.
    age = time.time() - max(stat.st_mtime, stat.st_ctime)
    if abs(age) < settle:
        return False
    if not 0 <= age < PATIENCE:
        return True
    return not _is_being_written(path) and _has_directory(path)


def is_settled(name: str, content: Path, settle: float = SETTLE) -> bool:
    """Whether each file of an entry is quiet; of a folder, all files below it."""
    path = content / name
    if path.is_symlink() and is_outside(path, content.resolve()):
        return True
    return all(is_quiet(file, settle) for file in _files(path))


async def changes(content: Path, settle: float = SETTLE) -> AsyncIterator[frozenset[str]]:
    """Names of entries (and of the house's files) that have changed and settled, for as long as
    it is asked. A storm comes as one set; a file that grows comes at its end.

    Raises OSError where the folder cannot be watched.
    """
    changed: set[str] = set()
    heard = asyncio.Event()
    listening = asyncio.create_task(_listen(content, changed, heard))
    listening.add_done_callback(lambda _task: heard.set())
    try:
        while True:
            await heard.wait()
            if listening.done():
                listening.result()
                return
            heard.clear()
            async for settled in _settling(content, changed, settle):
                yield settled
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await listening


async def _listen(content: Path, changed: set[str], heard: asyncio.Event) -> None:
    from watchfiles import awatch

    root, own = content.resolve(), identity(content)
    heard_each = {"rust_timeout": 1000, "yield_on_timeout": True}
    async for found in awatch(root, watch_filter=None, debounce=400, step=50, **heard_each):  # type: ignore[arg-type]
        if identity(content) != own:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(content))
        paths = {Path(path) for _change, path in found}
        names = {path.relative_to(root).parts[0] for path in paths if _is_below(path, root)}
        fresh = {name for name in names if _matters(name, root)}
        if fresh:
            changed |= fresh
            heard.set()


def identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one that takes its name; None where there is none."""
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def explained(error: BaseException) -> str:
    """Why watching ended: what the system said, or of a group of errors the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = error.strerror if isinstance(error, OSError) else None
    return said or f"{type(error).__name__}: {error}"


def _is_below(path: Path, root: Path) -> bool:
    """Whether a path that was told of lies in the folder, and not behind a link out of it: the
    system's watch follows those."""
    between = [p for p in path.parents if p != root and p.is_relative_to(root)]
    return path != root and not any(p.is_symlink() and is_outside(p, root) for p in between)


def _matters(name: str, root: Path) -> bool:
    return is_of_house(name) or not is_passed_over(name, root)


async def _settling(
    content: Path, changed: set[str], settle: float
) -> AsyncIterator[frozenset[str]]:
    """Takes names out of ``changed``, to which others are added meanwhile, until none is left."""
    settled: set[str] = set()
    since = 0.0
    while changed or settled:
        await asyncio.sleep(settle / 3)
        waiting = tuple(changed)
        fresh = set(await asyncio.to_thread(_settled_of, waiting, content, settle))
        changed -= fresh
        since = since if settled else time.monotonic()
        settled |= fresh
        if settled and (not changed or time.monotonic() - since > STORM):
            yield frozenset(settled)
            settled = set()


def _settled_of(names: Iterable[str], content: Path, settle: float) -> list[str]:
    return [name for name in names if is_settled(name, content, settle)]


def _files(path: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """A file, or the files below a folder; links to folders are not followed."""
    if not path.is_dir():
        yield path
        return
    try:
        found = list(os.scandir(path))
    except OSError:
        return
    for item in found:
        if not item.is_dir(follow_symlinks=False):
            yield Path(item.path)
        elif depth > 1:
            yield from _files(Path(item.path), depth - 1)


def _is_being_written(path: Path) -> bool:
    """Whether some process has it open for writing: then Linux grants no read lease on it
    (fcntl(2), F_SETLEASE). False wherever that cannot be told."""
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (ImportError, OSError):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (AttributeError, OSError):  # another system, another owner, a file system without
        return False
    finally:
        os.close(descriptor)
    return False


def _has_directory(path: Path) -> bool:
    if path.suffix.lower() not in _ZIPPED:
        return True
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return True


def glance(path: Path | str) -> frozenset[tuple[str, int, int, int]]:
    """Name, size, mtime and ctime of a file, or of each file below a folder: equal only where
    nobody has changed anything. An empty file counts as none: SQLite makes some, and takes them
    away, when it only reads."""
    found = set()
    for file in _files(Path(path), _DEPTH + 1):
        with suppress(OSError):
            stat = file.lstat()
            if stat.st_size:
                found.add((str(file), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return frozenset(found)
