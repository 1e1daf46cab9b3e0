"""Who is held out, on Spark: the same people whoever asks, all rows of one on one side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from veilflow.errors import StageFailed, UsageError
from veilflow.policy import Policy, load_policy
from veilflow.risk import is_held_out
from veilflow.spark.holdout import DRAW, split_source
from veilflow.spark.redaction import stage_errors

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

KEY = b"k" * 32
VISITS = [(f"P{n % 300}", n, float(n % 7), None if n % 5 else "x") for n in range(900)]


@pytest.fixture(scope="module")
def visits(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(VISITS, "person string, visit int, cost double, note string")


def split(
    frame: DataFrame, unit: str | None = "person", most: int = 10_000, key: bytes = KEY
) -> tuple[list[Any], list[Any]]:
    with split_source(frame, "visits", unit, key, most) as parts:
        return parts.training.collect(), parts.holdout.collect()


def test_people_are_where_the_key_says(visits: DataFrame) -> None:
    training, holdout = split(visits)
    assert len(training) + len(holdout) == len(VISITS)
    for rows, is_held in ((training, False), (holdout, True)):
        assert all(is_held_out(row.person, KEY) is is_held for row in rows)
        assert all((row[DRAW] < 0) is is_held for row in rows)
    assert 100 < len({row.person for row in holdout}) < 200


def test_the_split_recurs_whatever_the_order_of_the_source(visits: DataFrame) -> None:
    from pyspark.sql import functions as F

    turned = visits.repartition(5).orderBy(F.desc("visit"))
    assert split(visits, most=120) == split(turned, most=120)
    assert split(visits, key=b"l" * 32) != split(visits)


def test_each_side_has_so_many_rows_and_no_more(visits: DataFrame) -> None:
    training, holdout = split(visits, most=50)
    assert len(training) == len(holdout) == 50
    assert training == split(visits)[0][:50]


def test_rows_of_nobody_are_on_neither_side(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(None, 1), ("a", 2), ("b", 3)], "person string, visit int")
    assert sum(len(side) for side in split(frame)) == 2
    assert split(frame.where("person is null")) == ([], [])


def test_without_a_unit_equal_rows_are_several_people(spark: SparkSession) -> None:
    rows = [("flu", None)] * 400 + [(None, "flu")] * 400
    frame = spark.createDataFrame(rows, "one string, other string")
    training, holdout = split(frame, unit=None)
    assert len({row[DRAW] for row in training + holdout}) == 800
    for kind in ("one", "other"):
        assert 140 < sum(row[kind] == "flu" for row in training) < 260
    again = split(frame.repartition(3), unit=None)
    assert again == (training, holdout)


def test_numbers_are_people_as_texts_are(spark: SparkSession) -> None:
    names = spark.createDataFrame([(str(n),) for n in range(60)], "person string")
    numbers = spark.createDataFrame([(n,) for n in range(60)], "person bigint")
    as_texts = ([str(row.person) for row in side] for side in split(numbers))
    assert [sorted(side) for side in as_texts] == [
        sorted(row.person for row in side) for side in split(names)
    ]


def test_the_key_is_in_no_plan_and_gone_afterwards(visits: DataFrame) -> None:
    with split_source(visits, "visits", "person", KEY, 10) as parts:
        plan = parts.training._jdf.queryExecution().toString()
        assert KEY.decode() not in plan
        assert KEY.hex() not in plan
    with pytest.raises(StageFailed), stage_errors("test"):
        parts.training.collect()


def test_a_key_that_is_too_short_is_refused(visits: DataFrame) -> None:
    with pytest.raises(StageFailed, match="16 bytes"), stage_errors("test"):
        split(visits, key=b"short")


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
      born: {role: quasi, hierarchy: {intervals: [1, 10]}}
      town: {role: quasi, hierarchy: redact}
      seen: sensitive
      weight: {role: sensitive, protect: {round: {to: 5}}}
anonymize: {k: 3, suppression_limit: 1}
synthesize: {tables: {people: 500}, fit_rows: 150}
validate: {canaries: 25}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "clinic.yaml"
    path.write_text(POLICY)
    return load_policy(path)


def people(spark: SparkSession) -> DataFrame:
    from pyspark.sql import functions as F

    random = np.random.default_rng(1)
    rows = [
        (f"P{n}", int(random.integers(1940, 2000)), f"town {n % 12}", float(random.normal(70, 9)))
        for n in range(800)
    ]
    frame = spark.createDataFrame(rows, "person string, born int, town string, weight double")
    return frame.select(
        "person", "born", "town",
        F.date_add(F.lit("2020-01-01").cast("date"), F.col("born")).alias("seen"), "weight",
    )  # fmt: skip


def test_the_judge_finds_what_the_maker_fitted_on(
    spark: SparkSession, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows and canaries, cell for cell, by the judge's code and by the maker's."""
    import pandas as pd
    import veilflow.spark.synthesis as synthesis
    from veilflow.risk.cells import canonical_text
    from veilflow.spark.judging import JudgeRequest
    from veilflow_expectations.measured import describe_output
    from veilflow_expectations.plan import comparable_columns
    from veilflow_expectations.split_rows import split_of_source

    fitted: list[pd.DataFrame] = []
    monkeypatch.setattr(synthesis, "fit", lambda data, kinds: fitted.append(data.copy()))
    monkeypatch.setattr(synthesis, "merge_rare", lambda data, kinds, below: 0)
    source = people(spark)
    found = synthesis.fit_table(policy, "people", source, KEY, b"c" * 32)
    assert (found.rows_fitted, found.people_fitted, found.canaries) == (150, 150, 25)

    request = JudgeRequest("synthetic", policy, {}, {"people": source}, {}, b"d" * 32, {}, None,
                           KEY, b"c" * 32)  # fmt: skip
    output = describe_output(policy, "synthetic", "people", {})
    judged = split_of_source(request, output, source)
    assert judged.canaries is not None
    (data,) = fitted
    assert len(data) == 175
    for name in comparable_columns(policy, "people"):
        cells = [*judged.training[name].to_pylist(), *judged.canaries.planted[name]]
        assert [canonical_text(cell) for cell in data[name]] == [canonical_text(c) for c in cells]


def test_too_few_combinations_for_canaries(spark: SparkSession, policy: Policy) -> None:
    from veilflow.spark.synthesis import fit_table

    alike = people(spark).selectExpr(
        "person", "1950 as born", "'York' as town", "date'2020-01-01' as seen", "70d as weight"
    )
    with pytest.raises(UsageError, match="too few combinations"):
        fit_table(policy, "people", alike, KEY, b"c" * 32)
