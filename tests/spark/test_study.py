"""Anonymising for study: Spark and memory come to the same, and count the same on the output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.anonymize import solve
from veilflow.errors import ReleaseRefused
from veilflow.pipeline.measure import StageClock
from veilflow.spark.study import anonymize_on_spark, problem_on_spark
from veilflow.study.anonymized import anonymize_table
from veilflow.study.plan import planned, read_population, read_raw
from veilflow.study.writing import write_plaintext

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

PURPOSE = {
    "purpose": "study", "legal_basis": "test", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip
COLUMNS = {
    "id": "pseudonym",
    "ward": {"role": "quasi", "hierarchy": {"prefix": [1]}},
    "age": {"role": "quasi", "as": "integer", "hierarchy": {"intervals": [10, 20]}},
    "stay": {"role": "sensitive", "as": "number", "protect": {"round": {"to": 5}}},
    "ill": {"role": "sensitive"},
}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """400 rows of 250 people, some of nobody, few of one ward; quotes, line breaks, empty cells."""
    random = np.random.default_rng(3)
    who = random.integers(0, 250, 400)
    table = pa.table(
        {
            "id": [None if n % 29 == 0 else f"p{n}" for n in who],
            "ward": ["C1" if n < 9 else ("A1", "A2", "B1", "B2", None)[n % 5] for n in who],
            "age": [str(20 + n % 40) for n in who],
            "stay": [f"{value:.1f}" for value in random.gamma(2, 4, 400)],
            "ill": [('flu, "A"', "gout", "line\nbreak")[n] for n in random.integers(0, 3, 400)],
        }
    )
    path = tmp_path / "people.csv"
    pyarrow.csv.write_csv(table, path)
    everybody = pa.concat_tables([table, table.slice(100)]).select(["ward", "age"])
    pyarrow.csv.write_csv(everybody, tmp_path / "everybody.csv")
    return path


@pytest.mark.parametrize("unit", [None, "id"])
def test_both_paths_come_to_the_same(
    spark: SparkSession, people: Path, tmp_path: Path, unit: str | None
) -> None:
    asked: dict[str, Any] = {
        "k": 20, "suppression_limit": 0.5, "l_diversity": 2, "t_closeness": 0.6, "k_map": 50,
        "population": {"path": "everybody.csv"},
    }  # fmt: skip
    document = {
        "dataset": "people",
        "purpose": PURPOSE,
        "source": {"root": ".", "format": "csv"},
        "tables": {"people": {"path": "people.csv", "columns": COLUMNS}},
        "anonymize": asked,
    }
    policy = tmp_path / "policy.yaml"
    policy.write_text(yaml.safe_dump({**document, "privacy_unit": unit} if unit else document))
    plan = planned(policy, people)
    settled, raw = read_raw(plan)
    held = anonymize_table(settled, raw, read_population(settled), StageClock())
    results, rows = [], []
    for name in ("out.csv", "out.parquet"):
        result = anonymize_on_spark(spark, plan, tmp_path / name, StageClock())
        results.append(result.to_json())
        if name == "out.parquet":
            rows.append(counted(pq.read_table(tmp_path / name)))
    assert results == [held.result.to_json()] * 2
    assert held.result.suppressed_rows > 0
    # What explore searches is the same problem, aggregated once.
    _, problem = problem_on_spark(spark, plan, StageClock())
    found = solve(problem)
    assert found.levels == held.result.chosen.solution.levels
    assert found.score == held.result.chosen.solution.score
    few = plan.policy.model_copy(
        update={"anonymize": plan.policy.anonymize.model_copy(update={"driver_combinations": 9})}
    )
    with pytest.raises(ReleaseRefused, match=r"driver_combinations \(9\)"):
        problem_on_spark(spark, replace(plan, policy=few), StageClock())
    assert rows == [counted(held.table)]
    write_plaintext(held.table, tmp_path / "held.csv", ",")
    assert counted(text(tmp_path / "out.csv")) == counted(text(tmp_path / "held.csv"))


def text(path: Path) -> pa.Table:
    return pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types={"stay": pa.float64()}),
    )


def counted(table: pa.Table) -> list[tuple[str, ...]]:
    return sorted(tuple(map(repr, row.values())) for row in table.to_pylist())
