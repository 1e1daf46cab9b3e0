"""The gates on synthetic rows: odd input, and the same figures on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import veilflow_expectations
from veilflow.errors import StageFailed, UsageError
from veilflow_expectations.splits import PERSON, split_of

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]

COLUMNS = ["born", "town", "cost"]
SCHEMA = "born int, town string, cost double"
GIVEN: dict[str, Any] = {"columns": COLUMNS, "reference": "split"}
GATES: dict[str, dict[str, Any]] = {
    "ExpectCopiesOfTrainingToBeBelow": {},
    "ExpectSinglingOutToBeBelow": {},
    "ExpectLinkabilityToBeBelow": {"first": ["born"]},
    "ExpectAttributeInferenceToBeBelow": {"secret": "cost"},
}


def gate(name: str, **arguments: Any) -> Any:
    return getattr(veilflow_expectations, name)(**{**GIVEN, **GATES.get(name, {}), **arguments})


def people(seed: int, rows: int = 150) -> dict[str, list[Any]]:
    random = np.random.default_rng(seed)
    return {
        "born": random.integers(1930, 2010, rows).tolist(),
        "town": [f"Town {n}" for n in random.integers(0, 9, rows)],
        "cost": np.round(random.normal(500, 100, rows), 2).tolist(),
    }


@pytest.fixture
def split(references: Any) -> Any:
    sides = pd.DataFrame(people(1)), pd.DataFrame(people(2))
    references.add_split("split", split_of(*sides, seed=7))
    return references


@pytest.mark.parametrize("name", GATES)
class TestEachGate:
    def test_both_engines_say_the_same(
        self, make: Make, check: Check, split: Any, name: str
    ) -> None:
        """Held against figures of pandas, computed beside it; rows come in another order."""
        mixed = {c: people(1)[c][:40] + people(3)[c][:80] for c in COLUMNS}
        turned = {column: cells[::-1] for column, cells in mixed.items()}
        expectation = gate(name)
        found = check(make(turned, SCHEMA), expectation)
        plain = check(pd.DataFrame(mixed), expectation)
        assert found == plain
        assert found.observed is not None

    def test_copies_fail_and_strangers_pass(
        self, make: Make, check: Check, split: Any, name: str
    ) -> None:
        expectation = gate(name)
        copied = check(make(people(1), SCHEMA), expectation)
        assert not copied.passed
        assert copied.low <= copied.observed <= copied.high
        assert copied.observed > copied.bound
        assert check(make(people(3), SCHEMA), expectation).passed
        # Who only copies unseen people copies nobody that was fitted on.
        assert check(make(people(2), SCHEMA), expectation).passed

    def test_a_copy_is_a_copy_however_it_is_spelt(
        self, make: Make, check: Check, split: Any, name: str
    ) -> None:
        copied = people(1)
        copied["town"] = [f"  {town.upper()} " for town in copied["town"]]
        copied["town"] = [town.replace("TOWN", "\uff34OWN") for town in copied["town"]]
        assert not check(make(copied, SCHEMA), gate(name)).passed

    def test_a_copy_of_another_type(self, make: Make, check: Check, split: Any, name: str) -> None:
        copied = people(1)
        copied["born"] = [str(year) for year in copied["born"]]
        frame = make(copied, "born string, town string, cost double")
        assert not check(frame, gate(name)).passed

    def test_a_table_without_rows_passes(
        self, make: Make, check: Check, split: Any, name: str
    ) -> None:
        found = check(make({column: [] for column in COLUMNS}, SCHEMA), gate(name))
        assert (found.passed, found.observed) == (True, 0.0)

    def test_a_missing_column_is_named(
        self, make: Make, check: Check, split: Any, name: str
    ) -> None:
        less = {column: cells for column, cells in people(1).items() if column != "town"}
        with pytest.raises(StageFailed, match="no column town"):
            check(make(less, "born int, cost double"), gate(name))

    def test_a_column_of_nothing(self, make: Make, check: Check, split: Any, name: str) -> None:
        """No cost is missing in the reference, so no row is a copy, and none tells a cost."""
        empty = {**people(1), "cost": [None] * 150}
        found = check(make(empty, SCHEMA), gate(name))
        assert found.observed is not None
        assert found.passed or name in ("ExpectSinglingOutToBeBelow", "ExpectLinkabilityToBeBelow")

    def test_nan_and_signed_zero(
        self, make: Make, check: Check, references: Any, name: str
    ) -> None:
        """NaN is missing, as null is; -0.0 is 0."""
        odd, plain = people(1), people(1)
        odd["cost"][:60] = [float("nan")] * 30 + [-0.0] * 30
        plain["cost"][:60] = [None] * 30 + [0.0] * 30
        sides = pd.DataFrame(plain), pd.DataFrame(people(2))
        references.add_split("split", split_of(*sides, seed=7))
        found, same = (check(make(cells, SCHEMA), gate(name)) for cells in (odd, plain))
        assert found == same
        assert not found.passed

    def test_too_few_people_to_tell(
        self, make: Make, check: Check, references: Any, name: str
    ) -> None:
        sides = pd.DataFrame(people(1, 49)), pd.DataFrame(people(2, 50))
        references.add_split("split", split_of(*sides))
        found = check(make(people(3), SCHEMA), gate(name))
        assert (found.passed, found.observed, found.bound) == (False, None, None)
        assert "this takes 100 people" in found.sentence
        assert check(make(people(3), SCHEMA), gate(name, least_people=99)).passed

    def test_a_control_that_is_none(
        self, make: Make, check: Check, references: Any, name: str
    ) -> None:
        sides = pd.DataFrame(people(1, 500)), pd.DataFrame(people(2, 200))
        references.add_split("split", split_of(*sides))
        assert not check(make(people(3), SCHEMA), gate(name)).passed

    def test_an_empty_reference(self, make: Make, check: Check, references: Any, name: str) -> None:
        nobody = pd.DataFrame(people(1)).iloc[:0]
        references.add_split("split", split_of(nobody, nobody))
        assert not check(make(people(3), SCHEMA), gate(name)).passed

    def test_nothing_is_registered(
        self, make: Make, check: Check, references: Any, name: str
    ) -> None:
        with pytest.raises(StageFailed, match="no split is registered as 'split'"):
            check(make(people(3), SCHEMA), gate(name))

    def test_a_reference_that_lacks_a_column(
        self, make: Make, check: Check, references: Any, name: str
    ) -> None:
        sides = (pd.DataFrame(people(seed)).drop(columns="cost") for seed in (1, 2))
        references.add_split("split", split_of(*sides))
        with pytest.raises(StageFailed, match="has no column cost"):
            check(make(people(3), SCHEMA), gate(name))

    def test_more_rows_than_are_looked_at(
        self, make: Make, check: Check, split: Any, name: str
    ) -> None:
        """A random choice of a full copy is a full copy."""
        assert not check(make(people(1), SCHEMA), gate(name, max_rows=100)).passed

    @pytest.mark.parametrize(
        "arguments",
        [
            {"columns": []},
            {"columns": ["born", "born"]},
            {"error_rate": 0},
            {"error_rate": 0.5},
            {"max_rows": 0},
            {"least_people": 0},
            {"max_share": 1.0, "max_risk": 1.0},
            {"max_share": -0.1, "max_risk": -0.1},
        ],
    )
    def test_arguments_that_make_no_sense(self, name: str, arguments: dict[str, Any]) -> None:
        own = "max_share" if "Copies" in name else "max_risk"
        given = {key: v for key, v in arguments.items() if not key.startswith("max_") or
                 key in (own, "max_rows")}  # fmt: skip
        with pytest.raises(ValueError, match=r"."):
            gate(name, **given)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ExpectSinglingOutToBeBelow", {"columns": ["born"]}),
        ("ExpectSinglingOutToBeBelow", {"guesses": 0}),
        ("ExpectLinkabilityToBeBelow", {"first": []}),
        ("ExpectLinkabilityToBeBelow", {"first": COLUMNS}),
        ("ExpectLinkabilityToBeBelow", {"first": ["age"]}),
        ("ExpectAttributeInferenceToBeBelow", {"secret": "age"}),
        ("ExpectAttributeInferenceToBeBelow", {"columns": ["cost"]}),
    ],
)
def test_own_arguments_that_make_no_sense(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        gate(name, **arguments)


def test_a_person_of_many_rows_is_one_person(check: Check, references: Any) -> None:
    """Copies of one person's rows, however many, are one draw of the split's coin."""
    one = pd.DataFrame(people(1)).assign(person="P1")
    other = pd.DataFrame(people(2)).assign(person=[f"P{n + 2}" for n in range(150)])
    references.add_split("split", split_of(one, other, privacy_unit="person"))
    lone = gate("ExpectCopiesOfTrainingToBeBelow")
    assert "this takes" in check(pd.DataFrame(people(1)), lone).sentence
    many = pd.DataFrame(people(4)).assign(person=[f"Q{n}" for n in range(150)])
    references.add_split("split", split_of(pd.concat([one, many]), other, privacy_unit="person"))
    assert check(pd.DataFrame(people(1)), lone).passed


def test_no_value_gets_out(check: Check, references: Any) -> None:
    training, unseen = (
        pd.DataFrame({**people(seed), "town": [f"CANARY-{seed}-{n}" for n in range(150)]})
        for seed in (1, 2)
    )
    references.add_split("split", split_of(training, unseen))
    assert "CANARY" not in repr(references) + repr(references.split("split"))
    for name in GATES:
        assert "CANARY" not in repr(check(training, gate(name)))
    with pytest.raises(StageFailed) as raised:
        check(training, gate("ExpectCopiesOfTrainingToBeBelow", columns=["town", "CANARY"]))
    assert "CANARY-" not in str(raised.value)


class TestSplit:
    def test_rows_of_no_name_are_people_of_their_own(self) -> None:
        split = split_of(pd.DataFrame(people(1, 5)), pd.DataFrame(people(2, 4)))
        everybody = [*split.training[PERSON].to_pylist(), *split.holdout[PERSON].to_pylist()]
        assert len(set(everybody)) == 9

    def test_a_privacy_unit_that_is_missing(self) -> None:
        with pytest.raises(UsageError, match="no column person"):
            split_of(pd.DataFrame(people(1)), pd.DataFrame(people(2)), privacy_unit="person")

    @pytest.mark.spark
    def test_spark_and_arrow_frames(self, spark: Any) -> None:
        import pyarrow as pa

        frame = pd.DataFrame(people(1, 9)).assign(person=list("aabbccdde"))
        made = [
            split_of(kind, kind, privacy_unit="person")
            for kind in (frame, pa.Table.from_pandas(frame), spark.createDataFrame(frame))
        ]
        plain = {name: cells.to_pylist() for name, cells in made[0].training.items()}
        for split in made[1:]:
            assert {name: cells.to_pylist() for name, cells in split.training.items()} == plain


class TestCanaries:
    @pytest.fixture
    def planted(self, references: Any) -> dict[str, list[Any]]:
        from veilflow.risk import draw_canaries

        drawn = draw_canaries(people(1), b"k" * 32, planted=30, held_back=500)
        sides = pd.DataFrame(people(1)), pd.DataFrame(people(2))
        references.add_split("split", split_of(*sides, canaries=drawn))
        return drawn.planted

    def test_what_memorises_is_refused(
        self, make: Make, check: Check, planted: dict[str, list[Any]]
    ) -> None:
        made = {name: planted[name] + people(1)[name] for name in COLUMNS}
        found = check(make(made, SCHEMA), gate("ExpectPlantedCanariesToBeAbsent"))
        assert (found.passed, found.observed) == (False, 1.0)
        assert found.baseline < 0.1
        assert found.smallest_detectable < 0.3

    def test_what_forgets_passes(
        self, make: Make, check: Check, planted: dict[str, list[Any]]
    ) -> None:
        random = np.random.default_rng(4)
        fitted = {name: planted[name] + people(1)[name] for name in COLUMNS}
        made = {name: random.permutation(cells).tolist() for name, cells in fitted.items()}
        assert check(make(made, SCHEMA), gate("ExpectPlantedCanariesToBeAbsent")).passed

    def test_without_canaries_nothing_can_be_said(
        self, make: Make, check: Check, split: Any
    ) -> None:
        with pytest.raises(StageFailed, match="no canaries are registered"):
            check(make(people(1), SCHEMA), gate("ExpectPlantedCanariesToBeAbsent"))
