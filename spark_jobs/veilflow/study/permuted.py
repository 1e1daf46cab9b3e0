"""Columns whose values change places among rows, in memory: the groups of the source's rows.

They are taken before quasi-identifiers are generalised, and travel with the rows that are left.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.row_draws import row_texts
from veilflow.mask.permute import places
from veilflow.policy import Policy
from veilflow.policy.permute_rules import permuted_together
from veilflow.study.lines import UNIT

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["permuted", "unpermuted", "with_groups"]

_GROUP = "__group"


def with_groups(policy: Policy, name: str, table: pa.Table) -> pa.Table:
    """``table`` (cast, as the source has it) with the number of each row's group."""
    import pyarrow as pa

    for number, moving in enumerate(permuted_together(policy, name)):
        within = next(iter(moving.values())).within
        codes = pa.array(np.zeros(table.num_rows, np.int64))
        if within and table.num_rows:
            codes = row_texts(table, within).dictionary_encode().indices.cast(pa.int64())
        table = table.append_column(f"{_GROUP}{number}", codes)
    return table


def permuted(policy: Policy, name: str, table: pa.Table) -> pa.Table:
    """``table`` with its columns permuted in the groups of :func:`with_groups`, drawn each time."""
    for number, moving in enumerate(permuted_together(policy, name)):
        groups = table.column(f"{_GROUP}{number}").to_numpy().astype(np.int64)
        draws = np.frombuffer(os.urandom(8 * table.num_rows), "<i8")
        found = places(groups, draws, _people(table))
        for column, transform in moving.items():
            made = transform.moved(table.column(column).combine_chunks(), found).values
            table = table.set_column(table.column_names.index(column), column, made)
    return table


def unpermuted(policy: Policy, name: str) -> Policy:
    """``policy`` that keeps the columns which it permutes."""
    rules = policy.tables[name]
    columns = dict(rules.columns)
    for moving in permuted_together(policy, name):
        for column in moving:
            protect = rules.columns[column].protect
            assert protect is not None  # it says permute
            kept = protect.model_copy(update={"name": "keep", "parameters": {}})
            columns[column] = rules.columns[column].model_copy(update={"protect": kept})
    tables = {**policy.tables, name: rules.model_copy(update={"columns": columns})}
    return policy.model_copy(update={"tables": tables})


def _people(table: pa.Table) -> npt.NDArray[np.int64] | None:
    if UNIT not in table.column_names:
        return None
    return np.asarray(table.column(UNIT).fill_null(-1).to_numpy(), dtype=np.int64)
