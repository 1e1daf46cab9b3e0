"""A table of the population beside the source's: whom an attacker may think of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from veilflow.anonymize.problem import View
from veilflow.errors import ReleaseRefused

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["POPULATION", "check_population", "with_population"]

# How many people of the population have the combination of a line.
POPULATION = "population"


def with_population(table: pa.Table, population: pa.Table) -> pa.Table:
    """The lines of an aggregated view, then those of the population as lines of no row.

    ``population`` has the values of the quasi-identifiers and ``POPULATION``, and what else it
    shares with ``table``. All other columns of ``table`` are 0 or null in its lines.
    """
    import pyarrow as pa

    counts = pa.array(np.zeros(table.num_rows, dtype=np.int64))
    own = table.append_column(POPULATION, counts)
    lines = {}
    for field in own.schema:
        if field.name in population.column_names:
            lines[field.name] = population.column(field.name).cast(field.type)
        elif pa.types.is_integer(field.type) and not table.column(field.name).null_count:
            lines[field.name] = pa.array(np.zeros(population.num_rows), field.type)
        else:
            lines[field.name] = pa.nulls(population.num_rows, field.type)
    return pa.concat_tables([own, pa.table(lines, schema=own.schema)])


def check_population(view: View) -> None:
    """Refuse a population that has fewer people with a combination than the table itself has."""
    if view.population is None:
        return
    people = view.rows
    if view.units is not None:
        pairs = np.bincount(view.units.pair_combo, minlength=view.rows.size)
        people = view.units.single + pairs
    if np.any(view.population < people):
        raise ReleaseRefused(
            f"the population table lacks people of table {view.name}: some quasi-identifiers are "
            "more frequent in the source than in it.",
            remedy="Give a table with everybody of the source in it, its values spelt alike.",
        )
