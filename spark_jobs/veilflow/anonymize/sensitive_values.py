"""The sensitive columns of an aggregated view: their values numbered, ordered, and who has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.grouping import group
from veilflow.anonymize.sensitive import Lines, SensitiveColumn
from veilflow.anonymize.view_plan import SensitivePlan
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import Hierarchy, HierarchyMismatch, HierarchyTable, materialize

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["counted_lines", "sensitive_column"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


def sensitive_column(
    plan: SensitivePlan,
    table: pa.Table,
    combo: Int64,
    count: Int64,
    unit: Int64 | None,
    taxonomy: Hierarchy | None,
) -> SensitiveColumn:
    """The column over the combinations that ``combo`` gives to the lines of ``table``.

    ``count`` are the people of each line, each in that line alone; or ``unit`` names the person of
    each (below 0 for nobody). ``taxonomy`` joins values for the hierarchical distance. Raises
    ReleaseRefused if it doesn't know some.
    """
    encoded = table.column(plan.value).combine_chunks().dictionary_encode("encode")
    values = encoded.dictionary.to_pylist()
    numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    if unit is None:
        lines = counted_lines(combo, numbers, count, len(values))
    else:
        known = unit >= 0
        lines = Lines.from_triples(combo[known], numbers[known], unit[known])
    return SensitiveColumn(
        name=plan.name,
        lines=lines,
        values=len(values),
        order=_ranks(values),
        hierarchy=None if taxonomy is None else _tree(plan.name, values, taxonomy),
    )


def counted_lines(combo: Int64, value: Int32, count: Int64, values: int) -> Lines:
    """One line a combination and value, with its people added up."""
    combos = int(combo.max(initial=-1)) + 1
    chosen, line = group([combo.astype(np.int32), value], [combos, values], combo.size)
    people = np.bincount(line, count, chosen.size).astype(np.int64)
    return Lines(combo[chosen], value[chosen], people)


def _ranks(values: Sequence[str | None]) -> Int64:
    """Each value's rank: as numbers if all are, else as text, as ARX orders them; null comes last.

    ISO dates are in their order as text.
    """
    numbers = [_number(value) for value in values if value is not None]
    if all(number is not None for number in numbers):
        keys = [(value is None, _number(value or "") or 0.0, value or "") for value in values]
    else:
        keys = [(value is None, 0.0, value or "") for value in values]
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[sorted(range(len(values)), key=keys.__getitem__)] = np.arange(len(values))
    return ranks


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number else None


def _tree(name: str, values: Sequence[str | None], taxonomy: Hierarchy) -> HierarchyTable:
    unknown = ""
    remedy = ""
    try:
        known = taxonomy.generalize(values, 0, column=name)
    except HierarchyMismatch as error:
        unknown, remedy = error.message, error.remedy
    if unknown:
        raise ReleaseRefused(unknown, remedy=f"{remedy} Then start a new run.")
    if len(set(known)) < len(known):
        raise ReleaseRefused(
            f"column {name!r}: values outside the hierarchy of `t_closeness` can't be told apart.",
            remedy="Add them to the hierarchy, and leave out its `on_unknown: top`.",
        )
    return materialize(taxonomy, name, known)
