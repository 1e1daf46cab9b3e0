"""Tables that anonymisation has to refuse, or to solve, with the reason and what would help."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from veilflow.anonymize import Problem, View, solve
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import RedactHierarchy, materialize

from tests.unit.test_anonymize_tables import QUASI, anonymised, policy

TOP = {"role": "quasi", "hierarchy": "redact", "min_level": 1}


def test_k_above_the_number_of_rows_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="fewer than k = 9 rows in all") as refused:
        anonymised(policy({"ward": QUASI}, k=9), pa.table({"ward": ["A"] * 8}))
    assert "lower `anonymize.k`" in str(refused.value)


def test_a_single_row_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="fewer than k = 2"):
        anonymised(policy({"ward": QUASI}), pa.table({"ward": ["A"]}))


def test_an_empty_table_stays_empty() -> None:
    output = anonymised(policy({"ward": QUASI}), pa.table({"ward": pa.array([], pa.string())}))
    assert output.num_rows == 0


def test_equal_rows_are_released_as_they_are() -> None:
    table = pa.table({"ward": ["A"] * 8, "age": [7] * 8})
    assert anonymised(policy({"ward": QUASI, "age": QUASI}), table).to_pydict() == {
        "ward": ["A"] * 8, "age": ["7"] * 8,
    }  # fmt: skip


def test_quasi_identifiers_that_are_all_null_are_one_class() -> None:
    table = pa.table({"ward": pa.nulls(6, pa.string()), "age": [1, 1, 1, 2, 2, 2]})
    output = anonymised(policy({"ward": QUASI, "age": QUASI}, k=3), table)
    assert output.to_pydict() == {"ward": [None] * 6, "age": ["1"] * 3 + ["2"] * 3}


def test_a_constant_sensitive_column_can_not_be_diverse() -> None:
    table = pa.table({"ward": ["A"] * 8, "ill": ["flu"] * 8})
    rules = policy({"ward": QUASI, "ill": "sensitive"}, asked={"l_diversity": 2})
    with pytest.raises(ReleaseRefused, match="fewer than 2 values") as refused:
        anonymised(rules, table)
    assert "anonymize.l_diversity" in str(refused.value)


def test_the_nearest_setting_is_told() -> None:
    wards = ["A"] * 960 + [f"w{n}" for n in range(40)]
    rules = policy({"ward": QUASI | {"max_level": 0}}, k=5, limit=0.02)
    with pytest.raises(ReleaseRefused) as refused:
        anonymised(rules, pa.table({"ward": wards}))
    told = str(refused.value)
    assert "4.0% of its rows would have to be suppressed; the limit is 2.00%" in told
    assert "Raise `anonymize.suppression_limit` to 0.04" in told
    assert "raise `max_level` of: ward" in told
    anonymised(
        policy({"ward": QUASI | {"max_level": 0}}, k=5, limit=0.04), pa.table({"ward": wards})
    )


def test_what_a_model_needs_is_told_where_k_alone_would_do() -> None:
    table = pa.table({"ward": ["A"] * 50 + ["B"] * 50, "ill": ["flu"] * 50 + ["flu", "cold"] * 25})
    columns = {"ward": QUASI | {"max_level": 0}, "ill": "sensitive"}
    rules = policy(columns, k=5, limit=0.1, asked={"l_diversity": 2})
    with pytest.raises(ReleaseRefused) as refused:
        anonymised(rules, table)
    assert "k = 5 (rows) with distinct 2-diversity of 'ill' can't be met" in str(refused.value)
    assert "50.0% of its rows" in str(refused.value)


@pytest.mark.parametrize(
    ("values", "hierarchy", "as_type"),
    [
        (["7", "07", "7.0", " 7"], {"intervals": [10], "lower": 0, "upper": 100}, "number"),
        ([0.5, float("nan"), float("nan"), 0.5], "redact", None),
        ([-0.0, 0.0, -0.0, 0.0], "redact", None),
        ([dt.date(1804, 2, 29), dt.date(1804, 3, 1)] * 2, {"dates": ["year"]}, None),
    ],
    ids=["numeric strings", "NaN", "signed zero", "before 1900"],
)
def test_odd_values_have_a_place(values: list[Any], hierarchy: Any, as_type: str | None) -> None:
    rules = {"role": "quasi", "hierarchy": hierarchy} | ({"as": as_type} if as_type else {})
    output = anonymised(policy({"value": rules}, k=2), pa.table({"value": values}))
    labels = output.column("value").to_pylist()
    assert len(labels) == 4
    assert all(labels.count(label) >= 2 for label in labels)


def test_sixty_four_quasi_identifiers_are_solved_in_bounded_time() -> None:
    rng = np.random.default_rng(64)
    codes = rng.integers(0, 2, size=(500, 64)).astype(np.int32)
    tables = tuple(materialize(RedactHierarchy(), f"q{n}", ["a", "b"]) for n in range(64))
    every = tuple(range(64))
    view = View("wide", every, every, codes, np.ones(500, dtype=np.int64))
    found = solve(Problem(tables, (view,), 5, 0.05), time_budget=2.0)
    assert not found.optimal
    assert found.nodes_total == 2**64
    assert found.suppressed_rows[0] <= 25
    # Some columns can be kept, and the solution says how much better another could be at best.
    assert sum(found.levels) < 64
    assert found.least_score is not None and found.least_score < found.score
