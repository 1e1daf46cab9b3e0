"""Anonymising one table in memory, without an engine: for files that fit, and for study.

The result is the one that the Spark stages come to on the same table and policy: the same casts,
the same problem, and rows left out or generalised by the same recoding.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.aggregate import ROWS, UNIT, UNITS, Aggregated, aggregated
from veilflow.anonymize.arrow_casts import cast, nulled
from veilflow.anonymize.arrow_text import as_text
from veilflow.anonymize.microaggregation import microaggregated_table
from veilflow.anonymize.population import POPULATION, with_population
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.released import as_released
from veilflow.anonymize.row_draws import ranks, row_draws, row_texts
from veilflow.anonymize.view_plan import ViewPlan, plan_views
from veilflow.errors import PolicyError, ReleaseRefused, UsageError
from veilflow.policy import Policy, TablePolicy
from veilflow.policy.draft import yaml_key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TableProblem", "cast_table", "problem_of"]

_SMALL = 10
_KEY_BYTES = 32


@dataclass(frozen=True, eq=False, repr=False)
class TableProblem:
    """One table's problem, and for each of its rows the combination (row of ``View.codes``)."""

    problem: Problem
    combo: npt.NDArray[np.int64]
    _plan: ViewPlan
    _aggregated: Aggregated
    _policy: Policy

    def apply(self, recoding: Recoding, table: pa.Table, key: bytes | None = None) -> pa.Table:
        """``table`` with quasi-identifiers recoded and suppressed rows left out, in its order.

        Where rows are lent, which of a combination they are is drawn by ``key``, as on Spark;
        without one they are drawn anew each time.

        Microaggregated columns have the number of their class.

        ``table`` must have the rows that the problem was made of. Its other columns stay as they
        are: masking them is the caller's, and so is the order, which can name people.
        """
        import pyarrow as pa

        if table.num_rows != self.combo.size:
            raise UsageError("the recoding was found for another table")
        lot = self._lots(recoding, table, secrets.token_bytes(_KEY_BYTES) if key is None else key)
        kept = ~recoding.suppressed[self.combo]
        table = table.filter(pa.array(kept))
        combo, lot = self.combo[kept], lot[kept]
        for position, column in enumerate(self._plan.own):
            labels = self._aggregated.labels(recoding, position, combo, lot)
            place = table.column_names.index(column.name)
            table = table.set_column(place, column.name, labels)
        return microaggregated_table(self._policy, self._plan.table, table)

    def _lots(self, recoding: Recoding, table: pa.Table, key: bytes) -> npt.NDArray[np.int64]:
        """The lot of each row that is lent, -1 for others."""
        lot = np.full(self.combo.size, -1, dtype=np.int64)
        if recoding.lent is None:
            return lot
        lending = np.flatnonzero(np.isin(self.combo, recoding.lent.combo))
        columns = list(self._policy.tables[self._plan.table].columns)
        draw = row_draws(row_texts(table.take(lending), columns), key)
        combo = self.combo[lending]
        lot[lending] = recoding.lent.lot(combo, ranks(combo, draw))
        return lot


def cast_table(policy: Policy, table: pa.Table) -> pa.Table:
    """The columns that the policy lists, in its order, null-like texts nulled and casts done.

    Raises ReleaseRefused with a count where values can't be cast and the policy refuses them, and
    where the table's columns aren't those that the policy lists (unless it drops unlisted ones).
    """
    import pyarrow as pa

    name, rules = _only_table(policy)
    _check_columns(name, rules, table)
    columns, failures = {}, []
    for column, wanted in rules.columns.items():
        before = nulled(table.column(column), policy.source.null_values)
        columns[column] = before
        if wanted.cast is not None:
            columns[column] = after = _cast(before, f"tables.{name}.columns.{column}", wanted.cast)
            failed = after.null_count - before.null_count
            if failed and wanted.on_cast_error == "refuse":
                count = f"fewer than {_SMALL}" if failed < _SMALL else f"{failed:,}"
                failures.append(
                    f"tables.{name}.columns.{yaml_key(column)}: {count} values can't be cast to "
                    f"{wanted.cast}."
                )
    if failures:
        raise ReleaseRefused(
            failures,
            remedy="Mend the source, drop 'as', or add 'on_cast_error: nullify' to the column.",
        )
    return pa.table(columns)


def problem_of(policy: Policy, table: pa.Table, population: pa.Table | None = None) -> TableProblem:
    """The problem of a policy with one table; ``table`` as :func:`cast_table` gives it.

    ``population`` is the table of everybody, where the policy names one. People are counted where
    the policy names a privacy unit, as on Spark. Raises ReleaseRefused if a hierarchy doesn't know
    some of the values, or the population lacks people of the table.
    """
    import pyarrow as pa

    name, _ = _only_table(policy)
    unit = policy.unit_column(name)
    people = None if unit is None else _people(table.column(unit))
    is_root = people is not None and _one_row_each(people)
    plans = plan_views(policy, [name] if is_root else [])
    if not plans:
        raise PolicyError(
            f"table {name} has no quasi-identifier", remedy="Give a column the role quasi."
        )
    (plan,) = plans
    columns = {column.value: as_text(table.column(column.name)) for column in plan.own}
    columns[ROWS] = pa.array(np.ones(table.num_rows, dtype=np.int64))
    if people is not None:
        columns |= {UNITS: people.is_valid().cast("int64")} if is_root else {UNIT: people}
    for asked in plan.sensitive:
        released = as_released(policy.tables[name].columns[asked.name], table.column(asked.name))
        columns[asked.value] = as_text(released)
    lines = pa.table(columns)
    if population is not None:
        lines = with_population(lines, _counted(policy, plan, population))
    found = aggregated(policy, plans, {name: lines})
    raw = found.view(name)
    return TableProblem(found.problem, raw.combo[raw.line[: table.num_rows]], plan, found, policy)


def _counted(policy: Policy, plan: ViewPlan, population: pa.Table) -> pa.Table:
    """How many people of the population have each combination of raw values, cast as the source's.

    What can't be cast becomes null: nobody of the source has it.
    """
    import pyarrow as pa

    missing = [c.name for c in plan.own if c.name not in population.column_names]
    if missing:
        raise ReleaseRefused(
            f"the population table has no column {', '.join(map(yaml_key, missing))}.",
            remedy="It needs the quasi-identifiers under the names that they have in the source.",
        )
    texts = {}
    for column in plan.own:
        values = nulled(population.column(column.name), policy.source.null_values)
        to = policy.tables[plan.table].columns[column.name].cast
        texts[column.value] = as_text(values if to is None else cast(values, to))
    grouped = pa.table(texts).group_by(list(texts)).aggregate([([], "count_all")])
    return grouped.rename_columns([*texts, POPULATION])


def _check_columns(name: str, rules: TablePolicy, table: pa.Table) -> None:
    there = table.column_names
    reasons = [
        f"tables.{name}.columns.{yaml_key(column)}: the source has no such column."
        for column in rules.columns
        if column not in there
    ]
    if rules.unlisted == "refuse":
        reasons += [
            f"table {name}: column {yaml_key(column)} isn't listed in the policy."
            for column in there
            if column not in rules.columns
        ]
    if len(set(there)) < len(there):
        reasons.append(f"table {name}: two columns have the same name.")
    if reasons:
        raise ReleaseRefused(
            reasons, remedy="Correct the policy: nothing is released that it doesn't list."
        )


def _only_table(policy: Policy) -> tuple[str, TablePolicy]:
    if len(policy.tables) != 1:
        raise UsageError(
            "the policy has several tables, which are judged on their join",
            remedy="Run them through the pipeline.",
        )
    return next(iter(policy.tables.items()))


def _cast(values: pa.ChunkedArray, place: str, to: str) -> pa.ChunkedArray:
    problem = ""
    try:
        return cast(values, to)
    except PolicyError as error:
        problem = str(error)
    raise PolicyError(f"{place}: {problem}")


def _people(values: pa.ChunkedArray) -> pa.Array:
    """A number for each person, null for nobody."""
    encoded = as_text(values).combine_chunks().dictionary_encode()
    return encoded.indices.cast("int64")


def _one_row_each(people: pa.Array) -> bool:
    return len(people.drop_null()) == len(people.drop_null().unique())
