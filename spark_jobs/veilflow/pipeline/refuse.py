"""Saying no: the reasons are kept, the release's keys are destroyed, and nothing can be read.

Refused is not the same as could not be judged. Only a verdict ends here; a stage that crashed
leaves everything as it is and is retried on the same encrypted objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from veilflow.errors import KeyNotFound, ReleaseRefused
from veilflow.evidence import EvidenceBundle, StageEvidence
from veilflow.keys import destroy_release
from veilflow.pipeline.bundle import build_bundle
from veilflow.pipeline.history import remember
from veilflow.pipeline.paths import refusal_key, release_name, release_prefix, run_prefix
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run, put_json, read_json
from veilflow.report import render
from veilflow.store.key_records import load_release_keys
from veilflow.store.object_store import ObjectExists

__all__ = ["OutputRefused", "check_not_refused", "refuse"]


class OutputRefused(ReleaseRefused):
    """A judge looked at an output and said no; ``judged`` holds every check, passed or not."""

    def __init__(self, reasons: Sequence[str], *, remedy: str, judged: StageEvidence) -> None:
        super().__init__(reasons, remedy=remedy)
        self.judged = judged


def check_not_refused(run: Run, stage: str, product: Product) -> None:
    """Raise ReleaseRefused again if ``stage`` refused before: a retry doesn't change a verdict."""
    earlier = run.refusal(stage)
    if earlier is not None:
        _conclude(run, stage, product, earlier)
        raise ReleaseRefused(earlier["reasons"], remedy=earlier["remedy"])


def refuse(run: Run, stage: str, product: Product, refusal: ReleaseRefused) -> NoReturn:
    """Record the refusal, destroy the keys, remove the objects, write the report, and raise.

    The record comes first: if this process dies in between, a retry finds it and finishes.
    """
    reasons, remedy = list(refusal.reasons), refusal.remedy
    record: dict[str, Any] = {
        "stage": stage, "product": product, "reasons": reasons, "remedy": remedy
    }  # fmt: skip
    if isinstance(refusal, OutputRefused):
        record["judged"] = refusal.judged.to_json()
    put_json(run.store, refusal_key(run.record.dataset, run.record.run, stage), record)
    _conclude(run, stage, product, run.refusal(stage) or record)
    raise ReleaseRefused(reasons, remedy=remedy)


def _conclude(run: Run, stage: str, product: Product, record: Mapping[str, Any]) -> None:
    """Whatever follows from a recorded refusal, each step once; safe to repeat."""
    _shred(run, product)
    judged = run.judged(stage)
    if judged is not None and record.get("product") == product:
        remember(run, product, judged, passed=False)
    reasons, remedy = record["reasons"], record["remedy"]
    bundle = build_bundle(run, product, refused=tuple([*reasons, remedy] if remedy else reasons))
    prefix = run_prefix(run.record.dataset, run.record.run)
    evidence = f"{prefix}/{product}-evidence.json"
    put_json(run.store, evidence, bundle.to_json())
    kept = EvidenceBundle.from_json(read_json(run.store, evidence) or bundle.to_json())
    with suppress(ObjectExists):
        run.store.put(f"{prefix}/{product}-report.html", render(kept).encode(), if_absent=True)


def _shred(run: Run, product: Product) -> None:
    release = release_name(run.record.run, product)
    try:
        key_record = load_release_keys(run.store, run.record.dataset, release)
    except KeyNotFound:
        pass  # refused before any key was made
    else:
        destroy_release(run.provider, key_record)
    run.store.delete_prefix(f"{release_prefix(run.record.dataset, release)}/")
