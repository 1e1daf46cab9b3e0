"""Rotating a dataset's masking root: the releases whose joins end with it, and what goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from veilflow.errors import IntegrityError, VeilflowError
from veilflow.keys import describe_release, open_provider
from veilflow.mask import registered
from veilflow.pipeline.linkage import key_version, keyed_columns_of
from veilflow.store.key_records import load_release_keys, masking_versions
from veilflow.store.manifest import Manifest, load_manifest
from veilflow.store.object_store import ObjectNotFound, ObjectStore

__all__ = ["AffectedRelease", "RotationPlan", "plan_rotation"]


@dataclass(frozen=True)
class AffectedRelease:
    """A published release that later ones can be joined with until the root is rotated.

    ``joins_end`` are its columns whose joins end, ``revealable`` those whose values can still be
    revealed afterwards, with the old version. ``rerun`` are the one-way ones: they get the new key
    only by a new run on the source. ``state`` is that of the release's own key.
    """

    release: str
    series: str
    number: int | None
    key_version: int
    state: str
    joins_end: tuple[str, ...]
    revealable: tuple[str, ...]
    rerun: tuple[str, ...]


@dataclass(frozen=True)
class RotationPlan:
    """What rotating from ``version`` would end; ``unreadable`` are manifests that say nothing."""

    dataset: str
    version: int
    releases: tuple[AffectedRelease, ...]
    unreadable: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self)


def plan_rotation(store: ObjectStore, dataset: str) -> RotationPlan:
    """The plan for ``dataset``'s releases in ``store``; nothing is changed.

    Releases whose columns join within themselves alone aren't in it, nor those made with an older
    version, whose joins have ended before. Signatures aren't checked: the plan informs people.
    """
    version = max(masking_versions(store, dataset), default=0)
    affected, unreadable = [], []
    for release in _published(store, dataset):
        try:
            manifest = load_manifest(store, dataset, release, None)
        except (IntegrityError, ObjectNotFound):
            unreadable.append(release)
            continue
        found = _affected(store, manifest)
        if found is not None and found.key_version == version:
            affected.append(found)
    ordered = sorted(affected, key=lambda one: (one.series, one.number or 0, one.release))
    return RotationPlan(dataset, version, tuple(ordered), tuple(unreadable))


def _published(store: ObjectStore, dataset: str) -> Iterator[str]:
    folder, manifest = f"releases/{dataset}/", "/manifest.json"
    for info in store.list(folder):
        name = info.key.removeprefix(folder)
        if name.endswith(manifest) and name.count("/") == 1:
            yield name.removesuffix(manifest)


def _affected(store: ObjectStore, manifest: Manifest) -> AffectedRelease | None:
    columns = [one for one in keyed_columns_of(manifest) if one.scope != "release"]
    if not columns:
        return None
    named = {f"{one.table}.{one.column}": _is_reversible(one.transform) for one in columns}
    return AffectedRelease(
        release=manifest.release,
        series=manifest.series,
        number=manifest.number,
        key_version=key_version(manifest),
        state=_state(store, manifest),
        joins_end=tuple(named),
        revealable=tuple(name for name, reversible in named.items() if reversible),
        rerun=tuple(name for name, reversible in named.items() if not reversible),
    )


def _is_reversible(transform: str) -> bool:
    cls = registered().get(transform)
    return cls is not None and cls.guarantees.reversible_by != "nobody"


def _state(store: ObjectStore, manifest: Manifest) -> str:
    """The state of the release's key: a shredded release has nothing left to be joined."""
    try:
        record = load_release_keys(store, manifest.dataset, manifest.release)
        return describe_release(open_provider(manifest.provider), record).state
    except VeilflowError:
        return "unknown"
