"""What the judge recomputes of an output is what the search made least, on Adult.

The two share no code: the search adds up costs of levels and of suppressed classes, the judge
counts the values of the source and the labels that are left.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from veilflow.anonymize import Problem, View, recoding_of, solve
from veilflow.hierarchy import CsvHierarchy, materialize
from veilflow.risk import (
    ValueLabels,
    average_class_size,
    discernibility,
    non_uniform_entropy,
    share_of_entropy,
)

ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult"
NAMES = (
    "sex", "age", "race", "marital-status", "education", "native-country", "workclass",
    "salary-class",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult"
)


@pytest.mark.parametrize(
    "objective", ["non_uniform_entropy", "average_class_size", "discernibility"]
)
def test_the_judge_finds_the_score_of_the_search(objective: str) -> None:
    with open(ADULT / "adult.csv", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        combos = Counter(tuple(row[name] for name in NAMES) for row in rows)
    values = [sorted({combo[at] for combo in combos}) for at in range(len(NAMES))]
    code_of = [{value: code for code, value in enumerate(one)} for one in values]
    codes = np.array(
        [[known[v] for known, v in zip(code_of, combo, strict=True)] for combo in combos]
    )
    tables = tuple(
        materialize(CsvHierarchy.from_csv(ADULT / f"adult_hierarchy_{name}.csv"), name, known)
        for name, known in zip(NAMES, values, strict=True)
    )
    every = tuple(range(len(NAMES)))
    view = View("adult", every, every, codes, np.array(list(combos.values())))
    problem = Problem(tables, (view,), 5, 0.02, objective=objective)
    solution = solve(problem)
    gone = recoding_of(problem, solution, "adult").suppressed

    labels = [
        table.codes[level].astype(np.int64)
        for table, level in zip(tables, solution.levels, strict=True)
    ]
    told = [
        ValueLabels.of_one_level(
            np.bincount(codes[:, at], view.rows, len(values[at])).astype(np.int64),
            label,
            np.bincount(label[codes[~gone, at]], view.rows[~gone], label.max() + 1).astype(int),
        )
        for at, label in enumerate(labels)
    ]
    left = np.stack([label[codes[~gone, at]] for at, label in enumerate(labels)], axis=1)
    _, place = np.unique(left, axis=0, return_inverse=True)
    classes = np.bincount(place.ravel(), view.rows[~gone]).astype(np.int64)
    suppressed = int(view.rows[gone].sum())
    found = {
        "non_uniform_entropy": non_uniform_entropy(told),
        "average_class_size": average_class_size(classes, suppressed),
        "discernibility": discernibility(classes, suppressed),
    }
    assert found[objective] == pytest.approx(solution.score, rel=1e-9)
    assert classes.min() >= 5
    assert 0 < share_of_entropy(told) < 1
