"""Makes pycanon.json: k, l and t of Adult and of ARX's outputs, as pycanon counts them.

    python3 -m venv /tmp/pycanon && /tmp/pycanon/bin/pip install pycanon
    /tmp/pycanon/bin/python tests/golden/make_pycanon.py ../shared/data/adult \
        > tests/golden/pycanon.json

In an environment of its own: pycanon 1.3.6 asks for exactly numpy 2.0.2, and Veilflow needs 2.1.
Uses no code of Veilflow: ARX's outputs are rebuilt from ARX's hierarchy files, at the levels that
ARX chose, with ARX's rule for suppression.
"""

from __future__ import annotations

import csv
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from pycanon import anonymity

ARX_ORDER = [
    "sex", "age", "race", "marital-status", "education", "native-country", "workclass",
    "salary-class",
]  # fmt: skip
SENSITIVE = "occupation"
# ARX 3.9.2 on the whole table: the levels it chose, and how many rows it suppressed.
ARX_RUNS: list[dict[str, Any]] = [
    {"name": "k=5, limit 0.02", "levels": [0, 3, 0, 2, 2, 1, 1, 0], "l": 1, "suppressed": 506},
    {"name": "k=5, limit 1.0", "levels": [0, 3, 0, 0, 2, 1, 0, 0], "l": 1, "suppressed": 2184},
    {"name": "k=5 and distinct 3-diversity, limit 0.02", "levels": [0, 3, 0, 2, 2, 1, 1, 0],
     "l": 3, "suppressed": 522},
]  # fmt: skip


def generalized(raw: pd.DataFrame, folder: Path, levels: dict[str, int]) -> pd.DataFrame:
    """``raw`` with the columns of ``levels`` replaced by their labels."""
    output = raw.copy()
    for name, level in levels.items():
        with (folder / f"adult_hierarchy_{name}.csv").open(newline="") as file:
            labels = {row[0]: row[level] for row in csv.reader(file, delimiter=";")}
        output[name] = raw[name].map(labels)
    return output


def measured(frame: pd.DataFrame, quasi: list[str], sensitive: str) -> dict[str, Any]:
    """pycanon's own figures. A numeric column gets the ordered distance, a text the equal one."""
    frame = frame.reset_index(drop=True)
    numeric = pd.api.types.is_numeric_dtype(frame[sensitive])
    return {
        "quasi_identifiers": quasi,
        "sensitive": sensitive,
        "rows": len(frame),
        "k": int(anonymity.k_anonymity(frame, quasi)),
        "l": int(anonymity.l_diversity(frame, quasi, [sensitive])),
        "entropy_l": int(anonymity.entropy_l_diversity(frame, quasi, [sensitive])),
        "distance": "ordered" if numeric else "equal",
        "t": float(anonymity.t_closeness(frame, quasi, [sensitive])),
    }


def main(folder: Path) -> None:
    """Write the figures of all cases to standard output."""
    raw = pd.read_csv(folder / "adult.csv", sep=";", dtype=str)
    aged = raw.assign(age=raw["age"].astype(int))
    few, without_age = ["sex", "race", "education"], [n for n in ARX_ORDER if n != "age"]
    cases: list[dict[str, Any]] = [
        {"name": "raw, one column", "levels": {}, **measured(raw, ["sex"], SENSITIVE)},
        {"name": "raw, ages of one column", "levels": {}, **measured(aged, ["race"], "age")},
        {"name": "raw, three columns", "levels": {}, **measured(raw, few, SENSITIVE)},
        {"name": "raw, all columns", "levels": {}, **measured(raw, ARX_ORDER, SENSITIVE)},
        {"name": "raw, ages of three columns", "levels": {}, **measured(aged, few, "age")},
        {"name": "raw, two salaries", "levels": {}, **measured(raw, few, "salary-class")},
    ]
    for run in ARX_RUNS:
        levels = dict(zip(ARX_ORDER, run["levels"], strict=True))
        output = generalized(raw, folder, levels)
        classes = output.groupby(ARX_ORDER)[SENSITIVE]
        kept = (classes.transform("size") >= 5) & (classes.transform("nunique") >= run["l"])
        assert int((~kept).sum()) == run["suppressed"], "not ARX's output"
        told = {"name": f"ARX, {run['name']}", "levels": levels, "min_rows": 5, "min_l": run["l"]}
        cases.append({**told, **measured(output[kept], ARX_ORDER, SENSITIVE)})
        aged_output = output.assign(age=aged["age"])[kept]
        ages = {"name": f"ARX, {run['name']}, raw ages", "raw": ["age"]}
        cases.append({**told, **ages, **measured(aged_output, without_age, "age")})
    origin = (
        f"pycanon {version('pycanon')} with pandas {version('pandas')}, numpy {version('numpy')} "
        f"and Python {platform.python_version()}, by tests/golden/make_pycanon.py, on the UCI "
        "Adult extract of ARX's repository (30,162 records) and on ARX 3.9.2's outputs"
    )
    json.dump({"origin": origin, "cases": cases}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
