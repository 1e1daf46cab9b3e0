"""Local recoding of the Adult census extract against ARX's, and against what can't be beaten."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from veilflow.anonymize import Diversity, Lines, Problem, SensitiveColumn, View
from veilflow.anonymize.local_recoding import Schedule, recode_locally
from veilflow.anonymize.recoded import class_rows, recoded_figures
from veilflow.hierarchy import CsvHierarchy, materialize

ROOT = Path(__file__).resolve().parents[2]
ADULT = ROOT.parent / "shared" / "data" / "adult"
NAMES = json.loads((ROOT / "tests" / "golden" / "adult.json").read_text())["quasi_identifiers"]
ARX_GRANULARITY, ARX_DISCERNIBILITY = 0.9617317, 569_482

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


def test_it_loses_less_than_arx(problem):
    recoding = recode_locally(problem, schedule=Schedule(40))
    suppressed, _, figures = recoded_figures(problem, recoding)
    assert suppressed == 0
    assert class_rows(problem, recoding).min() >= 5
    assert figures["granularity_quality"] > ARX_GRANULARITY
    assert figures["discernibility"] < ARX_DISCERNIBILITY


def test_with_three_occupations_in_each_class(problem):
    diverse = replace(problem, models=(Diversity("occupation", 3),))
    recoding = recode_locally(diverse, schedule=Schedule(40))
    suppressed, _, figures = recoded_figures(diverse, recoding)
    assert suppressed == 0
    assert figures["granularity_quality"] >= 0.965
