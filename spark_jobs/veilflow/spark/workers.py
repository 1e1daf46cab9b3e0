"""What runs in Spark's Python workers for one table: generalise and mask by key, in one call.

All keyed and generalised columns of a table cross into Python once, as Arrow arrays, and come back
as one struct. Low-cardinality columns are dictionary-encoded, so the work is done per distinct
value. Keys are fetched by reference inside the worker; no key is in the closure, the plan or a
setting. Whatever goes wrong is replaced by a value-free sentence (:func:`guarded`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.hierarchy import Hierarchy
from veilflow.mask import KeyedTransform, Transform
from veilflow.spark.redaction import guarded

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column

__all__ = ["Generalize", "MaskByKey", "MaskInWorker", "WorkerColumn", "worker_struct"]


@dataclass(frozen=True)
class Generalize:
    """Replace a value by its label at ``level``."""

    column: str
    hierarchy: Hierarchy
    level: int

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        encoded = values.cast(pa.string()).dictionary_encode(null_encoding="encode")
        labels = self.hierarchy.generalize(
            encoded.dictionary.to_pylist(), self.level, column=self.column
        )
        return pa.array(labels, pa.string()).take(encoded.indices)


@dataclass(frozen=True)
class MaskByKey:
    """Apply a keyed transform; the key is derived in the worker from the root that it fetches."""

    column: str
    transform: KeyedTransform
    key_ref: str
    domain: str

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        from veilflow.store.key_records import masking_key

        cls = type(self.transform)
        # One that a user brought along needn't have registered a name.
        use = self.transform.name or f"{cls.__module__}:{cls.__qualname__}"
        key = masking_key(self.key_ref, self.domain, use)
        return self.transform.keyed(key).apply(values).cast(pa.string())


@dataclass(frozen=True)
class MaskInWorker:
    """Apply a transform that has no native form: one that a user brought along."""

    column: str
    transform: Transform

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        return self.transform.apply(values).cast(pa.string())


WorkerColumn = Generalize | MaskByKey | MaskInWorker


def worker_struct(table: str, work: Sequence[WorkerColumn], inputs: Sequence[Column]) -> Column:
    """One struct column with a text field ``c0, c1, ...`` for each piece of work.

    ``inputs[i]`` is what ``work[i]`` is applied to.
    """
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

    names = [f"c{index}" for index in range(len(work))]
    steps = [
        guarded(f"table {table}, column {item.column}, {type(item).__name__}", item.apply)
        for item in work
    ]

    def apply(*columns: pa.Array) -> pa.Array:
        import pyarrow as pa

        done = [step(values) for step, values in zip(steps, columns, strict=True)]
        return pa.StructArray.from_arrays(done, names=names)

    schema = ", ".join(f"{name} string" for name in names)
    with warnings.catch_warnings():
        # Spark would rather infer the kind from type hints, which can't say "any number of arrays".
        warnings.simplefilter("ignore", UserWarning)
        masked: Callable[..., Column] = arrow_udf(
            guarded(f"table {table}", apply), returnType=schema, functionType=ArrowUDFType.SCALAR
        )
    return masked(*inputs)
