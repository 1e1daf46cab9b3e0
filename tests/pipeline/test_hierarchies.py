"""A run with hierarchies chosen from the data and a microaggregated column, by the real judge."""

from __future__ import annotations

import json
import statistics
from typing import Any

import pyarrow as pa
import pytest
from veilflow.policy.hierarchies import build_hierarchy

from tests.pipeline.place import PEOPLE, Place, people, visits

pytestmark = [pytest.mark.spark, pytest.mark.slow]

COLUMNS: dict[str, Any] = {
    **PEOPLE,
    "sex": {"role": "quasi", "hierarchy": "auto"},
    "age": {"role": "quasi", "hierarchy": {"quantiles": 8}},
    "pay": {"role": "quasi", "microaggregate": "mean"},
}


def test_a_release_with_chosen_hierarchies_and_means(place: Place) -> None:
    raw = people(400)
    pay = [1000.0 + n * 7919 % 5003 for n in range(400)]
    place.write(raw.append_column("pay", pa.array(pay)), "people", "paid")
    policy = place.policy(COLUMNS, source={"root": str(place.home / "paid")})
    run = place.release(policy)
    spec = run.policy.tables["people"].columns["age"].hierarchy
    assert spec is not None and spec.bounds is not None
    protect = run.evidence("protect")
    assert protect.anonymization is not None
    assert set(protect.anonymization.levels) == {"people.sex", "people.age"}
    validated = run.evidence("validate")
    checks = {check.name: check for check in validated.checks}
    assert "people.pay" in checks["k-anonymity"].sentence
    assert "people.pay" not in checks["linkage attack"].sentence
    assert all(check.passed for check in validated.checks if check.blocking)

    rows = place.rows(run.record.run)
    classes: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        classes.setdefault((row["sex"], row["age"]), []).append(row["pay"])
    assert all(len(members) >= 5 and len(set(members)) == 1 for members in classes.values())
    level = protect.anonymization.levels["people.age"]
    ages = build_hierarchy(spec).generalize([str(age) for age in raw["age"].to_pylist()], level)
    own: dict[tuple[str, str], list[float]] = {}
    for sex, age, one in zip(raw["sex"].to_pylist(), ages, pay, strict=True):
        own.setdefault((sex, str(age)), []).append(one)
    for key, members in classes.items():
        assert members[0] == pytest.approx(statistics.fmean(own[key]), rel=1e-8)

    # The bounds are in the run's policy and in labels, and in no evidence.
    for stage in ("pin", "classify", "protect", "validate"):
        text = json.dumps(run.evidence(stage).to_json())
        for cut in spec.bounds[0]:
            assert f"[{cut:g}, " not in text and f">= {cut:g}" not in text


def test_a_mean_of_a_root_is_one_number_in_the_view_joined_with_it(place: Place) -> None:
    pay = [1000.0 + n * 7919 % 5003 for n in range(200)]
    place.write(people().append_column("pay", pa.array(pay)), "people", "joined")
    place.write(visits(), "visits", "joined")
    columns = {**PEOPLE, "pay": {"role": "quasi", "microaggregate": "median"}}
    ward = {"person": "pseudonym", "ward": {"role": "quasi"}}
    tables = {
        "people": {"path": "people", "columns": columns},
        "visits": {"path": "visits", "columns": ward},
    }
    run = place.release(
        place.policy(
            source={"root": str(place.home / "joined")},
            tables=tables,
            anonymize={"k": 5, "suppression_limit": 0.1},
        )
    )
    checks = {(check.table, check.name): check for check in run.evidence("validate").checks}
    assert "people.pay" in checks["visits", "k-anonymity"].sentence
    linkage = checks["visits", "linkage attack"]
    assert "people.age" in linkage.sentence and "people.pay" not in linkage.sentence
    assert all(check.passed for check in checks.values() if check.blocking)
    paid = {row["person"]: row["pay"] for row in place.rows(run.record.run)}
    assert 1 < len(set(paid.values())) <= len(paid) / 5
