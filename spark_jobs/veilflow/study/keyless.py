"""The columns of a table that aren't generalised, masked in memory without any key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.errors import StageFailed
from veilflow.mask import KeyedTransform, Transform, create_transform
from veilflow.mask.column_type import output_of
from veilflow.policy import ColumnPolicy, Policy
from veilflow.policy.draft import yaml_key
from veilflow.spark.redaction import guarded, stage_errors
from veilflow.study.permuted import permuted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["keyed_columns", "masked", "without_keyed"]


def keyed_columns(policy: Policy, table: str) -> tuple[str, ...]:
    """The released columns whose transform needs a key."""
    return tuple(
        name
        for name, column in policy.tables[table].released.items()
        if isinstance(_transform(column), KeyedTransform)
    )


def without_keyed(policy: Policy, table: str) -> Policy:
    """``policy`` with these columns dropped."""
    rules = policy.tables[table]
    gone = dict.fromkeys(keyed_columns(policy, table), "drop")
    protections = {
        name: rules.columns[name].protect.model_copy(update={"name": said, "parameters": {}})  # type: ignore[union-attr]
        for name, said in gone.items()
    }
    columns = {
        name: column.model_copy(update={"protect": protections.get(name, column.protect)})
        for name, column in rules.columns.items()
    }
    tables = {**policy.tables, table: rules.model_copy(update={"columns": columns})}
    return policy.model_copy(update={"tables": tables})


def masked(policy: Policy, name: str, table: pa.Table) -> pa.Table:
    """``table`` (cast) with the released columns that aren't generalised masked.

    Quasi-identifiers, the columns that aren't released, and those that need a key stay as they are.
    Columns that are permuted need the groups of :func:`veilflow.study.permuted.with_groups`.
    Raises PolicyError for a transform that doesn't fit the column's type, and StageFailed,
    value-free, where a transform of somebody's own fails.
    """
    for column, rules in policy.tables[name].released.items():
        transform = _transform(rules)
        if transform is None or isinstance(transform, KeyedTransform):
            continue
        place = f"tables.{name}.columns.{yaml_key(column)}"
        values = table.column(column).combine_chunks()
        output_of(place, transform, values.type)
        if transform.needs_groups:
            continue
        made = _applied(place, transform, values)
        table = table.set_column(table.column_names.index(column), column, made)
    with stage_errors("anonymize"):
        return permuted(policy, name, table)


def _transform(column: ColumnPolicy) -> Transform | None:
    """What masks a column; None for a quasi-identifier."""
    if column.protect is None:
        return None
    return create_transform(column.protect.name, column.protect.parameters)


def _applied(place: str, transform: Transform, values: pa.Array) -> pa.Array:
    with stage_errors("anonymize"):
        made = guarded(place, transform.apply)(values)
        if len(made) != len(values):
            raise StageFailed(f"{place}: {transform.name} gives another number of values")
    return made
