"""The local site: a persistent tree whose root is swapped in one rename.

Every folder of the tree is immutable and named after what it holds, so that a new root shares by
link what did not change: root → years → releases. A reader sees the old root or the new one; a
process killed anywhere leaves the old one and some folders that nobody points to.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

#: What a folder holds, by name: bytes of a file, or the folder or file that a link points to.
Entries = Mapping[str, bytes | Path]

#: Former roots that stay, for requests under way.
KEPT_ROOTS = 3


class SiteError(Exception):
    """The site cannot be changed; the message says what stands in the way."""


def write(path: Path, data: bytes) -> None:
    """Write a file so that it is on the disk when this returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, data: bytes, draft: Path) -> None:
    """Write a file so that it is there whole or not at all; ``draft`` lies on the same disk."""
    write(draft, data)
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (POSIX: a rename is not, until its folder is)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def node(parent: Path, label: str, entries: Entries) -> Path:
    """The immutable folder ``parent/<label>-<hash>`` with these entries, made if it is not there.

    Links are relative, so that the whole output folder can be moved.
    """
    digest = hashlib.sha256()
    for name, value in sorted(entries.items()):
        is_link = isinstance(value, Path)
        what = os.path.relpath(value, parent).encode() if isinstance(value, Path) else value
        digest.update(f"{name}\0{is_link}\0{hashlib.sha256(what).hexdigest()}\n".encode())
    folder = parent / f"{label}-{digest.hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    draft = parent / f".{folder.name}.{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, value in entries.items():
        if isinstance(value, Path):
            (draft / name).symlink_to(os.path.relpath(value, folder))
        else:
            write(draft / name, value)
    sync_folder(draft)
    draft.rename(folder)
    sync_folder(parent)
    return folder


def current(site: Path) -> Path | None:
    """The root that ``site`` points to, or None. Raises :class:`SiteError` on a real folder."""
    if site.is_symlink():  # one step only: the output folder may itself be reached by a link
        root = Path(os.path.normpath(site.parent / site.readlink()))
        return root if root.is_dir() else None
    if site.exists():
        raise SiteError(
            f"{site} is a folder of someone else's; Parution keeps a link there. Move it away."
        )
    return None


def number(root: Path | None) -> int:
    """The fencing token in a root's name: each new root has a higher one."""
    return int(root.name.split("-", 1)[0]) if root else 0


def links(folder: Path | None, *, but: Iterable[str] = ()) -> dict[str, Path]:
    """The links of a folder of the tree, resolved one step, but those named."""
    if folder is None or not folder.is_dir():
        return {}
    if folder.is_symlink():  # links lead on from where the folder really is
        folder = Path(os.path.normpath(folder.parent / folder.readlink()))
    skipped = set(but)
    return {
        item.name: Path(os.path.normpath(folder / item.readlink()))
        for item in sorted(folder.iterdir())
        if item.is_symlink() and item.name not in skipped
    }


def swap(site: Path, root: Path) -> None:
    """Point ``site`` to ``root``: the one rename by which everything becomes public.

    Raises :class:`SiteError` where a newer root is there: a process that slept too long.
    """
    if number(root) <= number(current(site)):
        raise SiteError(f"a newer root than {root.name} is public; nothing was changed")
    draft = site.with_name(f".{site.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(os.path.relpath(root, site.parent))
    draft.replace(site)
    sync_folder(site.parent)


def sweep(site: Path, tree: Path) -> None:
    """Remove the folders of the tree that neither the public root nor the last few use."""
    now = current(site)
    for draft in tree.glob(".*"):
        draft.unlink()
    roots = sorted((p for p in (tree / "roots").iterdir() if p.name[0] != "."), key=number)
    kept = [root for root in roots if root == now] + roots[-KEPT_ROOTS:]
    used = set(kept)
    for root in kept:
        _use(root, used, tree)
    kinds = [item for item in tree.iterdir() if item.is_dir() and item.name != "assets"]
    for folder in kinds:  # assets are only ever added to
        for item in folder.iterdir():
            if item not in used:
                shutil.rmtree(item, ignore_errors=True)


def _use(folder: Path, used: set[Path], tree: Path) -> None:
    """Add what a folder of the tree leads to; a year leads out of it, to its releases."""
    for below in links(folder).values():
        if below in used or tree not in below.parents:
            continue
        used.add(below)
        if below.is_dir() and below.parent.name != "years":
            _use(below, used, tree)
