"""Expect a column to be distributed as a reference is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from veilflow.errors import UsageError

from veilflow_expectations.digests import Int64
from veilflow_expectations.distributions import Distribution, Sought, count_like
from veilflow_expectations.gx import TableMetricProvider, pydantic
from veilflow_expectations.privacy_expectation import Metrics, Verdict, verdict
from veilflow_expectations.references import current_references
from veilflow_expectations.telling_rows import RowForm
from veilflow_expectations.together import JointExpectation, Together

__all__ = ["DISTRIBUTION_COUNTS", "ExpectColumnDistributionToBeClose", "coarse"]

DISTRIBUTION_COUNTS = "veilflow.distribution_counts"


class ExpectColumnDistributionToBeClose(JointExpectation):
    """Expect ``column`` to be at most ``max_distance`` from the distribution of ``reference``.

    ``total_variation`` compares categories: half the sum of the differences of their shares, null
    being one of them; 0 is equal, 1 disjoint. ``kolmogorov_smirnov`` compares numbers, dates and
    moments: the largest difference of the shares of values up to a point; nulls are left out.
    The reference was registered by :func:`register_distribution`, as keyed buckets or order
    statistics.

    Not promised: that columns belong together as they did (ExpectColumnCorrelationsToBeKept). A
    column without values is equal to one without, and as far as can be from any other.

    ``observed_value`` is the distance, no finer than what ten rows of the reference can move.
    """

    column: str
    reference: str
    distance: Literal["total_variation", "kolmogorov_smirnov"] = "total_variation"
    max_distance: float

    success_keys: ClassVar[tuple[str, ...]] = ("column", "reference", "distance", "max_distance")
    unit: ClassVar[str] = "distance"

    @pydantic.validator("max_distance")
    def _a_share(cls, distance: float) -> float:
        if not 0 <= distance <= 1:
            raise ValueError("max_distance lies between 0 and 1")
        return distance

    @property
    def bound(self) -> float | None:
        return self.max_distance

    def needs(self) -> Metrics:
        arguments = {
            "column": self.column, "reference": self.reference, "distance": self.distance
        }  # fmt: skip
        return {"counts": (DISTRIBUTION_COUNTS, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        expected = _expected(self.reference, self.distance)
        counts: Int64 = measured["counts"]
        distance = expected.distance(counts)
        # Shares of counts are added in floats: what is equal may differ in the last digit.
        return verdict(
            distance <= self.max_distance + 1e-12,
            coarse(distance, expected.rows),
            rows=int(counts.sum()),
        )


def coarse(moved: float, rows: int) -> float:
    """``moved`` no finer than what ten of the reference's ``rows`` can move it."""
    step = max(1e-4, 10 / rows) if rows else 1.0
    return round(min(round(moved / step) * step, 1.0), 6)


def _expected(reference: str, distance: str) -> Distribution:
    expected = current_references().kept(reference, Distribution)
    if expected.ordered != (distance == "kolmogorov_smirnov"):
        raise UsageError(
            f"the distribution {reference!r} was registered as "
            f"{'numbers or dates' if expected.ordered else 'categories'}, and {distance} compares "
            f"{'categories' if expected.ordered else 'numbers or dates'}.",
            remedy="Say in register_distribution whether the column is ordered.",
        )
    return expected


def _compute(frame: Any, asked: Sequence[dict[str, Any]]) -> list[Int64]:
    sought = []
    for one in asked:
        expected = _expected(one["reference"], one["distance"])
        thresholds = b"" if expected.thresholds is None else expected.thresholds.tobytes()
        sought.append(Sought(RowForm(one["column"]), expected.ordered, thresholds))
    return count_like(frame, sought, current_references().key)


_together = Together(DISTRIBUTION_COUNTS, _compute)


class DistributionCountsMetric(TableMetricProvider):
    """The rows of ``column`` over the buckets or cells of ``reference``."""

    metric_name = DISTRIBUTION_COUNTS
    value_keys = ("column", "reference", "distance")
    _pandas = _together.pandas
    _spark = _together.spark
