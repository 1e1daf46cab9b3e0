"""The output columns of one table: native expressions where there are any, else one worker call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.errors import PolicyError
from veilflow.mask import KeyedTransform, Transform, create_transform
from veilflow.policy import ColumnPolicy, Policy
from veilflow.policy.draft import yaml_key
from veilflow.spark.native_masks import has_native_form, native_mask
from veilflow.spark.reading import quoted
from veilflow.spark.workers import (
    Generalize,
    MaskByKey,
    MaskInWorker,
    WorkerColumn,
    worker_struct,
)

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["Masked", "linkage_domain", "mask_table"]

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


@dataclass(frozen=True)
class Masked:
    """A frame with everything it had and the struct of worker columns; how to finish it."""

    frame: DataFrame
    columns: tuple[Column, ...]


def linkage_domain(policy: Policy, table: str, name: str) -> str:
    """What a pseudonym can be joined within: one series of one dataset for one set of recipients.

    Inside it a domain of its own for each column name, the same in every table, so that foreign
    keys stay joinable; the privacy unit's columns share one whatever they are called. Two sets of
    recipients never share a domain, since they are part of its name.
    """
    column = policy.tables[table].columns[name]
    own = column.domain or ("unit" if policy.unit_column(table) == name else f"column:{name}")
    recipients = "+".join(sorted(policy.purpose.recipients))
    return f"{policy.dataset}/{policy.publish.series}/{recipients}/{own}"


def mask_table(
    frame: DataFrame,
    table: str,
    policy: Policy,
    generalized: Mapping[str, Column | Generalize],
    key_ref: str,
) -> Masked:
    """``frame`` (cast, with the listed columns) and the expressions of its released columns.

    ``generalized`` says for each quasi-identifier that is released where its label is, or how a
    worker makes it.
    """
    types = {field.name: field.dataType for field in frame.schema.fields}
    work: list[WorkerColumn] = []
    inputs: list[Column] = []
    finished: list[Column] = []
    for name, column in policy.tables[table].released.items():
        label = generalized.get(name)
        if label is not None and not isinstance(label, Generalize):
            finished.append(label.alias(name))
            continue
        step = label or _worker_step(policy, table, name, column, key_ref)
        if step is None:
            transform = _transform(column)
            _check_type(table, name, transform, types[name].simpleString())
            finished.append(native_mask(transform, quoted(name), types[name]).alias(name))
        else:
            finished.append(quoted("__work")[f"c{len(work)}"].alias(name))
            work.append(step)
            inputs.append(quoted(name).cast("string"))
    if work:
        frame = frame.withColumn("__work", worker_struct(table, work, inputs))
    return Masked(frame, tuple(finished))


def _worker_step(
    policy: Policy,
    table: str,
    name: str,
    column: ColumnPolicy,
    key_ref: str,
) -> WorkerColumn | None:
    transform = _transform(column)
    if isinstance(transform, KeyedTransform):
        return MaskByKey(name, transform, key_ref, linkage_domain(policy, table, name))
    return None if has_native_form(transform) else MaskInWorker(name, transform)


def _transform(column: ColumnPolicy) -> Transform:
    assert column.protect is not None  # only quasi-identifiers have none
    return create_transform(column.protect.name, column.protect.parameters)


def _check_type(table: str, name: str, transform: Transform, data_type: str) -> None:
    place = f"tables.{table}.columns.{yaml_key(name)}"
    if transform.needs_numbers and not data_type.startswith(_NUMBERS):
        raise PolicyError(
            f"{place}: {transform.name} needs numbers, and the column is {data_type}; "
            "add 'as: number'"
        )
    truncates_dates = getattr(transform, "to", None) is not None and transform.name == "truncate"
    if truncates_dates and data_type not in ("date", "timestamp", "timestamp_ntz"):
        raise PolicyError(
            f"{place}: truncate to {getattr(transform, 'to', '')} needs dates, and the column is "
            f"{data_type}; add 'as: date' or 'as: timestamp'"
        )
