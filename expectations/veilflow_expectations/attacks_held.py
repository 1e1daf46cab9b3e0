"""Fills what attackers are assumed to hold, from one pass over each source table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from veilflow.mask import create_transform
from veilflow.policy import Policy

from veilflow_expectations.attack_plan import ordered_columns, pseudonymous_columns
from veilflow_expectations.attack_references import (
    MARKS_SAMPLED,
    PEOPLE_SAMPLED,
    ROWS_SAMPLED,
    Frequencies,
    SourceOrder,
    Targets,
)
from veilflow_expectations.digests import Int64
from veilflow_expectations.marks import missing_marks
from veilflow_expectations.measured import Output, Sides
from veilflow_expectations.references import References
from veilflow_expectations.source_marks import Asked, SourceMarks, source_marks
from veilflow_expectations.telling_rows import RowForm

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["fill_attacks"]


def fill_attacks(
    references: References,
    policy: Policy,
    sides: Sides,
    source: Mapping[str, DataFrame],
    roots: Sequence[str],
    files: Mapping[str, Sequence[str]],
) -> None:
    """What :mod:`attack_plan` names, for every table that was released."""
    nodes = max((_nodes(output) for output in sides.outputs.values()), default=1)
    sampled = min(PEOPLE_SAMPLED, MARKS_SAMPLED // nodes)
    share = min(1.0, sampled / max(1, _most_people(policy, sides)))
    found: dict[str, SourceMarks] = {}
    for table, output in sides.outputs.items():
        asked = _asked(policy, sides, output, share)
        if asked.forms:
            found[table] = source_marks(source[table], table, asked, references.key)
        if asked.columns:
            references.hold(f"order:{table}", SourceOrder(found[table].rows, asked.rows))
        for column in pseudonymous_columns(policy, table):
            counted = sides.source[table]
            counts = counted.digests.get(column) or counted.exact[column]
            references.hold(
                f"frequencies:{table}.{column}", Frequencies(counts.rows.astype(np.float64))
            )
        references.hold(f"names:{table}", (table, *files.get(table, ())))
    if policy.anonymize is None:
        return
    for table in found:
        if policy.tables[table].class_key:
            targets = _targets(policy, table, roots, found, is_everyone=share >= 1)
            references.hold(f"targets:{table}", targets)


def _nodes(output: Output) -> int:
    """In how many forms the output may show one combination of raw values."""
    return math.prod(len(output.allowed(column)) for column in output.levels)


def _most_people(policy: Policy, sides: Sides) -> int:
    counts = []
    for table, counted in sides.source.items():
        unit = policy.unit_column(table)
        counts.append(counted.rows if unit is None else counted.exact[unit].digests.size)
    return max(counts, default=0)


def _asked(policy: Policy, sides: Sides, output: Output, people: float) -> Asked:
    ordered = ordered_columns(policy, output.table)
    quasi = [name for name in policy.tables[output.table].released if name in output.levels]
    columns = list(dict.fromkeys([*ordered, *quasi]))
    return Asked(
        forms=tuple(_form(output, name) for name in columns),
        columns=tuple(columns.index(name) for name in ordered),
        quasi=tuple(columns.index(name) for name in quasi),
        prefix=f"{output.table}.",
        unit=policy.unit_column(output.table),
        rows=min(1.0, ROWS_SAMPLED / max(1, sides.source[output.table].rows)),
        people=people,
    )


def _form(output: Output, name: str) -> RowForm:
    if name in output.levels:
        return RowForm(name, hierarchy=output.hierarchies[name], levels=output.allowed(name))
    rules = output.columns[name]
    assert rules.protect is not None  # only quasi-identifiers have none
    if rules.treatment == "keep":
        return RowForm(name)
    return RowForm(name, transform=create_transform(rules.protect.name, rules.protect.parameters))


def _targets(
    policy: Policy,
    table: str,
    roots: Sequence[str],
    found: Mapping[str, SourceMarks],
    *,
    is_everyone: bool,
) -> Targets:
    """The people of a table with the combinations that its view has of them."""
    own = found[table]
    combined = own.own.copy()
    if policy.unit_column(table) is not None:
        for root in roots:
            if root != table:
                names = [f"{root}.{name}" for name in policy.tables[root].class_key]
                combined += _parts(found[root], own.people, names)
    return Targets.of(own.people, combined, is_everyone=is_everyone)


def _parts(root: SourceMarks, people: Int64, names: Sequence[str]) -> Int64:
    """What a root's columns add to the combinations of ``people``: nulls where it lacks them."""
    distinct, first = np.unique(root.people, return_index=True)
    parts = np.full(people.size, missing_marks(names)[0], dtype=np.int64)
    if distinct.size:
        place = np.minimum(np.searchsorted(distinct, people), distinct.size - 1)
        known = distinct[place] == people
        parts[known] = root.own[first[place[known]]]
    return parts
