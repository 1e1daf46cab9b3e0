"""Synthesis on Spark: fit on a bounded sample on the driver, sample on every worker.

Half of the people are held out by a keyed hash before anything is fitted (:mod:`.holdout`). What is
fitted went through the policy's masks first and holds no identifier and no free text. The model is
broadcast, and each partition draws from a seed of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.anonymize.view_plan import quasi_columns
from veilflow.errors import PolicyError
from veilflow.policy import Policy
from veilflow.spark.canaries import with_canaries
from veilflow.spark.holdout import DRAW, split_source
from veilflow.spark.masking import mask_table
from veilflow.spark.reading import quoted
from veilflow.spark.redaction import guarded
from veilflow.spark.workers import Generalize
from veilflow.synthesize import Model, fit, merge_rare, sample

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructField, StructType

__all__ = ["Fitted", "fit_table", "sample_table", "training_frame"]

ROWS_PER_PARTITION = 50_000
_ROLES = ("quasi", "sensitive", "insensitive")
_KINDS = {"string": "categorical", "boolean": "categorical", "date": "datetime",
          "timestamp": "datetime", "timestamp_ntz": "datetime"}  # fmt: skip
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


@dataclass(frozen=True)
class Fitted:
    """A model of one table, what it was fitted on, and the schema of what it makes.

    ``rows_fitted`` are real rows; ``canaries`` made-up ones were planted among them.
    """

    model: Model
    schema: StructType
    rows_fitted: int
    people_fitted: int
    canaries: int
    rare_values_merged: int


def training_frame(policy: Policy, table: str, frame: DataFrame) -> DataFrame:
    """What a synthesizer may see of ``frame`` (cast, as listed): masked, identifiers left out.

    Beside it whose row each is, by draw, where ``frame`` says so.
    """
    rules = policy.tables[table]
    allowed = {name: column for name, column in rules.released.items() if column.role in _ROLES}
    narrowed = policy.model_copy(
        update={"tables": {**policy.tables, table: rules.model_copy(update={"columns": allowed})}}
    )
    finest = {
        column.name: Generalize(column.name, column.hierarchy, column.min_level)
        for column in quasi_columns(narrowed)
        if column.table == table
    }
    masked = mask_table(frame, table, narrowed, finest, key_ref="")
    draws = [quoted(DRAW)] if DRAW in frame.columns else []
    return masked.output(*draws)


def fit_table(
    policy: Policy, table: str, frame: DataFrame, holdout_key: bytes, canary_key: bytes
) -> Fitted:
    """Fit a model to at most ``fit_rows`` rows of ``frame``, of people who aren't held out.

    Where the policy asks for canaries they are planted among these rows.
    """
    assert policy.synthesize is not None
    unit = policy.unit_column(table)
    with split_source(frame, table, unit, holdout_key, policy.synthesize.fit_rows) as parts:
        training = training_frame(policy, table, parts.training)
        schema = training.drop(DRAW).schema
        kinds = {field.name: _kind(table, field) for field in schema.fields}
        collected = training.toArrow()
    people = len(set(collected.column(DRAW).to_pylist()))
    rows = collected.drop_columns([DRAW])
    planted = policy.validation.canaries
    data = _to_pandas(with_canaries(rows, policy, table, canary_key, planted), kinds)
    merged = merge_rare(data, kinds, policy.synthesize.rare_below)
    return Fitted(fit(data, kinds), schema, rows.num_rows, people, planted, merged)


def sample_table(
    spark: SparkSession, table: str, fitted: Fitted, rows: int, seed: bytes
) -> DataFrame:
    """``rows`` rows from the model, drawn in parallel. ``seed`` is the run's."""
    partitions = max(1, -(-rows // ROWS_PER_PARTITION))
    model = spark.sparkContext.broadcast(fitted.model)
    share, more = divmod(rows, partitions)
    arrow_schema = _arrow_schema(fitted.schema)

    def draw(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for partition in batch.column(0).to_pylist():
                count = share + (1 if partition < more else 0)
                if count:
                    drawn = sample(model.value, count, _seed(seed, partition))
                    yield from _to_arrow(drawn, arrow_schema).to_batches()

    def guarded_draw(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from guarded(f"table {table}, sampling", lambda: list(draw(batches)))()

    numbers = spark.range(0, partitions, 1, partitions)
    return numbers.mapInArrow(guarded_draw, fitted.schema)


def _seed(seed: bytes, partition: int) -> int:
    digest = hashlib.sha256(seed + partition.to_bytes(8, "big")).digest()
    return int.from_bytes(digest[:4], "big")


def _kind(table: str, field: StructField) -> str:
    name, data_type = field.name, field.dataType.simpleString()
    kind = "numerical" if data_type.startswith(_NUMBERS) else _KINDS.get(data_type)
    if kind is None:
        raise PolicyError(
            f"tables.{table}.columns.{name}: a column of type {data_type} can't be synthesised; "
            "drop it or give it 'as:'"
        )
    return kind


def _to_pandas(rows: pa.Table, kinds: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    data = rows.to_pandas(date_as_object=False)
    for name, kind in kinds.items():
        if kind == "numerical":
            data[name] = pd.to_numeric(data[name]).astype("float64")
        elif kind == "categorical":
            data[name] = data[name].astype(object)
    return data


def _to_arrow(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    import pyarrow.types as types

    columns = []
    for field in schema:
        values = frame[field.name]
        if types.is_integer(field.type):
            values = values.round().astype("Int64")
        elif types.is_string(field.type):
            values = values.astype(object).where(values.notna(), None)
        columns.append(pa.array(values, from_pandas=True).cast(field.type, safe=False))
    return pa.Table.from_arrays(columns, schema=schema)


def _arrow_schema(schema: StructType) -> pa.Schema:
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(schema, timezone="UTC")
