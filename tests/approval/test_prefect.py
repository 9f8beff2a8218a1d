"""Saying yes where ``serve`` asks for it: in Prefect's pages, and behind a signed link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar
from urllib.parse import urlencode
from urllib.request import Request

import pytest

from flows.approval import codes
from flows.ledger import Galley, Ledger
from flows.store import Store
from tests.release import workshop
from tests.service import process
from tests.service.process import Serving

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]
#: Seconds for a run to be taken up, which a machine with other work makes longer.
PATIENCE = 240
T = TypeVar("T")
FIRST, ENTRY = "/2026/edition-00001/", "e00001.md"


def until(ask: Callable[[], T | None]) -> T:
    return process.until(ask, PATIENCE)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One whose house asks for a yes, with one edition that waits."""
    folder = tmp_path_factory.mktemp("asking")
    house = f"approval = true\n{workshop.HOUSE}"
    content = workshop.content_folder(folder / "content", range(1, 2), house=house)
    with process.served(folder, content) as found:
        yield found


def runs(serving: Serving, entry: str) -> list[dict[str, Any]]:
    """The runs that ask about an entry, the newest last."""
    named = {"flows": {"name": {"any_": ["approve"]}}, "sort": "START_TIME_ASC"}
    found = serving.api("flow_runs/filter", named)
    return [run for run in found if run["parameters"].get("entry") == entry]


def asking(serving: Serving, entry: str, number: int) -> dict[str, Any] | None:
    """The run about an entry, once it waits for the input of that number."""
    for run in runs(serving, entry):
        details = run["state"]["state_details"]
        if run["state_type"] == "PAUSED" and details["pause_key"] == f"yes-{number}":
            return run
    return None


def resume(serving: Serving, run: dict[str, Any], **typed: object) -> dict[str, Any]:
    answer = serving.api(f"flow_runs/{run['id']}/resume", {"run_input": typed})
    return dict(answer)


def typed_before(serving: Serving, run: dict[str, Any]) -> list[Any]:
    """What Prefect's database holds of what was typed into a run."""
    found = serving.api(f"flow_runs/{run['id']}/input/filter", {"prefix": ""})
    return [item for item in found if item["key"].endswith("-response")]


def galley(serving: Serving, entry: str) -> Galley | None:
    with closing(Ledger(Store(serving.output).ledger_url, trial=False)) as ledger:
        return ledger.records.galleys().get(entry)


def test_a_yes_in_prefects_pages_publishes_and_a_wrong_code_does_not(serving: Serving) -> None:
    secret = codes.secret_of(serving.output)
    run = until(lambda: asking(serving, ENTRY, 0))
    assert serving.get(FIRST)[0] == 404
    assert resume(serving, run, name=["nobody"])["status"] == "REJECT"
    assert asking(serving, ENTRY, 0)

    resume(serving, run, name="Anne", code=codes.code_of("Bernard", secret))
    until(lambda: asking(serving, ENTRY, 1))
    assert serving.facts("edition-00001") == []
    assert typed_before(serving, run) == []

    resume(serving, run, name="Anne", code=codes.code_of("Anne", secret))
    until(lambda: serving.is_live(FIRST))
    [over] = until(lambda: [r for r in runs(serving, ENTRY) if r["state_type"] == "COMPLETED"])
    assert over["id"] == run["id"]
    assert "Thank you, Anne" in over["state"]["message"]
    assert typed_before(serving, run) == []
    assert serving.facts("edition-00001") == [("published", 1)]


def test_a_yes_behind_a_link_publishes_at_once_and_prefect_asks_no_more(serving: Serving) -> None:
    secret = codes.secret_of(serving.output)
    address = serving.drop("second.md", "Second")
    run = until(lambda: asking(serving, "second.md", 0))
    shown = galley(serving, "second.md")
    assert shown
    assert serving.get(codes.link_path(shown, "Anne", secret))[0] == 200
    assert serving.get(address)[0] == 404
    form = {"token": codes.link_token(shown, "Anne", secret), "who": "Anne"}
    address_of_form = f"{serving.site}/approve/{shown.content}"
    status, _headers, page = serving.ask(Request(address_of_form, urlencode(form).encode()))
    assert (status, b"Thank you, Anne" in page) == (200, True)
    until(lambda: serving.is_live(address))
    until(lambda: serving.api(f"flow_runs/{run['id']}")["state_type"] == "CANCELLED")


def test_a_change_is_asked_about_anew_and_the_former_question_is_taken_back(
    serving: Serving,
) -> None:
    serving.drop("third.md", "Third")
    former = until(lambda: asking(serving, "third.md", 0))
    shown = galley(serving, "third.md")
    assert shown
    serving.drop("third.md", "Third", "Other words.")
    until(lambda: serving.api(f"flow_runs/{former['id']}")["state_type"] == "CANCELLED")
    fresh = until(lambda: asking(serving, "third.md", 0))
    assert fresh["id"] != former["id"]
    link = codes.link_path(shown, "Anne", codes.secret_of(serving.output))
    assert serving.get(link)[0] == 410
