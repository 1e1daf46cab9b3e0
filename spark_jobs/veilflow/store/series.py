"""A series: releases of one dataset for one purpose, numbered, with a hint at the newest.

``series/<dataset>/<series>/<number>.json`` says which release took a number. A number is taken
before its release is published, so numbers of refused releases stay unused. ``current.json``
points to the newest published release; it is a hint that :func:`rebuild_current` recovers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from veilflow.errors import IntegrityError, UsageError
from veilflow.store.manifest import Manifest, load_manifest
from veilflow.store.object_store import (
    ObjectExists,
    ObjectNotFound,
    ObjectStore,
    PreconditionFailed,
)

__all__ = [
    "CurrentRelease",
    "claim_number",
    "current",
    "published_before",
    "rebuild_current",
    "set_current",
]

FORMAT = 1
_NUMBER = re.compile(r"(\d{6,})\.json")


@dataclass(frozen=True, slots=True)
class CurrentRelease:
    """What ``current`` points to."""

    release: str
    number: int


def claim_number(store: ObjectStore, dataset: str, series: str, release: str) -> int:
    """The release's number in the series: the next free one, or the one that it has already.

    Two callers never share a number unless they name the same release, and a release never gets
    two, however often and from wherever this is called.
    """
    # Where this release's search began, fixed by whoever called first: a release's number can
    # only be at or after it, so a repeated call needn't read the whole series.
    start = _first_to_try(store, dataset, series, release)
    number = start
    while True:
        key = _number_key(dataset, series, number)
        try:
            store.put(key, _json({"release": release}), if_absent=True)
        except ObjectExists:
            if _field(store, key, "release", str) != release:
                number += 1
                continue
        return number


def set_current(
    store: ObjectStore, dataset: str, series: str, release: str, number: int
) -> CurrentRelease:
    """Point ``current`` at a published release; what it points to now.

    It only moves forward: where it points to a higher number, it stays. Raises UsageError for a
    release that isn't published under this number and series, or is a trial.
    """
    refusal = _why_not(store, dataset, series, CurrentRelease(release, number))
    if refusal:
        raise UsageError(
            f"Release {release!r} can't become current: {refusal}.",
            remedy="Publish it first; a trial run never becomes current.",
        )
    return _move(store, dataset, series, CurrentRelease(release, number), forward_only=True)


def current(store: ObjectStore, dataset: str, series: str) -> CurrentRelease | None:
    """What ``current`` points to, or None. A hint: check the release's manifest before use."""
    key = _current_key(dataset, series)
    try:
        return _parse_current(store.get(key).data, key)
    except ObjectNotFound:
        return None


def published_before(
    store: ObjectStore, dataset: str, series: str, number: int
) -> CurrentRelease | None:
    """The published release with the highest number below ``number``, or None.

    A hint, as :func:`current` is: check the release's manifest before use.
    """
    for earlier in sorted(_numbers(store, dataset, series), reverse=True):
        if earlier < number:
            release = _field(store, _number_key(dataset, series, earlier), "release", str)
            if not _why_not(store, dataset, series, CurrentRelease(release, earlier)):
                return CurrentRelease(release, earlier)
    return None


def rebuild_current(
    store: ObjectStore, dataset: str, series: str, public_key: bytes
) -> CurrentRelease | None:
    """Point ``current`` at the highest number whose manifest is there, signed and no trial.

    This may move it back, where it points to a release that isn't there. None if there is none;
    then it is removed.
    """
    for number in sorted(_numbers(store, dataset, series), reverse=True):
        release = _field(store, _number_key(dataset, series, number), "release", str)
        candidate = CurrentRelease(release, number)
        if not _why_not(store, dataset, series, candidate, public_key):
            return _move(store, dataset, series, candidate, forward_only=False)
    store.delete(_current_key(dataset, series))
    return None


def _why_not(
    store: ObjectStore,
    dataset: str,
    series: str,
    wanted: CurrentRelease,
    public_key: bytes | None = None,
) -> str:
    try:
        manifest: Manifest = load_manifest(store, dataset, wanted.release, public_key)
    except ObjectNotFound:
        return "it isn't published"
    except IntegrityError:
        return "its manifest doesn't verify"
    if manifest.trial:
        return "it is a trial"
    if (manifest.series, manifest.number) != (series, wanted.number):
        return "its manifest names another series or number"
    return ""


def _move(
    store: ObjectStore, dataset: str, series: str, wanted: CurrentRelease, *, forward_only: bool
) -> CurrentRelease:
    key, body = _current_key(dataset, series), _json(asdict(wanted))
    while True:
        try:
            found = store.get(key)
        except ObjectNotFound:
            found = None
        try:
            if found is None:
                store.put(key, body, if_absent=True)
                return wanted
            if forward_only:
                now = _parse_current(found.data, key)
                if now.number == wanted.number and now != wanted:
                    raise IntegrityError(
                        f"Number {now.number} of series {series!r} points to two releases.",
                        remedy="Rebuild the hint: rebuild_current.",
                    )
                if now.number >= wanted.number:
                    return now
            store.put(key, body, if_match=found.etag)
            return wanted
        except (ObjectExists, PreconditionFailed):
            continue  # somebody moved it meanwhile: look again


def _parse_current(data: bytes, key: str) -> CurrentRelease:
    document = _parse(data, key)
    release, number = document.get("release"), document.get("number")
    if not isinstance(release, str) or not isinstance(number, int):
        raise _damaged(key)
    return CurrentRelease(release, number)


def _first_to_try(store: ObjectStore, dataset: str, series: str, release: str) -> int:
    key = f"{_folder(dataset, series)}claims/{release}.json"
    if store.head(key) is None:
        start = max(_numbers(store, dataset, series), default=0) + 1
        try:
            store.put(key, _json({"from": start}), if_absent=True)
        except ObjectExists:
            pass
        else:
            return start
    return int(_field(store, key, "from", int))


def _numbers(store: ObjectStore, dataset: str, series: str) -> Iterator[int]:
    folder = _folder(dataset, series)
    for info in store.list(folder):
        if match := _NUMBER.fullmatch(info.key.removeprefix(folder)):
            yield int(match[1])


def _folder(dataset: str, series: str) -> str:
    return f"series/{dataset}/{series}/"


def _number_key(dataset: str, series: str, number: int) -> str:
    return f"{_folder(dataset, series)}{number:06d}.json"


def _current_key(dataset: str, series: str) -> str:
    return f"{_folder(dataset, series)}current.json"


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps({"format": FORMAT, **document}, sort_keys=True).encode()


def _field(store: ObjectStore, key: str, name: str, kind: type) -> Any:
    value = _parse(store.get(key).data, key).get(name)
    if not isinstance(value, kind):
        raise _damaged(key)
    return value


def _parse(data: bytes, key: str) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _damaged(key)
    return document


def _damaged(key: str) -> IntegrityError:
    return IntegrityError(
        f"The record {key!r} is damaged, or another version's.",
        remedy="Restore it from the store's versions.",
    )
