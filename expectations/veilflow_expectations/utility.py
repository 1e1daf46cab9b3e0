"""What the output still tells, measured on it: shares, loss, distributions, nulls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from veilflow.evidence import ColumnUtility, coarse_count
from veilflow.hierarchy import HierarchyTable, materialize
from veilflow.risk import (
    ColumnShares,
    ValueLabels,
    granularity_quality,
    loss_score,
    non_uniform_entropy,
    share_of_entropy,
    total_variation,
)

from veilflow_expectations.measured import Sides

__all__ = ["Utility", "measure_utility"]


@dataclass(frozen=True)
class Utility:
    """Per column, per table with quasi-identifiers, and over all quasi-identifiers together."""

    columns: tuple[ColumnUtility, ...]
    granularity: Mapping[str, float]
    loss: float | None
    weighted_loss: float | None = None
    non_uniform_entropy: Mapping[str, float] = field(default_factory=dict)
    entropy_lost: Mapping[str, float] = field(default_factory=dict)


def measure_utility(
    sides: Sides, *, suppression: bool, weights: Mapping[str, float] | None = None
) -> Utility:
    """The utility of every released column; ``weights`` are those of the policy, by name.

    With ``suppression`` each row that the source has and the output lacks counts as one whose
    quasi-identifiers are gone (share 1). Loss is the geometric mean over the quasi-identifiers of
    all tables, each over the rows of its own. Entropy isn't measured where cells of one column are
    at several levels.
    """
    by_table: dict[str, list[ColumnShares]] = {}
    counts_for = []
    told: dict[str, list[ValueLabels]] = {}
    columns = []
    for table, output in sides.outputs.items():
        suppressed = sides.suppressed(table) if suppression else 0
        for name, rules in output.columns.items():
            granularity = level = level_name = levels = None
            if name in output.hierarchies:
                hierarchy, level = output.hierarchies[name], output.levels[name]
                shares = _shares(sides, table, name, suppressed)
                by_table.setdefault(table, []).append(shares)
                counts_for.append((weights or {}).get(name, 1.0))
                if suppression and level is not None:
                    told.setdefault(table, []).append(_value_labels(sides, table, name))
                granularity = granularity_quality([shares])
                level_name = None if level is None else hierarchy.level_names[level]
                levels = hierarchy.levels
            columns.append(
                ColumnUtility(
                    table=table,
                    column=name,
                    treatment=rules.treatment,
                    level=level,
                    level_name=level_name,
                    levels=levels,
                    granularity=granularity,
                    total_variation=_variation(sides, table, name),
                    null_share_before=_raw_share(
                        sides.source[table].nulls[name], sides.source[table].rows
                    ),
                    null_share_after=_share(
                        sides.output[table].nulls[name], sides.output[table].rows
                    ),
                )
            )
    every = [shares for columns_of in by_table.values() for shares in columns_of]
    return Utility(
        columns=tuple(columns),
        granularity={table: granularity_quality(shares) for table, shares in by_table.items()},
        loss=loss_score(every) if every else None,
        weighted_loss=loss_score(every, counts_for) if weights and any(counts_for) else None,
        # Rounded: the last digits of a sum over the source would tell of single people.
        non_uniform_entropy={t: round(non_uniform_entropy(c), 1) for t, c in told.items()},
        entropy_lost={t: round(share_of_entropy(c), 4) for t, c in told.items()},
    )


def _shares(sides: Sides, table: str, column: str, suppressed: int) -> ColumnShares:
    """How much of the hierarchy each output label stands for, leaves counted from the source."""
    output = sides.outputs[table]
    leaves = _materialized(sides, table, column)
    level = output.levels[column]
    share_of = leaves.share_by_any_label() if level is None else leaves.share_by_label(level)
    # A label that the level doesn't have fails a check of its own; here it counts as one leaf.
    finest = 1 / max(leaves.leaf_count, 1)
    counts = sides.output[table].labels[column]
    return ColumnShares(
        shares=np.array([share_of.get(label, finest) for label in counts], dtype=np.float64),
        rows=np.array(list(counts.values()), dtype=np.int64),
        leaves=max(leaves.leaf_count, 1),
        suppressed=suppressed,
    )


def _value_labels(sides: Sides, table: str, column: str) -> ValueLabels:
    """How many rows of each source value were released under its label, and how many weren't.

    More rows with a label than the source has values for fail a check of their own; here they
    count as the source's.
    """
    leaves, level = _materialized(sides, table, column), sides.outputs[table].levels[column]
    assert level is not None  # at several levels, what became of each value isn't in the counts
    source, output = sides.source[table].labels[column], sides.output[table].labels[column]
    values = np.array([source[label] for label in leaves.labels[0]], dtype=np.int64)
    label_of = leaves.codes[level].astype(np.int64)
    there = np.zeros(len(leaves.labels[level]), dtype=np.int64)
    np.add.at(there, label_of, values)
    released = np.array([output.get(label, 0) for label in leaves.labels[level]], dtype=np.int64)
    return ValueLabels.of_one_level(values, label_of, np.minimum(released, there))


def _materialized(sides: Sides, table: str, column: str) -> HierarchyTable:
    finest = list(sides.source[table].labels[column])
    return materialize(sides.outputs[table].hierarchies[column], column, finest)


def _variation(sides: Sides, table: str, column: str) -> float | None:
    """How far a kept column's distribution moved, no finer than what ten people can move."""
    before = sides.source[table].buckets.get(column)
    after = sides.output[table].buckets.get(column)
    if before is None or after is None or not before.sum() or not after.sum():
        return None
    step = max(1e-4, 10 / int(before.sum()))
    moved = round(total_variation(before, after) / step) * step
    return round(min(moved, 1.0), 6)


def _raw_share(count: int, rows: int) -> float | None:
    """A share of the raw side, or None where it would tell of fewer than ten people."""
    if coarse_count(count) is None or coarse_count(rows - count) is None:
        return None
    return _share(count, rows)


def _share(count: int, rows: int) -> float | None:
    return round(count / rows, 4) if rows else None
