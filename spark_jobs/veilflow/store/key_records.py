"""Where wrapped keys lie, and how any process gets from a reference to opened keys.

Records lie outside every release: ``keys/<dataset>/<release>.json`` and
``keys/<dataset>/masking/<purpose>.json``, with ``-<version>`` from the second version on. A
reference (``key_ref``) is a short JSON text that
names a key service, a store and a record. It holds no key and opens nothing by itself, so it may
stand in options, plans and logs; each worker process opens it once, with its own credentials.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from veilflow.errors import IntegrityError, KeyNotFound, UsageError
from veilflow.keys import (
    KeyProvider,
    MaskingRootRecord,
    OpenedKeks,
    ReleaseKeyRecord,
    create_masking_root,
    create_release_keys,
    derive,
    open_keks,
    open_masking_root,
    open_provider,
)
from veilflow.keys.masking import MaskingPurpose
from veilflow.store.object_store import (
    ObjectExists,
    ObjectNotFound,
    ObjectStore,
    PreconditionFailed,
    open_store,
)

__all__ = [
    "ensure_masking_root",
    "ensure_release_keys",
    "forget_keys",
    "forget_with_keys",
    "load_masking_root",
    "load_release_keys",
    "masking_key",
    "masking_key_ref",
    "masking_key_version",
    "masking_record_key",
    "masking_versions",
    "opened_release",
    "release_keks",
    "release_key_ref",
    "release_record_key",
    "replace_release_keys",
    "rotate_masking_root",
]


def release_record_key(dataset: str, release: str) -> str:
    """The store key of a release's key record."""
    return f"keys/{dataset}/{release}.json"


def masking_record_key(dataset: str, purpose: MaskingPurpose, version: int = 1) -> str:
    """The store key of one version of a dataset's masking root."""
    suffix = "" if version == 1 else f"-{version}"
    return f"{_masking_folder(dataset)}{purpose}{suffix}.json"


def ensure_release_keys(
    store: ObjectStore,
    provider: KeyProvider,
    dataset: str,
    release: str,
    classes: Iterable[str],
) -> ReleaseKeyRecord:
    """The release's key record, made and stored if there was none; of two makers one wins.

    Raises :class:`UsageError` if the stored record is for other classes: the release was begun
    under another policy.
    """
    wanted = sorted(set(classes))
    try:
        record = load_release_keys(store, dataset, release)
    except KeyNotFound:
        record = create_release_keys(provider, dataset, release, wanted)
        try:
            store.put(
                release_record_key(dataset, release), record.to_json().encode(), if_absent=True
            )
        except ObjectExists:
            record = load_release_keys(store, dataset, release)
    if sorted(record.classes) != wanted:
        raise UsageError(
            f"Release {release!r} already has keys for {', '.join(record.classes) or 'no class'}, "
            f"not for {', '.join(wanted) or 'none'}.",
            remedy="Begin a new release: its keys are made once.",
        )
    return record


def load_release_keys(store: ObjectStore, dataset: str, release: str) -> ReleaseKeyRecord:
    """The stored record. KeyNotFound without one; IntegrityError if it is another release's."""
    return _release_record(store, release_record_key(dataset, release))


def replace_release_keys(
    store: ObjectStore,
    dataset: str,
    release: str,
    change: Callable[[ReleaseKeyRecord], ReleaseKeyRecord],
) -> ReleaseKeyRecord:
    """Store ``change`` of the record, by conditional write: no concurrent change is lost.

    ``change`` may be called again with a newer record. Old versions stay in a versioned store;
    what they are worth depends on the provider's keys alone.
    """
    key = release_record_key(dataset, release)
    while True:
        found = _get(store, key)
        record = change(_parse_release(found[0], key))
        try:
            store.put(key, record.to_json().encode(), if_match=found[1])
        except PreconditionFailed:
            continue
        return record


def ensure_masking_root(
    store: ObjectStore, provider: KeyProvider, dataset: str, purpose: MaskingPurpose
) -> MaskingRootRecord:
    """The newest root for ``purpose``, made if there was none; of two makers one wins."""
    try:
        return load_masking_root(store, dataset, purpose)
    except KeyNotFound:
        record = create_masking_root(provider, dataset, purpose)
    try:
        store.put(masking_record_key(dataset, purpose), record.to_json().encode(), if_absent=True)
    except ObjectExists:
        return load_masking_root(store, dataset, purpose)
    return record


def rotate_masking_root(
    store: ObjectStore, provider: KeyProvider, dataset: str
) -> MaskingRootRecord:
    """A new version of the masking root, which runs that start from now on use.

    Nothing that they make joins with what older versions made. Raises KeyNotFound if there is no
    root to rotate, and UsageError if somebody rotates at the same time.
    """
    newest = load_masking_root(store, dataset, "masking")
    # A root that nobody can open any more must not be followed by one as if it could be.
    open_masking_root(provider, newest)
    record = create_masking_root(provider, dataset, "masking", newest.version + 1)
    key = masking_record_key(dataset, "masking", record.version)
    try:
        store.put(key, record.to_json().encode(), if_absent=True)
    except ObjectExists:
        raise UsageError(
            f"Somebody else has just made version {record.version} of {dataset}'s masking root.",
            remedy="Look at it with 'veilflow keys plan-rotation' before you rotate again.",
        ) from None
    return record


def load_masking_root(
    store: ObjectStore, dataset: str, purpose: MaskingPurpose, version: int | None = None
) -> MaskingRootRecord:
    """The stored root, the newest if no version is asked for.

    KeyNotFound without one; IntegrityError if it is another dataset's.
    """
    if version is None:
        version = max(masking_versions(store, dataset, purpose), default=1)
    return _masking_record(store, masking_record_key(dataset, purpose, version))


def masking_versions(
    store: ObjectStore, dataset: str, purpose: MaskingPurpose = "masking"
) -> tuple[int, ...]:
    """The versions of the root that are stored, oldest first."""
    folder = _masking_folder(dataset)
    of_purpose = re.compile(rf"{re.escape(folder + purpose)}(?:-([1-9][0-9]*))?[.]json")
    found = (of_purpose.fullmatch(info.key) for info in store.list(folder))
    return tuple(sorted(int(match[1] or 1) for match in found if match))


def release_key_ref(provider_uri: str, store_uri: str, dataset: str, release: str) -> str:
    """The reference from which :func:`release_keks` opens a release's keys."""
    return _reference("release", provider_uri, store_uri, release_record_key(dataset, release))


def masking_key_ref(
    provider_uri: str,
    store_uri: str,
    dataset: str,
    purpose: MaskingPurpose = "masking",
    version: int = 1,
) -> str:
    """The reference from which :func:`masking_key` derives keys of one version of the root."""
    record = masking_record_key(dataset, purpose, version)
    return _reference("masking", provider_uri, store_uri, record)


def masking_key_version(key_ref: str) -> int:
    """The version of the masking root that ``key_ref`` names; nothing is opened."""
    _, _, record = _dereference(key_ref, "masking")
    version = re.search(r"-([1-9][0-9]*)[.]json$", record)
    return int(version[1]) if version else 1


def release_keks(key_ref: str) -> Mapping[str, bytes]:
    """The release's KEKs that this process's credentials open; unwrapped once per process."""
    return opened_release(key_ref).keks


@lru_cache(maxsize=32)
def opened_release(key_ref: str) -> OpenedKeks:
    """As :func:`release_keks`, with the closed classes and why each is closed.

    Kept until :func:`forget_keys` or the end of the process: a release that is shredded meanwhile
    stays open here. Failures aren't kept.
    """
    provider, store, record = _dereference(key_ref, "release")
    return open_keks(open_provider(provider), _release_record(open_store(store), record))


@lru_cache(maxsize=256)
def masking_key(key_ref: str, domain: str, use: str) -> bytes:
    """The 32-byte key of one linkage domain and use; derived once per process."""
    return derive(_masking_root(key_ref), domain=domain, use=use)


def forget_keys() -> None:
    """Drop every key that this process holds, and what was made with them and is remembered.

    Python doesn't promise to wipe the memory.
    """
    for cache in (opened_release, masking_key, _masking_root):
        cache.cache_clear()
    for forget in _WITH_KEYS:
        forget()


def forget_with_keys(forget: Callable[[], None]) -> None:
    """Have ``forget`` called by :func:`forget_keys`: for caches of what holds a key."""
    _WITH_KEYS.append(forget)


_WITH_KEYS: list[Callable[[], None]] = []


@lru_cache(maxsize=32)
def _masking_root(key_ref: str) -> bytes:
    provider, store, record = _dereference(key_ref, "masking")
    return open_masking_root(open_provider(provider), _masking_record(open_store(store), record))


def _release_record(store: ObjectStore, key: str) -> ReleaseKeyRecord:
    return _parse_release(_get(store, key)[0], key)


def _parse_release(data: bytes, key: str) -> ReleaseKeyRecord:
    record = ReleaseKeyRecord.from_json(data)
    _require_place(key, release_record_key(record.dataset, record.release))
    return record


def _masking_record(store: ObjectStore, key: str) -> MaskingRootRecord:
    record = MaskingRootRecord.from_json(_get(store, key)[0])
    _require_place(key, masking_record_key(record.dataset, record.purpose, record.version))
    return record


def _masking_folder(dataset: str) -> str:
    return f"keys/{dataset}/masking/"


def _get(store: ObjectStore, key: str) -> tuple[bytes, str]:
    try:
        found = store.get(key)
    except ObjectNotFound:
        raise KeyNotFound(
            f"{store.uri} has no key record {key!r}.",
            remedy="Check the dataset, the release and the store that holds the keys.",
        ) from None
    return found.data, found.etag


def _require_place(key: str, own: str) -> None:
    if key != own:
        raise IntegrityError(
            f"The key record at {key!r} belongs at {own!r}.",
            remedy="Somebody moved key records: restore them from the store's versions.",
        )


def _reference(kind: str, provider_uri: str, store_uri: str, record: str) -> str:
    named = {"kind": kind, "provider": provider_uri, "store": store_uri, "record": record}
    return json.dumps(named, sort_keys=True, separators=(",", ":"))


def _dereference(key_ref: str, kind: str) -> tuple[str, str, str]:
    try:
        named = json.loads(key_ref)
        found = named.pop("kind"), set(named)
    except (ValueError, TypeError, AttributeError, KeyError):
        found = None, set()
    if found != (kind, {"provider", "store", "record"}):
        raise UsageError(
            f"This is no reference to the keys of a {kind}.",
            remedy=f"Build it with veilflow.store.key_records.{kind}_key_ref.",
        )
    return named["provider"], named["store"], named["record"]
