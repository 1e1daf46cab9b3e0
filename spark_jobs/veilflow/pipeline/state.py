"""A run as its stages see it: the record, the store, the keys, and what earlier stages left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from veilflow.errors import IntegrityError, UsageError
from veilflow.evidence import StageEvidence
from veilflow.keys import KeyProvider, open_provider
from veilflow.pipeline.paths import evidence_key, refusal_key, run_key
from veilflow.pipeline.run import RunRecord, RunRef
from veilflow.policy import Policy
from veilflow.policy.leaving_out import with_dropped
from veilflow.store.object_store import ObjectExists, ObjectNotFound, ObjectStore, open_store

__all__ = ["Run", "open_run", "put_json", "read_evidence", "read_json", "read_refusal"]


@dataclass(frozen=True)
class Run:
    """An opened run. Everything is read from the store; nothing assumes a shared disk."""

    ref: RunRef
    record: RunRecord
    store: ObjectStore

    @property
    def policy(self) -> Policy:
        """The effective policy that was pinned, less the columns that classification left out.

        Those are fixed once ``classify`` has finished, so every later stage sees the same policy.
        """
        return self._less_columns or self.record.policy

    @property
    def _less_columns(self) -> Policy | None:
        if "_released" not in self.__dict__:
            classified = self.evidence("classify")
            if classified is None:
                return None
            places = [(one.table, one.column) for one in classified.columns if one.left_out]
            self.__dict__["_released"] = with_dropped(self.record.policy, places)
        found: Policy = self.__dict__["_released"]
        return found

    @cached_property
    def provider(self) -> KeyProvider:
        """The key provider, opened on first use."""
        return open_provider(self.record.keys)

    def evidence(self, stage: str) -> StageEvidence | None:
        """What the winning attempt of ``stage`` measured, or None if it hasn't finished."""
        data = read_json(self.store, evidence_key(self.record.dataset, self.record.run, stage))
        return None if data is None else StageEvidence.from_json(data)

    def finish(self, evidence: StageEvidence) -> StageEvidence:
        """Record ``evidence`` if no other attempt was first; the winner's is returned."""
        key = evidence_key(self.record.dataset, self.record.run, evidence.stage)
        if put_json(self.store, key, evidence.to_json()):
            return evidence
        winner = self.evidence(evidence.stage)
        assert winner is not None
        return winner

    def refusal(self, stage: str) -> dict[str, Any] | None:
        """Why ``stage`` refused, or None."""
        return read_json(self.store, refusal_key(self.record.dataset, self.record.run, stage))

    def judged(self, stage: str) -> StageEvidence | None:
        """What ``stage`` measured on the output that it refused, or None.

        It isn't :meth:`evidence`, on which later stages go on.
        """
        measured = (self.refusal(stage) or {}).get("judged")
        return None if measured is None else StageEvidence.from_json(measured)


def open_run(uri: str) -> Run:
    """Open the run that ``uri`` names. Raises UsageError if there is none."""
    ref = RunRef.parse(uri)
    store = open_store(ref.store)
    data = read_json(store, run_key(ref.dataset, ref.run))
    if data is None:
        raise UsageError(f"{uri}: there is no such run; 'veilflow run POLICY' starts one")
    return Run(ref, RunRecord.from_json(data), store)


def read_evidence(uri: str, stage: str) -> dict[str, Any]:
    """The evidence of ``stage`` as plain data. Raises UsageError if it hasn't finished."""
    evidence = open_run(uri).evidence(stage)
    if evidence is None:
        raise UsageError(f"{uri}: stage {stage} hasn't finished")
    return evidence.to_json()


def read_refusal(uri: str, stage: str) -> dict[str, Any] | None:
    """Why ``stage`` refused (stage, reasons, remedy), or None if it didn't."""
    refusal = open_run(uri).refusal(stage)
    return refusal and {name: part for name, part in refusal.items() if name != "judged"}


def read_json(store: ObjectStore, key: str) -> dict[str, Any] | None:
    """The JSON object at ``key``, or None if there is nothing."""
    try:
        data = json.loads(store.get(key).data)
    except ObjectNotFound:
        return None
    except ValueError:
        raise IntegrityError(f"{key}: isn't valid JSON any more; restore it") from None
    if not isinstance(data, dict):
        raise IntegrityError(f"{key}: isn't a JSON object any more; restore it")
    return data


def put_json(store: ObjectStore, key: str, data: dict[str, Any]) -> bool:
    """Write ``data`` unless something is there; True if this call wrote it."""
    body = json.dumps(data, indent=1, ensure_ascii=False).encode()
    try:
        store.put(key, body, if_absent=True)
    except ObjectExists:
        return False
    return True
