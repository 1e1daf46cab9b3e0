"""The whole pipeline on Adult equals ARX 3.9.2: levels, suppressed rows, classes, loss to 1e-9.

The reference run is "k=5, suppression limit 0.02, full-domain" of the reference data's SOURCES.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from veilflow.evidence import StageEvidence
from veilflow.pipeline import open_run, pin, publish
from veilflow.spark.jobs import run_stage

pytestmark = [pytest.mark.spark, pytest.mark.slow]

QUASI = ("sex", "age", "race", "marital-status", "education", "native-country", "workclass",
         "salary-class")  # fmt: skip
LEVELS = (0, 3, 0, 2, 2, 1, 1, 0)


@pytest.fixture(scope="module")
def stages(reference_data: Path, spark, tmp_path_factory) -> dict[str, StageEvidence]:
    home = tmp_path_factory.mktemp("adult")
    adult = reference_data / "adult"
    columns = {
        name: {"role": "quasi", "hierarchy": {"csv": str(adult / f"adult_hierarchy_{name}.csv")}}
        for name in QUASI
    }
    policy = {
        "dataset": "adult",
        "purpose": {
            "purpose": "test", "legal_basis": "public data", "owner": "test",
            "recipients": ["test"], "retention_days": 1,
        },
        "source": {"root": str(adult), "format": "csv", "delimiter": ";"},
        "tables": {
            "adult": {"path": "adult.csv", "columns": {**columns, "occupation": "sensitive"}}
        },
        "anonymize": {"k": 5, "suppression_limit": 0.02},
        "publish": {"store": f"file://{home}/store", "keys": f"file://{home}/keyring"},
    }  # fmt: skip
    path = home / "adult.yaml"
    path.write_text(yaml.safe_dump(policy, sort_keys=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEILFLOW_HOME", str(home / "home"))
        reference = pin(path, "adult-1")
        run = open_run(reference.uri)
        stages = ("classify", "protect", "validate")
        done = {stage: run_stage(spark, run, stage) for stage in stages}
        published = publish(reference.uri)
    return {**done, "publish": StageEvidence.from_json(published)}


def test_the_same_node_as_the_reference(stages: dict[str, StageEvidence]) -> None:
    chosen = stages["protect"].anonymization
    assert chosen is not None
    assert tuple(chosen.levels[f"adult.{name}"] for name in QUASI) == LEVELS
    assert chosen.classes == {"adult": 222}
    assert chosen.loss == pytest.approx(0.2464771552, abs=1e-9, rel=0)
    assert chosen.optimal


def test_the_rows_that_are_left(stages: dict[str, StageEvidence]) -> None:
    (counts,) = stages["protect"].tables
    assert (counts.rows_in, counts.rows_suppressed, counts.rows_out) == (30162, 506, 29656)
    released = stages["publish"].released
    assert released is not None
    assert (released.rows, released.number) == ({"adult": 29656}, 1)


def test_the_judge_measures_the_same_on_the_output(stages: dict[str, StageEvidence]) -> None:
    judged = stages["validate"]
    assert all(check.passed for check in judged.checks)
    (after,) = [risk for risk in judged.risk if risk.side == "after"]
    assert (after.classes, after.share_below_k) == (222, 0)
    assert after.smallest_class is not None
    assert after.smallest_class >= 5
    measured = judged.anonymization
    assert measured is not None
    assert measured.loss == pytest.approx(0.2464771552, abs=1e-9, rel=0)
    assert measured.granularity["adult"] == pytest.approx(0.6916219, abs=5e-8, rel=0)
    assert measured.discernibility["adult"] == 52_454_192
