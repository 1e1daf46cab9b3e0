"""Local recoding of the Adult census extract against ARX's, and against what can't be beaten."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from veilflow.anonymize import Diversity, Lines, Problem, Recoding, SensitiveColumn, View
from veilflow.anonymize.local_recoding import Schedule, recode_locally
from veilflow.anonymize.recoded import recoded_figures
from veilflow.hierarchy import CsvHierarchy, materialize

ROOT = Path(__file__).resolve().parents[2]
ADULT = ROOT.parent / "shared" / "data" / "adult"
NAMES = json.loads((ROOT / "tests" / "golden" / "adult.json").read_text())["quasi_identifiers"]

pytestmark = pytest.mark.skipif(
    not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult"
)


@pytest.fixture(scope="module")
def problem() -> Problem:
    with open(ADULT / "adult.csv", newline="") as file:
        records = list(csv.DictReader(file, delimiter=";"))
    rows = [tuple(record[name] for name in NAMES) for record in records]
    combos = Counter(rows)
    number = {combo: n for n, combo in enumerate(combos)}
    tables, codes = [], []
    for position, name in enumerate(NAMES):
        values = sorted({combo[position] for combo in combos})
        code_of = {value: code for code, value in enumerate(values)}
        hierarchy = CsvHierarchy.from_csv(ADULT / f"adult_hierarchy_{name}.csv")
        tables.append(materialize(hierarchy, name, values))
        codes.append([code_of[combo[position]] for combo in combos])
    owner = np.array([number[row] for row in rows])
    held = np.unique([r["occupation"] for r in records], return_inverse=True)[1].astype(np.int32)
    lines = Lines.from_triples(owner, held, np.arange(len(rows)))
    every = tuple(range(len(NAMES)))
    view = View(
        "adult", every, every, np.array(codes).T, np.array(list(combos.values())),
        sensitive=(SensitiveColumn("occupation", lines, int(held.max()) + 1),),
    )  # fmt: skip
    return Problem(tuple(tables), (view,), 5, 0.0)


def counted(problem: Problem, recoding: Recoding) -> tuple[float, int, int]:
    """Granularity quality, discernibility and the smallest class, from the labels of every row.

    Counted from the hierarchies' files by their definitions, without the code under test.
    """
    view = problem.views[0]
    lots = [(n, rows, recoding.levels[n]) for n, rows in enumerate(view.rows.tolist())]
    if recoding.lent is not None:
        for n, rows, levels in zip(
            recoding.lent.combo.tolist(), recoding.lent.rows.tolist(), recoding.lent.levels,
            strict=True,
        ):  # fmt: skip
            lots[n] = (n, lots[n][1] - rows, lots[n][2])
            lots.append((n, rows, levels))
    rows_of = [{row[0]: row for row in rows} for rows in map(lines_of, NAMES)]
    leaves = [Counter(label for row in of.values() for label in set(row)) for of in rows_of]
    classes: Counter[tuple[str, ...]] = Counter()
    for n, rows, levels in lots:
        values = [t.labels[0][code] for t, code in zip(problem.columns, view.codes[n], strict=True)]
        each = zip(rows_of, values, levels, strict=True)
        classes[tuple(of[value][level] for of, value, level in each)] += rows
    total = sum(classes.values())
    assert total == 30_162
    raw = [
        sum(rows * under[cells[n]] / len(of) for cells, rows in classes.items()) / total
        for n, (under, of) in enumerate(zip(leaves, rows_of, strict=True))
    ]
    least = np.mean([1 / len(of) for of in rows_of])
    quality = 1 - (np.mean(raw) - least) / (1 - least)
    return float(quality), sum(rows**2 for rows in classes.values()), min(classes.values())


def lines_of(name: str) -> list[list[str]]:
    lines = (ADULT / f"adult_hierarchy_{name}.csv").read_text().splitlines()
    return [line.split(";") for line in lines if line]


def test_it_keeps_what_is_asked_and_suppresses_nothing(problem):
    recoding = recode_locally(problem)
    assert not recoding.suppressed.any()
    quality, discernibility, smallest = counted(problem, recoding)
    assert smallest >= 5
    assert quality >= 0.970
    assert discernibility <= 550_000
    suppressed, _, figures = recoded_figures(problem, recoding)
    assert suppressed == 0
    assert figures["granularity_quality"] == pytest.approx(quality, abs=1e-9)
    assert figures["discernibility"] == discernibility


def test_with_three_occupations_in_each_class(problem):
    diverse = replace(problem, models=(Diversity("occupation", 3),))
    recoding = recode_locally(diverse, schedule=Schedule(40))
    suppressed, _, figures = recoded_figures(diverse, recoding)
    assert suppressed == 0
    assert figures["granularity_quality"] >= 0.965
