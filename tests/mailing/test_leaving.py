"""Leaving a list with one click: RFC 8058, and a page for whoever clicks by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from flows.mailing import leaving as tokens
from flows.service import leaving
from tests.mailing import post
from tests.release import workshop

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def content(tmp_path: Path, output: Path) -> Path:
    content = post.house(tmp_path / "content", "eml:outbox", 'title = "The Notebooks"')
    post.publish(content, output)
    return content


@pytest.fixture
def client(content: Path, output: Path) -> TestClient:
    return TestClient(Starlette(routes=leaving.routes(content, output)))


@pytest.fixture
def path(content: Path, output: Path) -> str:
    with workshop.desk(content, output) as at:
        return f"/unsubscribe/readers/{tokens.token_of('readers', 'anne@house.example', at.secret)}"


def gone(content: Path, output: Path) -> int:
    with workshop.desk(content, output) as at:
        return len(at.ledger.mailings.left("readers"))


def test_looking_at_the_link_changes_nothing(
    client: TestClient, path: str, content: Path, output: Path
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "No more letters from The Notebooks?" in answer.text
    assert client.head(path).status_code in (200, 405)
    assert gone(content, output) == 0


def test_one_click_of_a_mail_program_is_enough_and_twice_is_as_once(
    client: TestClient, path: str, content: Path, output: Path
) -> None:
    for _ in range(2):
        answer = client.post(path, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "you will get no more letters from The Notebooks" in answer.text
    assert gone(content, output) == 1


def test_a_link_that_is_not_ours_is_answered_with_what_to_do(
    client: TestClient, path: str, content: Path, output: Path
) -> None:
    for bad in (path[:-1], path[:-1] + "x", path.replace("readers", "others"), path[:-64] + "é"):
        answer = client.post(bad, data=ONE_CLICK)
        assert answer.status_code == 404
        assert "write to notebooks@house.example" in answer.text
    assert gone(content, output) == 0


def test_the_page_keeps_to_itself_and_names_nobody(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "anne" not in answer.text
    assert "anne" not in path


def test_a_house_that_cannot_be_read_says_that_it_cannot_be_done_now(
    client: TestClient, path: str, content: Path
) -> None:
    (content / "house.toml").write_text("name = ")
    answer = client.post(path, data=ONE_CLICK)
    assert answer.status_code == 503
    assert "This cannot be done right now." in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_page(
    browser: Any, client: TestClient, path: str, scheme: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 360, "height": 640})
    for html in (client.get(path).text, client.post(path).text):
        page.set_content(html)
        assert axe.Axe().run(page).response["violations"] == []
    page.close()
