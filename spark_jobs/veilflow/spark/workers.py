"""What runs in Spark's Python workers for one table: generalise and mask by key, in one call.

All keyed and generalised columns of a table cross into Python once, as Arrow arrays, and come back
together. Low-cardinality columns are dictionary-encoded, so the work is done per distinct
value. Keys and resources are fetched by reference inside the worker; none is in the closure, the
plan or a setting. Whatever goes wrong is replaced by a value-free sentence (:func:`guarded`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from veilflow.hierarchy import Hierarchy
from veilflow.mask import KeyedTransform, Outcome, Transform
from veilflow.mask.random_draws import keyed_words
from veilflow.spark.keyed_transforms import keyed_transform
from veilflow.spark.redaction import guarded

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

    from veilflow.spark.redacted_texts import RedactInWorker

__all__ = [
    "Generalize",
    "MaskByKey",
    "MaskByRow",
    "MaskInWorker",
    "WorkerColumn",
    "WorkerInput",
    "worker_column",
]


@dataclass(frozen=True)
class Generalize:
    """Replace a value by its label at ``level``."""

    column: str
    hierarchy: Hierarchy
    level: int

    def apply(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        import pyarrow as pa

        encoded = values.cast(pa.string()).dictionary_encode(null_encoding="encode")
        labels = self.hierarchy.generalize(
            encoded.dictionary.to_pylist(), self.level, column=self.column
        )
        return Outcome(pa.array(labels, pa.string()).take(encoded.indices))


@dataclass(frozen=True)
class MaskByKey:
    """Apply a keyed transform; the key is derived in the worker from the root that it fetches."""

    column: str
    transform: KeyedTransform
    key_ref: str
    domain: str
    resources: Mapping[str, str] = field(default_factory=dict)
    part_domains: Mapping[str, str] = field(default_factory=dict)

    def apply(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        keyed = keyed_transform(
            self.transform, self.key_ref, self.domain, self.resources, self.part_domains
        )
        return keyed.apply_counted(values, units)


@dataclass(frozen=True)
class MaskInWorker:
    """Apply a transform that has no native form, without a key."""

    column: str
    transform: Transform
    resources: Mapping[str, str] = field(default_factory=dict)

    def apply(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        return _opened(self.transform, self.resources).apply_counted(values, units)


@dataclass(frozen=True)
class MaskByRow:
    """Apply a transform that draws for each row: by ``key``, a broadcast, and the row."""

    column: str
    transform: Transform
    key: Any

    def apply(self, values: pa.Array, rows: pa.Array | None = None) -> Outcome:
        """``rows`` has a text for each row, equal for no two of a table."""
        assert rows is not None  # whoever makes this one sends them
        return self.transform.apply_drawn(values, keyed_words(rows, self.key.value))


def _opened(transform: Transform, resources: Mapping[str, str]) -> Transform:
    return transform.opened(resources) if transform.needs_resources else transform


WorkerColumn = Generalize | MaskByKey | MaskByRow | MaskInWorker


@dataclass(frozen=True)
class WorkerInput:
    """What one piece of work is applied to, and the type that comes out.

    ``units`` is the privacy unit of each row as text, or a text that names the row, where the work
    asks for it. ``is_counted`` says that values which can't be treated are marked.
    """

    values: Column
    output: DataType
    units: Column | None = None
    is_counted: bool = False


def worker_column(table: str, item: WorkerColumn | RedactInWorker, given: WorkerInput) -> Column:
    """What ``item`` makes of ``given``; Spark sends all of a projection to its worker at once.

    Counted work makes a struct: ``values``, and ``invalid``, true where a value couldn't be
    treated. The rest makes its values alone: a struct would be copied once more for every row.
    """
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
    from pyspark.sql.pandas.types import to_arrow_type
    from pyspark.sql.types import BooleanType, StructField, StructType

    values_type = to_arrow_type(given.output, timezone="UTC")
    is_counted, made_type = given.is_counted, given.output
    if is_counted:
        fields = [StructField("values", given.output), StructField("invalid", BooleanType())]
        made_type = StructType(fields)

    def apply(values: pa.Array, units: pa.Array | None = None) -> pa.Array:
        import pyarrow as pa

        done = item.apply(values, units)
        found = done.values.cast(values_type)  # an array that can't have it is an error
        if not is_counted:
            return found
        invalid = pa.nulls(len(found), pa.bool_()) if done.invalid is None else done.invalid
        return pa.StructArray.from_arrays([found, invalid], names=["values", "invalid"])

    with warnings.catch_warnings():
        # Spark would rather infer the kind from type hints, which can't say "one array or two".
        warnings.simplefilter("ignore", UserWarning)
        masked: Callable[..., Column] = arrow_udf(
            guarded(f"table {table}, column {item.column}, {type(item).__name__}", apply),
            returnType=made_type,
            functionType=ArrowUDFType.SCALAR,
        )
    return masked(given.values) if given.units is None else masked(given.values, given.units)
