"""Targets that refuse, are away, or hang: a sentence that says what to do, and no secret in it."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from flows import targets
from flows.failures import explain
from flows.targets.remote import TargetError
from tests.targets.sites import seen, site
from tests.targets.stores import HASTY, PATIENCE, Bucket, Place, Shore, free_port, silent

pytestmark = pytest.mark.slow


def refused(root: Path, url: str, environ: dict[str, str], **more: object) -> str:
    """What a push says that fails; it is a sentence, and holds no secret."""
    with pytest.raises(TargetError) as raised:
        targets.push(root, url, 1, environ=environ, patience=HASTY, **more)  # type: ignore[arg-type]
    said = str(raised.value)
    assert said == explain(raised.value)
    assert said.startswith(f"{targets.shown(url)}: ")
    assert said.endswith(".")
    for secret in ("the-secret-of-the-tests", "hunter2", "PRIVATE KEY"):
        assert secret not in said
    return said


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return site(tmp_path / "output", 1, {"a": 1})


# ------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize("url", ["ftp://host/site", "https://host/site", "site", "file:///tmp/x"])
def test_a_scheme_that_nobody_knows_is_refused_with_those_there_are(root: Path, url: str) -> None:
    assert "there are s3://, sftp://" in refused(root, url, {})


@pytest.mark.parametrize(
    "url", ["sftp://user:hunter2@127.0.0.1:1/x", "s3://key:hunter2@bucket/site"]
)
def test_a_password_in_the_address_is_refused_and_not_repeated(root: Path, url: str) -> None:
    assert "the address holds a password" in refused(root, url, {})


@pytest.mark.parametrize("url", ["s3:///site", "sftp:///site"])
def test_an_address_without_a_place_is_refused(root: Path, url: str) -> None:
    assert "write" in refused(root, url, {})


@pytest.mark.parametrize("url", ["sftp://host:seven/site", "sftp://user:hunter2/x@host/site"])
def test_a_port_that_is_none_is_refused(root: Path, url: str) -> None:
    assert "this is no address" in refused(root, url, {})


@pytest.mark.parametrize(
    ("url", "seen_as"),
    [
        ("s3://bucket/site?token=hunter2", "s3://bucket/site"),
        ("sftp://user:hunter2@host:22/a#b", "sftp://user@host:22/a"),
        ("https://hub.example/?key=hunter2", "https://hub.example/"),
        ("https://hub.example/?key=a:hunter2@b", "https://hub.example/"),
        ("sftp://user:hunter2/slash@host/a", "sftp://user@host/a"),
        ("s3://bucket/at@home", "s3://bucket/at@home"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, seen_as: str) -> None:
    assert targets.shown(url) == seen_as


# ------------------------------------------------------------------------------------------- S3


def test_a_bucket_that_is_not_there_is_named(root: Path, bucket: Bucket) -> None:
    url = f"s3://{bucket.name}-of-nobody/site"
    said = refused(root, url, bucket.environ)
    assert f"there is no bucket “{bucket.name}-of-nobody”" in said


def test_a_name_that_no_bucket_can_have_is_refused(root: Path, bucket: Bucket) -> None:
    said = refused(root, "s3://not a bucket!/site", bucket.environ)
    assert "“not a bucket!” cannot be the name of a bucket" in said


@pytest.mark.parametrize("address", ["store.example", "http://key:hunter2@127.0.0.1:1", "ftp://x"])
def test_a_store_whose_address_is_none_is_refused(root: Path, bucket: Bucket, address: str) -> None:
    environ = {**bucket.environ, "AWS_ENDPOINT_URL": address}
    assert "AWS_ENDPOINT_URL is not the address of a store" in refused(root, bucket.url, environ)


def test_a_region_that_is_none_is_told_as_such(root: Path, bucket: Bucket) -> None:
    said = refused(root, bucket.url, {**bucket.environ, "AWS_REGION": "the north of France"})
    assert "AWS_REGION names no region" in said


def test_wrong_credentials_are_told_as_such(root: Path, bucket: Bucket) -> None:
    lock = f"{bucket.endpoint}/moto-api/reset-auth"
    httpx.post(lock, content=b"0")
    try:
        said = refused(root, bucket.url, bucket.environ)
    finally:
        httpx.post(lock, content=b"inf")
    assert "the store refuses (InvalidAccessKeyId). Look at AWS_ACCESS_KEY_ID" in said


def test_a_store_that_is_busy_is_asked_again(root: Path, bucket: Bucket) -> None:
    bucket.recorder.busy = 2
    targets.push(root, bucket.url, 1, environ=bucket.environ, patience=PATIENCE)
    assert {p: d for p, d in bucket.files().items() if p[0] != "."} == seen(root)


def test_a_store_that_stays_busy_is_given_up_and_the_next_push_goes_on(
    root: Path, bucket: Bucket
) -> None:
    def fall_ill(step: str) -> None:
        if step == "doubted":
            bucket.recorder.busy = 1_000

    said = refused(root, bucket.url, bucket.environ, reached=fall_ill)
    bucket.recorder.busy = 0
    assert "2 times over" in said
    targets.push(root, bucket.url, 1, environ=bucket.environ, patience=PATIENCE)
    assert {p: d for p, d in bucket.files().items() if p[0] != "."} == seen(root)


def test_a_store_that_hangs_in_the_midst_is_given_up(root: Path, bucket: Bucket) -> None:
    def fall_asleep(step: str) -> None:
        bucket.recorder.hangs = step == "doubted"

    try:
        said = refused(root, bucket.url, bucket.environ, reached=fall_asleep)
    finally:
        bucket.recorder.hangs = False
        bucket.recorder.go_on.set()
        bucket.recorder.go_on.clear()
    assert "no answer in time" in said or "imeout" in said


def test_types_and_ages_are_those_of_the_local_site(root: Path, bucket: Bucket) -> None:
    targets.push(root, bucket.url, 1, environ=bucket.environ, patience=PATIENCE)
    told = {
        path: (bucket.head(path)["ContentType"], bucket.head(path)["CacheControl"])
        for path in seen(root)
    }
    css = next(path for path in told if path.endswith(".css"))
    again, forever = "no-cache", "public, max-age=31536000, immutable"
    assert told == {
        css: ("text/css; charset=utf-8", forever),
        "2026/a/brochure.pdf": ("application/pdf", again),
        "2026/a/index.html": ("text/html; charset=utf-8", again),
        "2026/a/newsletter.txt": ("text/plain; charset=utf-8", again),
        "2026/a/pictures/map.png": ("image/png", again),
        "2026/index.html": ("text/html; charset=utf-8", again),
        "2026/sitemap.xml": ("application/xml; charset=utf-8", again),
        "404.html": ("text/html; charset=utf-8", again),
        "feed.xml": ("application/xml; charset=utf-8", again),
        "index.html": ("text/html; charset=utf-8", again),
        "page/1/index.html": ("text/html; charset=utf-8", again),
        "robots.txt": ("text/plain; charset=utf-8", again),
        "sitemap.xml": ("application/xml; charset=utf-8", again),
    }


def test_a_large_file_goes_up_in_parts_and_is_whole(tmp_path: Path, bucket: Bucket) -> None:
    root = site(tmp_path / "output", 1, {"a": 1}, pdf=20_000_000)
    targets.push(root, bucket.url, 1, environ=bucket.environ, patience=PATIENCE)
    assert bucket.files()["2026/a/brochure.pdf"] == seen(root)["2026/a/brochure.pdf"]
    assert bucket.head("2026/a/brochure.pdf")["ContentType"] == "application/pdf"


def test_a_bucket_without_a_prefix_will_do(tmp_path: Path, bucket: Bucket) -> None:
    root = site(tmp_path / "output", 1, {"a": 1})
    targets.push(root, f"s3://{bucket.name}", 1, environ=bucket.environ, patience=PATIENCE)
    assert replace(bucket, prefix="2026").files()["a/index.html"] == b"<p>a 1 "


# ----------------------------------------------------------------------------------------- SFTP


def test_a_host_that_nobody_vouched_for_is_refused(root: Path, shore: Shore) -> None:
    (shore.keys / "known_hosts").write_text("")
    said = refused(root, shore.url, shore.environ)
    assert "the key of that host is not the one in known_hosts, or is not there" in said
    assert shore.files() == {}


def test_a_host_that_is_another_is_refused(root: Path, shore: Shore) -> None:
    other = (shore.keys / "user.pub").read_text().split()
    (shore.keys / "known_hosts").write_text(f"[127.0.0.1]:{shore.port} {other[0]} {other[1]}\n")
    assert "the key of that host is not the one in known_hosts" in refused(
        root, shore.url, shore.environ
    )


def test_a_list_of_hosts_that_is_not_there_is_named(root: Path, shore: Shore) -> None:
    environ = {**shore.environ, "PARUTION_KNOWN_HOSTS": str(shore.keys / "nowhere")}
    assert str(shore.keys / "nowhere") in refused(root, shore.url, environ)


def test_the_hosts_of_the_users_home_are_known(tmp_path: Path, root: Path, shore: Shore) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (shore.keys / "known_hosts").rename(home / ".ssh" / "known_hosts")
    environ = {"PARUTION_SFTP_KEY": shore.environ["PARUTION_SFTP_KEY"], "HOME": str(home)}
    targets.push(root, shore.url, 1, environ=environ, patience=PATIENCE)
    assert "feed.xml" in shore.files()


def test_a_key_that_the_server_does_not_know_is_refused(root: Path, shore: Shore) -> None:
    environ = {**shore.environ, "PARUTION_SFTP_KEY": str(shore.keys / "host")}
    assert "lets this user not in. Set PARUTION_SFTP_KEY" in refused(root, shore.url, environ)


@pytest.mark.parametrize("key", ["nowhere", "known_hosts"])
def test_a_key_that_is_none_is_refused(root: Path, shore: Shore, key: str) -> None:
    environ = {**shore.environ, "PARUTION_SFTP_KEY": str(shore.keys / key)}
    assert "the key that PARUTION_SFTP_KEY names cannot be used" in refused(
        root, shore.url, environ
    )


def test_a_server_that_hangs_in_the_midst_is_given_up(root: Path, shore: Shore) -> None:
    stopped: list[int] = []

    def fall_asleep(step: str) -> None:
        if step == "uploaded index.html":
            stopped.append(shore.process.pid)
            stopped.extend(shore.sessions())
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)

    assert "times over" in refused(root, shore.url, shore.environ, reached=fall_asleep)
    for pid in reversed(stopped):
        os.kill(pid, signal.SIGCONT)
    targets.push(root, shore.url, 1, environ=shore.environ, patience=PATIENCE)
    assert {p: d for p, d in shore.files().items() if p[0] != "."} == seen(root)


def test_a_connection_that_breaks_is_made_again(root: Path, shore: Shore) -> None:
    def cut(step: str) -> None:
        if step == "uploaded index.html":
            for pid in shore.sessions():
                os.kill(pid, signal.SIGKILL)

    targets.push(root, shore.url, 1, environ=shore.environ, patience=PATIENCE, reached=cut)
    assert {p: d for p, d in shore.files().items() if p[0] != "."} == seen(root)


def test_a_path_below_the_users_home_will_do(root: Path, shore: Shore) -> None:
    below = os.path.relpath(shore.folder, Path.home())
    url = f"{shore.url.removesuffix(str(shore.folder))}/~/{below}"
    targets.push(root, url, 1, environ=shore.environ, patience=PATIENCE)
    assert "feed.xml" in shore.files()


# ------------------------------------------------------------------------------------------ both


def elsewhere(place: Place, port: int) -> tuple[str, dict[str, str]]:
    """The same target at another port of this machine."""
    if isinstance(place, Bucket):
        return place.url, {**place.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    assert isinstance(place, Shore)
    return place.url.replace(f":{place.port}", f":{port}"), place.environ


def test_a_host_that_is_down_is_told_as_such(root: Path, place: Place) -> None:
    url, environ = elsewhere(place, free_port())
    assert "could not be reached" in refused(root, url, environ)


def test_a_host_that_never_answers_is_given_up(root: Path, place: Place) -> None:
    with silent() as port:
        url, environ = elsewhere(place, port)
        assert "could not be reached" in refused(root, url, environ)
