"""A real S3 API (moto's server) and a real sshd, on localhost, and what they hold."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from flows.targets.remote import Patience
from tests.network import free_port

#: What tests wait: enough for a busy machine, and not long where nothing answers.
PATIENCE = Patience(connect=10, read=30, tries=3, pause=0.01)
HASTY = Patience(connect=1, read=1, tries=2, pause=0.01)
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class Place(Protocol):
    """A target under test: its address, its environment, and its files as they are there."""

    url: str
    environ: dict[str, str]

    def files(self) -> dict[str, bytes]: ...

    def order(self) -> list[str]:
        """The paths of the files, as they came, the first first."""

    def add(self, path: str, data: bytes) -> None: ...

    def remove(self, path: str) -> None: ...


# ------------------------------------------------------------------------------------------ S3


class Recorder:
    """A WSGI application in front of another: what was asked, and what may go wrong."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app, self.asked = app, list[tuple[str, str]]()
        self.busy, self.hangs, self.go_on = 0, False, threading.Event()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        method, path = environ["REQUEST_METHOD"], unquote(environ["PATH_INFO"])
        self.asked.append((method, path))
        if self.hangs:
            self.go_on.wait()
        if method == "PUT" and self.busy > 0:
            self.busy -= 1
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Later</Message></Error>"]
        return self.app(environ, start)


@contextmanager
def moto() -> Iterator[tuple[str, Recorder]]:
    """moto's server over HTTP; its address, and its recorder."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_said: Any) -> None: ...

    recorder = Recorder(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, recorder, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", recorder
    finally:
        recorder.go_on.set()
        server.shutdown()


@cache
def _client(endpoint: str) -> Any:
    """Amazon's own client, which is not the one under test."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


@dataclass
class Bucket:
    """A bucket of its own on moto's server, and a prefix in it."""

    endpoint: str
    name: str
    recorder: Recorder
    prefix: str = "the site"
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.url = f"s3://{self.name}/{self.prefix}"
        self.environ |= {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "the-secret-of-the-tests",
            "AWS_REGION": "us-east-1",
        }

    @property
    def client(self) -> Any:
        return _client(self.endpoint)

    def make(self) -> Bucket:
        self.client.create_bucket(Bucket=self.name)
        return self

    def head(self, path: str) -> dict[str, Any]:
        return dict(self.client.head_object(Bucket=self.name, Key=f"{self.prefix}/{path}"))

    def files(self) -> dict[str, bytes]:
        client, start = self.client, f"{self.prefix}/"
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=start)
        keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
        return {
            key.removeprefix(start): client.get_object(Bucket=self.name, Key=key)["Body"].read()
            for key in keys
        }

    def asked(self, method: str) -> list[str]:
        start = f"/{self.name}/{self.prefix}/"
        said = [path for verb, path in self.recorder.asked if verb == method]
        return [path.removeprefix(start) for path in said if path.startswith(start)]

    def order(self) -> list[str]:
        return [path for path in self.asked("PUT") if not path.startswith(".")]

    def add(self, path: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"{self.prefix}/{path}", Body=data)

    def remove(self, path: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=f"{self.prefix}/{path}")


# ---------------------------------------------------------------------------------------- SFTP


@dataclass
class Shore:
    """A folder behind an sshd of its own."""

    folder: Path
    port: int
    keys: Path
    process: subprocess.Popen[bytes]
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        user = pwd.getpwuid(os.getuid()).pw_name
        self.url = f"sftp://{user}@127.0.0.1:{self.port}{self.folder}"
        self.environ |= {
            "PARUTION_SFTP_KEY": str(self.keys / "user"),
            "PARUTION_KNOWN_HOSTS": str(self.keys / "known_hosts"),
        }

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def order(self) -> list[str]:
        paths = [path for path in self.files() if not path.startswith(".")]
        return sorted(paths, key=lambda path: (self.folder / path).stat().st_ctime_ns)

    def add(self, path: str, data: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    def sessions(self) -> list[int]:
        """The processes that serve a connection, each with those below it."""
        return _children(self.process.pid)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        direct = [int(child) for child in listed.read_text().split()]
    except OSError:  # it ended meanwhile
        return []
    return [*direct, *(below for child in direct for below in _children(child))]


@contextmanager
def sshd(folder: Path) -> Iterator[Shore]:
    """Debian's sshd with a host key and a configuration of its own, for this user only."""
    keys, site = folder / "keys", folder / "site of the house"
    keys.mkdir(parents=True)
    site.mkdir()
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name)]
        subprocess.run(command, check=True)
    shutil.copy(keys / "user.pub", keys / "authorized_keys")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd, as root, locks itself in
    port = free_port()
    (keys / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {keys}/host\nPidFile none\n"
        f"AuthorizedKeysFile {keys}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
        "MaxStartups 100\nSubsystem sftp internal-sftp\n"
    )
    host = (keys / "host.pub").read_text().split()
    (keys / "known_hosts").write_text(f"[127.0.0.1]:{port} {host[0]} {host[1]}\n")
    assert SSHD is not None
    command = [SSHD, "-D", "-e", "-f", str(keys / "config")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr is not None
    for line in process.stderr:
        if b"Server listening" in line:
            break
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    try:
        yield Shore(site, port, keys, process)
    finally:
        for pid in (*_children(process.pid), process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


# ------------------------------------------------------------------------------------- trouble


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield int(listener.getsockname()[1])
