"""The classes of an output beside those of the population, generalised by the same levels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from veilflow.anonymize.arrow_casts import cast, nulled
from veilflow.anonymize.arrow_text import as_text
from veilflow.policy import Policy
from veilflow.policy.hierarchies import build_hierarchy
from veilflow.risk import PopulationClasses
from veilflow.study.lines import ROWS, OutputLines, Texts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["population_classes", "population_lines"]

Labels = tuple[str | None, ...]


def population_lines(
    policy: Policy, table: str, population: pa.Table, levels: Mapping[str, int]
) -> OutputLines:
    """Everybody with the labels that they have at ``levels``, one line a combination of values."""
    import pyarrow as pa

    columns = policy.tables[table].columns
    labels = {}
    for name, level in levels.items():
        values = nulled(population.column(name), policy.source.null_values)
        to = columns[name].cast
        texts = Texts.of(as_text(values if to is None else cast(values, to)))
        hierarchy = build_hierarchy(columns[name].hierarchy)
        found = hierarchy.generalize(texts.values, level, column=name)
        labels[name] = pa.array(found, pa.string()).take(pa.array(texts.codes))
    labels[ROWS] = pa.array(np.ones(population.num_rows, dtype=np.int64))
    return OutputLines(pa.table(labels), tuple(levels))


def population_classes(output: OutputLines, population: OutputLines) -> PopulationClasses:
    """Each class of either: its people in the output and in the population."""
    everybody = _by_labels(population, population.classes.rows.tolist())
    sample = _by_labels(output, output.classes.units.tolist())
    labels = list({**everybody, **sample})
    return PopulationClasses(
        np.array([sample[one] for one in labels], dtype=np.int64),
        # Who is released is among everybody, whatever the table of everybody says.
        np.array([max(everybody[one], sample[one], 1) for one in labels], dtype=np.int64),
    )


def _by_labels(lines: OutputLines, people: Sequence[int]) -> Counter[Labels]:
    """The people of each class by its labels."""
    _, first = np.unique(lines.class_of, return_index=True)
    columns = [
        [lines.labels[name].values[code] for code in lines.labels[name].codes[first].tolist()]
        for name in lines.key
    ]
    return Counter(dict(zip(zip(*columns, strict=True), people, strict=True)))
