"""Ask a store to prove, by doing it, what safe publishing rests on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from veilflow.errors import CapabilityMissing, VeilflowError
from veilflow.store.object_store import (
    ObjectExists,
    ObjectNotFound,
    ObjectStore,
    PreconditionFailed,
)

__all__ = ["Capabilities", "probe"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the store was seen doing. ``sse_kms_key`` is what was asked of it, not proven."""

    uri: str
    conditional_create: bool
    conditional_replace: bool
    ranged_reads: bool
    sse_kms_key: str | None


def probe(store: ObjectStore) -> Capabilities:
    """Write, read, replace, list and delete one small object below ``_probe/``.

    Not promised: that conditional writes stay exclusive under concurrent load, that server-side
    encryption happens, or that the store keeps what it holds.

    Raises:
        CapabilityMissing: a precondition is ignored, or other bytes or listings come back.
        StoreUnavailable: the store doesn't answer, or refuses this caller.
    """
    key = f"_probe/{secrets.token_hex(16)}"
    try:
        _check_create(store, key)
        _check_replace(store, key)
        _check_reads(store, key)
    finally:
        _clean_up(store, key)
    if store.head(key) is not None or list(store.list(key)):
        raise _missing(store, "a deleted object is still there")
    return Capabilities(store.uri, True, True, True, getattr(store, "sse_kms_key", None))


def _check_create(store: ObjectStore, key: str) -> None:
    first, second = secrets.token_bytes(64), secrets.token_bytes(64)
    store.put(key, first, if_absent=True)
    try:
        store.put(key, second, if_absent=True)
    except ObjectExists:
        pass
    else:
        raise _missing(store, "If-None-Match is ignored, so two publishers could both win")
    if store.get(key).data != first:
        raise _missing(store, "other bytes come back than were written")


def _check_replace(store: ObjectStore, key: str) -> None:
    stale, content = store.get(key).etag, secrets.token_bytes(65)
    fresh = store.put(key, content, if_match=stale)
    found = store.get(key)
    if found.data != content or found.etag != fresh:
        raise _missing(store, "a conditional replacement doesn't come back as it was written")
    for what, name in (("an old", key), ("an absent object's", key + "-absent")):
        try:
            store.put(name, secrets.token_bytes(64), if_match=stale)
        except PreconditionFailed:
            continue
        raise _missing(store, f"If-Match is ignored: {what} etag was accepted")
    if store.get(key).data != content:
        raise _missing(store, "a refused replacement changed the object")


def _check_reads(store: ObjectStore, key: str) -> None:
    content = store.get(key).data
    if store.get_range(key, 10, 20) != content[10:30]:
        raise _missing(store, "a ranged read returns other bytes")
    info = store.head(key)
    if info is None or info.size != len(content) or list(store.list(key)) != [info]:
        raise _missing(store, "size, etag or listing of an object differ")
    try:
        store.get(key + "-absent")
    except ObjectNotFound:
        return
    raise _missing(store, "an object that was never written can be read")


def _clean_up(store: ObjectStore, key: str) -> None:
    for name in (key, key + "-absent"):
        try:
            store.delete(name)
        except VeilflowError:
            return  # what went wrong first matters more, and the probe's objects hold noise


def _missing(store: ObjectStore, what: str) -> CapabilityMissing:
    return CapabilityMissing(
        f"{store.uri} can't hold releases: {what}.",
        remedy="Use a store with conditional writes such as AWS S3, or a local directory (file://).",
    )
