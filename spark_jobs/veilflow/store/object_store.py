"""What Veilflow asks of a store: whole objects, and writes that may be conditional.

Keys are relative paths of printable UTF-8 segments; a store holds them below its own root or
prefix and never follows one out of it. Everything above this module speaks only of keys.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, runtime_checkable
from urllib.parse import parse_qs, unquote, urlsplit

from veilflow.errors import UsageError, VeilflowError

__all__ = [
    "ObjectExists",
    "ObjectInfo",
    "ObjectNotFound",
    "ObjectStore",
    "PreconditionFailed",
    "StoredObject",
    "checked_key",
    "checked_prefix",
    "open_store",
]

RESERVED = ".veilflow"
_MAX_KEY = 900  # S3 allows 1,024 bytes; the rest is left for the prefix of the store
_MAX_SEGMENT = 200  # file systems allow 255


class ObjectExists(VeilflowError):
    """A put-if-absent lost: somebody wrote this key before."""


class PreconditionFailed(VeilflowError):
    """A put-if-match lost: the object changed, or went, since its etag was read."""


class ObjectNotFound(VeilflowError):
    """The store answers, and has no object of that key."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object as a listing shows it. ``etag`` is opaque: compare it, don't compute it."""

    key: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True, repr=False)
class StoredObject:
    """An object's bytes with the etag that belongs to exactly these bytes."""

    data: bytes
    etag: str

    def __repr__(self) -> str:
        return f"StoredObject(<{len(self.data)} bytes>, etag={self.etag!r})"


@runtime_checkable
class ObjectStore(Protocol):
    """An object store. Every method may raise :class:`~veilflow.errors.StoreUnavailable`.

    A ``put`` is all or nothing for every reader, and a caller that sees it return may rely on the
    object surviving a crash. Not promised: order or atomicity across several keys, nor that a
    deleted object's bytes are gone (versions, replicas, disks keep them).
    """

    @property
    def uri(self) -> str:
        """The address that :func:`open_store` opens this same store with."""

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> str:
        """Write ``data`` (bytes, or a seekable file read from its start); the new etag.

        Raises:
            ObjectExists: ``if_absent`` and the key is taken.
            PreconditionFailed: ``if_match`` and the object's etag is another, or it is gone.
        """

    def get(self, key: str) -> StoredObject:
        """The whole object. Raises ObjectNotFound."""

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``start``; fewer at the end. Raises ObjectNotFound."""

    def head(self, key: str) -> ObjectInfo | None:
        """Size and etag, or None where there is no such object."""

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """The objects whose keys begin with ``prefix``, by key in UTF-8 order."""

    def delete(self, key: str) -> None:
        """Remove the object; none there is no error."""

    def delete_prefix(self, prefix: str) -> int:
        """Remove every object below the folder ``prefix`` (it ends in ``/``); how many."""


def open_store(uri: str) -> ObjectStore:
    """The store at ``file:///directory`` or ``s3://bucket/prefix``; nothing is contacted yet.

    An S3 address may carry ``?sse_kms_key=...`` (SSE-KMS on top of our own encryption),
    ``endpoint_url=...`` and ``region=...``; without them the usual AWS environment decides.
    """
    parts = urlsplit(uri)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
            raise UsageError(
                f"The store address {uri!r} isn't local.", remedy="Write file:///absolute/folder."
            )
        from veilflow.store.file_store import FileStore

        return FileStore(unquote(parts.path))
    if parts.scheme == "s3":
        from veilflow.store.s3_store import S3Store

        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        unknown = sorted(set(query) - {"sse_kms_key", "endpoint_url", "region"})
        if unknown or not parts.hostname or parts.username or parts.password:
            raise UsageError(
                f"The store address of bucket {parts.hostname!r} can't be used"
                + (f": unknown parameter {', '.join(unknown)}." if unknown else "."),
                remedy="Write s3://bucket/prefix; credentials come from the environment.",
            )
        return S3Store(
            parts.netloc,
            unquote(parts.path).strip("/"),
            sse_kms_key=query.get("sse_kms_key"),
            endpoint_url=query.get("endpoint_url"),
            region=query.get("region"),
        )
    raise UsageError(
        f"Unknown kind of store {parts.scheme!r}.",
        remedy="Use file:///folder or s3://bucket/prefix.",
    )


def checked_key(key: str) -> str:
    """``key``, if it can name an object in every kind of store; UsageError otherwise."""
    segments = key.split("/")
    if not _is_printable(key) or len(key.encode()) > _MAX_KEY:
        raise _bad_key("it is too long or holds characters that don't print")
    for segment in segments:
        if segment in ("", ".", ".."):
            raise _bad_key("it has an empty, '.' or '..' segment")
        if "\\" in segment or segment.startswith(RESERVED):
            raise _bad_key(f"a segment has a backslash or begins with {RESERVED}")
        if len(segment.encode()) > _MAX_SEGMENT:
            raise _bad_key(f"a segment is longer than {_MAX_SEGMENT} bytes")
    return key


def checked_prefix(prefix: str) -> str:
    """``prefix``, if a folder: it must end in ``/``, so that ``r/1/`` never matches ``r/10``."""
    if not prefix.endswith("/"):
        raise UsageError("A folder prefix must end in '/'.", remedy="Name the folder to remove.")
    checked_key(prefix[:-1])
    return prefix


def _is_printable(key: str) -> bool:
    # Surrogates can't be encoded; controls and line separators forge log lines and listings.
    return not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in key)


def _bad_key(why: str) -> UsageError:
    return UsageError(f"A store key can't be used: {why}.", remedy="Use plain relative paths.")
