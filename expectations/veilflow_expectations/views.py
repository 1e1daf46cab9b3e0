"""What an attacker may hold a person's quasi-identifiers against, built on the output.

A view is a table together with the quasi-identifiers of the root tables (one row a person), joined
on the privacy unit as it was released. Built from the policy and the output alone, and not by the
code that anonymised it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from veilflow.policy import Policy
from veilflow.spark.reading import quoted

from veilflow_expectations.table_profile import Profile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["output_roots", "view_frame"]

_PERSON = "__person"


def output_roots(policy: Policy, output: Mapping[str, Profile]) -> tuple[str, ...]:
    """The tables with quasi-identifiers in which nobody has two rows, in the policy's order.

    ``output`` must have counted the digests of each table's released privacy unit.
    """
    roots = []
    for name, rules in policy.tables.items():
        unit = policy.unit_column(name)
        if unit is None or unit not in rules.released or not rules.with_role("quasi"):
            continue
        if (output[name].digests[unit].rows <= 1).all():
            roots.append(name)
    return tuple(roots)


def view_frame(
    policy: Policy,
    output: Mapping[str, DataFrame],
    table: str,
    roots: Sequence[str],
    also: Sequence[str] = (),
) -> DataFrame:
    """``table`` joined with ``roots``: columns ``table.column``, the privacy unit among them.

    ``also`` names more columns of ``table`` that the view keeps: what is sensitive. Columns that a
    table lacks are left out: an earlier release may be of another policy.
    """
    unit = policy.unit_column(table)
    own = _present([*policy.tables[table].with_role("quasi"), *also], output[table])
    units = [] if unit is None else [quoted(unit).alias(f"{table}.{unit}")]
    view = output[table].select(
        *units,
        *([] if unit is None else [quoted(unit).cast("string").alias(_PERSON)]),
        *[quoted(name).alias(f"{table}.{name}") for name in own],
    )
    for root in roots:
        other = policy.unit_column(root)
        assert other is not None  # roots have one row a person
        right = output[root].select(
            quoted(other).cast("string").alias(_PERSON),
            *[
                quoted(name).alias(f"{root}.{name}")
                for name in _present(policy.tables[root].with_role("quasi"), output[root])
            ],
        )
        view = view.join(right, on=_PERSON, how="left")
    return view


def _present(names: Iterable[str], frame: DataFrame) -> list[str]:
    return [name for name in names if name in frame.columns]
