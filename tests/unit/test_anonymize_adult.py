"""The search and the judge against ARX's results on the Adult census extract."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from veilflow.anonymize import (
    Diversity,
    Lines,
    Problem,
    SensitiveColumn,
    View,
    solve,
    suppressed_classes,
)
from veilflow.hierarchy import CsvHierarchy, HierarchyTable, materialize
from veilflow.risk import (
    ClassTable,
    ColumnShares,
    discernibility,
    granularity_quality,
    loss_score,
    share_below,
    smallest_class,
)

ROOT = Path(__file__).resolve().parents[2]
ADULT = ROOT.parent / "shared" / "data" / "adult"
GOLDEN = json.loads((ROOT / "tests" / "golden" / "adult.json").read_text())
NAMES = GOLDEN["quasi_identifiers"]

pytestmark = pytest.mark.skipif(
    not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult"
)

Record = tuple[str, ...]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    with open(ADULT / "adult.csv", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return [tuple(row[name] for name in NAMES) for row in rows]


@pytest.fixture(scope="module")
def occupations() -> list[str]:
    with open(ADULT / "adult.csv", newline="") as file:
        return [row[GOLDEN["sensitive"]] for row in csv.DictReader(file, delimiter=";")]


@pytest.fixture(scope="module")
def hierarchies() -> list[CsvHierarchy]:
    return [CsvHierarchy.from_csv(ADULT / f"adult_hierarchy_{name}.csv") for name in NAMES]


@pytest.fixture(scope="module")
def problem_parts(
    records: list[Record], occupations: list[str], hierarchies: list[CsvHierarchy]
) -> tuple[tuple[HierarchyTable, ...], View]:
    combos = Counter(records)
    tables, codes = [], []
    for position, (name, hierarchy) in enumerate(zip(NAMES, hierarchies, strict=True)):
        values = sorted({combo[position] for combo in combos})
        code_of = {value: code for code, value in enumerate(values)}
        tables.append(materialize(hierarchy, name, values))
        codes.append([code_of[combo[position]] for combo in combos])
    every = tuple(range(len(NAMES)))
    number = {combo: n for n, combo in enumerate(combos)}
    value_of = {value: n for n, value in enumerate(sorted(set(occupations)))}
    held = Counter(zip(records, occupations, strict=True))
    lines = Lines(
        np.array([number[record] for record, _ in held]),
        np.array([value_of[value] for _, value in held], dtype=np.int32),
        np.array(list(held.values())),
    )
    view = View(
        name="adult",
        columns=every,
        own=every,
        codes=np.array(codes).T,
        rows=np.array(list(combos.values())),
        sensitive=(SensitiveColumn("occupation", lines, len(value_of)),),
    )
    return tuple(tables), view


def problem_of(parts: tuple[tuple[HierarchyTable, ...], View], run: dict[str, Any]) -> Problem:
    tables, view = parts
    ell = run.get("distinct_l")
    models = () if ell is None else (Diversity("occupation", ell),)
    return Problem(tables, (view,), run["k"], run["suppression_limit"], models=models)


@pytest.mark.parametrize(
    "run",
    GOLDEN["runs"],
    ids=lambda run: f"limit {run['suppression_limit']} l {run.get('distinct_l')}",
)
class TestAgainstArx:
    def test_the_search_finds_the_same_node(self, problem_parts, run):
        solution = solve(problem_of(problem_parts, run))
        assert solution.optimal
        assert solution.nodes_total == 4320
        assert solution.levels == tuple(run["levels"])
        assert solution.loss == pytest.approx(run["loss"], abs=1e-9)
        assert solution.suppressed_rows == (run["suppressed_rows"],)
        assert solution.classes == (run["classes"],)
        told = solution.figures
        assert told["granularity_quality"] == pytest.approx(run["granularity_quality"], abs=5e-8)
        assert told["discernibility"] == run["discernibility"]

    def test_the_judge_measures_the_same_on_the_output(
        self, problem_parts, records, hierarchies, run
    ):
        problem = problem_of(problem_parts, run)
        solution = solve(problem)
        refused = suppressed_classes(problem, solution, "adult")

        columns = [
            hierarchy.generalize([record[n] for record in records], solution.levels[n])
            for n, hierarchy in enumerate(hierarchies)
        ]
        output = [row for row in zip(*columns, strict=True) if row not in refused]
        suppressed = len(records) - len(output)
        sizes = np.array(list(Counter(output).values()))
        table = ClassTable(sizes, sizes)
        shares = [
            _column_shares(hierarchy, level, [row[n] for row in output], suppressed)
            for n, (hierarchy, level) in enumerate(zip(hierarchies, solution.levels, strict=True))
        ]

        assert suppressed == run["suppressed_rows"]
        assert table.classes == run["classes"]
        assert smallest_class(table) >= run["k"]
        assert share_below(table, run["k"]) == 0
        assert loss_score(shares) == pytest.approx(run["loss"], abs=1e-9)
        assert granularity_quality(shares) == pytest.approx(run["granularity_quality"], abs=5e-8)
        assert discernibility(sizes, suppressed) == run["discernibility"]

    def test_without_the_suppression_the_judge_finds_the_small_classes(
        self, problem_parts, records, hierarchies, run
    ):
        columns = [
            hierarchy.generalize([record[n] for record in records], level)
            for n, (hierarchy, level) in enumerate(zip(hierarchies, run["levels"], strict=True))
        ]
        sizes = np.array(list(Counter(zip(*columns, strict=True)).values()))
        below = share_below(ClassTable(sizes, sizes), run["k"])
        if "distinct_l" in run:
            assert below * len(records) < run["suppressed_rows"]
            return
        assert below * len(records) == pytest.approx(run["suppressed_rows"])


def test_a_limit_of_one_row_too_few_changes_the_result(problem_parts):
    tables, view = problem_parts
    exact = 506 / view.total_rows
    assert solve(Problem(tables, (view,), 5, exact + 1e-9)).suppressed_rows == (506,)
    assert solve(Problem(tables, (view,), 5, exact - 1e-9)).suppressed_rows != (506,)


def test_order_of_combinations_and_columns_changes_nothing(problem_parts):
    tables, view = problem_parts
    order = np.random.default_rng(7).permutation(view.rows.size)
    columns = (3, 1, 0, 2, 7, 6, 5, 4)
    shuffled = View(
        "adult", columns, columns, view.codes[order][:, list(columns)], view.rows[order]
    )
    first = solve(Problem(tables, (view,), 5, 0.02))
    second = solve(Problem(tables, (shuffled,), 5, 0.02))
    assert first == second


def _column_shares(
    hierarchy: CsvHierarchy, level: int, labels: list[str | None], suppressed: int
) -> ColumnShares:
    counts = Counter(labels)
    under = hierarchy.leaf_counts(level)
    leaves = len(hierarchy.rows)
    shares = [under[label] / leaves for label in counts]
    return ColumnShares(np.array(shares), np.array(list(counts.values())), leaves, suppressed)
