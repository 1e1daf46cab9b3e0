"""How a bucket is reached by PyArrow, and what is said where it can't be.

Credentials come from the usual AWS environment (variables, profile, instance role) of the process
that reads, and are handed on nowhere. ``AWS_ENDPOINT_URL_S3`` or ``AWS_ENDPOINT_URL`` names another
server that speaks S3.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from veilflow.errors import SourceError, UsageError

__all__ = ["S3Server", "file_system", "s3_told", "s3_trouble"]

_WAIT = 20
_CODE = re.compile(r"AWS Error ([A-Z_]{3,60}|UNKNOWN \(HTTP status [0-9]{3}\))")
_CREDENTIALS = (
    "Check the AWS credentials in the environment of the process that reads: with Spark that is "
    "each worker's."
)
_SAID = {
    "ACCESS_DENIED": (
        "access is denied",
        "Allow the credentials in use to list the bucket and to read its objects. " + _CREDENTIALS,
    ),
    "INVALID_ACCESS_KEY_ID": ("the server doesn't know the access key", _CREDENTIALS),
    "SIGNATURE_DOES_NOT_MATCH": ("the secret key doesn't fit the access key", _CREDENTIALS),
    "NO_SUCH_BUCKET": ("there is no such bucket", "Check its name, and AWS_ENDPOINT_URL_S3."),
    "NETWORK_CONNECTION": (
        "the server doesn't answer",
        "Check that it runs, AWS_ENDPOINT_URL_S3, and that this machine reaches it.",
    ),
}
_GONE = "the object is gone", "Look again once nobody writes there any more."
_ELSE = (
    "Check bucket and prefix, AWS_ENDPOINT_URL_S3, and whether the credentials in the environment "
    "may list and read it."
)


@dataclass(frozen=True)
class S3Server:
    """Where requests go. No endpoint is AWS itself, and no region is that of the bucket."""

    endpoint: str | None = None
    region: str | None = None

    @classmethod
    def here(cls) -> S3Server:
        """What the environment of this process says.

        Raises UsageError, without quoting it, for an endpoint that holds credentials.
        """
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if endpoint and "@" in urlsplit(endpoint).netloc:
            raise UsageError(
                "AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL holds a user or a password.",
                remedy="Leave them out; credentials come from the AWS variables or a profile.",
            )
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        return cls(endpoint or None, region or None)

    def otherwise(self, other: S3Server) -> S3Server:
        """This one, and what it leaves open as ``other`` has it."""
        return S3Server(self.endpoint or other.endpoint, self.region or other.region)


def file_system(bucket: str, server: S3Server) -> Any:
    """PyArrow's file system for a bucket. What this process's environment says goes first."""
    return _file_system(bucket, S3Server.here().otherwise(server))


@lru_cache(maxsize=8)
def _file_system(bucket: str, server: S3Server) -> Any:
    from pyarrow import fs

    waits = {"connect_timeout": _WAIT, "request_timeout": 3 * _WAIT}
    if server.endpoint is None:
        return fs.S3FileSystem(region=server.region or fs.resolve_s3_region(bucket), **waits)
    parts = urlsplit(server.endpoint)
    return fs.S3FileSystem(
        scheme=parts.scheme,
        endpoint_override=parts.netloc,
        region=server.region or "us-east-1",
        **waits,
    )


@contextmanager
def s3_told(address: str) -> Iterator[None]:
    """Turn what PyArrow raises into a SourceError that names the address and what to do."""
    try:
        yield
    except (OSError, ValueError, KeyError) as error:
        what, remedy = _said(error) or (type(error).__name__, _ELSE)
        raise SourceError(f"{address}: can't be read ({what}).", remedy=remedy) from None


def s3_trouble(address: str, error: Exception) -> SourceError | None:
    """What a server said while a reader was at work; None if the error isn't a server's."""
    said = _said(error) if isinstance(error, OSError) and address.startswith("s3://") else None
    if said is None:
        return None
    return SourceError(f"{address}: can't be read ({said[0]}).", remedy=said[1])


def _said(error: Exception) -> tuple[str, str] | None:
    if isinstance(error, FileNotFoundError):
        return _GONE
    found = _CODE.search(str(error))
    return None if found is None else _SAID.get(found[1], (found[1], _ELSE))
