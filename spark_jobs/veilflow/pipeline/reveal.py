"""Reveal: the values behind what a reversible transform made, for whoever holds the masking key.

Who asks for what, and why, is in the audit log before a key is opened, so that an attempt that
fails is there too. The log holds how many values were asked for, and none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from veilflow.errors import ReleaseRefused, UsageError
from veilflow.mask import KeyedTransform, create_transform
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.token import token_version
from veilflow.pipeline.audit import append_audit
from veilflow.pipeline.linkage import key_version
from veilflow.pipeline.paths import run_key
from veilflow.pipeline.run import RunRecord
from veilflow.pipeline.run_behind import run_behind
from veilflow.policy.linkage import linkage_domain
from veilflow.store.key_records import masking_key, masking_key_ref
from veilflow.store.manifest import Manifest
from veilflow.store.object_store import ObjectStore
from veilflow.vault.seal import vault_token_version

__all__ = ["reveal"]

_VERSION_OF: Mapping[str, Callable[[str, str], int | None]] = {
    "token": token_version,
    "vault_token": vault_token_version,
}


@dataclass(frozen=True)
class _Column:
    """A released column that can be undone, with the domain in which it was made."""

    table: str
    name: str
    transform: KeyedTransform
    domain: str
    prefix: str


def reveal(
    store: ObjectStore,
    manifest: Manifest,
    table: str,
    column: str,
    shown: Sequence[str],
    *,
    reason: str,
    keys: str = "",
    vault: str = "",
) -> list[str | None]:
    """The values behind ``shown``, in its order; None where this column's key made no such thing.

    ``manifest`` must have been verified. ``keys`` and ``vault`` say where the masking key and the
    vault are, if not where the run had them.

    Raises:
        UsageError: there is no reason, no such column, or its transform can't be undone.
        KeyNotFound, KeyDestroyed, KeyUnavailable: the masking key doesn't open here.
        VaultUnavailable: the vault doesn't.
        IntegrityError: an entry of the vault, or the run's record, was changed.
    """
    if not reason.strip():
        raise UsageError(
            "Revealing values needs a reason, which goes into the audit log.",
            remedy="Add --reason 'why'.",
        )
    record = _run_record(store, manifest)
    found = _reversible(record, manifest, table, column)
    versions = _versions(found, manifest, shown)
    used = sorted({version for version in versions if version is not None})
    append_audit(
        store,
        "reveal",
        f"{manifest.dataset}/{manifest.release}/{table}.{column}",
        reason=reason.strip(),
        transform=found.transform.use,
        values=str(len(shown)),
        key_versions=", ".join(map(str, used)),
    )
    resources = {"vault": vault or record.vault or ""}
    revealed: dict[str, str | None] = {}
    for version in used:
        wanted = [text for text, of in zip(shown, versions, strict=True) if of == version]
        ref = masking_key_ref(keys or record.keys, store.uri, manifest.dataset, "masking", version)
        material = masking_key(ref, found.domain, found.transform.use)
        bound = found.transform.bound(DomainKey(material, found.domain, version))
        revealed.update(_revealed(bound.opened(resources), wanted))
    return [revealed.get(text) for text in shown]


def _revealed(bound: Any, shown: Sequence[str]) -> dict[str, str | None]:
    import pyarrow as pa

    try:
        values = bound.reveal(pa.array(shown, pa.string())).cast(pa.string())
    except ReleaseRefused:
        # Format-preserving encryption refuses what it can't have made: one by one, then.
        if len(shown) == 1:
            return {shown[0]: None}
        return {text: value for one in shown for text, value in _revealed(bound, [one]).items()}
    return dict(zip(shown, values.to_pylist(), strict=True))


def _run_record(store: ObjectStore, manifest: Manifest) -> RunRecord:
    if manifest.product != "masked":
        raise UsageError(
            f"Release {manifest.release!r} is {manifest.product}: no value stands behind its rows."
        )
    run = run_behind(store, manifest, manifest.release)
    if run is None:
        raise UsageError(
            f"{store.uri} has no record of the run that made {manifest.release!r}.",
            remedy=f"Restore {run_key(manifest.dataset, manifest.release)}: it says how each "
            "column was protected.",
        )
    return run.record


def _reversible(record: RunRecord, manifest: Manifest, table: str, column: str) -> _Column:
    released = {one.name for one in manifest.table(table).columns}
    rules = record.policy.tables[table].columns.get(column) if column in released else None
    if rules is None:
        raise UsageError(
            f"Table {table!r} of release {manifest.release!r} has no column {column!r}.",
            remedy=f"It has: {', '.join(sorted(released))}.",
        )
    transform = None
    if rules.protect is not None:
        transform = create_transform(rules.protect.name, rules.protect.parameters)
    if not isinstance(transform, KeyedTransform) or transform.guarantees.reversible_by == "nobody":
        raise UsageError(
            f"{table}.{column} can't be revealed: {rules.treatment} has no way back.",
            remedy="Whoever may see the source finds the value there.",
        )
    domain = linkage_domain(record.policy, table, column, manifest.release)
    return _Column(table, column, transform, domain, str(getattr(transform, "prefix", "")))


def _versions(column: _Column, manifest: Manifest, shown: Sequence[str]) -> list[int | None]:
    """Which version of the key made each: tokens name theirs, of the others the manifest does."""
    told = _VERSION_OF.get(column.transform.name)
    if told is None:
        return [key_version(manifest)] * len(shown)
    return [told(text, column.prefix) for text in shown]
