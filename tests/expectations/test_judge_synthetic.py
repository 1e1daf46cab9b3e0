"""Synthetic output: copies of people's rows are refused, rows that are like people's pass.

Rows are drawn from a made-up population of dependent columns, coarse enough that many rows of
unseen people coincide with somebody's. With these seeds all is deterministic; over 100 draws of
2,000 unseen rows none was refused, and 10 % of copies always.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow.risk import is_held_out
from veilflow.spark.judging import Judgement, JudgeRequest
from veilflow_expectations.judge import judge
from veilflow_expectations.telling_rows import choose_telling

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = 2000
HOLDOUT = b"h" * 32
POLICY = """
version: 1
dataset: clinic
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: person
tables:
  people:
    path: people
    columns:
      person: pseudonym
      name: drop
      born: {role: quasi, hierarchy: {intervals: [1, 10]}}
      sex: {role: quasi, hierarchy: redact}
      town: {role: quasi, hierarchy: redact}
      insurance: sensitive
      weight: {role: sensitive, protect: {round: {to: 5}}}
anonymize: {k: 3, suppression_limit: 1}
synthesize: {tables: {people: 2000}}
"""
RAW = (
    "person string, name string, born int, sex string, town string, insurance string, weight double"
)
MADE = "born string, sex string, town string, insurance string, weight double"


def population(seed: int, rows: int) -> pd.DataFrame:
    """People: town depends on nothing, insurance on town, weight on sex and age."""
    random = np.random.default_rng(seed)
    born = random.integers(1940, 2005, rows)
    sex = random.choice(["f", "m"], rows)
    town = random.choice([f"town {n}" for n in range(12)], rows, p=np.arange(12, 0, -1) / 78)
    lean = np.char.equal(town, "town 0")
    insurance = np.where(random.random(rows) < np.where(lean, 0.2, 0.7), "public", "private")
    weight = np.round(60 + 12 * (sex == "m") + random.normal(0, 9, rows), 1)
    return pd.DataFrame(
        {
            "person": [f"P-{seed}-{n}" for n in range(rows)],
            "name": [f"Canary Person {seed} {n}" for n in range(rows)],
            "born": born,
            "sex": sex,
            "town": town,
            "insurance": insurance,
            "weight": weight,
        }
    )


def as_made(people: pd.DataFrame) -> pd.DataFrame:
    """The rows in the form that synthetic rows have."""
    made = people[["born", "sex", "town", "insurance", "weight"]].copy()
    made["born"] = made["born"].map(lambda year: f"[{year}, {year + 1})")
    made["weight"] = np.sign(made["weight"]) * np.floor(np.abs(made["weight"]) / 5 + 0.5) * 5
    return made


def with_copies(honest: pd.DataFrame, share: float) -> pd.DataFrame:
    copied = as_made(population(1, ROWS)).sample(int(len(honest) * share), random_state=3)
    return pd.concat([honest.iloc[len(copied) :], copied], ignore_index=True)


@pytest.fixture
def judged(spark: SparkSession, tmp_path: Path) -> Callable[..., Judgement]:
    from veilflow.policy import load_policy

    path = tmp_path / "clinic.yaml"

    def run(
        made: pd.DataFrame, schema: str = MADE, holdout_key: bytes = HOLDOUT, bounds: str = ""
    ) -> Judgement:
        path.write_text(POLICY + bounds)
        policy = load_policy(path)
        made = made.astype(object).where(made.notna(), None)
        return judge(
            spark,
            JudgeRequest(
                product="synthetic",
                policy=policy,
                output={"people": spark.createDataFrame(made, schema)},
                source={"people": spark.createDataFrame(population(1, ROWS), RAW)},
                levels={},
                digest_key=b"k" * 32,
                holdout_key=holdout_key,
                canary_key=b"c" * 32,
            ),
        )

    return run


def failed(judgement: Judgement) -> set[tuple[str, str | None]]:
    return {(check.name, check.column) for check in judgement.failed}


@pytest.mark.spark
class TestCopies:
    def test_unseen_people_pass_though_many_rows_coincide(self, judged: Any) -> None:
        honest = as_made(population(2, ROWS))
        names = list(honest.columns)
        known = as_made(population(1, ROWS)).drop_duplicates()
        coinciding = honest.merge(known, on=names, how="inner")
        assert len(coinciding) > 0.05 * ROWS
        assert failed(judged(honest)) == set()

    def test_independent_columns_pass(self, judged: Any) -> None:
        honest = as_made(population(1, ROWS))
        random = np.random.default_rng(5)
        shuffled = honest.apply(lambda column: random.permutation(column.to_numpy()))
        judgement = judged(shuffled)
        assert failed(judgement) == set()
        kept = {u.column: u for u in judgement.utility}["insurance"]
        assert kept.total_variation == 0

    @pytest.mark.parametrize("share", [0.1, 1.0])
    def test_copies_are_refused(self, judged: Any, share: float) -> None:
        judgement = judged(with_copies(as_made(population(2, ROWS)), share))
        assert failed(judgement) == {("exact copies", None)}
        (check,) = judgement.failed
        assert check.observed == pytest.approx(share, abs=0.05)
        assert 0.01 < check.bound < 0.06

    def test_copies_that_were_shuffled_and_respelled(self, judged: Any) -> None:
        made = with_copies(as_made(population(2, ROWS)), 0.5).sample(frac=1, random_state=1)
        made["insurance"] = " " + made["insurance"].str.upper()
        assert ("exact copies", None) in failed(judged(made))


@pytest.mark.spark
class TestPeopleFittedOn:
    """The judge finds out from the key alone who was fitted on and who was held out."""

    @pytest.mark.parametrize("is_held", [False, True])
    def test_copies_of_either_side(self, judged: Any, is_held: bool) -> None:
        people = population(1, ROWS)
        side = people["person"].map(lambda person: is_held_out(person, HOLDOUT) is is_held)
        copied = as_made(people[side]).sample(600, random_state=3)
        honest = as_made(population(2, ROWS)).iloc[600:]
        refused = failed(judged(pd.concat([honest, copied], ignore_index=True)))
        assert ("exact copies", None) in refused
        assert (("closest record", None) in refused) is not is_held

    def test_without_the_key_nothing_can_be_judged(self, judged: Any) -> None:
        with pytest.raises(StageFailed, match="no key to find out who was held out"):
            judged(as_made(population(2, ROWS)), holdout_key=b"")


@pytest.mark.spark
def test_other_promises_of_synthetic_rows(judged: Any) -> None:
    made = as_made(population(2, ROWS - 1))
    made.loc[5, "insurance"] = "CANARY PERSON 1 17"
    made.loc[6, "born"] = "1066"
    judgement = judged(made)
    assert failed(judgement) == {
        ("rows promised", None),
        ("raw identifiers absent", "insurance"),
        ("labels of the level", "born"),
    }
    assert (judgement.risk, judgement.loss) == ((), None)
    assert "canary person" not in repr(judgement).lower()


@pytest.mark.spark
def test_columns_that_synthetic_rows_may_not_have(judged: Any) -> None:
    made = as_made(population(2, ROWS))
    for schema in (MADE.replace("town", "person"), MADE.replace("town", "name")):
        assert failed(judged(made, schema)) == {("columns as promised", None)}


@pytest.mark.spark
def test_distributions_and_correlations_of_synthetic_rows(judged: Any) -> None:
    """Weights are rounded and births are labels: the source is brought into that form first."""
    bounds = (
        "validate: {max_total_variation: 0.15, max_kolmogorov_smirnov: 0.06, "
        "max_correlation_change: 0.15}"
    )
    alike = as_made(population(2, ROWS))
    assert failed(judged(alike, bounds=bounds)) == set()
    random = np.random.default_rng(5)
    apart = alike.apply(lambda column: random.permutation(column.to_numpy()))
    apart["weight"] = apart["weight"] + 5
    found = failed(judged(apart, bounds=bounds))
    # Values that one person has are alone among shuffled ones too, which singling out may refuse.
    assert found - {("singling out", None)} == {("distribution", "weight"), ("correlation", None)}


class TestChoice:
    """Which rows are telling, from how improbable and how often shared they are."""

    @staticmethod
    def chosen(
        surprisals: list[float], rows: list[int], people: list[int], total: int
    ) -> tuple[int, float, float]:
        """How many of the most improbable rows, their share, and how many hits chance explains."""
        digests = np.arange(len(surprisals))
        found = choose_telling(
            digests, np.array(surprisals), np.array(rows), np.array(people), total, made=5000
        )
        assert sorted(found.digests) == list(range(len(found.digests)))
        return len(found.digests), found.share, found.by_chance

    def test_the_improbable_rows_are(self) -> None:
        surprisals = [20.0] * 500 + [5.0] * 1000
        rows, people = [1] * 500 + [2] * 1000, [1] * 500 + [2] * 1000
        assert self.chosen(surprisals, rows, people, 2500) == (500, 0.2, 0.0)

    def test_all_rows_are_where_everybody_is_unique(self) -> None:
        assert self.chosen(list(np.linspace(9, 5, 900)), [1] * 900, [1] * 900, 900)[:2] == (900, 1)

    def test_a_few_shared_rows_dont_end_the_choice(self) -> None:
        rows = [1] * 100 + [2] + [1] * 1900
        count, share, by_chance = self.chosen(list(np.linspace(20, 10, 2001)), rows, rows, 4000)
        assert (count, by_chance) == (2001, 2 / 4000)
        assert share == pytest.approx(2002 / 4000)

    def test_two_rows_of_one_person_are_not_shared(self) -> None:
        assert self.chosen([9.0] * 50, [2] * 50, [1] * 50, 100) == (50, 1.0, 0.0)

    def test_a_lucky_start_is_not_taken_for_certainty(self) -> None:
        """Ten rows that nobody shares say little about how often such rows are shared."""
        rows = [1] * 10 + ([1] * 98 + [2]) * 10
        surprisals = [20.0] * 10 + [19.0] * 990
        assert self.chosen(surprisals, rows, rows, 10_000)[0] > 900

    def test_without_rare_rows_nothing_is_telling(self) -> None:
        assert self.chosen([], [], [], 1000) == (0, 0.0, 0.0)
        assert self.chosen([], [], [], 0) == (0, 0.0, 0.0)
