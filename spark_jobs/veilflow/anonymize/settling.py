"""Hierarchies that look at the data become ones that say all, before anything goes by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow.anonymize.arrow_casts import cast, nulled
from veilflow.anonymize.arrow_text import as_text
from veilflow.errors import PolicyError
from veilflow.hierarchy.automatic import Content, automatic_hierarchy
from veilflow.hierarchy.column_values import ColumnValues
from veilflow.hierarchy.quantiles import FEWEST_PEOPLE, quantile_cuts
from veilflow.policy import ColumnPolicy, Policy
from veilflow.policy.draft import yaml_key
from veilflow.policy.hierarchies import HierarchyPolicy
from veilflow.policy.rules import check_rules

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["is_settled", "settled", "unsettled_columns"]

Reader = Callable[[str, list[str]], "pa.Table"]

_CONTENT: dict[str, Content] = {
    "integer": "numbers", "number": "numbers", "date": "dates", "timestamp": "dates",
    "boolean": "texts",
}  # fmt: skip
# Types that are texts of digits, which would be taken for numbers.
_TEXTS = frozenset({"zipcode"})


def unsettled_columns(policy: Policy) -> list[tuple[str, str]]:
    """Table and name of each released column whose hierarchy is still to be chosen."""
    return [
        (table, name)
        for table, rules in policy.tables.items()
        for name, column in rules.class_key.items()
        if column.hierarchy is not None and column.hierarchy.needs_data
    ]


def is_settled(policy: Policy) -> bool:
    """True if no hierarchy of the policy is still to be chosen."""
    return not unsettled_columns(policy)


def settled(policy: Policy, read: Reader) -> Policy:
    """``policy`` with ``auto`` and ``quantiles`` replaced by what they become on this data.

    ``read(table, columns)`` gives these columns of a table, as the source has them, of all rows or
    of a sample. The same data gives the same policy. Raises PolicyError if a column has too few
    people for quantiles, or the levels that the policy names don't fit what was chosen.
    """
    chosen: dict[str, dict[str, ColumnPolicy]] = {}
    for table, name in unsettled_columns(policy):
        unit = policy.unit_column(table)
        column = policy.tables[table].columns[name]
        wanted = [name] if unit is None else [name, unit]
        place = f"tables.{table}.columns.{yaml_key(name)}.hierarchy"
        values = _values(policy, read(table, wanted), name, column, unit)
        spec = _spec(column, values, place)
        chosen.setdefault(table, {})[name] = column.model_copy(update={"hierarchy": spec})
    if not chosen:
        return policy
    tables = {
        table: rules.model_copy(update={"columns": {**rules.columns, **chosen.get(table, {})}})
        for table, rules in policy.tables.items()
    }
    found = policy.model_copy(update={"tables": tables})
    broken = [f"{'.'.join(map(str, place))}: {sentence}." for place, sentence in check_rules(found)]
    if broken:
        raise PolicyError(broken, remedy="'veilflow plan' shows the levels that were chosen.")
    return found


def _spec(column: ColumnPolicy, values: ColumnValues, place: str) -> HierarchyPolicy:
    assert column.hierarchy is not None
    said: Mapping[str, Any]
    if column.hierarchy.quantiles is None:
        said = automatic_hierarchy(values, _content(column))
    else:
        cuts = quantile_cuts(values, column.hierarchy.quantiles)
        if not cuts and values.texts:
            raise PolicyError(
                f"{place}: no bound has {FEWEST_PEOPLE} people on either side, so there are no "
                "quantiles.",
                remedy="Choose another kind of hierarchy, or cast the column with 'as: number'.",
            )
        said = {"bounds": cuts} if cuts else {"redact": True}
    return HierarchyPolicy.model_validate({**said, "on_unknown": column.hierarchy.on_unknown})


def _content(column: ColumnPolicy) -> Content | None:
    if column.type in _TEXTS:
        return "texts"
    return None if column.cast is None else _CONTENT.get(column.cast)


def _values(
    policy: Policy, rows: pa.Table, name: str, column: ColumnPolicy, unit: str | None
) -> ColumnValues:
    nulls = policy.source.null_values
    there = nulled(rows.column(name), nulls)
    if column.cast is not None:
        there = cast(there, column.cast)
    encoded = as_text(there).combine_chunks().dictionary_encode()
    code = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    if unit is None:
        people = np.arange(rows.num_rows, dtype=np.int64)
    else:
        who = nulled(rows.column(unit), nulls).combine_chunks().dictionary_encode()
        people = who.indices.fill_null(-1).to_numpy().astype(np.int64)
    return _sorted(ColumnValues(tuple(encoded.dictionary.to_pylist()), code, people))


def _sorted(values: ColumnValues) -> ColumnValues:
    """The same with its texts in order, so that the order of rows decides nothing."""
    order = sorted(range(len(values.texts)), key=values.texts.__getitem__)
    place = np.full(len(order) + 1, -1, dtype=np.int64)
    place[np.array(order, dtype=np.int64)] = np.arange(len(order))
    texts = tuple(values.texts[position] for position in order)
    return ColumnValues(texts, place[values.code], values.unit)
