"""A line into a folder: each message is a file, named after its Message-ID.

So the same message is the same file, and one that is there already is not written twice. Writing is
whole or not at all: unlike a server, a folder never leaves anybody in doubt.
"""

from __future__ import annotations

from pathlib import Path

from flows.mailing.line import Answer, Envelope, LineError, Reply
from flows.targets import file as tree
from flows.words import Sentence


class FolderLine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder

    def ready(self, envelope: Envelope) -> Reply:
        """Always ready, where the folder can be made. Raises :class:`LineError`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritten(error) from error
        self._file = self._folder / f"{envelope.message_id.partition('@')[0]}.eml"
        return Reply(Answer.TAKEN)

    def give(self, message: bytes) -> Reply:
        try:
            if not self._file.exists():
                tree.write_whole(self._file, message, self._file.with_suffix(".draft"))
        except OSError as error:
            return Reply(Answer.PUT_OFF, error.strerror or str(error))
        return Reply(Answer.TAKEN, self._file.name)

    def drop(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is open."""

    def _unwritten(self, error: OSError) -> LineError:
        said = Sentence("mail", "folder", {"folder": self._folder, "why": error.strerror})
        return LineError(said, may_pass=False)
