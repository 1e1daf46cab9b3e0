"""Made-up people planted among the rows that a synthesizer is fitted on.

Whether they come out again is for the judge to see, who draws them anew from the same key and the
same training rows; which rows are made up is stored nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.policy import Policy
from veilflow.risk import draw_canaries

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["with_canaries"]


def with_canaries(rows: pa.Table, policy: Policy, table: str, key: bytes, planted: int) -> pa.Table:
    """``rows`` of ``table``, in the output's form, and ``planted`` made-up ones after them.

    Columns that a judge can't bring into the output's form (your own transforms) stay empty.
    Raises UsageError where the table has too few combinations that nobody has.
    """
    import pyarrow as pa

    if not planted or not rows.num_rows:
        return rows
    columns = policy.tables[table].columns
    mixed = {name: rows.column(name) for name in rows.column_names if columns[name].is_reproducible}
    drawn = draw_canaries(mixed, key, planted=planted).planted
    made = [
        pa.array(drawn[field.name], field.type)
        if field.name in drawn
        else pa.nulls(planted, field.type)
        for field in rows.schema
    ]
    return pa.concat_tables([rows, pa.Table.from_arrays(made, schema=rows.schema)])
