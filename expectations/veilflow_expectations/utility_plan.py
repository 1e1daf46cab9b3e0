"""Which columns are held to their distribution and to each other, where the policy bounds it.

Of masked output the columns that were kept, of synthetic output all whose form a judge can give a
source value. Numbers and dates are compared in their order, all else as categories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.planned import PlannedCheck, Types, listed

__all__ = ["asks_for_utility", "is_ordered", "kept_columns", "utility_checks"]

_ORDERED_CASTS = frozenset({"integer", "number", "date", "timestamp"})


def asks_for_utility(policy: Policy) -> bool:
    """Whether the policy bounds how far distributions or correlations may move."""
    rules = policy.validation
    bounds = (rules.max_total_variation, rules.max_kolmogorov_smirnov, rules.max_correlation_change)
    return any(bound is not None for bound in bounds)


def kept_columns(columns: Mapping[str, ColumnPolicy]) -> dict[str, ColumnPolicy]:
    """The columns of masked output that hold what they held."""
    return {name: column for name, column in columns.items() if column.treatment == "keep"}


def is_ordered(table: str, name: str, column: ColumnPolicy, types: Types) -> bool:
    """Whether the released column holds numbers or dates, by the policy or else by the data."""
    if column.treatment in ("round", "bucket"):
        return True
    if column.treatment == "truncate" and column.protect is not None:
        return column.protect.parameters.get("to") is not None
    if column.treatment != "keep":
        return False
    if column.cast is not None:
        return column.cast in _ORDERED_CASTS
    return types.ordered.get((table, name), False)


def utility_checks(
    policy: Policy, table: str, columns: Mapping[str, ColumnPolicy], types: Types
) -> Iterator[PlannedCheck]:
    """The checks of ``columns`` of one table that the policy asks for."""
    rules = policy.validation
    for name, column in columns.items():
        ordered = is_ordered(table, name, column, types)
        bound = rules.max_kolmogorov_smirnov if ordered else rules.max_total_variation
        if bound is not None:
            yield _distribution(table, name, ordered, bound)
    most = rules.max_correlation_change
    if most is not None and len(columns) > 1:
        yield PlannedCheck(
            "correlation",
            "expect_column_correlations_to_be_kept",
            {
                "columns": list(columns),
                "reference": f"correlations:{table}",
                "max_change": most,
            },
            f"Over all pairs of {listed(list(columns))} the association changes by at most "
            f"{most:.4g} from the source: Pearson's correlation for numbers and dates, Cramér's V "
            "where one of the two is a category.",
            kind="utility",
        )


def _distribution(table: str, name: str, ordered: bool, bound: float) -> PlannedCheck:
    measured = (
        "no share of values up to a point differs by more than"
        if ordered
        else "half the differences of the shares of its categories are together at most"
    )
    return PlannedCheck(
        "distribution",
        "expect_column_distribution_to_be_close",
        {
            "column": name,
            "reference": f"distribution:{table}.{name}",
            "distance": "kolmogorov_smirnov" if ordered else "total_variation",
            "max_distance": bound,
        },
        f"The column is distributed as in the source: {measured} {bound:.4g}.",
        name,
        kind="utility",
    )
