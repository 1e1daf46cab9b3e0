"""Microaggregation: one number for each class, in place of everybody's own (ARX's meaning of it).

The column isn't part of the class's key: the classes are those of the other quasi-identifiers, as
they are released. All rows of a class then have the same value, so k-anonymity holds of all
quasi-identifiers together.

Not promised: that the number says little about its people. It is exact. Who knows the values of
all but one of a class works out the last one's; of two releases that differ in one person the means
differ by that person's value; one extreme value shows in the mean of a small class; a median or a
mode is somebody's own value, though not whose. Rows count, not people: who has most rows weighs
most.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.arrow_text import as_text
from veilflow.anonymize.grouping import distinct_pairs, group
from veilflow.errors import PolicyError
from veilflow.policy import Policy
from veilflow.policy.columns import Microaggregate
from veilflow.policy.draft import yaml_key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["class_aggregates", "microaggregated_table"]

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

_NINE_DIGITS = Context(prec=9, rounding=ROUND_HALF_UP)


def class_aggregates(
    values: Float, classes: Int, people: Int | None, k: int, method: Microaggregate
) -> Float:
    """The aggregate of each class ``0 .. max``, to nine significant digits; NaN where it has none.

    ``values[row]`` with NaN and infinities as missing, ``classes[row]``, ``people[row]`` (-1 for
    nobody; None: each row is a person). A class has an aggregate if at least ``k`` people have a
    value there: the mean of fewer would tell theirs. Missing values count as nothing. A geometric
    mean also needs every value of the class to be positive. Of several modes the least is taken.
    """
    there = np.isfinite(values)
    count = int(classes.max()) + 1 if classes.size else 0
    numbers, place = values[there], classes[there]
    order = np.lexsort([numbers, place])
    numbers, place = numbers[order], place[order]
    size = np.bincount(place, minlength=count)
    start = np.concatenate([[0], np.cumsum(size)[:-1]]) if count else size
    enough = (size if people is None else _people(place, people[there][order], count)) >= k
    found = np.full(count, np.nan)
    for one in np.flatnonzero(enough & (size > 0)).tolist():
        found[one] = _aggregate(numbers[start[one] : start[one] + size[one]], method)
    return found


def _people(place: Int, people: Int, count: int) -> Int:
    known = people >= 0
    owner, _ = distinct_pairs(place[known], people[known], max(count, 1))
    return np.bincount(owner, minlength=count)


def _aggregate(numbers: Float, method: Microaggregate) -> float:
    """Of ascending ``numbers``."""
    match method:
        case "mean":
            found = float(np.mean(numbers))
        case "median":
            found = float(np.median(numbers))
        case "mode":
            distinct, counts = np.unique(numbers, return_counts=True)
            found = float(distinct[np.argmax(counts)])
        case _:
            found = float(np.exp(np.mean(np.log(numbers)))) if numbers[0] > 0 else float("nan")
    return float(_NINE_DIGITS.create_decimal_from_float(found))


def microaggregated_table(policy: Policy, name: str, table: pa.Table) -> pa.Table:
    """``table``, whose quasi-identifiers are labels and whose suppressed rows are gone, aggregated.

    Raises PolicyError for a column that holds no numbers.
    """
    import pyarrow as pa

    rules = policy.tables[name]
    if not rules.microaggregated or policy.anonymize is None:
        return table
    classes = _class_of(table, list(rules.class_key))
    unit = policy.unit_column(name)
    people = None if unit is None else _codes(table.column(unit))
    for column, said in rules.microaggregated.items():
        values = _numbers(table.column(column), f"tables.{name}.columns.{yaml_key(column)}")
        assert said.microaggregate is not None
        found = class_aggregates(values, classes, people, policy.anonymize.k, said.microaggregate)
        made = pa.array(found[classes], pa.float64(), from_pandas=True)
        table = table.set_column(table.column_names.index(column), column, made)
    return table


def _class_of(table: pa.Table, key: Sequence[str]) -> Int:
    codes = [(_codes(table.column(column)) + 1).astype(np.int32) for column in key]
    sizes = [int(code.max(initial=0)) + 1 for code in codes]
    return group(codes, sizes, table.num_rows)[1]


def _codes(values: pa.ChunkedArray) -> Int:
    indices = as_text(values).combine_chunks().dictionary_encode().indices
    codes: Int = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _numbers(values: pa.ChunkedArray, place: str) -> Float:
    import pyarrow as pa
    import pyarrow.types as kinds

    kind = values.type
    if kinds.is_null(kind):
        return np.full(len(values), np.nan)
    if not (kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind)):
        raise PolicyError(
            f"{place}: microaggregation needs numbers, and the column is {kind}; add 'as: number'"
        )
    numbers: Float = values.cast(pa.float64()).to_numpy()
    return numbers
