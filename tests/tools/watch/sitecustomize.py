"""Put on PYTHONPATH by a test: writes down every address that a Python process asks for or calls.

Each process of a tree loads it, the embedded server and the press included.
"""

from __future__ import annotations

import os
import sys

_HERE = ("127.", "::1", "localhost", "0.0.0.0")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host)
    if not name.startswith(_HERE):
        log = os.open(os.environ["PARUTION_TEST_CALLS"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(log, f"{event} {name}\n".encode())
        os.close(log)


if "PARUTION_TEST_CALLS" in os.environ:
    sys.addaudithook(_watch)
