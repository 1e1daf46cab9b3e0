"""Each attack on tables made for it: what is named, what isn't, and what can't be judged."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow.hierarchy import CsvHierarchy, IntervalHierarchy
from veilflow_expectations import (
    ExpectFrequencyAttackToFail,
    ExpectHomogeneityAttackToFail,
    ExpectIdOrderToTellNothing,
    ExpectLinkageAttackToFail,
    ExpectRowOrderToTellNothing,
    ExpectTableSchemaToTellNothing,
    register_frequencies,
    register_names,
    register_order,
    register_targets,
)

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]

TENS = IntervalHierarchy((10,))
RNG_SEED = 7


def linkage(**changes: Any) -> Any:
    given = {"quasi_identifiers": ["age"], "reference": "known", "max_rate": 0.2}
    return ExpectLinkageAttackToFail(**{**given, **changes})


def decades(ages: list[int]) -> list[str]:
    return [f"[{age // 10 * 10}, {age // 10 * 10 + 10})" for age in ages]


class TestLinkage:
    AGES = [20 + n % 4 * 10 + n // 4 for n in range(20)]

    def targets(self, ages: list[int], *, is_everyone: bool) -> None:
        frame = pd.DataFrame({"age": ages})
        register_targets("known", frame, {"age": (TENS, 0)}, is_everyone=is_everyone)

    def test_twenty_people_in_classes_of_five_pass(
        self, make: Make, check: Check, references: Any
    ) -> None:
        """Nothing is uncertain where everybody is attacked, however few they are."""
        self.targets(self.AGES, is_everyone=True)
        output = make({"age": decades(self.AGES)}, "age string")
        found = check(output, linkage(max_rate=0.0))
        assert (found.passed, found.observed, found.low, found.high) == (True, 0, 0, 0)
        assert found.baseline == 0.05

    def test_of_a_sample_the_interval_decides(
        self, make: Make, check: Check, references: Any
    ) -> None:
        self.targets(self.AGES, is_everyone=False)
        output = make({"age": decades(self.AGES)}, "age string")
        found = check(output, linkage())
        # Wilson's upper limit for 0 of 20.
        assert (found.passed, found.observed, found.high) == (True, 0, pytest.approx(0.161125))
        assert not check(output, linkage(max_rate=0.16)).passed

    def test_a_table_that_was_not_generalised(
        self, make: Make, check: Check, references: Any
    ) -> None:
        frame = pd.DataFrame({"age": self.AGES})
        register_targets("known", frame, ["age"], is_everyone=True)
        found = check(make({"age": self.AGES}, "age int"), linkage())
        assert (found.passed, found.observed) == (False, 1)

    def test_one_claim_a_class_is_right(self, make: Make, check: Check, references: Any) -> None:
        """Of five targets of each class four were left out: one claim of five is right."""
        self.targets(self.AGES, is_everyone=True)
        output = make({"age": sorted(set(decades(self.AGES)))}, "age string")
        assert check(output, linkage()).observed == 4 / 20

    def test_of_several_rows_the_most_telling_is_used(
        self, make: Make, check: Check, references: Any
    ) -> None:
        rows = pd.DataFrame({"who": [1, 1, 2, 3], "age": [21, 55, 22, 23]})
        register_targets("known", rows, {"age": (TENS, 0)}, "who", is_everyone=True)
        columns = {"who": ["a", "a", "b", "c"], "age": decades([21, 55, 22, 23])}
        output = make(columns, "who string, age string")
        assert check(output, linkage(privacy_unit="who")).observed == pytest.approx(1 / 3, abs=1e-6)

    def test_rows_of_one_person_hide_nobody(
        self, make: Make, check: Check, references: Any
    ) -> None:
        self.targets([21], is_everyone=True)
        columns = {"who": ["a"] * 5, "age": ["[20, 30)"] * 5}
        output = make(columns, "who string, age string")
        assert check(output, linkage(privacy_unit="who")).observed == 1
        assert check(output, linkage()).observed == 0

    def test_cells_at_several_levels_are_matched_at_each(
        self, make: Make, check: Check, references: Any
    ) -> None:
        ages = CsvHierarchy(tuple((str(n), f"{n // 10}0s", "*") for n in range(20, 50)))
        known = pd.DataFrame({"age": ["21", "21", "22", "23", "34", "41", "33"]})
        output = make({"age": ["21", "21", "20s", "20s", "*", "*", "33"]}, "age string")
        register_targets("known", known, {"age": (ages, None)}, is_everyone=True)
        found = check(output, linkage(max_rate=0.1))
        # Only the one of 33 is alone; whoever is 21 may be in two classes, each of two people.
        assert (found.passed, found.observed) == (False, pytest.approx(1 / 7, abs=1e-6))
        register_targets("known", known, {"age": (ages, 1)}, is_everyone=True)
        assert check(output, linkage()).observed == 0

    def test_values_that_are_missing(self, make: Make, check: Check, references: Any) -> None:
        frame = pd.DataFrame({"age": [None, math.nan, 0.0, -0.0, 5.0]})
        register_targets("known", frame, ["age"], is_everyone=True)
        output = make({"age": [None, math.nan, -0.0, 0.0, 5.0]}, "age double")
        # Null and NaN are one class of two, the zeros another.
        assert check(output, linkage()).observed == 1 / 5

    def test_spellings_stay_apart(self, make: Make, check: Check, references: Any) -> None:
        names = ["York", "york", "York ", "Yo\u0308rk", "Y\u00f6rk", ""]
        register_targets("known", pd.DataFrame({"age": names}), ["age"], is_everyone=True)
        output = make({"age": [*names, None]}, "age string")
        assert check(output, linkage()).observed == 1

    def test_nobody_to_look_for(self, make: Make, check: Check, references: Any) -> None:
        """A sample of nobody shows nothing; where nobody is in the source nobody is named."""
        output = make({"age": ["[20, 30)"]}, "age string")
        self.targets([], is_everyone=False)
        assert not check(output, linkage()).passed
        self.targets([], is_everyone=True)
        assert check(output, linkage()).passed


def told(**changes: Any) -> Any:
    given = {"quasi_identifiers": ["town"], "column": "ill", "max_rate": 0.0}
    return ExpectHomogeneityAttackToFail(**{**given, **changes})


class TestHomogeneity:
    COLUMNS = {
        "town": ["A"] * 4 + ["B"] * 4,
        "who": ["a", "b", "c", "d", "e", "f", "g", None],
        "ill": ["flu"] * 4 + ["flu", "gout", None, math.nan],
    }
    SCHEMA = "town string, who string, ill string"

    def frame(self, make: Make) -> Any:
        columns = {**self.COLUMNS, "ill": ["flu"] * 4 + ["flu", "gout", None, None]}
        return make(columns, self.SCHEMA)

    def test_a_class_of_one_value(self, make: Make, check: Check) -> None:
        found = check(self.frame(make), told())
        assert (found.passed, found.observed, found.baseline) == (False, 0.5, 0)
        assert check(self.frame(make), told(max_rate=0.5)).passed

    def test_people_are_counted(self, make: Make, check: Check) -> None:
        found = check(self.frame(make), told(privacy_unit="who"))
        assert found.observed == pytest.approx(4 / 7, abs=1e-6)

    def test_one_value_can_be_ruled_out(self, make: Make, check: Check) -> None:
        """Of B's flu, gout and two nulls, without the nulls' one flu and one gout are left."""
        assert check(self.frame(make), told(excluded=1)).observed == 0.5
        assert check(self.frame(make), told(excluded=2)).observed == 1

    def test_what_the_whole_table_tells_is_no_attack(self, make: Make, check: Check) -> None:
        columns = {"town": ["A"] * 10 + ["B"] * 10, "ill": ["none"] * 19 + ["flu"]}
        found = check(make(columns, "town string, ill string"), told())
        assert (found.observed, found.baseline) == (0.95, 0.95)
        assert found.passed

    def test_columns_read_together_are_judged_alone(self, make: Make, check_all: Check) -> None:
        columns = {"town": ["A", "A"], "ill": ["flu", "flu"], "paid": [1.0, 2.0]}
        frame = make(columns, "town string, ill string, paid double")
        both = [
            told(column=name, read_with=[other])
            for name, other in (("ill", "paid"), ("paid", "ill"))
        ]
        assert [found.observed for found in check_all(frame, both)] == [1, 0]

    @pytest.mark.spark
    def test_of_many_classes_a_sample_is_attacked(
        self, spark: Any, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("veilflow_expectations.sensitive_codes.SAMPLED", 10_000)
        frame = spark.range(40_000).selectExpr("id % 8000 as town", "id % 16000 < 4000 as ill")
        found = check(frame, told(max_rate=0.5))
        # A quarter of the classes holds people of both kinds.
        assert 0.0 < found.low < found.observed < found.high < 1.0
        assert found.high - found.low < 0.1


def named(**changes: Any) -> Any:
    given = {"column": "v", "reference": "public", "max_rate": 0.05}
    return ExpectFrequencyAttackToFail(**{**given, **changes})


class TestFrequency:
    @pytest.mark.parametrize(
        ("case", "public", "output", "passed", "observed"),
        [
            ("all different", {1: 9, 2: 5, 3: 2}, "aaaaabbbc", False, 1.0),
            ("each value once", dict.fromkeys(range(9), 1), "abcdefghi", True, 1 / 9),
            ("equally common", dict.fromkeys(range(3), 7), "aaabbbccc", True, 1 / 3),
            ("a single value", {1: 7}, "aaaa", True, 1.0),
            ("more pseudonyms than values", {1: 5}, "aaab", True, 0.75),
            ("unknown to the public", {}, "aab", True, 0.0),
        ],
    )
    def test_what_is_named(
        self,
        make: Make,
        check: Check,
        references: Any,
        case: str,
        public: dict[int, int],
        output: str,
        passed: bool,
        observed: float,
    ) -> None:
        register_frequencies("public", public)
        found = check(make({"v": list(output)}, "v string"), named())
        assert (found.passed, found.observed) == (passed, pytest.approx(observed, abs=1e-6))

    def test_a_column_of_values_is_counted(self, make: Make, check: Check, references: Any) -> None:
        register_frequencies("public", ["x", None, "y", "x", "x", "y", "z"])
        assert not check(make({"v": list("aaabbc") + [None]}, "v string"), named()).passed

    @pytest.mark.spark
    def test_large_columns_are_counted_by_spark(
        self, spark: Any, check: Check, references: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register_frequencies("public", {1: 3, 2: 2, 3: 1})
        frame = spark.createDataFrame([(v,) for v in [*"aaabbc", None]], "v string")
        here = check(frame, named())
        monkeypatch.setattr("veilflow_expectations.attack_metrics.COUNTED_HERE", 1)
        assert check(frame, named()) == here


PEOPLE = 400


def in_order(people: int = PEOPLE) -> pd.DataFrame:
    rng = np.random.default_rng(RNG_SEED)
    return pd.DataFrame(
        {"age": rng.integers(0, 90, people), "town": rng.choice(["A", "B", "C"], people)}
    )


def rows_of(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {name: frame[name].tolist() for name in frame.columns}


def row_order(**changes: Any) -> Any:
    given = {"columns": ["age", "town"], "reference": "order"}
    return ExpectRowOrderToTellNothing(**{**given, **changes})


def id_order(**changes: Any) -> Any:
    given = {"column": "id", "columns": ["age", "town"], "reference": "order"}
    return ExpectIdOrderToTellNothing(**{**given, **changes})


class TestOrder:
    SCHEMA = "age int, town string"

    @pytest.fixture(autouse=True)
    def registered(self, references: Any) -> None:
        register_order("order", in_order(), ["age", "town"])

    def test_sorted_as_the_source(self, make: Make, check: Check) -> None:
        found = check(make(rows_of(in_order()), self.SCHEMA), row_order())
        assert not found.passed
        assert found.observed > found.bound

    def test_sorted_the_other_way_with_rows_missing(self, make: Make, check: Check) -> None:
        output = in_order()[::-1].iloc[40:]
        assert not check(make(rows_of(output), self.SCHEMA), row_order()).passed

    def test_shuffled(self, make: Make, check: Check) -> None:
        output = in_order().sample(frac=1, random_state=3)
        assert check(make(rows_of(output), self.SCHEMA), row_order()).passed

    def test_sorted_by_what_is_released(self, make: Make, check: Check) -> None:
        """The source was in no such order, so it tells nothing of it."""
        output = in_order().sample(frac=1, random_state=3).sort_values("age", kind="stable")
        assert check(make(rows_of(output), self.SCHEMA), row_order()).passed

    @pytest.mark.parametrize("rows", [0, 1, 2])
    def test_hardly_any_rows(self, make: Make, check: Check, rows: int) -> None:
        assert check(make(rows_of(in_order()[:rows]), self.SCHEMA), row_order()).passed

    @pytest.mark.spark
    def test_files_that_hold_parts_of_the_source(self, spark: Any, check: Check) -> None:
        """An unshuffled split, each part shuffled by itself."""
        source = in_order()
        parts = [source[:200], source[200:]]
        rows = [
            tuple(row)
            for part in parts
            for row in part.sample(frac=1, random_state=4).itertuples(index=False)
        ]
        listed = [(int(age), str(town)) for age, town in rows]
        register_order("order", source, ["age", "town"])
        split = spark.createDataFrame(spark.sparkContext.parallelize(listed, 2), self.SCHEMA)
        assert not check(split, row_order()).passed

    @pytest.mark.spark
    def test_a_sample_of_a_long_table(
        self, spark: Any, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("veilflow_expectations.attack_references.ROWS_SAMPLED", 2_000)
        long = spark.range(20_000, numPartitions=3).selectExpr(
            "cast(pmod(hash(id), 97) as int) as age", "cast(pmod(id * 7919, 301) as string) as town"
        )
        register_order("order", long, ["age", "town"], rows=20_000)
        assert not check(long, row_order()).passed
        shuffled = long.selectExpr("*", "rand(5) as r").repartition(3, "r")
        assert check(shuffled.sortWithinPartitions("r").drop("r"), row_order()).passed

    IDS = "id string, age int, town string"

    def numbered(self, ids: list[Any]) -> dict[str, list[Any]]:
        frame = in_order().assign(id=ids)[["id", "age", "town"]]
        return rows_of(frame.sample(frac=1, random_state=6))

    @pytest.mark.parametrize(
        ("case", "make_id"),
        [
            ("counters", lambda n: str(n)),
            ("backwards", lambda n: str(9999 - n)),
            ("with zeros", lambda n: f"p-{n:06}"),
            ("without zeros", lambda n: f"p-{n}"),
            ("pseudonyms dealt out in order", lambda n: f"0a1b2c3d4e5f6g7h8i{n:08}"),
        ],
    )
    def test_ids_that_count(
        self, make: Make, check: Check, case: str, make_id: Callable[[int], str]
    ) -> None:
        columns = self.numbered([make_id(n) for n in range(PEOPLE)])
        assert not check(make(columns, self.IDS), id_order()).passed
        assert check(make(columns, self.IDS), row_order(read_with=["id"])).passed

    def test_ids_at_random(self, make: Make, check: Check) -> None:
        ids = [str(n) for n in np.random.default_rng(8).permutation(PEOPLE)]
        assert check(make(self.numbered(ids), self.IDS), id_order()).passed
        missing = [None if n % 5 == 0 else each for n, each in enumerate(ids)]
        assert check(make(self.numbered(missing), self.IDS), id_order()).passed

    def test_an_id_of_several_rows_counts_once(self, make: Make, check: Check) -> None:
        """Rows of one person lie together in the source, which says nothing of the ids' order."""
        order = np.random.default_rng(9).permutation(PEOPLE // 20)
        ids = [f"p-{order[n // 20]:03}" for n in range(PEOPLE)]
        assert check(make(self.numbered(ids), self.IDS), id_order()).passed

    def test_no_ids_at_all(self, make: Make, check: Check) -> None:
        assert check(make(self.numbered([None] * PEOPLE), self.IDS), id_order()).passed


def schema(**changes: Any) -> Any:
    return ExpectTableSchemaToTellNothing(**{"reference": "names", **changes})


class TestSchema:
    @pytest.fixture(autouse=True)
    def registered(self, references: Any) -> None:
        references.add("names", ["Ada Lovelace", "José Núñez", "Bo"])

    @pytest.mark.parametrize(
        ("case", "name", "places"),
        [
            ("nobody's", "visits", 0),
            ("as it stands", "Ada Lovelace", 1),
            ("in another form", "visits_of_ADA_LOVELACE", 1),
            ("with accents", "jose\u0301 nu\u0301n\u0303ez", 1),
            ("without accents", "jose_nunez", 0),
            ("too short to tell", "bo", 0),
            ("part of a word", "canadalovelaces", 0),
        ],
    )
    def test_names_of_columns(
        self, make: Make, check: Check, case: str, name: str, places: int
    ) -> None:
        found = check(make({name: [1]}, f"`{name}` int"), schema())
        assert (found.passed, found.observed) == (places == 0, places)

    def test_names_that_go_out_with_a_table(self, make: Make, check: Check) -> None:
        frame = make({"visits": [1]}, "visits int")
        register_names("files", ["visits/part-0.parquet", "visits/ada.lovelace.parquet"])
        assert check(frame, schema(names="files")).observed == 1

    def test_notes_of_a_spark_schema(self, request: pytest.FixtureRequest, check: Check) -> None:
        pytest.importorskip("pyspark")
        import types

        document = {
            "fields": [
                {"name": "a", "metadata": {"comment": "as Ada Lovelace filed it"}, "type": "int"},
                {"name": "b", "metadata": {}, "type": {"fields": [{"name": "AdaLovelace"}]}},
            ]
        }
        import json

        from veilflow_expectations.table_schema import _spark_findings

        frame = types.SimpleNamespace(
            schema=types.SimpleNamespace(json=lambda: json.dumps(document))
        )
        assert _spark_findings(frame, ["names"], 6).identifiers == 2

    def test_what_only_pandas_keeps(self, check: Check) -> None:
        kinds = pd.Categorical(["a", "b"], categories=["a", "b", "Ada Lovelace"])
        assert check(pd.DataFrame({"v": kinds}), schema()).observed == 2
        unused = pd.Categorical(["a", "b"], categories=["a", "b", "c"])
        assert check(pd.DataFrame({"v": unused}), schema()).observed == 1
        assert check(pd.DataFrame({"v": [1, 2]}, index=[4, 0]), schema()).observed == 1
        assert check(pd.DataFrame({"v": [1, 2]}), schema()).observed == 0
        noted = pd.DataFrame({"v": [1, 2]})
        noted.attrs = {"made": {"by": ["somebody", "Ada Lovelace"]}}
        assert check(noted, schema()).observed == 1


ALL = [
    linkage(quasi_identifiers=["a"]),
    told(quasi_identifiers=["a"], column="b"),
    named(column="b"),
    row_order(columns=["a"]),
    id_order(column="b", columns=["a"]),
    schema(),
]


class TestBadInput:
    @pytest.fixture(autouse=True)
    def registered(self, references: Any) -> None:
        source = pd.DataFrame({"a": ["x", "y"], "b": ["1", "2"]})
        register_targets("known", source, ["a"], is_everyone=True)
        register_order("order", source, ["a"])
        register_frequencies("public", source["b"])
        references.add("names", ["Ada Lovelace"])

    @pytest.mark.parametrize(
        ("case", "columns"),
        [
            ("empty", {"a": [], "b": []}),
            ("all null", {"a": [None] * 5, "b": [None] * 5}),
            ("all alike", {"a": ["q"] * 5, "b": ["r"] * 5}),
        ],
    )
    def test_tables_in_which_nobody_can_be_named(
        self, make: Make, check_all: Check, case: str, columns: dict[str, list[Any]]
    ) -> None:
        found = check_all(make(columns, "a string, b string"), ALL)
        # Where all are alike in everything, the class tells, and so does the whole table.
        assert [one.passed for one in found] == [True] * len(ALL)

    @pytest.mark.parametrize("expectation", ALL[:-1], ids=lambda e: type(e).__name__)
    def test_a_missing_column(self, make: Make, check: Check, expectation: Any) -> None:
        with pytest.raises(StageFailed, match="no column"):
            check(make({"c": ["x"]}, "c string"), expectation)

    @pytest.mark.parametrize("expectation", [ALL[0], *ALL[2:]], ids=lambda e: type(e).__name__)
    def test_nothing_registered(
        self, make: Make, check: Check, references: Any, expectation: Any
    ) -> None:
        from veilflow_expectations.references import References, use_references

        with use_references(References(b"another key for tests, 32 bytes!")):
            with pytest.raises(StageFailed, match="registered"):
                check(make({"a": ["x"], "b": ["1"]}, "a string, b string"), expectation)

    @pytest.mark.parametrize(
        ("build", "arguments"),
        [
            (linkage, {"max_rate": 1.5}),
            (linkage, {"quasi_identifiers": []}),
            (linkage, {"quasi_identifiers": ["a", "a"]}),
            (told, {"max_rate": -0.1}),
            (told, {"excluded": -1}),
            (told, {"certainty": 0.5}),
            (told, {"column": "town"}),
            (named, {"max_rate": 2.0}),
            (row_order, {"columns": []}),
            (id_order, {"error_rate": 0.0}),
        ],
    )
    def test_arguments_that_make_no_sense(
        self, build: Callable[..., Any], arguments: dict[str, Any]
    ) -> None:
        with pytest.raises(ValueError):
            build(**arguments)

    def test_registering_what_makes_no_sense(self, references: Any) -> None:
        from veilflow.errors import UsageError

        with pytest.raises(UsageError, match="no quasi-identifier"):
            register_targets("t", pd.DataFrame({"a": [1]}), [])
        with pytest.raises(UsageError, match="no columns"):
            register_order("o", pd.DataFrame({"a": [1]}), [])
        with pytest.raises(UsageError, match="negative"):
            register_frequencies("f", {"a": -1})
