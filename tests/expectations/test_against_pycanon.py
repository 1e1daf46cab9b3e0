"""k, l and t against pycanon's, on Adult and on ARX's outputs (tests/golden/pycanon.json).

What pycanon calls the same and counts otherwise isn't compared with it: its recursive (c, l) takes
the *rarest* value where Machanavajjhala et al. take the commonest, at the l that the table
happens to have, and its entropy l is cut to a whole number, so ours is cut here too. It leaves
rows out whose quasi-identifiers are null (these tables have none), and has no hierarchical
distance.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from veilflow.hierarchy import CsvHierarchy
from veilflow_expectations import (
    ExpectTableToBeKAnonymous,
    ExpectTableToBeLDiverse,
    ExpectTableToBeTClose,
)

GOLDEN = json.loads((Path(__file__).resolve().parents[1] / "golden" / "pycanon.json").read_text())
CASES = GOLDEN["cases"]
Check = Callable[..., Any]


@pytest.fixture(scope="module")
def adult(reference_data: Path) -> Path:
    return reference_data / "adult"


@pytest.fixture(scope="module")
def raw(adult: Path) -> pd.DataFrame:
    return pd.read_csv(adult / "adult.csv", sep=";", dtype=str)


def rebuilt(raw: pd.DataFrame, adult: Path, case: dict[str, Any]) -> pd.DataFrame:
    """The table that pycanon was given: at the case's levels, its small classes suppressed."""
    output = raw.copy()
    for name, level in case["levels"].items():
        hierarchy = CsvHierarchy.from_csv(adult / f"adult_hierarchy_{name}.csv")
        output[name] = hierarchy.generalize(raw[name].tolist(), level)
    if case["levels"]:
        classes = output.groupby(list(case["levels"]))["occupation"]
        large = classes.transform("size") >= case["min_rows"]
        output = output[large & (classes.transform("nunique") >= case["min_l"])].copy()
    if case["sensitive"] == "age":
        output["age"] = raw.loc[output.index, "age"].astype(int)
    return output


@pytest.fixture(params=["pandas", pytest.param("spark", marks=pytest.mark.spark)])
def as_frame(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    if request.param == "pandas":
        return lambda frame: frame
    spark = request.getfixturevalue("spark")
    return lambda frame: spark.createDataFrame(frame)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_k_l_and_t_are_pycanon_s(
    raw: pd.DataFrame,
    adult: Path,
    as_frame: Callable[[pd.DataFrame], Any],
    check_all: Check,
    case: dict[str, Any],
) -> None:
    frame = rebuilt(raw, adult, case)
    assert len(frame) == case["rows"]
    quasi, column = case["quasi_identifiers"], case["sensitive"]
    asked = {"quasi_identifiers": quasi, "column": column}
    k, distinct, entropy, t = check_all(
        as_frame(frame[[*quasi, column]]),
        [
            ExpectTableToBeKAnonymous(quasi_identifiers=quasi, k=case["k"]),
            ExpectTableToBeLDiverse(**asked, l=case["l"]),
            ExpectTableToBeLDiverse(**asked, l=1, kind="entropy"),
            ExpectTableToBeTClose(**asked, t=1, distance=case["distance"]),
        ],
    )
    assert (k.observed, k.passed) == (case["k"], True)
    assert (distinct.observed, distinct.passed) == (case["l"], True)
    assert int(entropy.observed) == case["entropy_l"]
    assert t.observed == pytest.approx(case["t"], abs=1e-6)  # a check has six decimals


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_t_to_the_last_digits(raw: pd.DataFrame, adult: Path, case: dict[str, Any]) -> None:
    from veilflow.risk import largest_t
    from veilflow_expectations.sensitive_counts import SORTED, _pandas_counts

    order = SORTED if case["distance"] == "ordered" else None
    frame = rebuilt(raw, adult, case)
    counts = _pandas_counts(frame, case["quasi_identifiers"], case["sensitive"], order=order)
    assert largest_t(counts, case["distance"]) == pytest.approx(case["t"], rel=1e-12)


def test_the_golden_file_is_pycanon_s_and_varied() -> None:
    assert GOLDEN["origin"].startswith("pycanon 1.3.6")
    assert {case["distance"] for case in CASES} == {"equal", "ordered"}
    for figure in ("k", "l", "entropy_l", "t"):
        assert len({case[figure] for case in CASES}) >= 3
