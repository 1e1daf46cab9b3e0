"""Fills what the privacy models compare classes with: the whole source, and the population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.errors import UsageError
from veilflow.evidence import PopulationRisk
from veilflow.policy import Policy
from veilflow.spark.judging import JudgeRequest
from veilflow.spark.population_records import counted_population_risk
from veilflow.spark.reading import quoted

from veilflow_expectations.digests import digest_rows, to_arrow
from veilflow_expectations.measured import Output, Sides
from veilflow_expectations.model_plan import population_of, promised_columns, whole_of
from veilflow_expectations.population_people import ClassPeople, beside, spark_people
from veilflow_expectations.references import References
from veilflow_expectations.whole_values import add_whole

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["fill_models", "population_beside"]


def fill_models(
    references: References, policy: Policy, sides: Sides, request: JudgeRequest
) -> None:
    """Register ``whole:TABLE.COLUMN`` and ``population:TABLE`` where a model asks for them."""
    for table, output in sides.outputs.items():
        for column in promised_columns(policy, table):
            add_whole(
                references,
                whole_of(table, column),
                request.source[table],
                column,
                policy.unit_column(table),
            )
        if request.population is not None and policy.tables[table].with_role("quasi"):
            people = _population(policy, output, request.population, references.key)
            references.keep(population_of(table), people)


def population_beside(
    references: References, policy: Policy, table: str, view: DataFrame
) -> PopulationRisk | None:
    """The risks among the people of the policy's table of them.

    None without one, and where the output's classes aren't the population's at one level: then
    checks that need it fail for themselves.
    """
    name = population_of(table)
    if not references.keeps(name):
        return None
    unit = policy.unit_column(table)
    names = [f"{table}.{column}" for column in policy.tables[table].with_role("quasi")]
    found = spark_people(view, names, None if unit is None else f"{table}.{unit}")
    try:
        classes = beside(found, references.kept(name, ClassPeople))
    except UsageError:
        return None
    return counted_population_risk(classes, raw=False)


def _population(policy: Policy, output: Output, frame: DataFrame, key: bytes) -> ClassPeople:
    """The population's classes at the levels that the output claims, in the policy's order."""
    from pyspark.sql import functions as F

    names = list(policy.tables[output.table].with_role("quasi"))
    values = [quoted(name).cast("string").alias(f"q{at}") for at, name in enumerate(names)]
    keys = [f"q{at}" for at in range(len(names))]
    counted: Any = frame.select(*values).groupBy(*keys).agg(F.count(F.lit(1)).alias("n")).toArrow()
    labels = [_labelled(output, name, counted[at]) for at, name in zip(keys, names, strict=True)]
    return ClassPeople.of(digest_rows(labels, key), np.asarray(counted["n"], dtype=np.int64))


def _labelled(output: Output, name: str, values: Any) -> Any:
    level = output.levels[name]
    assert level is not None  # the policy's rules ask for full-domain beside a population's table
    encoded = to_arrow(values).dictionary_encode("encode")
    distinct = encoded.dictionary.to_pylist()
    labels: Mapping[str | None, str | None] = dict(
        zip(
            distinct,
            output.hierarchies[name].generalize(distinct, level, column=name),
            strict=True,
        )
    )
    return to_arrow([labels[value] for value in values.to_pylist()])
