"""Judges what is inside JSON, structs and arrays: a table of leaves beside the source's leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from veilflow.errors import UsageError
from veilflow.evidence import Check
from veilflow.policy import Policy
from veilflow.spark.judging import JudgeRequest
from veilflow.spark.redaction import guarded

from veilflow_expectations.held_against import chance_length, constants
from veilflow_expectations.leak_plan import CONSTANT, chance_parameter, is_held_to_own
from veilflow_expectations.measured import Sides
from veilflow_expectations.nested_leaves import ELSEWHERE, UNREADABLE, leaves_of, steps_of
from veilflow_expectations.nested_plan import (
    NESTED,
    NestedColumn,
    nested_columns,
    nested_suites,
    suite_name,
)
from veilflow_expectations.planned import PlannedSuite
from veilflow_expectations.references import References
from veilflow_expectations.runner import run_suite
from veilflow_expectations.suite import build_suite

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["judge_nested", "leaf_frame", "nested_of"]


def judge_nested(
    request: JudgeRequest,
    output: Mapping[str, DataFrame],
    sides: Sides,
    references: References,
    given: Sequence[PlannedSuite] | None = None,
) -> tuple[Check, ...]:
    """The checks inside all nested columns; with ``given`` suites those of their checks alone."""
    own = list(nested_suites(request.policy, sides.types))
    checks: list[Check] = []
    for planned in own if given is None else given:
        if planned.part != NESTED:
            continue
        nested = nested_of(request.policy, planned)
        with _kept(leaf_frame(request.source[nested.table], nested)) as raw:
            parameters = _filled(references, nested, raw)
        with _kept(leaf_frame(output[nested.table], nested)) as leaves:
            checks += run_suite(leaves, build_suite(planned), parameters).checks
    return tuple(checks)


def nested_of(policy: Policy, planned: PlannedSuite) -> NestedColumn:
    """The column that a suite is about. Raises UsageError if the policy has none such."""
    for nested in nested_columns(policy):
        if planned.name == suite_name(nested):
            return nested
    raise UsageError(
        f"suite {planned.name!r} is about no column that the policy masks path by path.",
        remedy="Name it 'TABLE: inside COLUMN'.",
    )


def leaf_frame(frame: DataFrame, nested: NestedColumn) -> DataFrame:
    """A row for each leaf of the column, with its value in the column of its path.

    What can't be read, or stands where no path leads to, is in the last column.
    """
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
    from veilflow.spark.reading import quoted

    steps = steps_of(list(nested.parts))

    def found(texts: pa.Array) -> pa.Array:
        return leaves_of(texts, steps)

    split: Any = arrow_udf(
        guarded(f"values inside {nested.table}.{nested.column}", found),
        returnType="array<struct<place:int,value:string>>",
        functionType=ArrowUDFType.SCALAR,
    )
    is_text = dict(frame.dtypes)[nested.column] == "string"
    text = quoted(nested.column) if is_text else F.to_json(quoted(nested.column))
    leaf = F.explode(split(text)).alias("leaf")
    place, value = F.col("leaf.place"), F.col("leaf.value")
    parts = [
        F.when(place == at, value).alias(nested.leaf_column(path))
        for at, path in enumerate(nested.parts)
    ]
    # What the policy puts in place of a text that isn't JSON was decided about.
    is_put = (place == UNREADABLE) & (value == "[REDACTED]")
    left = F.when(place.isin(ELSEWHERE, UNREADABLE) & ~is_put, value).alias(nested.elsewhere)
    return frame.select(leaf).select(*parts, left)


def _filled(references: References, nested: NestedColumn, raw: DataFrame) -> dict[str, int]:
    """The references that the checks name are registered; their suite parameters."""
    from veilflow.spark.reading import quoted

    table = nested.table
    references.add(f"nothing:{table}.{nested.column}", [])
    parameters = {}
    for name, part in nested.released.items():
        if part.treatment in CONSTANT:
            references.add(f"constant:{table}.{name}", constants(part))
        if is_held_to_own(part):
            reference = f"raw:{table}.{name}"
            references.add(reference, raw.select(quoted(name)))
            if part.treatment == "fpe":
                there = references.size(reference)
                parameters[chance_parameter(name)] = chance_length(part, there)
    return parameters


@contextmanager
def _kept(frame: DataFrame) -> Iterator[DataFrame]:
    kept = frame.cache()
    try:
        yield kept
    finally:
        kept.unpersist(blocking=True)
