"""What the judge asks of each table in its one pass, on the source's and on the output's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from veilflow.errors import StageFailed
from veilflow.hierarchy import Hierarchy
from veilflow.pipeline.stages import Product
from veilflow.policy import ColumnPolicy, Policy
from veilflow.policy.hierarchies import build_hierarchy

from veilflow_expectations.attack_plan import is_pseudonymous
from veilflow_expectations.distributions import is_ordered_type
from veilflow_expectations.domain_references import counted_output, counted_source
from veilflow_expectations.leak_plan import SHOWN, cross_references, is_held_to_own
from veilflow_expectations.plan import synthetic_columns
from veilflow_expectations.planned import Types
from veilflow_expectations.table_profile import Counted, Profile, profile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["Output", "Sides", "output_sides"]


@dataclass(frozen=True)
class Output:
    """Which columns of ``table`` were released, and at which level each is generalised.

    A level of None stands for any from the column's ``min_level`` to its ``max_level``.
    """

    table: str
    columns: Mapping[str, ColumnPolicy]
    hierarchies: Mapping[str, Hierarchy]
    levels: Mapping[str, int | None]

    def allowed(self, column: str) -> range:
        """The levels at which a cell of ``column`` may be."""
        level, rules = self.levels[column], self.columns[column]
        if level is not None:
            return range(level, level + 1)
        top = self.hierarchies[column].levels - 1
        return range(rules.min_level, (top if rules.max_level is None else rules.max_level) + 1)


@dataclass(frozen=True)
class Sides:
    """The profiles of all tables, of the source and of the output, and what is known of types."""

    outputs: Mapping[str, Output]
    source: Mapping[str, Profile]
    output: Mapping[str, Profile]
    types: Types

    def suppressed(self, table: str) -> int:
        """Rows of the source that the output lacks."""
        return max(0, self.source[table].rows - self.output[table].rows)


def describe_output(
    policy: Policy, product: Product, table: str, levels: Mapping[tuple[str, str], int | None]
) -> Output:
    """The released columns of one table of ``product`` with their hierarchies and levels.

    Synthetic rows are made of each hierarchy's finest allowed level.
    """
    masked = product == "masked"
    columns = policy.tables[table].released if masked else synthetic_columns(policy, table)
    generalized = {name: c for name, c in columns.items() if c.treatment == "generalize"}
    missing = [name for name in generalized if masked and (table, name) not in levels]
    if missing:
        raise StageFailed(
            f"table {table}: no level is claimed for {', '.join(missing)}, so its labels can't be "
            "judged."
        )
    hierarchies = {name: build_hierarchy(c.hierarchy) for name, c in generalized.items()}
    claimed = {
        name: levels[(table, name)] if masked else column.min_level
        for name, column in generalized.items()
    }
    return Output(table, columns, hierarchies, claimed)


def output_sides(
    policy: Policy,
    product: Product,
    source: Mapping[str, DataFrame],
    output: Mapping[str, DataFrame],
    levels: Mapping[tuple[str, str], int | None],
    key: bytes,
) -> Sides:
    """Profile every table of both sides: one pass each."""
    types = Types(
        source=_text_columns(source),
        output=_text_columns(output),
        tables=frozenset(source),
        ordered=_ordered_columns(source),
    )
    outputs = {name: describe_output(policy, product, name, levels) for name in output}
    sought = set(cross_references(policy, types).values())
    return Sides(
        outputs=outputs,
        source={
            name: _profile_source(policy, name, frame, outputs.get(name), sought, key)
            for name, frame in source.items()
        },
        output={
            name: _profile_output(policy, name, frame, outputs[name], key)
            for name, frame in output.items()
        },
        types=types,
    )


def _profile_source(
    policy: Policy,
    name: str,
    frame: DataFrame,
    output: Output | None,
    sought: set[tuple[str, str]],
    key: bytes,
) -> Profile:
    counted = []
    columns = {} if output is None else output.columns
    for column, hierarchy in {} if output is None else output.hierarchies.items():
        counted.append(Counted(column, "labels", hierarchy))
    for column, rules in columns.items():
        if rules.treatment in SHOWN:
            counted.append(Counted(column, "buckets"))
    own = {c for c, rules in columns.items() if is_held_to_own(rules) or is_pseudonymous(rules)}
    for column in policy.tables[name].columns:
        if column in own or (name, column) in sought:
            counted.append(Counted(column, "digests"))
    unit = policy.unit_column(name)
    if unit is not None:
        counted.append(Counted(unit, "exact"))
    counted += [one for one in counted_source(policy, name) if one.column != unit]
    return profile(frame, f"{name} of the source", counted, list(columns), key)


def _profile_output(
    policy: Policy, name: str, frame: DataFrame, output: Output, key: bytes
) -> Profile:
    counted = [Counted(column, "labels") for column in output.hierarchies]
    for column, rules in output.columns.items():
        if rules.treatment in SHOWN:
            counted.append(Counted(column, "buckets"))
    unit = policy.unit_column(name)
    if unit in output.columns:
        assert unit is not None
        counted.append(Counted(unit, "digests"))
    linked = counted_output(policy, name)
    counted += [one for one in linked if one.column in output.columns and one.column != unit]
    return profile(frame, f"{name} of the output", counted, list(output.columns), key)


def _text_columns(frames: Mapping[str, Any]) -> dict[tuple[str, str], bool]:
    return {
        (table, name): data_type == "string"
        for table, frame in frames.items()
        for name, data_type in frame.dtypes
    }


def _ordered_columns(frames: Mapping[str, Any]) -> dict[tuple[str, str], bool]:
    return {
        (table, name): is_ordered_type(data_type)
        for table, frame in frames.items()
        for name, data_type in frame.dtypes
    }
