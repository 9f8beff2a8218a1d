"""``s3://bucket/prefix``: an object store, Amazon's or one that speaks its language.

Credentials, region and ``AWS_ENDPOINT_URL`` come from the environment; where it has no key, the
AWS library looks where it always does (a profile, the machine's role). An object is replaced whole
by the store itself, so a reader sees the old file or the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import s3fs
from aiobotocore.session import AioSession
from botocore.exceptions import (
    BotoCoreError,
    InvalidRegionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from flows.targets.remote import Patience, TargetError, shown, split, wait_for
from flows.targets.types import ASK_AGAIN, cache_control, content_type

LANES = 8
#: Bytes of a part; a file of up to two parts goes up in one request. Bounds what is in memory.
PART = 8 * 1024 * 1024
_PARTS_AT_ONCE = 2


class _FileSystem(s3fs.S3FileSystem):  # type: ignore[misc]
    retries = 1  # whoever asks has the patience


class Bucket:
    """A prefix of a bucket. See :class:`flows.targets.remote.Remote`."""

    lanes = LANES
    passing = (OSError, BotoCoreError)

    def __init__(self, fs: s3fs.S3FileSystem, bucket: str, prefix: str, patience: Patience) -> None:
        self._fs, self._bucket, self._patience = fs, bucket, patience
        self._base = f"{bucket}/{prefix}/" if prefix else f"{bucket}/"

    def read(self, path: str) -> bytes | None:
        try:
            work = self._fs._cat_file(self._base + path, max_concurrency=1)
            return bytes(wait_for(self._fs.loop, work, self._patience.for_size(0)))
        except FileNotFoundError as error:
            if _code(error) == "NoSuchBucket":
                raise
            return None

    def write(self, path: str, data: bytes) -> None:
        headers = {"ContentType": content_type(path), "CacheControl": ASK_AGAIN}
        work = self._fs._pipe_file(self._base + path, data, **headers)
        wait_for(self._fs.loop, work, self._patience.for_size(len(data)))

    def put(self, path: str, file: Path) -> None:
        work = self._fs._put_file(
            str(file),
            self._base + path,
            chunksize=PART,
            max_concurrency=_PARTS_AT_ONCE,
            ContentType=content_type(path),
            CacheControl=cache_control(path),
        )
        wait_for(self._fs.loop, work, self._patience.for_size(file.stat().st_size))

    def remove(self, path: str) -> None:
        work = self._fs._rm_file(self._base + path)
        wait_for(self._fs.loop, work, self._patience.for_size(0))

    def below(self, folder: str) -> list[str]:
        work = self._fs._find(self._base + folder)
        found = wait_for(self._fs.loop, work, 10 * self._patience.for_size(0))
        return [name.removeprefix(self._base) for name in found if name.startswith(self._base)]

    def tidy(self) -> None:
        """Nothing: what is half uploaded is no object, and the bucket's lifecycle sees to it."""

    def explain(self, error: Exception) -> str | None:
        if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
            return "there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        if isinstance(error, ParamValidationError):
            return f"“{self._bucket}” cannot be the name of a bucket. Correct it in house.toml."
        if isinstance(error, InvalidRegionError):
            return "AWS_REGION names no region. Set it to the bucket's, as eu-west-3."
        if isinstance(error, FileNotFoundError):
            return f"there is no bucket “{self._bucket}”. Make it, or correct house.toml."
        code = _code(error)
        if isinstance(error, PermissionError):
            return (
                f"the store refuses ({code or 'forbidden'}). Look at AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, and whether that key may list, read, write and delete."
            )
        if code in _WRONG_PLACE:
            return f"the store says {code}. Look at AWS_REGION, AWS_ENDPOINT_URL and the bucket."
        return None

    def renew(self) -> None:
        """Nothing: each request may have a connection of its own."""

    def close(self) -> None:
        """Nothing: connections are closed when the file system goes."""


#: What stays wrong however often one asks.
_WRONG_PLACE = {
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "InvalidBucketName",
    "MethodNotAllowed",
    "NotImplemented",
    "PermanentRedirect",
}


def _code(error: BaseException) -> str:
    """The store's own word for an error, which s3fs keeps as the cause; empty where it has none."""
    response = getattr(error.__cause__, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _is_address(endpoint: str) -> bool:
    is_url = is_valid_endpoint_url(endpoint) or is_valid_ipv6_endpoint_url(endpoint)
    return bool(is_url) and endpoint.startswith(("http://", "https://")) and "@" not in endpoint


@cache
def _session() -> AioSession:
    """One for the process: what it reads of the service's definition takes a quarter second."""
    return AioSession()


def connect(url: str, environ: Mapping[str, str], patience: Patience) -> Bucket:
    """The bucket behind an address; nothing is asked of it yet. Raises :class:`TargetError`."""
    parts = split(url)
    if not parts.netloc:
        raise TargetError(f"{shown(url)}: names no bucket; write s3://bucket/prefix.")
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    if endpoint and not _is_address(endpoint):
        raise TargetError(
            f"{shown(url)}: AWS_ENDPOINT_URL is not the address of a store. Write https://host, "
            "and no user or password in it."
        )
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    fs = _FileSystem(
        session=_session(),
        key=environ.get("AWS_ACCESS_KEY_ID") or None,
        secret=environ.get("AWS_SECRET_ACCESS_KEY") or None,
        token=environ.get("AWS_SESSION_TOKEN") or None,
        endpoint_url=endpoint or None,
        client_kwargs={"region_name": region} if region else {},
        config_kwargs={
            "connect_timeout": patience.connect,
            "read_timeout": patience.read,
            "retries": {"total_max_attempts": 1},
            # Stores that are not Amazon's refuse the newer checksums.
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    return Bucket(fs, parts.netloc, parts.path.strip("/"), patience)
