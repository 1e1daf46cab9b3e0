"""The run that made a release: its record is believed only if the release was signed for it."""

from __future__ import annotations

from veilflow.errors import IntegrityError
from veilflow.pipeline.paths import run_key
from veilflow.pipeline.run import RunRecord, RunRef
from veilflow.pipeline.state import Run, read_json
from veilflow.policy.canonical import stored_policy_sha256
from veilflow.store.manifest import Manifest
from veilflow.store.object_store import ObjectStore

__all__ = ["run_behind"]


def run_behind(store: ObjectStore, manifest: Manifest, name: str) -> Run | None:
    """The run ``name``, if its record is there; its policy must be the one that was signed."""
    key = run_key(manifest.dataset, name)
    data = read_json(store, key)
    if data is None:
        return None
    try:
        is_signed = stored_policy_sha256(data["policy"]) == manifest.policy_sha256
        record = RunRecord.from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError):
        is_signed = False
    if not is_signed:
        raise IntegrityError(
            f"{key}: holds another policy than the release was signed with.",
            remedy="Restore it from the store's versions.",
        )
    return Run(RunRef(store.uri, manifest.dataset, name), record, store)
