"""What runs in Spark's Python workers for one table: generalise and mask by key, in one call.

All keyed and generalised columns of a table cross into Python once, as Arrow arrays, and come back
as one struct. Low-cardinality columns are dictionary-encoded, so the work is done per distinct
value. Keys and resources are fetched by reference inside the worker; none is in the closure, the
plan or a setting. Whatever goes wrong is replaced by a value-free sentence (:func:`guarded`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from veilflow.hierarchy import Hierarchy
from veilflow.mask import KeyedTransform, Outcome, Transform
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
    "MaskInWorker",
    "WorkerColumn",
    "WorkerInput",
    "worker_struct",
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

    def apply(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        keyed = keyed_transform(self.transform, self.key_ref, self.domain, self.resources)
        return keyed.apply_counted(values, units)


@dataclass(frozen=True)
class MaskInWorker:
    """Apply a transform that has no native form, without a key."""

    column: str
    transform: Transform
    resources: Mapping[str, str] = field(default_factory=dict)

    def apply(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        return _opened(self.transform, self.resources).apply_counted(values, units)


def _opened(transform: Transform, resources: Mapping[str, str]) -> Transform:
    return transform.opened(resources) if transform.needs_resources else transform


WorkerColumn = Generalize | MaskByKey | MaskInWorker


@dataclass(frozen=True)
class WorkerInput:
    """What one piece of work is applied to, and the type that comes out.

    ``units`` is the privacy unit of each row as text, where the work asks for it. ``is_counted``
    says that values which can't be treated are marked.
    """

    values: Column
    output: DataType
    units: Column | None = None
    is_counted: bool = False


def worker_struct(
    table: str, work: Sequence[WorkerColumn | RedactInWorker], inputs: Sequence[WorkerInput]
) -> Column:
    """One struct column with a field ``c0, c1, ...`` for each piece of work.

    ``inputs[i]`` is what ``work[i]`` is applied to. Counted work has a second field ``x<i>``, true
    where a value couldn't be treated.
    """
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
    from pyspark.sql.pandas.types import to_arrow_type
    from pyspark.sql.types import BooleanType, StructField, StructType

    sent: list[Column] = []
    steps: list[_Step] = []
    fields: list[StructField] = []
    unit_at: dict[str, int] = {}
    for index, (item, given) in enumerate(zip(work, inputs, strict=True)):
        place = f"table {table}, column {item.column}, {type(item).__name__}"
        sent.append(given.values)
        values_at, units_at = len(sent) - 1, None
        if given.units is not None:
            said = str(given.units)
            if said not in unit_at:
                sent.append(given.units)
                unit_at[said] = len(sent) - 1
            units_at = unit_at[said]
        made = _typed(item.apply, to_arrow_type(given.output, timezone="UTC"))
        steps.append(_Step(guarded(place, made), values_at, units_at, given.is_counted))
        fields.append(StructField(f"c{index}", given.output))
        if given.is_counted:
            fields.append(StructField(f"x{index}", BooleanType()))
    names = [one.name for one in fields]

    def apply(*columns: pa.Array) -> pa.Array:
        import pyarrow as pa

        made = [array for step in steps for array in step(columns)]
        return pa.StructArray.from_arrays(made, names=names)

    with warnings.catch_warnings():
        # Spark would rather infer the kind from type hints, which can't say "any number of arrays".
        warnings.simplefilter("ignore", UserWarning)
        masked: Callable[..., Column] = arrow_udf(
            guarded(f"table {table}", apply),
            returnType=StructType(fields),
            functionType=ArrowUDFType.SCALAR,
        )
    return masked(*sent)


@dataclass(frozen=True)
class _Step:
    """One piece of work, and which of the columns that were sent it takes."""

    apply: Callable[[pa.Array, pa.Array | None], Outcome]
    values_at: int
    units_at: int | None
    is_counted: bool

    def __call__(self, columns: Sequence[pa.Array]) -> list[pa.Array]:
        import pyarrow as pa

        units = None if self.units_at is None else columns[self.units_at]
        done = self.apply(columns[self.values_at], units)
        if not self.is_counted:
            return [done.values]
        nothing = pa.nulls(len(done.values), pa.bool_())
        return [done.values, nothing if done.invalid is None else done.invalid]


def _typed(
    apply: Callable[[pa.Array, pa.Array | None], Outcome], output: pa.DataType
) -> Callable[[pa.Array, pa.Array | None], Outcome]:
    """``apply`` whose values have the promised type; an array that can't have it is an error."""

    def typed(values: pa.Array, units: pa.Array | None) -> Outcome:
        done = apply(values, units)
        return Outcome(done.values.cast(output), done.invalid)

    return typed
