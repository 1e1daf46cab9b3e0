"""k counts people: on one table, on joined tables, and when people are missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from veilflow.errors import ReleaseRefused
from veilflow.policy import Policy
from veilflow.spark.protect import decide, protect

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PURPOSE = {
    "purpose": "test", "legal_basis": "test", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip


def policy(tables: dict[str, dict[str, object]], limit: float = 0.0, k: int = 5) -> Policy:
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": PURPOSE,
            "source": {"root": "."},
            "privacy_unit": "person",
            "tables": {
                name: {"path": name, "columns": {"person": "pseudonym", **columns}}
                for name, columns in tables.items()
            },
            "anonymize": {"k": k, "suppression_limit": limit},
        }
    )


QUASI = {"role": "quasi", "hierarchy": "redact"}
FIXED = {"role": "quasi", "hierarchy": "redact", "max_level": 0}


@pytest.fixture
def visits(spark: SparkSession) -> Callable[[list[tuple[str | None, str]]], DataFrame]:
    return lambda rows: spark.createDataFrame(rows, "person string, ward string")


def test_one_patient_with_five_encounters_fails_k_5(visits) -> None:
    rules = policy({"visits": {"ward": FIXED}})
    with pytest.raises(ReleaseRefused, match="fewer|people|units|k"):
        decide(rules, {"visits": visits([("p1", "A")] * 5)})


def test_five_patients_with_one_encounter_each_pass_k_5(visits) -> None:
    rules = policy({"visits": {"ward": FIXED}})
    decision = decide(rules, {"visits": visits([(f"p{n}", "A") for n in range(5)])})
    assert decision is not None
    assert decision.solution.levels == (0,)


def test_a_lonely_patient_with_many_encounters_forces_the_generalisation(visits) -> None:
    rows = [(f"p{n}", "A") for n in range(5)] + [("p0", "B")] * 9
    decision = decide(policy({"visits": {"ward": QUASI}}), {"visits": visits(rows)})
    assert decision is not None
    assert decision.solution.levels == (1,), "ward B holds nine rows of one person"


def test_rows_without_a_person_hide_nobody(visits) -> None:
    rows = [(f"p{n}", "A") for n in range(4)] + [(None, "A")] * 3
    rows += [(f"q{n}", "B") for n in range(9)]
    decision = decide(policy({"visits": {"ward": QUASI}}), {"visits": visits(rows)})
    assert decision is not None
    assert decision.solution.levels == (1,)


def test_two_tables_that_each_meet_k_are_refused_if_their_join_does_not(spark, visits) -> None:
    patients = spark.createDataFrame(
        [(f"p{n}", "F" if n < 5 else "M") for n in range(10)], "person string, sex string"
    )
    # Ward A: four women and a man; ward B: a woman and four men. Each ward and sex has five.
    wards = {f"p{n}": "A" if n < 4 or n == 9 else "B" for n in range(10)}
    frames = {"patients": patients, "visits": visits(list(wards.items()))}
    apart = {"patients": {"sex": FIXED}, "visits": {"ward": FIXED}}
    for name, columns in apart.items():
        assert decide(policy({name: columns}), {name: frames[name]}) is not None
    with pytest.raises(ReleaseRefused):
        decide(policy(apart), frames)


def test_suppression_takes_a_person_out_of_every_table(spark, visits, masking_ref) -> None:
    people = [(f"p{n}", "F") for n in range(6)] + [("lonely", "X")]
    patients = spark.createDataFrame(people, "person string, sex string")
    frames = {"patients": patients, "visits": visits([(name, "A") for name, _ in people])}
    frames["letters"] = frames["visits"].select("person", frames["visits"]["ward"].alias("topic"))
    rules = policy(
        {"patients": {"sex": FIXED}, "visits": {"ward": FIXED}, "letters": {"topic": "keep"}},
        limit=0.2,
    )
    decision = decide(rules, frames)
    made = protect(spark, rules, frames, decision, masking_ref)
    left = {
        name: {row[0] for row in masked.frame.select("person").collect()}
        for name, masked in made.items()
    }
    for name in frames:
        assert left[name] == {f"p{n}" for n in range(6)}, name
