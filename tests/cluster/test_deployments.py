"""``prefect.yaml`` and ``automations.yaml``: what they say can be deployed as it is written."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import embedded
from tests.cluster.cluster import REPO, settings
from tests.cluster.servers import Postgres

FILES = ("prefect.yaml", "automations.yaml")


def read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((REPO / name).read_text("utf-8")))


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder as an operator has it, and the API of a started server with the pool."""
    folder = tmp_path_factory.mktemp("operator")
    for name in FILES:
        (folder / name).write_bytes((REPO / name).read_bytes())
    server = embedded.start(folder / "output", services=True)
    try:
        server.wait()
        embedded.remember(folder / "output", server)
        typed(folder, server.url, "work-pool", "create", "parution", "--type", "process")
        yield folder, server.url
    finally:
        server.stop()


def typed(folder: Path, api: str, *command: str) -> None:
    environ = {**os.environ, **embedded.environment(folder / "output"), "PREFECT_API_URL": api}
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *command],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def ask(api: str, path: str, body: object | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{api}/{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def test_every_deployment_is_of_a_flow_that_is_there_with_parameters_that_it_has() -> None:
    from inspect import signature

    for deployment in read("prefect.yaml")["deployments"]:
        module, name = deployment["entrypoint"].rsplit(".", 1)
        flow = getattr(importlib.import_module(module), name)
        assert set(deployment["parameters"]) <= set(signature(flow.fn).parameters)


def test_no_deployment_of_the_workers_takes_the_name_of_the_one_that_serve_makes() -> None:
    assert "due" not in {deployment["name"] for deployment in read("prefect.yaml")["deployments"]}


def test_a_wheel_brings_what_the_entrypoint_names() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))
    assert "flows" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert any(
        p.startswith("prefect-redis")
        for p in project["project"]["optional-dependencies"]["cluster"]
    )


def test_the_containers_are_told_what_the_cluster_of_the_tests_is_told() -> None:
    compose = read("compose.yaml")
    told = settings(REPO, Postgres(REPO), "redis://redis:6379", "http://balancer:4200/api")
    server = compose["services"]["server-1"]["environment"]
    for name, value in told.items():
        if "REDIS" in name or "prefect_redis" in value or "DOCKET" in name:
            assert server.get(name, value) == value, name
    lacking = {name for name in told if name.startswith(("PREFECT_SERVER_E", "PREFECT_SERVER_D"))}
    assert lacking <= server.keys()
    worker = compose["services"]["worker"]["environment"]
    assert {"PARUTION_LEDGER", "PARUTION_SECRET", "PREFECT_API_URL"} <= worker.keys()


def test_what_was_not_run_says_so() -> None:
    for name in ("compose.yaml", "Dockerfile"):
        assert "NOT RUN HERE" in (REPO / name).read_text("utf-8")


@pytest.mark.slow
def test_deploying_all_makes_the_deployments_and_a_second_time_changes_nothing(
    prefect: tuple[Path, str],
) -> None:
    folder, api = prefect
    seen = []
    for _ in range(2):
        typed(folder, api, "deploy", "--all")
        seen.append(
            [
                ask(api, f"deployments/name/publish/{name}")
                for name in ("due-on-workers", "entries-on-workers")
            ]
        )
    first, second = seen
    assert [d["id"] for d in first] == [d["id"] for d in second]
    due, entries = second
    assert due["work_pool_name"] == entries["work_pool_name"] == "parution"
    assert [s["schedule"]["cron"] for s in due["schedules"]] == ["*/5 * * * *"]
    assert due["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert due["pull_steps"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": str(folder)}}
    ]
    assert entries["schedules"] == []


@pytest.mark.slow
def test_the_automations_can_be_made_as_they_are_written(prefect: tuple[Path, str]) -> None:
    folder, api = prefect
    typed(folder, api, "automation", "create", "--from-file", "automations.yaml")
    made = {a["name"]: a for a in ask(api, "automations/filter", {})}
    marking, taking = (made[f"parution: {what} silent runs"] for what in ("mark", "take up"))
    assert marking["trigger"]["within"] == 60
    assert marking["actions"][0]["name"] in str(taking["trigger"]["expect"])
    assert [a["actions"][0]["state"] for a in (marking, taking)] == ["CRASHED", "SCHEDULED"]
    assert all(a["enabled"] and not a["actions"][0]["force"] for a in (marking, taking))


@pytest.mark.slow
@pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "CANCELLED"])
def test_a_run_that_has_ended_refuses_to_be_marked_as_silent(
    prefect: tuple[Path, str], state: str
) -> None:
    """What the automation rests on: a heartbeat that comes after the end may make it act."""
    _folder, api = prefect
    flow = ask(api, "flows/", {"name": "publish"})["id"]
    run = ask(api, "flow_runs/", {"flow_id": flow, "state": {"type": "RUNNING"}})["id"]
    for proposed in ({"type": state}, {"type": "CRASHED", "name": "Silent"}):
        ask(api, f"flow_runs/{run}/set_state", {"state": proposed, "force": False})
    assert ask(api, f"flow_runs/{run}")["state_type"] == state


@pytest.mark.slow
def test_a_run_under_way_can_be_marked_and_goes_back_into_the_queue(
    prefect: tuple[Path, str],
) -> None:
    folder, api = prefect
    typed(folder, api, "deploy", "--all")
    deployment = ask(api, "deployments/name/publish/entries-on-workers")["id"]
    made = ask(api, f"deployments/{deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})
    taken = [a["actions"][0] for a in read("automations.yaml")["automations"]]
    steps = [{"type": "PENDING"}, {"type": "RUNNING"}]
    steps += [{"type": action["state"], "name": action["name"]} for action in taken]
    for proposed in steps:
        answer = ask(api, f"flow_runs/{made['id']}/set_state", {"state": proposed, "force": False})
        assert answer["status"] == "ACCEPT", (proposed, answer)
    assert ask(api, f"flow_runs/{made['id']}")["state_name"] == "AwaitingRetry"
