"""Registers what whole columns and tables are compared with: shapes, distributions, correlations.

All of it is counted under the key of the process's references and kept on the driver. Nothing of it
is an argument, a result or part of a query plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from veilflow.errors import UsageError

from veilflow_expectations.digests import to_arrow
from veilflow_expectations.distributions import Sought, is_ordered_type, measure
from veilflow_expectations.references import current_references
from veilflow_expectations.telling_rows import RowForm

__all__ = ["register_correlations", "register_distribution", "register_shapes"]


def register_shapes(name: str, values: Any, alphabet: str = "0-9") -> None:
    """Register how often each shape of a column occurs, the symbols of ``alphabet`` being alike.

    ``values``: a pandas Series, or a Spark DataFrame of one column.
    """
    from veilflow_expectations.shape_counts import count_shapes

    references = current_references()
    references.keep(name, count_shapes(values, alphabet, references.key))


def register_distribution(name: str, values: Any, *, ordered: bool | None = None) -> None:
    """Register the distribution of a column: a pandas Series, or a Spark DataFrame of one column.

    ``ordered`` says whether its values are numbers or dates; without it the column's type does.
    """
    frame, column = _one_column(values)
    chosen = _is_ordered(frame, column) if ordered is None else ordered
    references = current_references()
    (found,) = measure(frame, [Sought(RowForm(column), chosen)], references.key)
    references.keep(name, found)


def register_correlations(name: str, frame: Any, columns: Sequence[str]) -> None:
    """Register how strongly ``columns`` of a pandas or Spark frame are associated, pair by pair."""
    from veilflow_expectations.associations import measure_associations

    missing = sorted(set(columns).difference(frame.columns))
    if missing or len(set(columns)) < 2:
        raise UsageError(
            f"the table has no column {', '.join(missing)}."
            if missing
            else "correlations need two columns or more."
        )
    sought = [Sought(RowForm(column), _is_ordered(frame, column)) for column in columns]
    references = current_references()
    references.keep(name, measure_associations(frame, sought, references.key))


def _one_column(values: Any) -> tuple[Any, str]:
    if hasattr(values, "sparkSession"):
        if len(values.columns) != 1:
            raise UsageError("a distribution is made of one column.")
        return values, values.columns[0]
    import pandas as pd

    return pd.DataFrame({"values": values}), "values"


def _is_ordered(frame: Any, column: str) -> bool:
    if hasattr(frame, "sparkSession"):
        return is_ordered_type(dict(frame.dtypes)[column])
    import pyarrow as pa

    kind = to_arrow(frame[column]).type
    types = pa.types
    numeric = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    return bool(numeric or types.is_date(kind) or types.is_timestamp(kind))
