"""``parution serve``: what is dropped goes out, whoever knocks is heard, and a clean stop."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.command import parution
from tests.release import workshop
from tests.service import process
from tests.service.process import REPO, Serving, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]
FIRST = "/2026/edition-00001/"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One that has published the first edition; its stop is held to being clean."""
    folder = tmp_path_factory.mktemp("serve")
    house = f'{workshop.HOUSE}[schedule]\ncron = "0 9 * * 2"\n[[hooks]]\nname = "cms"\n'
    content = workshop.content_folder(folder / "content", range(1, 2), house=house)
    with process.served(
        *(folder, content),
        PARUTION_HOOK_CMS="sesame",
        PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS="3",
    ) as found:
        until(lambda: found.is_live(FIRST))
        yield found


def due_deployment(serving: Serving) -> dict[str, Any]:
    named = {"deployments": {"name": {"any_": ["due"]}}}
    [found] = until(lambda: serving.api("deployments/filter", named) or None)
    return dict(found)


def runs_of_deployment(serving: Serving) -> list[dict[str, Any]]:
    """Runs that the deployment has had, but for those that its cron line has yet to bring."""
    named = {"deployments": {"id": {"any_": [due_deployment(serving)["id"]]}}}
    runs = serving.api("flow_runs/filter", named)
    return [run for run in runs if not run["auto_scheduled"]]


def test_a_dropped_file_goes_out_on_all_channels_and_the_log_tells_by_which_run(
    serving: Serving,
) -> None:
    address = serving.drop("dropped.md", "Dropped")
    until(lambda: serving.is_live(address))
    line = until(lambda: next((x for x in serving.lines() if x.get("edition") == "dropped"), None))
    run = serving.api(f"flow_runs/{line['run']}")
    assert (run["name"], line["level"]) == ("publish dropped.md", "INFO")
    assert serving.facts("dropped") == [("published", 1)]
    assert serving.figure("parution_publications_total", act="published") >= 2
    assert serving.figure("parution_live_seconds_count") >= 1


def test_each_publication_is_an_event_that_others_may_build_on(serving: Serving) -> None:
    def events(name: str, resource: str) -> list[dict[str, Any]]:
        wanted = {"filter": {"event": {"name": [name]}, "resource": {"id": [resource]}}}
        return list(serving.api("events/filter", wanted)["events"])

    address = serving.drop("told.md", "Told")
    [published] = until(
        lambda: events("parution.edition.published", "parution.edition.told") or None
    )
    [dropped] = until(lambda: events("parution.source.dropped", "parution.entry.told.md") or None)
    assert published["payload"]["address"] == f"https://house.example{address}"
    assert published["payload"]["key"] == dropped["payload"]["key"]
    assert published["payload"]["key"].startswith("told.md/")


def test_the_deployment_stands_on_the_cron_line_of_the_house_in_its_zone(serving: Serving) -> None:
    deployment = due_deployment(serving)
    [schedule] = deployment["schedules"]
    assert deployment["name"] == "due"
    assert schedule["schedule"]["cron"] == "0 9 * * 2"
    assert schedule["schedule"]["timezone"] == "Europe/Paris"


def test_a_run_started_in_prefect_asks_what_is_due_and_finds_that_all_is_out(
    serving: Serving,
) -> None:
    run = serving.api(f"deployments/{due_deployment(serving)['id']}/create_flow_run", {})
    told = until(lambda: _ended(serving.api(f"flow_runs/{run['id']}")))
    assert (told["state"]["type"], told["name"]) == ("COMPLETED", "publish what is due")
    assert serving.facts("edition-00001") == [("published", 1)]


def _ended(run: dict[str, Any]) -> dict[str, Any] | None:
    return run if run["state"]["type"] in process.ENDED else None


def test_a_storm_of_foreign_events_is_one_run_and_the_same_event_twice_one_publication(
    serving: Serving,
) -> None:
    until(lambda: serving.api("automations/filter", {}) or None)
    before = {run["id"] for run in runs_of_deployment(serving)}
    address = serving.drop("asked-for.md", "Asked for")
    event = {
        "event": "parution.source.requested",
        "occurred": datetime.now(UTC).isoformat(),
        "resource": {"prefect.resource.id": "parution.entry.asked-for.md"},
        "payload": {"entry": "asked-for.md"},
        "id": str(uuid.uuid4()),
    }
    others = [event | {"id": str(uuid.uuid4())} for _ in range(50)]
    serving.api("events", [event, event, *others])
    new = until(
        lambda: (
            [r for r in runs_of_deployment(serving) if r["id"] not in before and _ended(r)] or None
        )
    )
    until(lambda: serving.is_live(address))
    assert len(new) == 1
    assert new[0]["state"]["type"] == "COMPLETED"
    assert serving.facts("asked-for") == [("published", 1)]


def test_what_serve_records_itself_starts_no_run(serving: Serving) -> None:
    before = {run["id"] for run in runs_of_deployment(serving)}
    address = serving.drop("quiet.md", "Quiet")
    until(lambda: serving.is_live(address))
    assert {run["id"] for run in runs_of_deployment(serving)} == before


def test_a_signed_webhook_is_heard_once_and_becomes_an_event(serving: Serving) -> None:
    body = b'{"entries": ["edition.md"]}'
    stamp = str(int(time.time()))
    seal = hmac.new(b"sesame", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Parution-Timestamp": stamp, "X-Parution-Signature": f"sha256={seal}"}
    first, again = (serving.post("/hooks/cms", body, headers) for _ in range(2))
    assert (first[0], again[0]) == (202, 200)
    assert first[1]["event"] == again[1]["event"]
    wanted = {"filter": {"id": {"id": [first[1]["event"]]}}}
    [event] = until(lambda: serving.api("events/filter", wanted)["events"] or None)
    assert event["event"] == "parution.source.hook"
    assert serving.post("/hooks/cms", body, {})[0] == 401
    assert serving.begin_to_post("/hooks/cms", 10_000_000, headers) == 413


def test_a_new_house_is_followed_without_a_restart(serving: Serving) -> None:
    house = serving.content / "house.toml"
    house.write_text(house.read_text("utf-8").replace("0 9 * * 2", "30 7 * * 4"), encoding="utf-8")
    until(lambda: due_deployment(serving)["schedules"][0]["schedule"]["cron"] == "30 7 * * 4")
    house.write_text(house.read_text("utf-8").replace("30 7 * * 4", "0 9 * * 2"), encoding="utf-8")
    until(lambda: due_deployment(serving)["schedules"][0]["schedule"]["cron"] == "0 9 * * 2")


def test_an_embargo_ends_within_five_seconds_of_its_minute(serving: Serving) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=8)
    stated = moment.isoformat().replace("+00:00", "Z")
    text = (
        f"---\ntitle: Later\ndate: 2026-01-02\nlanguage: en\npublish_at: {stated}\n---\n\nWord.\n"
    )
    (serving.content / "later.md").write_text(text, encoding="utf-8")
    seen: list[datetime] = []

    def is_out() -> bool:
        if serving.get("/2026/later/")[0] == 200:
            seen.append(datetime.now(UTC))
        return bool(seen)

    until(is_out)
    assert moment <= seen[0]
    line = until(lambda: next((x for x in serving.lines() if x.get("edition") == "later"), None))
    assert datetime.fromisoformat(line["time"]) - moment <= timedelta(seconds=5)


def test_runs_that_are_older_than_the_house_keeps_them_are_removed(serving: Serving) -> None:
    [flow] = serving.api("flows/filter", {"flows": {"name": {"any_": ["publish"]}}})
    body = {"flow_id": flow["id"], "state": {"type": "COMPLETED", "name": "Completed"}}
    old, young = serving.api("flow_runs/", body), serving.api("flow_runs/", body)
    with sqlite3.connect(serving.output / "prefect" / "prefect.db", timeout=30) as database:
        for run, days in ((old, 31), (young, 29)):
            ended = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S.%f")
            database.execute(
                "update flow_run set end_time = ? where id = ?", (ended, str(run["id"]))
            )

    def kept() -> set[str]:
        asked = {"flow_runs": {"id": {"any_": [old["id"], young["id"]]}}}
        return {run["id"] for run in serving.api("flow_runs/filter", asked)}

    until(lambda: old["id"] not in kept())
    assert kept() == {young["id"]}


def test_a_run_without_a_sign_of_life_is_marked_as_crashed_and_a_living_one_is_not(
    serving: Serving,
) -> None:
    [flow] = serving.api("flows/filter", {"flows": {"name": {"any_": ["publish"]}}})
    body = {"flow_id": flow["id"], "state": {"type": "RUNNING", "name": "Running"}}
    dead, living = serving.api("flow_runs/", body), serving.api("flow_runs/", body)
    heartbeat = {
        "event": "prefect.flow-run.heartbeat",
        "occurred": (datetime.now(UTC) + timedelta(seconds=40)).isoformat(),
        "resource": {"prefect.resource.id": f"prefect.flow-run.{living['id']}"},
        "id": str(uuid.uuid4()),
    }
    serving.api("events", [heartbeat])
    wanted = {"filter": {"id": {"id": [heartbeat["id"]]}}}
    wanted["filter"]["occurred"] = {"until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}  # type: ignore[assignment]
    until(lambda: serving.api("events/filter", wanted)["events"] or None)
    code = (
        "import asyncio\nfrom datetime import UTC, datetime, timedelta\n"
        "from flows.schedule import mark_crashed\n"
        "now = datetime.now(UTC) + timedelta(seconds=80)\n"
        "print(*[run.id for run in asyncio.run(mark_crashed(now, 'No sign of life.'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO,
        env={**os.environ, "PREFECT_API_URL": f"{serving.prefect}/api"},
    )
    assert done.stdout.split() == [dead["id"]]
    states = {x["id"]: serving.api(f"flow_runs/{x['id']}")["state"] for x in (dead, living)}
    assert states[dead["id"]]["type"] == "CRASHED"
    assert states[dead["id"]]["message"] == "No sign of life."
    assert states[living["id"]]["type"] == "RUNNING"
    serving.api(f"flow_runs/{living['id']}", method="DELETE")


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/2026/edition-00001/", "text/html; charset=utf-8"),
        ("/2026/edition-00001/newsletter.txt", "text/plain; charset=utf-8"),
        ("/2026/edition-00001/brochure.pdf", "application/pdf"),
        ("/feed.xml", "application/xml"),
    ],
)
def test_each_file_has_its_type_and_answers_304_to_its_etag(
    serving: Serving, address: str, media_type: str
) -> None:
    status, headers, body = serving.get(address)
    assert (status, headers["content-type"]) == (200, media_type)
    assert body
    status, again, body = serving.get(address, **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")
    assert again["etag"] == headers["etag"]


def test_what_is_named_after_its_content_is_kept_for_ever(serving: Serving) -> None:
    assets = sorted(p.name for p in (serving.output / "site" / "assets").iterdir())
    _status, headers, _body = serving.get(f"/assets/{assets[0]}")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_address_that_does_not_exist_answers_404_with_the_houses_page(serving: Serving) -> None:
    for address in ("/2026/nothing/", "/../../etc/passwd", "/2026/edition-00001/../../parution.db"):
        status, _headers, body = serving.get(address)
        assert status == 404
        assert b"House of tests" in body


def test_a_publish_run_beside_it_uses_the_server_that_is_there(serving: Serving) -> None:
    (serving.content / "same.md").write_text("---\ntitle: Same\ndate: 2026-01-02\n---\n\nA b.\n")
    done = parution("publish", "--content", serving.content, "--output", serving.output)
    assert done.returncode == 0, done.stdout + done.stderr
    until(lambda: serving.is_live("/2026/same/"))
    assert serving.facts("same") == [("published", 1)]


def test_it_says_that_it_is_healthy_and_ready(serving: Serving) -> None:
    assert serving.get("/healthz")[2] == b"ok\n"
    assert until(lambda: serving.get("/readyz")[0] == 200)
    assert json.loads(serving.get("/readyz")[2]) == {"ready": True, "faults": {}}
