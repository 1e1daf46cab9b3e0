"""An object store in an S3 bucket, or at any endpoint that speaks S3.

Conditional writes rest on If-None-Match and If-Match: run :func:`veilflow.store.probe.probe` once
against a backend that you don't know. Not promised: that a server does what its SSE headers say
(what we store is encrypted before it is sent), nor that a delete reaches a bucket's old versions.
"""

from __future__ import annotations

import io
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from veilflow.errors import PrerequisiteMissing, StoreUnavailable, UsageError
from veilflow.store.object_store import (
    ObjectExists,
    ObjectInfo,
    ObjectNotFound,
    PreconditionFailed,
    StoredObject,
    checked_key,
    checked_prefix,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

__all__ = ["S3Store"]

_PUT_ID = "veilflow-put"
_CONFLICT_RETRIES = 5
_Answer = TypeVar("_Answer")


class S3Store:
    """See :class:`~veilflow.store.object_store.ObjectStore`.

    The client is made at the first call, so that a store may be built before a process forks.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        sse_kms_key: str | None = None,
        endpoint_url: str | None = None,
        region: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{checked_key(prefix)}/" if prefix else ""
        self._asked = {
            "sse_kms_key": sse_kms_key,
            "endpoint_url": endpoint_url,
            "region": region,
        }
        self._sse_kms_key = sse_kms_key or os.environ.get("VEILFLOW_S3_SSE_KMS_KEY")
        self._lock = threading.Lock()
        self._made: Any = None

    @property
    def uri(self) -> str:
        query = urlencode({name: value for name, value in self._asked.items() if value})
        path = f"s3://{self._bucket}/{quote(self._prefix.rstrip('/'))}".rstrip("/")
        return f"{path}?{query}" if query else path

    @property
    def sse_kms_key(self) -> str | None:
        """The key asked of the server for SSE-KMS, or None."""
        return self._sse_kms_key

    def __repr__(self) -> str:
        return f"S3Store({self.uri!r})"

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> str:
        if if_absent and if_match is not None:
            raise UsageError("if_absent and if_match exclude each other.", remedy="Give one.")
        put_id = secrets.token_hex(16)
        request: dict[str, Any] = {"Key": self._name(key), "Metadata": {_PUT_ID: put_id}}
        if if_absent:
            request["IfNoneMatch"] = "*"
        if if_match is not None:
            request["IfMatch"] = if_match
        if self._sse_kms_key:
            request |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._sse_kms_key}
        for _ in range(_CONFLICT_RETRIES):
            body = io.BytesIO(data) if isinstance(data, bytes) else data
            body.seek(0)
            try:
                answer = self._call("write", "put_object", Body=body, **request)
            except _Conflict:
                continue
            except _Missing:
                raise self._lost(key, if_absent) from None
            except _Refused:
                # A request repeated after a lost answer meets its own first write.
                if own := self._etag_of_put(key, put_id):
                    return own
                raise self._lost(key, if_absent) from None
            return _bare(answer["ETag"])
        raise StoreUnavailable(
            f"{self._where()} kept answering that another write is under way.", remedy="Retry."
        )

    def get(self, key: str) -> StoredObject:
        answer, data = self._read(key)
        return StoredObject(data, _bare(answer["ETag"]))

    def get_range(self, key: str, start: int, length: int) -> bytes:
        if start < 0 or length < 0:
            raise UsageError("A range can't be negative.", remedy="Give start and length >= 0.")
        if length == 0:
            return b""
        try:
            _, data = self._read(key, Range=f"bytes={start}-{start + length - 1}")
        except _BeyondEnd:
            return b""
        return data[:length]

    def head(self, key: str) -> ObjectInfo | None:
        try:
            answer = self._call("look up", "head_object", Key=self._name(key))
        except _Missing:
            return None
        return ObjectInfo(key, int(answer["ContentLength"]), _bare(answer["ETag"]))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        request = {"Prefix": self._prefix + prefix}
        while True:
            answer = self._call("list", "list_objects_v2", **request)
            for entry in answer.get("Contents", ()):
                key = entry["Key"][len(self._prefix) :]
                if key and not key.endswith("/"):  # folder markers of other tools
                    yield ObjectInfo(key, int(entry["Size"]), _bare(entry["ETag"]))
            if not answer.get("IsTruncated"):
                return
            request["ContinuationToken"] = answer["NextContinuationToken"]

    def delete(self, key: str) -> None:
        try:
            self._call("delete", "delete_object", Key=self._name(key))
        except _Missing:
            return

    def delete_prefix(self, prefix: str) -> int:
        # One request an object: the bulk call needs a checksum header that some servers refuse.
        keys = [info.key for info in self.list(checked_prefix(prefix))]
        for key in keys:
            self.delete(key)
        return len(keys)

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)

    def _read(self, key: str, **extra: str) -> tuple[dict[str, Any], bytes]:
        def fetch(client: Any) -> tuple[dict[str, Any], bytes]:
            answer = client.get_object(Bucket=self._bucket, Key=self._name(key), **extra)
            return answer, answer["Body"].read()

        try:
            return self._guarded("read", fetch)
        except _Missing:
            raise ObjectNotFound(
                f"{self.uri} has no object {key!r}.", remedy="Check the key and the store address."
            ) from None

    def _etag_of_put(self, key: str, put_id: str) -> str | None:
        try:
            answer = self._call("look up", "head_object", Key=self._name(key))
        except _Missing:
            return None
        return _bare(answer["ETag"]) if answer.get("Metadata", {}).get(_PUT_ID) == put_id else None

    def _lost(self, key: str, if_absent: bool) -> ObjectExists | PreconditionFailed:
        if if_absent:
            return ObjectExists(
                f"The object {key!r} exists already.", remedy="Read it, or choose another key."
            )
        return PreconditionFailed(
            f"The object {key!r} changed since it was read.",
            remedy="Read it again and decide anew.",
        )

    def _call(self, doing: str, operation: str, **request: Any) -> Any:
        return self._guarded(
            doing, lambda client: getattr(client, operation)(Bucket=self._bucket, **request)
        )

    def _guarded(self, doing: str, call: Callable[[Any], _Answer]) -> _Answer:
        """Run one request; its errors come back as ours, holding no request and no answer."""
        client = self._client()
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(client)
        except ClientError as error:
            raise self._mapped(doing, error) from None
        except (BotoCoreError, OSError) as error:
            raise StoreUnavailable(
                f"{self._where()} could not {doing} an object ({type(error).__name__}).",
                remedy=_REMEDIES.get(type(error).__name__, _CHECK_ENDPOINT),
            ) from None

    def _mapped(self, doing: str, error: ClientError) -> Exception:
        answer: dict[str, Any] = dict(error.response)
        code = str(answer.get("Error", {}).get("Code", ""))
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code in ("NoSuchKey", "404", "NotFound") and doing != "list":
            return _Missing()
        if status == 416 and doing == "read":
            return _BeyondEnd()
        if status == 412 and doing == "write":
            return _Refused()
        if status == 409 and doing == "write":
            return _Conflict()
        # Codes are a word; anything longer would be the server's own text.
        shown = code if code.isalnum() and len(code) <= 60 else "unknown"
        return StoreUnavailable(
            f"{self._where()} refused to {doing} an object (HTTP {status}, {shown}).",
            remedy=_REMEDIES.get(shown, "See the server's log for the reason, then retry."),
        )

    def _where(self) -> str:
        parts = urlsplit(str(self._client().meta.endpoint_url))
        host = parts.hostname or ""
        return f"The store s3://{self._bucket} at {parts.scheme}://{host}" + (
            f":{parts.port}" if parts.port else ""
        )

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._new_client()
            return self._made

    def _new_client(self) -> Any:
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError
        except ImportError:
            raise PrerequisiteMissing(
                "S3 stores need boto3.", remedy="Install the extra: pip install 'veilflow[aws]'."
            ) from None
        region = self._asked["region"] or os.environ.get(
            "AWS_REGION", os.environ.get("AWS_DEFAULT_REGION")
        )
        custom = (
            self._asked["endpoint_url"]
            or os.environ.get("AWS_ENDPOINT_URL_S3")
            or os.environ.get("AWS_ENDPOINT_URL")
        )
        try:
            return boto3.session.Session().client(
                "s3",
                endpoint_url=self._asked["endpoint_url"],
                region_name=region or ("us-east-1" if custom else None),
                config=Config(
                    connect_timeout=3,
                    read_timeout=30,
                    retries={"total_max_attempts": 2, "mode": "standard"},
                    # Newer checksums make some S3 servers answer 411.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                    s3={"addressing_style": "path" if custom else "auto"},
                ),
            )
        except (BotoCoreError, ValueError) as error:
            raise StoreUnavailable(
                f"No client for s3://{self._bucket} could be made ({type(error).__name__}).",
                remedy="Check AWS_ENDPOINT_URL_S3, AWS_REGION and AWS_PROFILE.",
            ) from None


class _Missing(Exception):
    """The server has no such object."""


class _Refused(Exception):
    """A precondition failed."""


class _Conflict(Exception):
    """A concurrent conditional write is under way; the server asks to repeat."""


class _BeyondEnd(Exception):
    """A range begins after the object's end."""


_CHECK_ENDPOINT = "Check that the server runs and AWS_ENDPOINT_URL_S3 is right, then retry."
_CHECK_GRANTS = "Check the credentials and what they may do in this bucket."
_REMEDIES = {
    "NoCredentialsError": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role.",
    "PartialCredentialsError": "Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "NoRegionError": "Set AWS_REGION.",
    "NoSuchBucket": "Create the bucket, or correct the address.",
    "AccessDenied": _CHECK_GRANTS,
    "InvalidAccessKeyId": _CHECK_GRANTS,
    "SignatureDoesNotMatch": _CHECK_GRANTS,
    "403": _CHECK_GRANTS,
    "SlowDown": "Retry later: the server limits requests.",
}


def _bare(etag: str) -> str:
    return etag.strip('"')
