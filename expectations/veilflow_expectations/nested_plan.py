"""What the parts of a column of JSON, structs or arrays are held to, path by path.

Each path that the policy names is judged like a column with its transform: its form, its own raw
values (those at the same path of the source), the raw identifiers of all tables, personal data. And
nothing stands anywhere else. The checks are asked of a table of leaves, which has a column for each
path (:func:`leaf_column`) and one for what no path leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from veilflow.policy import ColumnPolicy, Policy
from veilflow.policy.columns import Protection

from veilflow_expectations.content_plan import personal_data
from veilflow_expectations.form_plan import form_checks
from veilflow_expectations.leak_plan import CONSTANT, cross_leaks, own_leaks
from veilflow_expectations.planned import PlannedCheck, PlannedSuite, Types

__all__ = ["NESTED", "NestedColumn", "nested_columns", "nested_suites", "suite_name"]

NESTED = "nested"
_TREATMENTS = ("json", "fields")


@dataclass(frozen=True)
class NestedColumn:
    """A released column that is masked path by path. ``parts`` has each path's rules."""

    table: str
    column: str
    parts: Mapping[str, ColumnPolicy]

    @property
    def elsewhere(self) -> str:
        """The column of leaves that no path leads to."""
        return f"{self.column}: no path"

    def leaf_column(self, path: str) -> str:
        """The column of leaves of ``path``."""
        return f"{self.column}: {path}"

    @property
    def released(self) -> dict[str, ColumnPolicy]:
        """The columns of leaves that the output has."""
        return {
            self.leaf_column(path): rules for path, rules in self.parts.items() if rules.is_released
        }


def nested_columns(policy: Policy) -> tuple[NestedColumn, ...]:
    """The columns masked by ``json`` and ``fields``, in the policy's order."""
    return tuple(
        NestedColumn(table, name, _parts(column))
        for table, rules in policy.tables.items()
        for name, column in rules.released.items()
        if column.treatment in _TREATMENTS
    )


def nested_suites(policy: Policy, types: Types | None = None) -> Iterator[PlannedSuite]:
    """One suite for each nested column."""
    for nested in nested_columns(policy):
        checks = tuple(_checks(policy, nested, types or Types()))
        yield PlannedSuite(suite_name(nested), nested.table, NESTED, checks)


def suite_name(nested: NestedColumn) -> str:
    """What the suite of a nested column is called, and by which it is found again."""
    return f"{nested.table}: inside {nested.column}"


def _parts(column: ColumnPolicy) -> dict[str, ColumnPolicy]:
    assert column.protect is not None
    paths = column.protect.parameters["paths"]
    assert isinstance(paths, dict)
    return {path: _part(column, given) for path, given in paths.items()}


def _part(column: ColumnPolicy, given: object) -> ColumnPolicy:
    protect = Protection(name=str(given))
    if isinstance(given, dict):
        ((name, parameters),) = given.items()
        protect = Protection(name=name, parameters=parameters or {})
    return column.model_copy(update={"protect": protect})


def _checks(policy: Policy, nested: NestedColumn, types: Types) -> Iterator[PlannedCheck]:
    table = nested.table
    yield PlannedCheck(
        "nothing but the named paths",
        "expect_column_values_to_appear_in_reference",
        {"column": nested.elsewhere, "reference": f"nothing:{table}.{nested.column}"},
        "Every value inside stands where a path of the policy leads to, and every text can be "
        "read: nothing that nobody decided about.",
        nested.column,
    )
    for name, part in nested.released.items():
        if part.treatment in CONSTANT:
            yield PlannedCheck(
                "nothing but the policy's words",
                "expect_column_values_to_appear_in_reference",
                {"column": name, "reference": f"constant:{table}.{name}"},
                "Nothing stands here but what the policy puts in place of values.",
                name,
            )
        yield from form_checks(name, part)
        yield from own_leaks(table, name, part)
    yield from cross_leaks(policy, table, nested.released, types)
    yield from personal_data(nested.released, policy.custom_types)
