"""``python -m benchmarks.local_recoding``: what local recoding reaches on the Adult census extract.

Beside ARX's figures (data/SOURCES.md) and a bound that nothing can beat: every row at its own
cheapest node with k people, which can't all hold at once. The figures are counted here, from the
labels of the output alone. The table is then enlarged (enlarged_adult.py) and recoded again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from veilflow.anonymize import Problem
from veilflow.anonymize.candidate_nodes import candidate_nodes
from veilflow.anonymize.choosing import choose
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.tables import cast_table, problem_of
from veilflow.policy import Policy

from benchmarks.anonymize import policy_of
from benchmarks.enlarged_adult import QI8, adult, batches, hierarchy_rows
from benchmarks.surroundings import load, machine, versions
from benchmarks.table import place

if TYPE_CHECKING:
    import pyarrow as pa

BEGIN = "<!-- local recoding: begin; written by 'python -m benchmarks.local_recoding' -->"
END = "<!-- local recoding: end -->"
ARX = "| 30,162 | ARX 3.9.2 | 0.9617 | 569,482 | 3,394 | 0 | | |"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write the figures between the markers of a document."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.local_recoding", description=__doc__
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--adult", type=Path, default=Path("../shared/data/adult"))
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    arguments = parser.parse_args(argv)
    place(arguments.out, "\n".join(_measure(arguments.adult, arguments.rows)), BEGIN, END)
    return 0


def _measure(folder: Path, sizes: Sequence[int]) -> Iterator[str]:
    import pyarrow as pa

    source = adult(folder)
    yield f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC by `python -m"
    yield f"benchmarks.local_recoding`; load average {load()}, {machine()['cores']} cores, commit"
    yield f"{versions(None).get('commit', 'unknown')}."
    yield ""
    yield "| rows | | granularity quality | discernibility | classes | rows lent | s | CPU s |"
    yield "|--:|---|--:|--:|--:|--:|--:|--:|"
    yield ARX
    policy = _nothing_suppressed(policy_of(folder, source.column_names, "local"))
    made: pa.Table = source
    for rows in (source.num_rows, *sizes):
        if rows != source.num_rows:
            made = pa.concat_tables(batches(source, rows, 0))
        yield from _size(folder, policy, made)


def _size(folder: Path, policy: Policy, table: pa.Table) -> Iterator[str]:
    rows = f"{table.num_rows:,}"
    started, used = time.perf_counter(), time.process_time()
    cast = cast_table(policy, table)
    found = problem_of(policy, cast)
    chosen = choose(found.problem, "local")
    (recoding,) = chosen.recodings.values()
    output = found.apply(recoding, cast)
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    quality, discernibility, classes = counted(folder, output)
    assert output.num_rows == table.num_rows
    lent = 0 if recoding.lent is None else int(recoding.lent.rows.sum())
    yield (
        f"| {rows} | Veilflow | {quality:.4f} | {discernibility:,} | {classes:,} | {lent:,} | "
        f"{wall:.1f} | {cpu:.1f} |"
    )
    if table.num_rows < 100_000:
        yield f"| {rows} | no more than | {1 - cheapest(found.problem):.4f} | | | | | |"


def counted(folder: Path, output: pa.Table) -> tuple[float, int, int]:
    """Granularity quality, discernibility and classes, from an output's labels alone."""
    lines = output.group_by(list(QI8)).aggregate([([], "count_all")])
    counts = lines.column("count_all").to_numpy()
    raw, least = [], []
    for column in QI8:
        share, leaves = _shares(hierarchy_rows(folder, column))
        labels = lines.column(column).to_pylist()
        raw.append(float(np.array([share[label] for label in labels]) @ counts) / counts.sum())
        least.append(1 / leaves)
    floor = float(np.mean(least))
    quality = 1 - (float(np.mean(raw)) - floor) / (1 - floor)
    return quality, int((counts.astype(np.int64) ** 2).sum()), lines.num_rows


def _shares(rows: Sequence[Sequence[str]]) -> tuple[Mapping[str, float], int]:
    under: dict[str, set[str]] = {}
    for row in rows:
        for label in row:
            under.setdefault(label, set()).add(row[0])
    leaves = len({row[0] for row in rows})
    return {label: len(found) / leaves for label, found in under.items()}, leaves


def cheapest(problem: Problem) -> float:
    """The least loss of granularity that any output could have whose classes hold k rows.

    All rows of a class match its labels, so no row is released at labels that fewer than k rows
    match: each costs at least what its cheapest labels do that k match.
    """
    (view,) = problem.views
    cells = LabelCells(problem, view)
    every = np.arange(cells.size)
    nodes = candidate_nodes(cells, every)
    assert nodes.shape[0] == np.prod([table.levels for table in problem.columns]), "every node"
    # Shares as they are, not in the whole numbers that the search counts in.
    shares = [
        np.stack([table.shares(level)[table.codes[level]] for level in range(table.levels)])
        for table in problem.columns
    ]
    best = np.full(cells.size, np.inf)
    for node in nodes.tolist():
        _, classes = np.unique(cells.keys(node, every), return_inverse=True)
        enough = np.bincount(classes, cells.rows)[classes] >= problem.k
        cost = np.sum(
            [s[lv][view.codes[:, n]] for n, (s, lv) in enumerate(zip(shares, node, strict=True))],
            axis=0,
        )
        best = np.where(enough, np.minimum(best, cost), best)
    floor = float(np.mean([1 / table.leaf_count for table in problem.columns]))
    mean = float(best @ cells.rows) / view.total_rows / len(shares)
    return (mean - floor) / (1 - floor)


def _nothing_suppressed(policy: Policy) -> Policy:
    assert policy.anonymize is not None
    asked = policy.anonymize.model_copy(update={"suppression_limit": 0.0})
    return policy.model_copy(update={"anonymize": asked})


if __name__ == "__main__":
    raise SystemExit(main())
