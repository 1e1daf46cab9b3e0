"""A boto3 KMS client that gives up early, and keeps keys off plain HTTP and out of debug logs."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from veilflow.errors import CapabilityMissing, PrerequisiteMissing, UsageError

__all__ = ["endpoint_name", "open_client", "without_debug_logs"]

_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_ATTEMPTS = 3
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# At level DEBUG these print request and response bodies, which hold keys in base64.
_TALKATIVE = (
    "botocore.auth",
    "botocore.awsrequest",
    "botocore.client",
    "botocore.endpoint",
    "botocore.hooks",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.regions",
    "botocore.retries.standard",
    "botocore.retryhandler",
)
_is_kms_call: ContextVar[bool] = ContextVar("veilflow_kms_call", default=False)


class _NoBodies(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG or not _is_kms_call.get()


_NO_BODIES = _NoBodies()


def open_client(region: str | None, *, allow_plain_http: bool) -> Any:
    """A client for the endpoint and credentials of the AWS_* environment.

    Nothing is contacted. Refuses plain HTTP to another machine, which would carry keys in the
    clear, unless allowed.
    """
    try:
        import boto3
        import botocore.exceptions
        from botocore.config import Config
    except ImportError:
        boto3 = None
    if boto3 is None:
        raise PrerequisiteMissing(
            "AWS KMS needs boto3, which isn't installed.", remedy="pip install 'veilflow[aws]'"
        )
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
    )
    try:
        # A session of our own: the default one is shared and not safe to create in threads.
        client = boto3.session.Session().client(
            "kms", region_name=region or os.environ.get("AWS_REGION"), config=config
        )
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        problem = type(error).__name__
    else:
        problem = ""
    if problem:
        raise UsageError(
            f"No AWS KMS client could be set up ({problem}).",
            remedy="Set the region (aws-kms://prefix?region=REGION or AWS_REGION) and check "
            "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_KMS and AWS_PROFILE.",
        )
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_NO_BODIES)
    if not allow_plain_http:
        _refuse_plain_http(client.meta.endpoint_url)
    return client


@contextmanager
def without_debug_logs() -> Iterator[None]:
    """Inside, botocore's debug records about this thread's calls are dropped."""
    token = _is_kms_call.set(True)
    try:
        yield
    finally:
        _is_kms_call.reset(token)


def endpoint_name(endpoint_url: str) -> str:
    """Scheme, host and port: what may be shown of an endpoint, which may hold a password."""
    parts = urlsplit(endpoint_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"


def _refuse_plain_http(endpoint_url: str) -> None:
    parts = urlsplit(endpoint_url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise CapabilityMissing(
            f"The KMS endpoint {endpoint_name(endpoint_url)} would carry keys in the clear.",
            remedy="Use https://, or, on a private test network, add plain_http=allow to the "
            "provider's URI (aws-kms://prefix?plain_http=allow).",
        )
