"""What is to be checked, as data: a policy becomes planned checks, and these become GX suites.

Knows no engine and no Great Expectations. References are named here and filled by whoever judges:

* ``raw:TABLE.COLUMN``: the source's values of a column;
* ``labels:TABLE.COLUMN``: the labels of the level that the output claims;
* ``constant:TABLE.COLUMN``: what a redacted column may hold;
* ``people:TABLE``: the privacy units of a root table's output;
* ``telling rows:TABLE``: source rows that point at somebody (telling_rows.py);
* ``split:TABLE``: the rows fitted on and rows of unseen people (split_rows.py).
* ``identifiers`` and ``labels:TABLE.COLUMN`` of free text: see text_plan.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.attack_plan import attacks_on_table
from veilflow_expectations.content_plan import personal_data
from veilflow_expectations.difference_plan import plan_difference
from veilflow_expectations.domain_plan import domain_checks
from veilflow_expectations.form_plan import form_checks
from veilflow_expectations.leak_plan import CONSTANT, cross_leaks, own_leaks
from veilflow_expectations.nested_plan import nested_suites
from veilflow_expectations.planned import PlannedCheck, PlannedSuite, Types, listed, percent
from veilflow_expectations.policy_checks import extra_checks, with_warnings
from veilflow_expectations.synthetic_plan import leak_gates
from veilflow_expectations.text_plan import text_suites
from veilflow_expectations.utility_plan import kept_columns, utility_checks
from veilflow_expectations.view_plan import plan_view, small_cells

__all__ = [
    "BY_CHANCE",
    "BY_CHANCE_ERROR",
    "ORPHANS",
    "ROWS_LEAST",
    "ROWS_MOST",
    "TELLING_SHARE",
    "comparable_columns",
    "plan_masked",
    "plan_synthetic",
    "synthetic_columns",
]

ROWS_LEAST, ROWS_MOST, ORPHANS = "rows_least", "rows_most", "orphan_rows"
BY_CHANCE, BY_CHANCE_ERROR = "copies_by_chance", "copies_by_chance_error"
TELLING_SHARE = "telling_share"

_SYNTHESIZED = ("quasi", "sensitive", "insensitive")


def plan_masked(
    policy: Policy, roots: Sequence[str], types: Types | None = None
) -> tuple[PlannedSuite, ...]:
    """The suites for a masked and anonymised output. ``roots`` have one row a person."""
    known = types or Types()
    suites = []
    for table in policy.tables:
        suites.append(_columns_suite(table, list(policy.tables[table].released)))
    for table in policy.tables:
        checks = [
            *_rows_kept(policy, table),
            *_values(policy, table, known),
            *_people_known(policy, table, roots),
            *domain_checks(policy, table, known),
            *small_cells(policy, table),
            *attacks_on_table(policy, table, known),
            *utility_checks(policy, table, kept_columns(policy.tables[table].released), known),
            *extra_checks(policy, table, policy.tables[table].released),
        ]
        suites.append(PlannedSuite(table, table, "values", tuple(checks)))
    suites += text_suites(policy)
    suites += nested_suites(policy, known)
    if policy.anonymize is not None:
        for table, rules in policy.tables.items():
            if rules.with_role("quasi"):
                suites.append(plan_view(policy, table, roots))
        suites += plan_difference(policy, roots)
    return with_warnings(policy, suites)


def plan_synthetic(policy: Policy, types: Types | None = None) -> tuple[PlannedSuite, ...]:
    """The suites for synthetic output."""
    known = types or Types()
    assert policy.synthesize is not None
    suites = []
    for table in policy.synthesize.tables:
        suites.append(_columns_suite(table, list(synthetic_columns(policy, table))))
    for table, rows in policy.synthesize.tables.items():
        checks = [
            PlannedCheck(
                "rows promised",
                "expect_table_row_count_to_equal",
                {"value": rows},
                "The table has as many rows as the policy asks for.",
            ),
            *_null_shares(policy, synthetic_columns(policy, table)),
            *_labels(policy, table),
            *cross_leaks(policy, table, synthetic_columns(policy, table), known),
            *personal_data(synthetic_columns(policy, table), policy.custom_types),
            *_copies(policy, table),
            *leak_gates(policy, table, list(comparable_columns(policy, table))),
            *utility_checks(policy, table, comparable_columns(policy, table), known),
            *extra_checks(policy, table, synthetic_columns(policy, table)),
        ]
        suites.append(PlannedSuite(table, table, "values", tuple(checks)))
    return with_warnings(policy, suites)


def synthetic_columns(policy: Policy, table: str) -> dict[str, ColumnPolicy]:
    """The columns that synthetic rows have: released, and neither identifiers nor free text."""
    return {
        name: column
        for name, column in policy.tables[table].released.items()
        if column.role in _SYNTHESIZED
    }


def comparable_columns(policy: Policy, table: str) -> dict[str, ColumnPolicy]:
    """The synthetic columns whose form a judge can give a source row: no key, no foreign code."""
    return {
        name: column
        for name, column in synthetic_columns(policy, table).items()
        if column.is_reproducible
    }


def _columns_suite(table: str, columns: list[str]) -> PlannedSuite:
    check = PlannedCheck(
        "columns as promised",
        "expect_table_columns_to_match_ordered_list",
        {"column_list": columns},
        "The table has exactly the columns that the policy releases, in its order: nothing that "
        "nobody decided about.",
    )
    return PlannedSuite(f"{table}: columns", table, "columns", (check,))


def _rows_kept(policy: Policy, table: str) -> Iterator[PlannedCheck]:
    limit = policy.anonymize.suppression_limit if policy.anonymize is not None else 0.0
    own = bool(policy.tables[table].with_role("quasi"))
    least = f"at least {percent(1 - limit)} of the source's rows" if own else "rows"
    yield PlannedCheck(
        "rows kept",
        "expect_table_row_count_to_be_between",
        {"min_value": {"$PARAMETER": ROWS_LEAST}, "max_value": {"$PARAMETER": ROWS_MOST}},
        f"The table has {least}, and no more than the source: no more was suppressed than the "
        "policy allows, and nothing was written twice.",
        raw_side=True,
        shows_figures=False,
    )


def _values(policy: Policy, table: str, types: Types) -> Iterator[PlannedCheck]:
    released = policy.tables[table].released
    yield from _null_shares(policy, released)
    for name, column in released.items():
        yield from _content(table, name, column)
        yield from own_leaks(table, name, column)
    yield from cross_leaks(policy, table, released, types)
    yield from personal_data(released, policy.custom_types)


def _content(table: str, name: str, column: ColumnPolicy) -> Iterator[PlannedCheck]:
    """What the column may hold because of how it was protected."""
    treatment = column.treatment
    if treatment == "generalize":
        yield PlannedCheck(
            "labels of the level",
            "expect_column_values_to_appear_in_reference",
            {"column": name, "reference": f"labels:{table}.{name}"},
            "Every value is a label of the level that the output claims, and none is finer.",
            name,
        )
    elif treatment in CONSTANT:
        yield PlannedCheck(
            "nothing but the policy's words",
            "expect_column_values_to_appear_in_reference",
            {"column": name, "reference": f"constant:{table}.{name}"},
            "The column holds what the policy puts in place of its values, and nothing else.",
            name,
        )
    else:
        yield from form_checks(name, column)


def _null_shares(policy: Policy, columns: Mapping[str, ColumnPolicy]) -> Iterator[PlannedCheck]:
    bound = policy.validation.max_null_share
    for name, column in columns.items():
        if bound < 1 and column.treatment != "nullify":
            yield PlannedCheck(
                "null share",
                "expect_column_null_share_to_be_below",
                {"column": name, "max_share": bound},
                f"At most {percent(bound)} of the column's values are missing.",
                name,
                kind="utility",
            )


def _people_known(policy: Policy, table: str, roots: Sequence[str]) -> Iterator[PlannedCheck]:
    unit = policy.unit_column(table)
    if table in roots or unit is None or unit not in policy.tables[table].released:
        return
    for position, root in enumerate(roots):
        if policy.unit_column(root) in policy.tables[root].released:
            yield PlannedCheck(
                f"people of {root}",
                "expect_column_values_to_appear_in_reference",
                {
                    "column": unit,
                    "reference": f"people:{root}",
                    "max_missing": {"$PARAMETER": f"{ORPHANS}_{position}"},
                },
                f"Every row belongs to somebody in {root}: whoever was suppressed there is gone "
                "here too. Rows that had nobody there in the source already are not counted.",
                unit,
                raw_side=True,
            )


def _labels(policy: Policy, table: str) -> Iterator[PlannedCheck]:
    for name, column in synthetic_columns(policy, table).items():
        if column.treatment == "generalize":
            yield from _content(table, name, column)


def _copies(policy: Policy, table: str) -> Iterator[PlannedCheck]:
    bound = policy.validation.max_copies
    columns = list(comparable_columns(policy, table))
    if columns:
        yield PlannedCheck(
            "exact copies",
            "expect_exact_copies_to_be_below",
            {
                "columns": columns,
                "reference": f"telling rows:{table}",
                "max_share": bound,
                "by_chance": {"$PARAMETER": BY_CHANCE},
                "by_chance_error": {"$PARAMETER": BY_CHANCE_ERROR},
                "telling_share": {"$PARAMETER": TELLING_SHARE},
            },
            f"At most {percent(bound)} of the rows are estimated to be copies of source rows, "
            f"beyond what chance explains. Looked for: rows equal, in all of {listed(columns)}, to "
            "one that fewer than 10 people have and that is too improbable to arise often. The "
            "attacker is assumed to search the output for a row that they know.",
            raw_side=True,
            kind="leak",
        )
