"""A run: what was pinned at its first task, and the reference by which later stages find it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from veilflow.errors import UsageError
from veilflow.pipeline.paths import run_prefix
from veilflow.pipeline.source import PinnedSource
from veilflow.policy.model import Policy

__all__ = ["RunParameters", "RunRecord", "RunRef", "new_run_id", "run_id_for"]

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class RunParameters(BaseModel):
    """What a form may ask for. Each only tightens: ``pin`` refuses one that doesn't."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: str | None = None
    k: int | None = Field(default=None, ge=2)
    trial_rows: int | None = Field(default=None, ge=1)
    exhaustive: bool = False

    @property
    def is_trial(self) -> bool:
        """True for a run on limited rows, whose release never becomes current."""
        return self.trial_rows is not None


class RunRecord(BaseModel):
    """Everything that later stages and retries go by, whatever the policy file says by then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    dataset: str
    run: str
    created: dt.datetime
    policy_name: str
    policy: Policy
    policy_sha256: str
    parameters: RunParameters
    store: str
    keys: str
    vault: str | None = None
    source: PinnedSource

    @property
    def is_exhaustive(self) -> bool:
        """Whether columns are classified on all rows: the policy or this run asks for it."""
        return self.parameters.exhaustive or self.policy.source.scan == "exhaustive"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data, under the names that a policy file uses."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Raises pydantic's ValidationError if the record isn't one of this format."""
        return cls.model_validate(data)


@dataclass(frozen=True)
class RunRef:
    """Names a run: its store, dataset and id. Safe to log and to pass as an argument."""

    store: str
    dataset: str
    run: str

    @property
    def uri(self) -> str:
        """``<store>/runs/<dataset>/<run>``; a store's own query part stays at the end."""
        base, question, query = self.store.partition("?")
        return f"{base.rstrip('/')}/{run_prefix(self.dataset, self.run)}{question}{query}"

    @classmethod
    def parse(cls, uri: str) -> RunRef:
        """The reference that ``uri`` spells. Raises UsageError otherwise."""
        base, question, query = uri.partition("?")
        store, marker, rest = base.rpartition("/runs/")
        dataset, _, run = rest.partition("/")
        if not marker or not dataset or not _RUN_ID.fullmatch(run):
            raise UsageError(f"{uri!r} isn't a run: it looks like STORE/runs/DATASET/RUN")
        return cls(f"{store}{question}{query}", dataset, run)


def new_run_id(now: dt.datetime | None = None) -> str:
    """A new id: UTC time and 32 random bits, so that ids sort by time and never meet."""
    now = now or dt.datetime.now(dt.UTC)
    return f"{now:%Y%m%dt%H%M%Sz}-{secrets.token_hex(4)}"


def run_id_for(dag_run_id: str) -> str:
    """The run id that belongs to an Airflow DAG run: the same for every task and retry of it."""
    digest = hashlib.sha256(dag_run_id.encode()).hexdigest()[:8]
    kept = re.sub(r"[^a-z0-9]+", "-", dag_run_id.lower()).strip("-")[:50].strip("-")
    return f"{kept}-{digest}" if kept else digest
