"""The population's table as a DataFrame, read as the source's are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.anonymize.view_plan import quasi_columns
from veilflow.pipeline.source import PinnedSource
from veilflow.policy import Policy
from veilflow.spark.reading import cast_columns, read_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["read_population"]


def read_population(spark: SparkSession, policy: Policy, source: PinnedSource) -> DataFrame | None:
    """The quasi-identifiers of everybody, cast as the source's; None without a population table.

    A value that can't be cast is null: nobody of the source has it. A trial run cuts the source
    down and not the population.
    """
    if source.population is None:
        return None
    quasi = {
        column.name: policy.tables[column.table].columns[column.name]
        for column in quasi_columns(policy)
    }
    frame = read_table(spark, source, source.population)
    return cast_columns(frame, quasi, policy.source.null_values)
