"""The judge against ARX's figures on the Adult census extract (tests/golden/adult.json)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from veilflow.hierarchy import CsvHierarchy
from veilflow.policy import load_policy
from veilflow.spark.judging import JudgeRequest
from veilflow_expectations.judge import judge

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "adult.json").read_text())
NAMES = GOLDEN["quasi_identifiers"]
RUN = GOLDEN["runs"][0]


def policy(folder: Path, adult: Path, recoding: str = "full_domain") -> Any:
    columns = "\n".join(
        f"      {name}: {{role: quasi, hierarchy: {{csv: {adult}/adult_hierarchy_{name}.csv}}}}"
        for name in NAMES
    )
    path = folder / "adult.yaml"
    path.write_text(
        f"""
version: 1
dataset: adult
purpose:
  {{purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}}
source: {{root: {adult}, format: csv, delimiter: ";"}}
tables:
  adult:
    path: adult.csv
    columns:
{columns}
      occupation: sensitive
anonymize: {{k: {RUN["k"]}, suppression_limit: {RUN["suppression_limit"]}, recoding: {recoding}}}
"""
    )
    return load_policy(path)


def recoded(raw: pd.DataFrame, adult: Path) -> pd.DataFrame:
    """``raw`` at the levels of the reference run, its small classes suppressed, shuffled."""
    output = raw.copy()
    for name, level in zip(NAMES, RUN["levels"], strict=True):
        hierarchy = CsvHierarchy.from_csv(adult / f"adult_hierarchy_{name}.csv")
        output[name] = hierarchy.generalize(raw[name].tolist(), level)
    sizes = Counter(output[NAMES].itertuples(index=False, name=None))
    keep = [sizes[row] >= RUN["k"] for row in output[NAMES].itertuples(index=False, name=None)]
    return output[keep].sample(frac=1, random_state=1)


@pytest.fixture(scope="module")
def adult(reference_data: Path) -> Path:
    return reference_data / "adult"


def test_loss_granularity_and_classes_are_arx_s(
    spark: SparkSession, adult: Path, tmp_path: Path
) -> None:
    raw = pd.read_csv(adult / "adult.csv", sep=";", dtype=str)[[*NAMES, "occupation"]]
    output = recoded(raw, adult)
    request = JudgeRequest(
        product="masked",
        policy=policy(tmp_path, adult),
        output={"adult": arrow_frame(spark, output)},
        source={"adult": arrow_frame(spark, raw)},
        levels={("adult", n): level for n, level in zip(NAMES, RUN["levels"], strict=True)},
        digest_key=b"k" * 32,
    )
    judgement = judge(spark, request)
    assert judgement.failed == ()
    assert judgement.loss == pytest.approx(RUN["loss"], abs=1e-9)
    assert judgement.granularity == {"adult": pytest.approx(RUN["granularity_quality"], abs=5e-8)}
    assert judgement.discernibility == {"adult": RUN["discernibility"]}
    (risk,) = judgement.risk
    assert (risk.classes, risk.smallest_class) == (RUN["classes"], 5)
    assert len(raw) - len(output) == RUN["suppressed_rows"]

    # With one person less in one class of five it is no longer 5-anonymous.
    smallest = output.groupby(NAMES)["occupation"].transform("size") == 5
    less = output.drop(index=output.index[smallest][0])
    broken = judge(
        spark,
        JudgeRequest(**{**vars(request), "output": {"adult": arrow_frame(spark, less)}}),
    )
    assert {check.name: check.observed for check in broken.failed} == {"k-anonymity": 4}


def arrow_frame(spark: SparkSession, table: pd.DataFrame) -> DataFrame:
    """A frame of ``table`` without its index. From pandas Spark makes one of pickled rows."""
    return spark.createDataFrame(pa.Table.from_pandas(table, preserve_index=False))


def locally_recoded(raw: pd.DataFrame, adult: Path) -> pd.DataFrame:
    """The reference run's table, its suppressed rows released at the top level instead."""
    output = raw.copy()
    tops = {}
    for name, level in zip(NAMES, RUN["levels"], strict=True):
        hierarchy = CsvHierarchy.from_csv(adult / f"adult_hierarchy_{name}.csv")
        output[name] = hierarchy.generalize(raw[name].tolist(), level)
        tops[name] = hierarchy.root
    sizes = Counter(output[NAMES].itertuples(index=False, name=None))
    small = [sizes[row] < RUN["k"] for row in output[NAMES].itertuples(index=False, name=None)]
    for name in NAMES:
        output.loc[small, name] = tops[name]
    return output.sample(frac=1, random_state=1)


def test_an_output_at_several_levels_is_judged(
    spark: SparkSession, adult: Path, tmp_path: Path
) -> None:
    raw = pd.read_csv(adult / "adult.csv", sep=";", dtype=str)[[*NAMES, "occupation"]]
    output = locally_recoded(raw, adult)
    request = JudgeRequest(
        product="masked",
        policy=policy(tmp_path, adult, "local"),
        output={"adult": arrow_frame(spark, output)},
        source={"adult": arrow_frame(spark, raw)},
        levels={("adult", name): None for name in NAMES},
        digest_key=b"k" * 32,
    )
    judgement = judge(spark, request)
    assert judgement.failed == ()
    # As if the 506 rows were suppressed, which is what all cells at the top come to.
    assert judgement.loss == pytest.approx(RUN["loss"], abs=1e-9)
    assert judgement.granularity == {"adult": pytest.approx(RUN["granularity_quality"], abs=5e-8)}
    (risk,) = judgement.risk
    assert (risk.classes, risk.smallest_class) == (RUN["classes"] + 1, 5)
