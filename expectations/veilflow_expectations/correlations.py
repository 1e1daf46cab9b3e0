"""Expect the columns of a table to belong together as those of a reference do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from veilflow.errors import UsageError

from veilflow_expectations.associations import Associations, Coded, associations_like
from veilflow_expectations.distribution import coarse
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
    pydantic,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

__all__ = ["ASSOCIATIONS", "ExpectColumnCorrelationsToBeKept"]

ASSOCIATIONS = "veilflow.associations"


class ExpectColumnCorrelationsToBeKept(PrivacyExpectation):
    """Expect no pair of ``columns`` to be associated otherwise than in ``reference``.

    The association is Pearson's correlation for two columns of numbers or dates, else Cramér's V,
    corrected for its bias (:mod:`veilflow_expectations.associations`). The largest absolute change
    over all pairs is at most ``max_change``. The reference was registered for the same columns by
    :func:`register_correlations`.

    Not promised: associations of three columns or more, or that aren't linear in numbers. A table
    without rows has no association.

    ``observed_value`` is the largest change, no finer than what ten rows of the reference can move.
    """

    columns: list[str]
    reference: str
    max_change: float

    success_keys: ClassVar[tuple[str, ...]] = ("columns", "reference", "max_change")
    unit: ClassVar[str] = "change"

    @pydantic.validator("columns")
    def _pairs(cls, columns: list[str]) -> list[str]:
        if len(columns) < 2 or len(set(columns)) != len(columns):
            raise ValueError("name two columns or more, and each once")
        return columns

    @pydantic.validator("max_change")
    def _a_change(cls, change: float) -> float:
        if not 0 <= change <= 2:
            raise ValueError("max_change lies between 0 and 2")
        return change

    @property
    def bound(self) -> float | None:
        return self.max_change

    def needs(self) -> Metrics:
        arguments = {"columns": self.columns, "reference": self.reference}
        return {"found": (ASSOCIATIONS, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        expected = _expected(self.reference, self.columns)
        found: Associations = measured["found"]
        changes = np.abs(found.strengths - expected.strengths)
        change = float(changes.max())
        # Sums of floats differ in their last digits with the order in which they are added.
        return verdict(
            change <= self.max_change + 1e-9,
            coarse(change, expected.rows),
            pairs=int(changes.size),
            mean=coarse(float(changes.mean()), expected.rows),
        )


def _expected(reference: str, columns: Sequence[str]) -> Associations:
    expected = current_references().kept(reference, Associations)
    if expected.columns != tuple(columns):
        raise UsageError(
            f"the correlations {reference!r} were registered for other columns, or another order.",
            remedy=f"They are of {', '.join(expected.columns)}.",
        )
    return expected


def _measured(frame: Any, columns: Sequence[str], reference: str) -> Associations:
    # What is judged has the output's form already; the reference may have been brought into it.
    coded = [
        Coded(one.sought.as_is(), one.shift, one.cuts, one.buckets)
        for one in _expected(reference, columns).coded
    ]
    return associations_like(frame, coded, current_references().key)


class AssociationsMetric(TableMetricProvider):
    """The associations of ``columns``, read as those of ``reference`` were: an Associations."""

    metric_name = ASSOCIATIONS
    value_keys = ("columns", "reference")
    _pandas = value(PandasExecutionEngine, _measured)
    _spark = value(SparkDFExecutionEngine, _measured)
