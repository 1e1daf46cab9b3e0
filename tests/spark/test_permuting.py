"""Permuted columns on Spark: groups keep their values, in parts and in a retry, and are counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.policy import Policy
from veilflow.spark.permuting import with_permuted
from veilflow.spark.protect import decide, protect
from veilflow.spark.random_order import counting_in_random_order, in_random_order
from veilflow.spark.reading import quoted
from veilflow.spark.redaction import stage_errors

from tests.spark.test_masking import policy

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS = 3_000
KEY = bytes(range(32))


def permute(role: str = "sensitive", **parameters: Any) -> dict[str, Any]:
    return {"role": role, "protect": {"permute": parameters}}


COLUMNS: dict[str, Any] = {
    "id": "pseudonym",
    "ward": "insensitive",
    "site": "insensitive",
    "pay": permute(within=["ward", "site"], on_invalid="nullify"),
    "dose": permute(together="drug"),
    "drug": permute(together="drug"),
}


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    """Rows 0 to 11 are of wards with one person each, of one row or three; ``pay`` names its row.

    In the others every person has two rows.
    """
    rows: list[Any] = []
    for row in range(ROWS):
        ward, person = row % 7, f"p{row // 2}"
        if row < 3:
            ward, person = 200 + row, "alone"
        elif row < 12:
            ward, person = 300 + row // 3, f"alone {row // 3}"
        site = None if row % 5 == 0 and row >= 12 else "a b"
        pay = None if row in (0, 3) or row % 11 == 1 and row >= 12 else float(row)
        drug = None if row % 13 == 0 else f"d{row % 50}"
        rows.append((person, ward, site, pay, row % 50, drug))
    frame = spark.createDataFrame(
        rows, "id string, ward int, site string, pay double, dose int, drug string"
    )
    return frame.repartition(5)


def told(frame: DataFrame, *columns: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row) for row in frame.select(*columns).collect())


def test_groups_keep_their_values_and_what_is_alone_is_counted(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    rules = policy(COLUMNS)
    made = protect(spark, rules, {"people": people}, None, masking_ref, drawing_key=KEY)["people"]
    frame, counts, _ = counting_in_random_order(made)
    output = frame.localCheckpoint()
    (counted, *others) = counts.evidence()
    assert (counted.column, counted.transform, counted.became) == ("pay", "permute", "null")
    assert counted.count == 12 - 2, "nulls that are alone aren't invalid"
    assert not others

    left = people.where("ward < 100")
    assert told(output.where("ward < 100"), "ward", "site", "pay") == told(
        left, "ward", "site", "pay"
    )
    assert output.where("ward >= 100 and pay is not null").count() == 0
    assert told(output, "dose", "drug") == told(people, "dose", "drug")
    assert output.columns == list(COLUMNS)
    # No row keeps its cell: pay tells its row, and the row its group.
    beside = made.frame.select(made.columns["pay"].alias("new"), quoted("pay").alias("old"))
    assert beside.where("new = old").count() == 0


def test_large_groups_are_cut_and_keep_their_values_all_the_same(
    spark: SparkSession, people: DataFrame
) -> None:
    rules, left = policy(COLUMNS), people.where("ward < 100")
    frame, columns = with_permuted(left, "people", rules, KEY, most=100)
    whole, _ = with_permuted(left, "people", rules, KEY)
    new = {name: one.values.alias(f"new {name}") for name, one in columns.items()}
    made = frame.select("*", *new.values()).localCheckpoint()
    assert made.where(columns["pay"].invalid).count() == 0
    for names in (("ward", "site", "pay"), ("dose", "drug")):
        moved = [f"`new {name}`" if name in new else name for name in names]
        assert told(made, *moved) == told(left, *names)
    # It is cut: other rows are neighbours than in one cycle.
    assert told(made, "pay", "`new pay`") != told(
        whole.select("*", *new.values()), "pay", "`new pay`"
    )


def test_a_retry_draws_the_same_and_another_release_does_not(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    rules = policy(COLUMNS)

    def output(frame: DataFrame, key: bytes | None) -> Counter[tuple[Any, ...]]:
        made = protect(spark, rules, {"people": frame}, None, masking_ref, drawing_key=key)
        return told(in_random_order(made["people"]), *COLUMNS)

    first = output(people, KEY)
    assert output(people.repartition(3, "dose").sortWithinPartitions("pay"), KEY) == first
    assert output(people, bytes(32)) != first


def test_rows_that_are_left_out_change_with_nobody(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    columns = {
        **COLUMNS,
        "ward": {"role": "quasi", "hierarchy": "redact", "max_level": 0},
        "pay": permute(within=["ward"], on_invalid="nullify"),
        "dose": "insensitive",
        "drug": "drop",
    }
    frames = {"people": people}
    said = policy(columns).to_json() | {"anonymize": {"k": 5, "suppression_limit": 0.1}}
    rules = Policy.model_validate(said)
    decision = decide(rules, frames)
    made = protect(spark, rules, frames, decision, masking_ref, drawing_key=KEY)["people"]
    left = people.where("ward < 100").selectExpr("cast(ward as string)", "pay")
    assert told(in_random_order(made), "ward", "pay") == told(left, "ward", "pay")


def test_it_refuses_without_a_value_where_the_policy_says_so(
    spark: SparkSession, people: DataFrame
) -> None:
    rules = policy(COLUMNS | {"pay": permute(within=["ward"])})
    made = protect(spark, rules, {"people": people}, None, "", drawing_key=KEY)["people"]
    with pytest.raises(ReleaseRefused, match="column pay: permute can't treat"), stage_errors("x"):
        made.rows.select(made.columns["pay"]).collect()
    with pytest.raises(PolicyError, match="can't hold a text"):
        rules = policy(COLUMNS | {"pay": permute(on_invalid="redact")})
        protect(spark, rules, {"people": people}, None, "")
    with pytest.raises(PolicyError, match="can't group by 'ward'"):
        by_map = people.selectExpr("*", "map(ward, 1) as m").drop("ward")
        by_map = by_map.withColumnRenamed("m", "ward")
        protect(spark, policy(COLUMNS), {"people": by_map}, None, "")
