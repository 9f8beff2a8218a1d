"""What a test needs of the machine it runs on."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Fail where everything has to be there, else skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
