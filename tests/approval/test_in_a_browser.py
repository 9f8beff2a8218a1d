"""The page in a real browser: its own form is taken, and everybody can use it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from flows.approval import codes
from flows.plan import State
from tests.approval.test_page import NAMED, Room, a_room
from tests.service.process import until

pytestmark = pytest.mark.slow


@contextmanager
def answering(room: Room) -> Iterator[str]:
    """The room's site on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(room.app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        thread.join()


def test_the_form_of_the_page_itself_is_taken(browser: Any, tmp_path: Path) -> None:
    room = a_room(tmp_path, NAMED)
    galley = room.prove()
    with answering(room) as site:
        page = browser.new_page()
        page.goto(site + room.link(galley))
        page.select_option("#name", "Anne")
        page.fill("#code", "wrong")
        page.click("button")
        assert "not the code of Anne" in page.locator("[role=alert]").inner_text()
        assert page.evaluate("document.activeElement.id") == "code"
        page.fill("#code", codes.code_of("Anne", room.secret))
        page.click("button")
        assert "Thank you, Anne" in page.locator("[role=status]").inner_text()
        page.close()
    assert room.state() is State.DUE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_use_it_by_day_and_by_night(
    browser: Any, tmp_path: Path, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    room = a_room(tmp_path, NAMED)
    (room.content / "e00001.md").write_text("# A title\n\nWord.Glued.\n", encoding="utf-8")
    galley = room.prove()
    with answering(room) as site:
        page = browser.new_page(
            color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
        )
        page.goto(site + room.link(galley))
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()
