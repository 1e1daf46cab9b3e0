"""The verdicts of earlier validations, kept so that a trend can be seen.

One value-free object a run and product, written once a verdict was reached, whether it passed or
refused; a validation that could not judge leaves none. Not promised: proof. History isn't signed,
only the part of it that a release's evidence lists is; it informs people and decides nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from veilflow.evidence import Check, PastCheck, PastValidation, StageEvidence
from veilflow.pipeline.paths import history_key, history_prefix
from veilflow.pipeline.run import RunRecord
from veilflow.pipeline.stages import Product, stages_of
from veilflow.pipeline.state import Run, put_json
from veilflow.store.object_store import ObjectNotFound, ObjectStore

__all__ = ["LAST", "History", "past_validation", "read_history", "remember"]

LAST = 30  # how many validations a report and the UI look back


@dataclass(frozen=True)
class History:
    """The last validations, oldest first, and which objects of them couldn't be read."""

    validations: tuple[PastValidation, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said about ``unreadable``, by key and without their content."""
        return tuple(
            f"{key}: can't be read as a past validation, so the trend lacks it; restore or remove "
            "the object."
            for key in self.unreadable
        )


def remember(run: Run, product: Product, judged: StageEvidence, *, passed: bool) -> PastValidation:
    """Keep the verdict on ``run``'s ``product``; of retries, or two at once, the first is kept.

    A refusal replaces a verdict that passed: where two attempts disagree, nothing is released.
    """
    found = past_validation(run, product, judged, passed=passed)
    key = _key(run.record, product)
    if not put_json(run.store, key, found.to_json()) and not passed:
        run.store.put(key, json.dumps(found.to_json(), indent=1, ensure_ascii=False).encode())
    return found


def past_validation(
    run: Run, product: Product, judged: StageEvidence, *, passed: bool
) -> PastValidation:
    """The record of one verdict. Figures that a check left out stay left out."""
    *_, maker, _, _ = stages_of(product)
    made = run.evidence(maker)
    rows: dict[str, int] = {}
    for file in () if made is None else made.files:
        rows[file.table] = rows.get(file.table, 0) + file.rows
    return PastValidation(
        run=run.record.run,
        created=run.record.created,
        passed=passed,
        trial=run.record.parameters.is_trial,
        rows=rows,
        checks=tuple(_past(check) for check in judged.checks),
    )


def read_history(
    store: ObjectStore,
    dataset: str,
    product: Product,
    *,
    before: RunRecord | None = None,
    last: int = LAST,
) -> History:
    """The ``last`` validations of the dataset's product, or those of runs pinned ``before`` one.

    An object that isn't a past validation is told by its key and raises nothing: history must not
    hold up a release. StoreUnavailable passes: then nothing can be released either.
    """
    prefix = history_prefix(dataset, product)
    end = None if before is None else _key(before, product)
    keys = [info.key for info in store.list(prefix) if end is None or info.key < end]
    validations, unreadable = [], []
    for key in keys[-last:] if last > 0 else []:
        try:
            found = PastValidation.from_json(json.loads(store.get(key).data))
            is_of_its_key = key == history_key(dataset, product, found.created, found.run)
        except ObjectNotFound:
            continue  # removed since it was listed
        except (ValueError, OverflowError, RecursionError):
            unreadable.append(key)
            continue
        if is_of_its_key:
            validations.append(found)
        else:
            unreadable.append(key)  # somebody moved or wrote it by hand
    return History(tuple(validations), tuple(unreadable))


def _key(record: RunRecord, product: Product) -> str:
    return history_key(record.dataset, product, record.created, record.run)


def _past(check: Check) -> PastCheck:
    return PastCheck(
        name=check.name,
        table=check.table,
        column=check.column,
        passed=check.passed,
        blocking=check.blocking,
        observed=check.observed,
        bound=check.bound,
        unit=check.unit,
    )
