"""Measures the source, in the output's form, where the policy bounds how far that may move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from veilflow.pipeline.stages import Product
from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.associations import measure_associations
from veilflow_expectations.distributions import Sought, measure
from veilflow_expectations.held_against import row_form
from veilflow_expectations.measured import Output, Sides
from veilflow_expectations.plan import comparable_columns
from veilflow_expectations.references import References
from veilflow_expectations.utility_plan import asks_for_utility, is_ordered, kept_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["fill_utility"]


def fill_utility(
    references: References,
    policy: Policy,
    product: Product,
    sides: Sides,
    source: Mapping[str, DataFrame],
) -> None:
    """Register ``distribution:TABLE.COLUMN`` and ``correlations:TABLE`` as bounds ask for."""
    if not asks_for_utility(policy):
        return
    for table, output in sides.outputs.items():
        columns = _compared(policy, product, table, output)
        sought = [
            Sought(row_form(output, name, rules), is_ordered(table, name, rules, sides.types))
            for name, rules in columns.items()
        ]
        asked = [one for one in sought if _is_bounded(policy, one)]
        measured = measure(source[table], asked, references.key) if asked else []
        for one, found in zip(asked, measured, strict=True):
            references.keep(f"distribution:{table}.{one.column}", found)
        if policy.validation.max_correlation_change is not None and len(sought) > 1:
            found_pairs = measure_associations(source[table], sought, references.key)
            references.keep(f"correlations:{table}", found_pairs)


def _compared(
    policy: Policy, product: Product, table: str, output: Output
) -> dict[str, ColumnPolicy]:
    if product == "masked":
        return kept_columns(output.columns)
    return comparable_columns(policy, table)


def _is_bounded(policy: Policy, one: Sought) -> bool:
    rules = policy.validation
    bound = rules.max_kolmogorov_smirnov if one.ordered else rules.max_total_variation
    return bound is not None
