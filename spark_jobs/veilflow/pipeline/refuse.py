"""Saying no: the reasons are kept, the release's keys are destroyed, and nothing can be read.

Refused is not the same as could not be judged. Only a verdict ends here; a stage that crashed
leaves everything as it is and is retried on the same encrypted objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from veilflow.errors import KeyNotFound, ReleaseRefused
from veilflow.keys import destroy_release
from veilflow.pipeline.bundle import build_bundle
from veilflow.pipeline.paths import refusal_key, release_name, release_prefix, run_prefix
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run, put_json
from veilflow.report import render
from veilflow.store.key_records import load_release_keys

__all__ = ["check_not_refused", "refuse"]


def check_not_refused(run: Run, stage: str, product: Product) -> None:
    """Raise ReleaseRefused again if ``stage`` refused before: a retry doesn't change a verdict."""
    earlier = run.refusal(stage)
    if earlier is not None:
        _shred(run, product)
        raise ReleaseRefused(earlier["reasons"], remedy=earlier["remedy"])


def refuse(run: Run, stage: str, product: Product, reasons: Sequence[str], remedy: str) -> NoReturn:
    """Record the refusal, destroy the keys, remove the objects, write the report, and raise.

    The record comes first: if this process dies in between, a retry finds it and finishes.
    """
    record = {"stage": stage, "product": product, "reasons": list(reasons), "remedy": remedy}
    put_json(run.store, refusal_key(run.record.dataset, run.record.run, stage), record)
    _shred(run, product)
    bundle = build_bundle(run, product, refused=tuple([*reasons, remedy] if remedy else reasons))
    prefix = run_prefix(run.record.dataset, run.record.run)
    put_json(run.store, f"{prefix}/{product}-evidence.json", bundle.to_json())
    run.store.put(f"{prefix}/{product}-report.html", render(bundle).encode())
    raise ReleaseRefused(list(reasons), remedy=remedy)


def _shred(run: Run, product: Product) -> None:
    release = release_name(run.record.run, product)
    try:
        key_record = load_release_keys(run.store, run.record.dataset, release)
    except KeyNotFound:
        pass  # refused before any key was made
    else:
        destroy_release(run.provider, key_record)
    run.store.delete_prefix(f"{release_prefix(run.record.dataset, release)}/")
