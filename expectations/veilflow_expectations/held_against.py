"""Fills the references that planned checks name, from what was counted on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.hierarchy import materialize
from veilflow.mask import create_transform
from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.domain_references import add_linked, shared_bounds
from veilflow_expectations.leak_plan import CONSTANT, beyond_chance, chance_parameter
from veilflow_expectations.measured import Output, Sides
from veilflow_expectations.model_plan import DRAWN
from veilflow_expectations.plan import (
    BY_CHANCE,
    BY_CHANCE_ERROR,
    ORPHANS,
    ROWS_LEAST,
    ROWS_MOST,
    TELLING_SHARE,
    comparable_columns,
)
from veilflow_expectations.references import References
from veilflow_expectations.table_profile import DigestCounts
from veilflow_expectations.telling_rows import RowForm, telling_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "chance_length",
    "constants",
    "fill_masked",
    "fill_shared",
    "fill_synthetic",
    "parameters",
    "row_form",
]

# A raw value that this many rows hold, and this many times as many as the column's values do on
# average, is a placeholder ("unknown") or too common to point at anybody.
_COMMON_ROWS, _COMMON_TIMES = 20, 50


def fill_shared(references: References, policy: Policy, sides: Sides) -> None:
    """The references of every product: raw values, labels of levels, the policy's constants."""
    for table, counted in sides.source.items():
        for column, counts in counted.digests.items():
            references.add_digests(f"raw:{table}.{column}", _telling(counts))
    for output in sides.outputs.values():
        for column in output.levels:
            labels = _labels_of(sides, output, column)
            references.add(f"labels:{output.table}.{column}", labels)
        for column, rules in output.columns.items():
            if rules.treatment in CONSTANT:
                references.add(f"constant:{output.table}.{column}", constants(rules))


def fill_masked(references: References, policy: Policy, sides: Sides, roots: Sequence[str]) -> None:
    """The people of each root table's output, and the values of its pseudonym columns."""
    add_linked(references, policy, sides.output, sides.types)
    for root in roots:
        unit = policy.unit_column(root)
        assert unit is not None  # roots have one row a person
        references.add_digests(f"people:{root}", sides.output[root].digests[unit].digests)


def fill_synthetic(
    references: References, policy: Policy, sides: Sides, source: Mapping[str, DataFrame]
) -> dict[str, dict[str, float]]:
    """The source's telling rows in the form that synthetic rows have; suite parameters by table."""
    given = {}
    for table, output in sides.outputs.items():
        compared = comparable_columns(policy, table)
        if compared:
            forms = [row_form(output, column, rules) for column, rules in compared.items()]
            unit = policy.unit_column(table)
            made = sides.output[table].rows
            found = telling_rows(source[table], table, forms, unit, references.key, made)
            references.add_digests(f"telling rows:{table}", found.digests)
            given[table] = {
                BY_CHANCE: found.by_chance,
                BY_CHANCE_ERROR: found.by_chance_error,
                TELLING_SHARE: found.share,
            }
    return given


def parameters(policy: Policy, sides: Sides, table: str, roots: Sequence[str]) -> dict[str, int]:
    """The suite parameters of one table."""
    rows = sides.source[table].rows
    limit = policy.anonymize.suppression_limit if policy.anonymize is not None else 0.0
    own = bool(policy.tables[table].with_role("quasi"))
    # Of a table without quasi-identifiers any number of rows may go with its people.
    least = rows - int(limit * rows) if own else 0
    unit = policy.unit_column(table)
    people = rows if unit is None else int(sides.source[table].exact[unit].digests.size)
    given = {ROWS_LEAST: max(least, min(rows, 1)), ROWS_MOST: rows, DRAWN: people}
    for position, root in enumerate(roots):
        given[f"{ORPHANS}_{position}"] = _orphan_rows(policy, sides, table, root)
    given |= _chance_lengths(policy, sides, table)
    return given | shared_bounds(policy, sides.source, sides.output, sides.types, table)


def chance_length(column: ColumnPolicy, values: int) -> int:
    """From how many characters on at most a tenth of encrypted values are somebody's by chance.

    There are so many raw ``values``, and up to three of the characters may be separators.
    """
    return beyond_chance(column, 10_000 * max(100, values))


def _chance_lengths(policy: Policy, sides: Sides, table: str) -> dict[str, int]:
    return {
        chance_parameter(name): chance_length(
            column, sides.source[table].digests[name].digests.size
        )
        for name, column in policy.tables[table].released.items()
        if column.treatment == "fpe"
    }


def _orphan_rows(policy: Policy, sides: Sides, table: str, root: str) -> int:
    """Rows of the source whose person isn't in the root's source either."""
    unit, other = policy.unit_column(table), policy.unit_column(root)
    if unit is None or other is None:
        return 0
    child, people = sides.source[table].exact[unit], sides.source[root].exact[other]
    return int(child.rows[~np.isin(child.digests, people.digests)].sum())


def _telling(counts: DigestCounts) -> Any:
    rows = counts.rows
    if not rows.size:
        return counts.digests
    common = max(_COMMON_ROWS, _COMMON_TIMES * float(rows.mean()))
    return counts.digests[rows < common]


def _labels_of(sides: Sides, output: Output, column: str) -> list[str | None]:
    """The labels of the levels at which the column may be."""
    finest = list(sides.source[output.table].labels[column])
    table = materialize(output.hierarchies[column], column, finest)
    labels = (label for level in output.allowed(column) for label in table.labels[level])
    return list(dict.fromkeys(labels))


def constants(rules: ColumnPolicy) -> list[str]:
    """What the policy puts in place of values, as it says and not as the mask's code does."""
    assert rules.protect is not None
    if rules.treatment == "constant":
        return [str(rules.protect.parameters["value"])]
    return ["[REDACTED]"] if rules.treatment == "redact" else []


def row_form(output: Output, column: str, rules: ColumnPolicy) -> RowForm:
    """How a source column is brought into the form that synthetic rows have."""
    if column in output.hierarchies:
        return RowForm(column, hierarchy=output.hierarchies[column], levels=output.allowed(column))
    assert rules.protect is not None
    if rules.treatment == "keep":
        return RowForm(column)
    return RowForm(column, transform=create_transform(rules.protect.name, rules.protect.parameters))
