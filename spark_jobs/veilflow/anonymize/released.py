"""Sensitive values as the output will show them: what l, t and beta are asked of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.mask import KeyedTransform, create_transform
from veilflow.policy import ColumnPolicy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["as_released", "is_released_by_value"]


def is_released_by_value(column: ColumnPolicy) -> bool:
    """Whether equal values stay equal and unequal ones apart, so that raw ones do for counting.

    True of what is kept, and of pseudonyms. A transform of somebody's own is taken for one, too,
    and so is one that draws by chance or by person: if it joins values, the judge, who sees the
    output, may refuse what was thought diverse.
    """
    protect = column.protect
    if protect is None or protect.name == "keep" or protect.is_custom:
        return True
    made = create_transform(protect.name, protect.parameters)
    return isinstance(made, KeyedTransform) or not made.is_repeatable


def as_released(column: ColumnPolicy, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """``values`` after the column's transform, if it is one that joins values."""
    import pyarrow as pa

    if is_released_by_value(column):
        return values
    assert column.protect is not None
    made = create_transform(column.protect.name, column.protect.parameters)
    return pa.chunked_array([made.apply(values.combine_chunks())])
