"""Spark and the engine-free path come to the same table, on the same input and policy."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from veilflow.anonymize import Recoding, recoding_of, solve
from veilflow.anonymize.aggregate import Aggregated
from veilflow.anonymize.choosing import choose
from veilflow.anonymize.tables import cast_table, problem_of
from veilflow.errors import ReleaseRefused
from veilflow.policy import Policy
from veilflow.spark import random_order, recode
from veilflow.spark.protect import decide, protect
from veilflow.spark.random_order import in_random_order
from veilflow.spark.reading import cast_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PURPOSE = {
    "purpose": "test", "legal_basis": "test", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip


def quasi(hierarchy: Any = "redact", **more: Any) -> dict[str, Any]:
    return {"role": "quasi", "hierarchy": hierarchy, **more}


AGES = {"intervals": [1, 5, 10], "lower": 0, "upper": 90}
TIMES = {"dates": ["day", "month", "year"]}
COLUMNS: dict[str, dict[str, Any]] = {
    "text": {"word": quasi()},
    "integers": {"age": quasi(AGES)},
    "doubles": {"weight": quasi()},
    "decimals": {"cost": quasi()},
    "booleans": {"alive": quasi()},
    "dates": {"born": quasi(TIMES)},
    "timestamps": {"seen": quasi()},
    "text as integers": {"digits": quasi(AGES, **{"as": "integer", "on_cast_error": "nullify"})},
    "text as numbers": {"digits": quasi(**{"as": "number", "on_cast_error": "nullify"})},
    "text as booleans": {"digits": quasi(**{"as": "boolean", "on_cast_error": "nullify"})},
    "text as dates": {"written": quasi(TIMES, **{"as": "date", "on_cast_error": "nullify"})},
    "text as timestamps": {"written": quasi(**{"as": "timestamp", "on_cast_error": "nullify"})},
    "doubles as integers": {"weight": quasi(**{"as": "integer", "on_cast_error": "nullify"})},
    "integers as text": {"age": quasi({"prefix": [2, 1]}, **{"as": "string"})},
    "several": {"age": quasi(AGES), "born": quasi(TIMES), "word": quasi(min_level=0)},
}
COSTS = [Decimal("1.10"), Decimal("0.00"), Decimal("-7.25")]
DIGITS = [
    "7", " 7 ", "+7", "-0", "007", "7.5", "1e3", "1d", "inf", "NaN", "true", "Y", "", "n/a", "x",
    "9223372036854775807", "9223372036854775808", "12345678.5", "0.0001", "١",
]  # fmt: skip
WRITTEN = [
    "1984-03-09", "1984-3-9", "1984-03", "1984", " 1984-03-09 ", "1984-03-09T10:11:12.5",
    "1984-03-09 10:11:12Z", "1984-03-09 10:11+02:00", "1984-02-30", "09.03.1984", "n/a", "",
    "1899-12-31", "1984-03-09 25:00:00", "1984-03-09 1:2:3",
]  # fmt: skip


def sample(rows: int, seed: int) -> pa.Table:
    """Rows with nulls and awkward values of every type, several of each."""
    draw = random.Random(seed)

    def column(values: list[Any], kind: pa.DataType) -> pa.Array:
        return pa.array([draw.choice([*values, None]) for _ in range(rows)], kind)

    day = dt.date(1999, 12, 31)
    time = dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    floats = [0.0, 1.5, 1e7, 12345678.9, 1e-4, 1e300, float("nan"), float("inf"), -2.0, 0.1]
    return pa.table(
        {
            "who": column([f"p{n}" for n in range(rows // 2)], pa.string()),
            "word": column(["a", "b", "", "ä", "a b"], pa.string()),
            "age": column([*range(20, 30), -4, 120], pa.int32()),
            "weight": column(floats, pa.float64()),
            "cost": column(COSTS, pa.decimal128(9, 2)),
            "alive": column([True, False], pa.bool_()),
            "born": column([day, dt.date(1850, 1, 2), dt.date(2000, 2, 29)], pa.date32()),
            "seen": column([time, time.replace(microsecond=120)], pa.timestamp("us", "UTC")),
            "digits": column(DIGITS, pa.string()),
            "written": column(WRITTEN, pa.string()),
            "row": pa.array(range(rows), pa.int64()),
        }
    )  # fmt: skip


def policy(columns: dict[str, Any], k: int, limit: float, unit: str | None, **asked: Any) -> Policy:
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": PURPOSE,
            "source": {"root": ".", "null_values": ["n/a"]},
            "privacy_unit": unit,
            "tables": {
                "people": {
                    "path": "people",
                    "unlisted": "drop",
                    "columns": {"who": "keep", "row": "keep", **columns},
                }
            },
            "anonymize": {"k": k, "suppression_limit": limit, **asked},
        }
    )


def by_spark(
    spark: SparkSession, rules: Policy, table: pa.Table | DataFrame, **change: Any
) -> list[Any]:
    columns = rules.tables["people"].columns
    raw = spark.createDataFrame(table) if isinstance(table, pa.Table) else table
    frame = cast_columns(raw, columns, rules.source.null_values)
    decision = decide(rules, {"people": frame})
    assert decision is not None
    decision = replace(decision, **{name: make(decision) for name, make in change.items()})
    made = protect(spark, rules, {"people": frame}, decision, "")
    return in_random_order(made["people"]).toArrow().to_pylist()


def by_arrow(rules: Policy, table: pa.Table, recode: Any = None) -> list[Any]:
    table = cast_table(rules, table)
    found = problem_of(rules, table)
    recoding = recoding_of(found.problem, solve(found.problem), "people")
    recoding = recoding if recode is None else recode(recoding)
    return found.apply(recoding, table).to_pylist()


def counted(rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for row in rows)


@pytest.mark.parametrize("case", COLUMNS)
def test_both_paths_make_the_same_table(spark: SparkSession, case: str) -> None:
    table = sample(240, seed=len(case))
    rules = policy(COLUMNS[case], k=4, limit=0.3, unit=None)
    assert counted(by_spark(spark, rules, table)) == counted(by_arrow(rules, table))


@pytest.mark.parametrize("unit", ["who", "row"])
def test_both_paths_count_people(spark: SparkSession, unit: str) -> None:
    table = sample(240, seed=8)
    rules = policy(COLUMNS["several"], k=4, limit=0.3, unit=unit)
    assert counted(by_spark(spark, rules, table)) == counted(by_arrow(rules, table))


@pytest.mark.parametrize("unit", [None, "who", "row"])
def test_both_paths_ask_the_same_of_sensitive_values(spark: SparkSession, unit: str | None) -> None:
    table = sample(240, seed=9)
    sensitive = {"role": "sensitive", "protect": {"partial": {"keep_first": 1}}}
    columns = COLUMNS["several"] | {"alive": "sensitive", "written": sensitive}
    rules = policy(columns, 3, 0.4, unit, l_diversity={"l": 2, "columns": ["written"]},
                   t_closeness={"t": 0.3, "columns": ["alive"]})  # fmt: skip
    made = by_arrow(rules, table)
    # Masking is the caller's in memory, so that column is left out of the comparison.
    bare = [{**row, "written": ""} for row in by_spark(spark, rules, table)]
    assert counted(bare) == counted([{**row, "written": ""} for row in made])
    assert 0 < len(made) < len(by_arrow(policy(columns, 3, 0.4, unit), table))


@pytest.mark.parametrize("unit", [None, "who"])
@pytest.mark.parametrize("method", ["mean", "median", "mode", "geometric_mean"])
def test_both_paths_microaggregate_alike(
    spark: SparkSession, method: str, unit: str | None
) -> None:
    numbers = {name: {"role": "quasi", "microaggregate": method} for name in ("weight", "cost")}
    digits = {
        "role": "quasi", "microaggregate": method, "as": "number", "on_cast_error": "nullify",
    }  # fmt: skip
    columns = {"word": quasi(), "alive": quasi(), **numbers, "digits": digits}
    rules = policy(columns, k=4, limit=0.3, unit=unit)
    table = sample(400, seed=11)
    if method == "geometric_mean":  # which only positive numbers have
        for name in ("weight", "cost"):
            one = pa.scalar(1, table.schema.field(name).type)
            positive = pc.add(pc.abs(table.column(name)), one)
            table = table.set_column(table.column_names.index(name), name, positive)
    made, held = by_spark(spark, rules, table), by_arrow(rules, table)
    assert counted(made) == counted(held)
    classes: dict[Any, set[Any]] = {}
    for row in made:
        classes.setdefault((row["word"], row["alive"]), set()).add((row["weight"], row["cost"]))
    assert all(len(values) == 1 for values in classes.values())
    assert len({row["weight"] for row in made}) > 1


def shown(rows: list[dict[str, Any]]) -> Counter[str]:
    """The rows as text, because a NaN equals nothing."""
    return Counter(repr(tuple(row.values())) for row in rows)


def common_and_rare() -> pa.Table:
    """Two common ages, rare ones beside them, and columns of all types to draw the rows by."""
    ages = [20] * 40 + [21] * 3 + [63] * 30 + [60] * 4 + [61] * 5
    table = sample(len(ages), seed=21)
    names = ["who", "row", "word", "weight", "cost", "alive", "born", "seen"]
    return table.select(names).append_column("age", pa.array(ages, pa.int32()))


def test_both_paths_lend_the_same_rows(spark: SparkSession) -> None:
    table = common_and_rare()
    others = ["word", "weight", "cost", "alive", "born", "seen"]
    kept: dict[str, Any] = dict.fromkeys(others, "keep")
    rules = policy({"age": quasi(AGES), **kept}, 5, 0.0, None, recoding="local")
    frame = spark.createDataFrame(table.take(np.random.default_rng(1).permutation(table.num_rows)))
    frame = cast_columns(frame, rules.tables["people"].columns, rules.source.null_values)
    decision = decide(rules, {"people": frame.repartition(5)})
    assert decision is not None
    key = b"a key for this test"
    made = protect(spark, rules, {"people": frame.repartition(3)}, decision, "", lending_key=key)
    output = in_random_order(made["people"]).toArrow().to_pylist()
    cast = cast_table(rules, table)
    found = problem_of(rules, cast)
    recoding = choose(found.problem, "local").recodings["people"]
    assert recoding.lent is not None
    assert recoding.lent.rows.tolist() == [2, 1]
    held = found.apply(recoding, cast, key)
    assert shown(output) == shown(held.select(list(output[0])).to_pylist())
    assert Counter(row["age"] for row in output) == {
        "[20, 21)": 38, "[20, 25)": 5, "[63, 64)": 29, "[60, 65)": 5, "[61, 62)": 5,
    }  # fmt: skip
    other = found.apply(recoding, cast, b"another key for it").to_pylist()
    assert shown(other) != shown(held.to_pylist())


def test_both_paths_lay_the_same_population_beside_the_table(spark: SparkSession) -> None:
    table = sample(240, seed=10)
    everybody = pa.concat_tables([table, sample(400, seed=11)])
    columns = COLUMNS["several"]
    rules = policy(
        columns, 2, 0.5, "row", population={"path": "all"}, k_map=8, delta_presence={"upper": 0.5}
    )
    quasi = {name: rules.tables["people"].columns[name] for name in columns}
    nulls = rules.source.null_values
    frame = cast_columns(spark.createDataFrame(table), rules.tables["people"].columns, nulls)
    population = cast_columns(spark.createDataFrame(everybody), quasi, nulls)
    decision = decide(rules, {"people": frame}, population)
    assert decision is not None
    cast = cast_table(rules, table)
    found = problem_of(rules, cast, everybody)
    assert found.problem.views[0].total_rows == 240
    solution = solve(found.problem)
    assert decision.solution.levels == solution.levels
    assert decision.solution.suppressed_rows == solution.suppressed_rows != (0,)
    made = protect(spark, rules, {"people": frame}, decision, "")
    output = found.apply(recoding_of(found.problem, solution, "people"), cast)
    rows = in_random_order(made["people"]).toArrow().to_pylist()
    assert counted(rows) == counted(output.to_pylist())


@pytest.mark.parametrize("kind", [pa.string(), pa.float64(), pa.null()], ids=str)
def test_columns_that_are_null_throughout(
    spark: SparkSession, tmp_path: Path, kind: pa.DataType
) -> None:
    columns = {
        "word": quasi(),
        "none": quasi(AGES),
        "nothing": {"role": "quasi", "microaggregate": "mean"},
    }
    if kind == pa.string():
        columns["nothing"]["as"] = "number"
    table = sample(60, seed=2).select(["who", "row", "word"])
    for name in ("none", "nothing"):
        table = table.append_column(name, pa.array([None] * 60, kind))
    pq.write_table(table, tmp_path / "nulls.parquet")
    rules = policy(columns, k=4, limit=0.3, unit=None)
    made = by_spark(spark, rules, spark.read.parquet(str(tmp_path / "nulls.parquet")))
    assert counted(made) == counted(by_arrow(rules, table))
    assert {(row["none"], row["nothing"]) for row in made} == {(None, None)}


def scattered(recoding: Recoding) -> Recoding:
    """Another level in each cell, and every fifth combination left out."""
    shape = recoding.levels.shape
    levels = (np.arange(shape[0] * shape[1]).reshape(shape) % 3).astype(np.int8)
    levels[:, -1] %= 2  # the last column's hierarchy has two levels
    return Recoding(recoding.view, levels, np.arange(shape[0]) % 5 == 0)


@pytest.mark.parametrize("case", ["broadcast", "shuffled", "keys that collide"])
def test_every_combination_can_have_levels_of_its_own(
    spark: SparkSession, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = sample(240, seed=3)
    rules = policy(COLUMNS["several"], k=4, limit=0.3, unit=None)
    change = {
        "recodings": lambda decision: {
            name: scattered(recoding) for name, recoding in decision.recodings.items()
        }
    }
    if case == "shuffled":
        monkeypatch.setattr(recode, "BROADCAST_COMBINATIONS", 10)
    if case == "keys that collide":
        change["aggregated"] = lambda decision: without_keys(decision.aggregated)
    made = by_spark(spark, rules, table, **change)
    assert counted(made) == counted(by_arrow(rules, table, scattered))
    assert 0 < len(made) < table.num_rows


def without_keys(found: Aggregated) -> Aggregated:
    """What an aggregation is in which two combinations had the same key."""
    return replace(found, views=tuple(replace(view, keys=None) for view in found.views))


def test_keys_tell_null_from_the_column_it_is_in(spark: SparkSession) -> None:
    columns = {"word": quasi(), "other": quasi()}
    table = pa.table({"word": ["a", None], "other": [None, "a"], "who": ["p", "q"], "row": [1, 2]})
    frame = spark.createDataFrame(table)
    decision = decide(policy(columns, k=2, limit=0.0, unit=None), {"people": frame})
    assert decision is not None
    assert decision.aggregated.views[0].keys is not None


def test_rows_that_no_decision_was_made_about_are_left_out(spark: SparkSession) -> None:
    rules = policy({"word": quasi()}, k=2, limit=0.0, unit=None)
    names = list(rules.tables["people"].columns)
    frame = spark.createDataFrame([("p", 1, "a"), ("q", 2, "a")], names)
    later = frame.union(spark.createDataFrame([("r", 3, "new")], names))
    made = protect(spark, rules, {"people": later}, decide(rules, {"people": frame}), "")
    assert sorted(row["word"] for row in in_random_order(made["people"]).collect()) == ["a", "a"]


def test_rows_are_released_in_random_order(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,000 rows in their source's order, classes in ascending order too: neither can be told.

    Of neighbours half are in ascending order, with a standard deviation of 1 / sqrt(12 n), here
    0.65 %; six of it are a false alarm in 1e9.
    """
    rows = 2_000
    rules = policy({"age": quasi({"intervals": [20]})}, k=2, limit=0.0, unit=None)
    table = pa.table(
        {"age": [n // 100 for n in range(rows)], "row": range(rows), "who": ["p"] * rows}
    )
    frame = spark.createDataFrame(table)
    masked = protect(spark, rules, {"people": frame}, decide(rules, {"people": frame}), "")[
        "people"
    ]
    assert masked.classes is not None  # labels come after the shuffle
    released = np.array(in_random_order(masked).toArrow()["row"])
    monkeypatch.setattr(random_order, "_ROWS_OF_A_TASK", 500)
    output = in_random_order(masked)
    assert output.rdd.getNumPartitions() == 4
    again = np.array(output.toArrow()["row"])
    assert sorted(released) == sorted(again) == list(range(rows))
    for order in (released, again):
        assert abs(np.mean(np.diff(order) > 0) - 0.5) < 6 / np.sqrt(12 * rows)
        # Nor do early rows come early; the standard deviation is 1 / sqrt(n).
        assert abs(np.corrcoef(np.arange(rows), order)[0, 1]) < 6.1 / np.sqrt(rows)
    assert abs(np.corrcoef(released, again)[0, 1]) < 6.1 / np.sqrt(rows)
    assert sorted(masked.output().toArrow()["row"].to_pylist()) == list(range(rows))


def test_a_task_that_is_repeated_on_other_rows_repeats_all(spark: SparkSession) -> None:
    for name in ("enabled", "enableFullRetryOnMismatch"):
        assert spark.conf.get(f"spark.sql.shuffle.orderIndependentChecksum.{name}") == "true"


def test_every_column_with_unknown_values_is_named(spark: SparkSession) -> None:
    table = pa.table({"who": ["p", "q"], "row": [1, 2], "age": ["x", "1"], "born": ["y", "z"]})
    rules = policy({"age": quasi(AGES), "born": quasi(TIMES)}, k=2, limit=0.0, unit=None)
    with pytest.raises(ReleaseRefused) as by_both:
        decide(rules, {"people": spark.createDataFrame(table)})
    with pytest.raises(ReleaseRefused) as by_one:
        problem_of(rules, table)
    assert str(by_both.value) == str(by_one.value)
    assert "column 'age'" in str(by_one.value)
    assert "column 'born'" in str(by_one.value)
