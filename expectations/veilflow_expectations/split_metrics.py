"""Synthetic rows laid beside training and unseen rows: the figures of the leak gates.

The synthetic rows are brought to the driver, at most ``max_rows`` of them, chosen at random; the
reference's rows are all taken. They are laid out once for all gates of a suite, in an order that
depends on the rows alone, so that pandas and Spark give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from veilflow.errors import UsageError
from veilflow.risk import (
    EncodedTable,
    attribute_inference,
    canary_exposure,
    closest_record,
    encode_tables,
    linkability,
    singling_out,
)

from veilflow_expectations.digests import digest_rows
from veilflow_expectations.gx import (
    MetricConfiguration,
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
    metric_value,
)
from veilflow_expectations.metrics import value, value_free
from veilflow_expectations.references import current_references
from veilflow_expectations.splits import PERSON, collected

__all__ = [
    "CANARY_EXPOSURE",
    "CLOSEST_RECORD",
    "INFERENCE",
    "LINKABILITY",
    "SINGLING_OUT",
    "Attacked",
]

_TABLES = "veilflow.split_tables"
CLOSEST_RECORD = "veilflow.closest_record"
SINGLING_OUT = "veilflow.singling_out"
LINKABILITY = "veilflow.linkability"
INFERENCE = "veilflow.attribute_inference"
CANARY_EXPOSURE = "veilflow.canary_exposure"

_LAID_OUT_BY = ("columns", "reference", "max_rows")


@dataclass(frozen=True)
class Attacked:
    """What an attack on ``rows`` synthetic rows found; None where it couldn't be made."""

    rows: int
    training_people: int
    holdout_people: int
    found: Any = None

    @property
    def people(self) -> int:
        return self.training_people + self.holdout_people

    @property
    def is_uneven(self) -> bool:
        """One side is no control for the other: it has less than half as many people."""
        sides = self.training_people, self.holdout_people
        return 2 * min(sides) < max(sides)


@dataclass(frozen=True, eq=False, repr=False)
class _Tables:
    synthetic: EncodedTable
    training: EncodedTable
    holdout: EncodedTable
    canaries: tuple[EncodedTable, EncodedTable] | None
    seed: int


def _lay_out(frame: Any, columns: Sequence[str], reference: str, max_rows: int) -> _Tables:
    references = current_references()
    split = references.split(reference)
    missing = sorted(set(columns).difference(split.training, split.holdout))
    if missing:
        raise UsageError(f"the reference {reference!r} has no column {', '.join(missing)}.")
    names = list(columns)
    rows = collected(_bounded(frame, max_rows, split.seed), names)
    digests = digest_rows([rows[name] for name in names], references.key)
    order = np.argsort(digests, kind="stable")
    made = {name: rows[name].take(order) for name in names}
    known = [{name: side[name] for name in (*names, PERSON)} for side in _sides(split)]
    kept = split.canaries
    others = [] if kept is None else [kept.planted, kept.held_back]
    encoded = encode_tables(
        known, [made, *({name: table[name] for name in names} for table in others)], unit=PERSON
    )
    canaries = None if kept is None else (encoded[3], encoded[4])
    return _Tables(encoded[2], encoded[0], encoded[1], canaries, split.seed)


def _sides(split: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return split.training, split.holdout


def _bounded(frame: Any, most: int, seed: int) -> Any:
    """At most ``most`` rows: a random choice has the same share of copies."""
    if not hasattr(frame, "sparkSession"):
        return frame if len(frame) <= most else frame.sample(most, random_state=seed)
    from pyspark.sql import functions as F

    few = frame.limit(most + 1).count() <= most
    return frame if few else frame.orderBy(F.rand(seed)).limit(most)


class SplitTables(TableMetricProvider):
    """The synthetic rows, and the reference's, encoded to be compared. Never a result."""

    metric_name = _TABLES
    value_keys = _LAID_OUT_BY
    _pandas = value(PandasExecutionEngine, _lay_out)
    _spark = value(SparkDFExecutionEngine, _lay_out)


class _OnSplit(TableMetricProvider):
    """A metric of the laid-out tables."""

    @classmethod
    def _get_evaluation_dependencies(
        cls,
        metric: MetricConfiguration,
        configuration: Any = None,
        execution_engine: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[str, MetricConfiguration]:
        given = metric.metric_value_kwargs
        return {
            "tables": MetricConfiguration(
                metric_name=_TABLES,
                metric_domain_kwargs=metric.metric_domain_kwargs,
                metric_value_kwargs={name: given[name] for name in _LAID_OUT_BY},
            )
        }


def _attack(engine: Any, attack: Callable[..., Any]) -> Any:
    """A metric as a plain function of (tables, the value kwargs that lay nothing out)."""

    def compute(
        cls: type,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: Mapping[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> Attacked:
        tables: _Tables = metrics["tables"]
        given = {n: v for n, v in metric_value_kwargs.items() if n not in _LAID_OUT_BY}
        sides = (np.unique(side.units).size for side in (tables.training, tables.holdout))
        told = Attacked(tables.synthetic.rows, *sides)
        if not told.rows or told.is_uneven or not told.people:
            return told
        found = value_free(lambda: attack(tables, **given))
        return Attacked(told.rows, told.training_people, told.holdout_people, found)

    return metric_value(engine=engine)(compute)


def _closest(tables: _Tables, **given: Any) -> Any:
    return closest_record(tables.synthetic, tables.training, tables.holdout, **given)


def _single_out(tables: _Tables, **given: Any) -> Any:
    sides = tables.synthetic, tables.training, tables.holdout
    return singling_out(*sides, seed=tables.seed, **given)


def _link(tables: _Tables, **given: Any) -> Any:
    return linkability(tables.synthetic, tables.training, tables.holdout, **given)


def _infer(tables: _Tables, **given: Any) -> Any:
    return attribute_inference(tables.synthetic, tables.training, tables.holdout, **given)


def _expose(tables: _Tables, **given: Any) -> Any:
    if tables.canaries is None:
        raise UsageError("no canaries are registered with the reference.")
    return canary_exposure(tables.synthetic, *tables.canaries, **given)


class ClosestRecordMetric(_OnSplit):
    """The excess of exact and near copies: an Attacked with a ClosestRecord."""

    metric_name = CLOSEST_RECORD
    value_keys = (*_LAID_OUT_BY, "error_rate", "tolerated_share")
    _pandas = _attack(PandasExecutionEngine, _closest)
    _spark = _attack(SparkDFExecutionEngine, _closest)


class SinglingOutMetric(_OnSplit):
    """How often descriptions fit one person alone: an Attacked with an AttackRisk."""

    metric_name = SINGLING_OUT
    value_keys = (*_LAID_OUT_BY, "error_rate", "tolerated_risk", "guesses")
    _pandas = _attack(PandasExecutionEngine, _single_out)
    _spark = _attack(SparkDFExecutionEngine, _single_out)


class LinkabilityMetric(_OnSplit):
    """How often two parts of a record lead to the same row: an Attacked with an AttackRisk."""

    metric_name = LINKABILITY
    value_keys = (*_LAID_OUT_BY, "error_rate", "tolerated_risk", "first", "second")
    _pandas = _attack(PandasExecutionEngine, _link)
    _spark = _attack(SparkDFExecutionEngine, _link)


class InferenceMetric(_OnSplit):
    """How often the closest row tells a secret: an Attacked with an AttackRisk."""

    metric_name = INFERENCE
    value_keys = (*_LAID_OUT_BY, "error_rate", "tolerated_risk", "secret")
    _pandas = _attack(PandasExecutionEngine, _infer)
    _spark = _attack(SparkDFExecutionEngine, _infer)


class CanaryExposureMetric(_OnSplit):
    """How many canaries came out: an Attacked with a CanaryExposure."""

    metric_name = CANARY_EXPOSURE
    value_keys = (*_LAID_OUT_BY, "error_rate")
    _pandas = _attack(PandasExecutionEngine, _expose)
    _spark = _attack(SparkDFExecutionEngine, _expose)
