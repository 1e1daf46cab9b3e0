"""The judge attacks a release: an honest one passes, and each careless one is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from veilflow.policy import Policy, load_policy
from veilflow.spark.judging import Judgement, JudgeRequest
from veilflow_expectations.attack_plan import ordered_columns, pseudonymous_columns
from veilflow_expectations.judge import judge
from veilflow_expectations.plan import plan_masked
from veilflow_expectations.planned import PlannedCheck

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

POLICY = """
version: 1
dataset: surgery
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: person
tables:
  people:
    path: people
    columns:
      person: pseudonym
      doctor: TREATMENT
      name: drop
      born: {role: quasi, hierarchy: {intervals: [1, 10, 50]}}
      cost: {role: sensitive, protect: {round: {to: 10}}}
      ward: sensitive
anonymize: {k: 4, suppression_limit: 0.1}
"""
SOURCE = "person string, doctor string, name string, born int, cost double, ward string"
MASKED = "person string, doctor string, born string, cost double, ward string"
PEOPLE = 120

Change = Callable[[pd.DataFrame], pd.DataFrame]


def read_policy(folder: Path, doctor: str = "redact", more: str = "") -> Policy:
    path = folder / "surgery.yaml"
    path.write_text(POLICY.replace("TREATMENT", doctor) + more)
    return load_policy(path)


def source() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "person": [f"P-{n:05}" for n in range(PEOPLE)],
            "doctor": [f"Canary Doctor {min(n % 12, n % 7, n % 5)}" for n in range(PEOPLE)],
            "name": [f"Canary Person {n:03}" for n in range(PEOPLE)],
            "born": 1950 + rng.integers(0, 40, PEOPLE),
            "cost": rng.integers(0, 90_000, PEOPLE) / 7,
            "ward": rng.choice(["A", "B", "C"], PEOPLE),
        }
    )


def masked(raw: pd.DataFrame) -> pd.DataFrame:
    """In the source's order; :func:`shuffled` is the last step of an honest maker."""
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "person": [f"{each:026}" for each in rng.permutation(len(raw))],
            "doctor": "[REDACTED]",
            "born": [f"[{year // 10 * 10}, {year // 10 * 10 + 10})" for year in raw["born"]],
            "cost": (raw["cost"] / 10 + 0.5).astype(int) * 10.0,
            "ward": raw["ward"],
        }
    )


def shuffled(output: pd.DataFrame) -> pd.DataFrame:
    return output.sample(frac=1, random_state=3)


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.astype(object).itertuples(index=False, name=None)]


@pytest.fixture
def judged(spark: SparkSession, tmp_path: Path) -> Callable[..., Judgement]:
    def run(output: Any, policy: Policy | None = None, **request: Any) -> Judgement:
        if isinstance(output, pd.DataFrame):
            output = spark.createDataFrame(rows(output), MASKED)
        given = {"levels": {("people", "born"): 1}, "digest_key": b"k" * 32, **request}
        raw = spark.createDataFrame(rows(source()), SOURCE)
        return judge(
            spark,
            JudgeRequest(
                product="masked",
                policy=policy or read_policy(tmp_path),
                output={"people": output},
                source={"people": raw},
                **given,
            ),
        )

    return run


def refused(judgement: Judgement) -> set[str]:
    return {check.name for check in judgement.failed}


@pytest.mark.spark
def test_an_honest_release_passes(judged: Callable[..., Judgement]) -> None:
    judgement = judged(shuffled(masked(source())), files={"people": ("people/part-0.parquet",)})
    assert refused(judgement) == set()
    found = {check.name: check for check in judgement.checks if check.kind == "attack"}
    assert set(found) == {
        "linkage attack", "homogeneity attack", "background knowledge attack",
        "frequency attack", "row order attack", "id order attack", "schema attack",
    }  # fmt: skip
    linkage = found["linkage attack"]
    assert (linkage.observed, linkage.high, linkage.bound) == (0, 0, 0.25)
    assert linkage.baseline == pytest.approx(1 / PEOPLE, abs=1e-6)
    assert not found["homogeneity attack"].blocking
    assert found["row order attack"].blocking
    assert all("assumed" in check.sentence for check in found.values())


@pytest.mark.spark
@pytest.mark.parametrize(
    ("case", "change", "expected"),
    [
        ("in the source's order", lambda made: made, {"row order attack"}),
        (
            "ids that count",
            lambda made: shuffled(made.assign(person=[f"{n:026}" for n in range(PEOPLE)])),
            {"id order attack"},
        ),
        (
            "not generalised",
            lambda made: shuffled(made.assign(born=source()["born"].astype(str))),
            {"labels of the level", "k-anonymity"},
        ),
    ],
)
def test_a_careless_release_is_refused(
    judged: Callable[..., Judgement], case: str, change: Change, expected: set[str]
) -> None:
    assert refused(judged(change(masked(source())))) == expected


@pytest.mark.spark
def test_raw_quasi_identifiers_name_people(judged: Callable[..., Judgement]) -> None:
    """Even where the output says so itself, by claiming level 0."""
    years = [f"[{year}, {year + 1})" for year in source()["born"]]
    made = shuffled(masked(source()).assign(born=years))
    judgement = judged(made, levels={("people", "born"): 0})
    (linkage,) = (check for check in judgement.checks if check.name == "linkage attack")
    alone = (source()["born"].value_counts() == 1).sum()
    assert alone < 10 and linkage.observed is None, "so few people aren't told"
    assert "k-anonymity" in refused(judgement)


@pytest.mark.spark
def test_a_policy_may_bound_and_warn(judged: Callable[..., Judgement], tmp_path: Path) -> None:
    more = "validate: {max_homogeneity: 0, max_background_knowledge: 0, warn: [row order attack]}\n"
    judgement = judged(masked(source()), read_policy(tmp_path, more=more))
    by_name = {(check.name, check.column): check for check in judgement.checks}
    assert by_name["homogeneity attack", "ward"].blocking
    assert by_name["background knowledge attack", "ward"].blocking
    assert not by_name["row order attack", None].passed
    assert not by_name["row order attack", None].blocking
    assert "row order attack" not in refused(judgement)


@pytest.mark.spark
def test_a_pseudonym_for_the_doctor_is_named(
    judged: Callable[..., Judgement], tmp_path: Path
) -> None:
    """Twelve doctors with different numbers of patients, under pseudonyms of the right form."""
    raw = source()
    codes = {name: f"{code:026}" for code, name in enumerate(sorted(set(raw["doctor"])), 5)}
    made = shuffled(masked(raw).assign(doctor=raw["doctor"].map(codes)))
    judgement = judged(made, read_policy(tmp_path, doctor="pseudonym"))
    assert "frequency attack" in refused(judgement)


@pytest.mark.spark
def test_an_unshuffled_split_is_refused(
    spark: SparkSession, judged: Callable[..., Judgement]
) -> None:
    made = masked(source())
    halves = [shuffled(made[: PEOPLE // 2]), shuffled(made[PEOPLE // 2 :])]
    listed = [row for half in halves for row in rows(half)]
    split = spark.createDataFrame(spark.sparkContext.parallelize(listed, 2), MASKED)
    assert refused(judged(split)) == {"row order attack"}


@pytest.mark.spark
def test_files_named_after_people_are_refused(judged: Callable[..., Judgement]) -> None:
    files = {"people": ("people/part-0.parquet", "people/canary_person_007.parquet")}
    assert refused(judged(shuffled(masked(source())), files=files)) == {"schema attack"}


class TestPlan:
    def checks(self, policy: Policy) -> list[PlannedCheck]:
        return [check for suite in plan_masked(policy, ()) for check in suite.checks]

    def test_which_columns_are_compared(self, tmp_path: Path) -> None:
        policy = read_policy(tmp_path, doctor="pseudonym")
        assert ordered_columns(policy, "people") == ["born", "cost", "ward"]
        assert pseudonymous_columns(policy, "people") == ["person", "doctor"]

    def test_what_blocks(self, tmp_path: Path) -> None:
        policy = read_policy(tmp_path, doctor="pseudonym")
        found = {(c.name, c.column): c.blocking for c in self.checks(policy) if c.kind == "attack"}
        found.pop(("difference attack", None), None)  # one of two releases, not of one
        assert found == {
            ("linkage attack", None): True,
            ("homogeneity attack", "cost"): False,
            ("homogeneity attack", "ward"): False,
            ("background knowledge attack", "cost"): False,
            ("background knowledge attack", "ward"): False,
            ("frequency attack", "person"): False,
            ("frequency attack", "doctor"): True,
            ("row order attack", None): True,
            ("id order attack", "person"): True,
            ("id order attack", "doctor"): True,
            ("schema attack", None): True,
        }

    def test_bounds_of_the_policy(self, tmp_path: Path) -> None:
        more = "validate: {max_linkage: 0.01, max_frequency: 0.5, max_homogeneity: 0.2}\n"
        found = {
            c.name: (c.arguments.get("max_rate"), c.blocking)
            for c in self.checks(read_policy(tmp_path, more=more))
        }
        assert found["linkage attack"] == (0.01, True)
        assert found["frequency attack"] == (0.5, False)
        assert found["homogeneity attack"] == (0.2, True)
        assert found["background knowledge attack"] == (0.05, False)

    def test_a_table_of_nothing_but_pseudonyms_has_no_order_to_compare(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "policy.yaml"
        head = POLICY.partition("tables:")[0]
        path.write_text(f"{head}tables:\n  t: {{path: t, columns: {{person: pseudonym}}}}\n")
        names = {check.name for check in self.checks(load_policy(path))}
        assert not names & {"row order attack", "id order attack"}
        assert {"frequency attack", "schema attack"} <= names
