"""What the long-lived process says of itself: a line an event, for a person or for a machine.

The sentences stand in ``templates/serve``; a JSON line also has the event's key, and its values.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal, TextIO

from flows.words import catalogue

Style = Literal["json", "text"]
_NAME = "parution"


class Log:
    """Writes events as lines, in the house's language."""

    def __init__(self, language: str) -> None:
        self.words = catalogue("serve", language)
        self._logger = logging.getLogger(_NAME)

    def say(self, event: str, *, level: int = logging.INFO, **values: object) -> None:
        """One line. ``values`` fill the sentence of ``event``, and stand in JSON by name;
        ``edition`` and ``run`` are those that others look for."""
        sentence = self.words[event].format_map(values)
        told = {key: str(value) for key, value in values.items()}
        self._logger.log(level, "%s", sentence, extra={"event": event, **told})

    def warn(self, event: str, **values: object) -> None:
        self.say(event, level=logging.WARNING, **values)

    def bug(self, error: BaseException) -> None:
        """What should not have happened, with its traceback: one for whoever mends Parution."""
        self._logger.error(
            "%s", self.words["bug"].format(error=f"{type(error).__name__}: {error}"),
            exc_info=error, extra={"event": "bug"},
        )  # fmt: skip


def set_up(style: Style | None = None, stream: TextIO | None = None) -> None:
    """Let lines go to ``stream`` (standard error): JSON, unless a terminal is there."""
    stream = stream or sys.stderr
    style = style or ("text" if stream.isatty() else "json")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_json() if style == "json" else _text())
    logger = logging.getLogger(_NAME)
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _text() -> logging.Formatter:
    return logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S")


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter

    fields: dict[str, Any] = {"asctime": "time", "levelname": "level"}
    return JsonFormatter(
        "{asctime}{levelname}{message}",
        style="{",
        rename_fields=fields,
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        json_ensure_ascii=False,
    )
