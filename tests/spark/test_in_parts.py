"""Beyond the driver's budget: classes still hold k people, and executors change nothing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from veilflow.errors import ReleaseRefused
from veilflow.policy import Policy
from veilflow.spark import in_parts
from veilflow.spark.protect import Decision, decide, protect
from veilflow.spark.random_order import in_random_order

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PURPOSE = {
    "purpose": "test", "legal_basis": "test", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip
QUASI: dict[str, Any] = {
    "born": {"role": "quasi", "hierarchy": {"dates": ["day", "month", "year", "decade"]}},
    "postcode": {"role": "quasi", "hierarchy": {"prefix": [5, 4, 3, 2, 1]}},
    "sex": {"role": "quasi", "hierarchy": "redact"},
    "age": {"role": "quasi", "hierarchy": {"intervals": [1, 5, 20]}},
}
ROWS = 3_000


def policy(recoding: str = "local", budget: int = 200, limit: float = 0.02, **more: Any) -> Policy:
    columns = {"who": "keep", "row": "keep", "illness": "sensitive", **QUASI}
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": PURPOSE,
            "source": {"root": "."},
            "tables": {"people": {"path": "people", "columns": columns | more.pop("columns", {})}},
            "anonymize": {
                "k": 5,
                "suppression_limit": limit,
                "recoding": recoding,
                "driver_combinations": budget,
                **more.pop("anonymize", {}),
            },
            **more,
        }
    )


@pytest.fixture(scope="module")
def people() -> pa.Table:
    """Nearly as many combinations as rows, with nulls, and a few people who are like nobody."""
    draw = np.random.default_rng(5)
    days = draw.integers(0, 4_000, ROWS)
    born = pa.array(np.datetime64("1970-01-01") + days.astype("timedelta64[D]"))
    codes = 10_000 + (draw.exponential(3_000, ROWS)).astype(int)
    sex = pa.array([("F", "M", None)[n] for n in draw.choice(3, ROWS, p=[0.6, 0.399, 0.001])])
    return pa.table(
        {
            "who": pa.array([f"p{n}" for n in range(ROWS)]),
            "row": pa.array(range(ROWS)),
            "illness": pa.array(draw.choice(["a", "b", "c"], ROWS)),
            "born": born,
            "postcode": pa.array([str(code) for code in codes]),
            "sex": sex,
            "age": pa.array(draw.integers(18, 90, ROWS)),
        }
    )


def made(
    spark: SparkSession, rules: Policy, frame: DataFrame
) -> tuple[Decision, list[tuple[Any, ...]]]:
    decision = decide(rules, {"people": frame})
    assert decision is not None
    output = in_random_order(protect(spark, rules, {"people": frame}, decision, "")["people"])
    return decision, [tuple(row.values()) for row in output.toArrow().to_pylist()]


def classes(rows: list[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    return Counter(row[3:] for row in rows)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_parts, "PART_LINES", 400)


@pytest.mark.parametrize("recoding", ["local", "full_domain"])
def test_every_class_holds_k_and_the_figures_are_those_of_the_output(
    spark: SparkSession, people: pa.Table, recoding: str
) -> None:
    limit = 0.02 if recoding == "local" else 0.2
    decision, rows = made(spark, policy(recoding, limit=limit), spark.createDataFrame(people))
    assert decision.in_parts is not None
    solution = decision.solution
    assert min(classes(rows).values()) >= 5
    assert len(classes(rows)) == solution.classes[0]
    assert ROWS - len(rows) == solution.suppressed_rows[0] <= limit * ROWS
    assert 0 < decision.in_parts.least_loss < solution.loss < 1
    for shares, highest in zip(
        decision.level_shares()["people"], solution.levels, strict=recoding == "local"
    ):
        assert sum(shares) == pytest.approx(1)
        assert shares[highest] > 0
    assert len({row[1] for row in rows}) == len(rows), "no row twice"


def test_parts_share_no_class_and_no_part_is_too_large(
    spark: SparkSession, people: pa.Table
) -> None:
    decision, _ = made(spark, policy(), spark.createDataFrame(people))
    assert decision.in_parts is not None
    assert decision.in_parts.parts > 5


def test_neither_partitions_nor_the_order_of_rows_change_the_output(
    spark: SparkSession, people: pa.Table
) -> None:
    frame = spark.createDataFrame(people)
    _, first = made(spark, policy(), frame.repartition(1))
    _, second = made(spark, policy(), frame.repartition(7, "illness").sortWithinPartitions("age"))
    assert Counter(first) == Counter(second)


def test_full_domain_finds_what_the_driver_finds_where_the_base_is_below_it(
    spark: SparkSession, people: pa.Table
) -> None:
    frame = spark.createDataFrame(people)
    whole, on_driver = made(spark, policy("full_domain", budget=10_000, limit=0.2), frame)
    parts, on_executors = made(spark, policy("full_domain", budget=2_000, limit=0.2), frame)
    assert (whole.in_parts is None, parts.in_parts is None) == (True, False)
    assert whole.solution.levels == parts.solution.levels
    assert whole.solution.loss == pytest.approx(parts.solution.loss, abs=1e-12)
    assert Counter(on_driver) == Counter(on_executors)


def test_one_row_a_person_counts_people(spark: SparkSession, people: pa.Table) -> None:
    nobody = pa.array([None if n % 4 == 0 else f"p{n}" for n in range(ROWS)], pa.string())
    frame = spark.createDataFrame(people.set_column(0, "who", nobody))
    _, rows = made(spark, policy(privacy_unit="who"), frame)
    named = classes([row for row in rows if row[0] is not None])
    assert min(named.values()) >= 5
    assert set(named) == set(classes(rows)), "rows without a person hide nobody"


def test_levels_that_are_held_down_may_leave_rows_out(
    spark: SparkSession, people: pa.Table
) -> None:
    held = {"columns": {"sex": {**QUASI["sex"], "max_level": 0}}}
    decision, rows = made(spark, policy(**held), spark.createDataFrame(people))
    assert 0 < decision.solution.suppressed_rows[0] == ROWS - len(rows)
    assert min(classes(rows).values()) >= 5
    with pytest.raises(ReleaseRefused, match=r"k = 5|limit"):
        made(spark, policy(limit=0.0, **held), spark.createDataFrame(people))


def test_rows_elsewhere_go_with_their_person(spark: SparkSession, people: pa.Table) -> None:
    held = {"columns": {"sex": {**QUASI["sex"], "max_level": 0}}}
    rules = policy(privacy_unit="who", **held)
    letters = {"path": "letters", "columns": {"who": "keep"}}
    tables = {**rules.model_dump(by_alias=True)["tables"], "letters": letters}
    rules = Policy.model_validate({**rules.model_dump(by_alias=True), "tables": tables})
    frames = {
        "people": spark.createDataFrame(people),
        "letters": spark.createDataFrame(people.select(["who"])),
    }
    decision = decide(rules, frames)
    assert decision is not None
    assert decision.in_parts is not None
    output = protect(spark, rules, frames, decision, "")
    left = {
        name: {row[0] for row in masked.frame.select("who").collect()}
        for name, masked in output.items()
    }
    assert left["letters"] == left["people"]
    assert 0 < len(left["people"]) < ROWS


@pytest.mark.parametrize(
    ("recoding", "limit", "kind"),
    [("local", 0.02, "distinct"), ("local", 0.02, "entropy"), ("full_domain", 0.5, "entropy")],
)
def test_every_class_holds_the_models(
    spark: SparkSession, people: pa.Table, recoding: str, limit: float, kind: str
) -> None:
    asked = {
        "l_diversity": {"l": 2, "kind": kind}, "t_closeness": 0.25, "max_average_risk": 0.15,
    }  # fmt: skip
    rules = policy(recoding, 400, limit, anonymize=asked)
    decision, rows = made(spark, rules, spark.createDataFrame(people))
    assert decision.in_parts is not None
    held: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        held[row[3:]][row[2]] += 1
    whole = Counter(people["illness"].to_pylist())
    for values in held.values():
        share = {value: count / values.total() for value, count in values.items()}
        apart = sum(abs(share.get(v, 0) - n / ROWS) for v, n in whole.items()) / 2
        assert values.total() >= 5
        assert apart <= 0.25 + 1e-9
        assert len(share) >= 2
        if kind == "entropy":
            assert -sum(x * math.log(x) for x in share.values()) >= math.log(2) - 1e-9
    assert len(held) / len(rows) <= 0.15
    assert len(held) == decision.solution.classes[0] > (60 if recoding == "local" else 1)
    assert ROWS - len(rows) == decision.solution.suppressed_rows[0] <= limit * ROWS
    assert len({row[1] for row in rows}) == len(rows), "no row twice"


UNSUPPORTED: dict[str, tuple[dict[str, Any], str]] = {
    "cells": ({"recoding": "cell_suppression"}, "recoding cell_suppression"),
    "several rows a person": ({"privacy_unit": "illness"}, "people with several rows"),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_what_parts_cannot_do_is_refused_with_the_setting(
    spark: SparkSession, people: pa.Table, case: str
) -> None:
    more, sentence = UNSUPPORTED[case]
    with pytest.raises(ReleaseRefused, match=sentence) as refused:
        made(spark, policy(**more), spark.createDataFrame(people))
    assert "anonymize.driver_combinations" in str(refused.value)
