"""Releases whose cells are at several levels, by the real judge."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from veilflow.errors import PolicyError

from tests.pipeline.place import PEOPLE, Place, people

pytestmark = [pytest.mark.spark, pytest.mark.slow]

AGES = {"intervals": [2, 10, 30], "lower": 0, "upper": 90}


def uneven() -> pa.Table:
    """Six people of ages that nobody else has, who would be left out at the level of all others."""
    ages = [20 + n % 6 for n in range(354)] + [33, 50, 60, 70, 80, 88]
    colours = [("red", "green", "blue")[n // 7 % 3] for n in range(360)]
    table = people(360).drop_columns(["age", "colour"])
    table = table.append_column("age", pa.array(ages, pa.int64()))
    return table.append_column("colour", pa.array(colours))


@pytest.mark.parametrize("recoding", ["local", "cell_suppression"])
def test_a_release_at_several_levels(place: Place, recoding: str) -> None:
    place.write(uneven(), "people", recoding)
    columns = PEOPLE | {"age": {"role": "quasi", "hierarchy": AGES}, "colour": "sensitive"}
    asked = {"k": 5, "suppression_limit": 0.02, "recoding": recoding, "l_diversity": 2}
    run = place.release(
        place.policy(columns, source={"root": str(place.home / recoding)}, anonymize=asked)
    )
    protect, validated = run.evidence("protect"), run.evidence("validate")
    assert protect.anonymization is not None and validated.anonymization is not None
    told = protect.anonymization
    assert (told.recoding, told.models) == (recoding, ("distinct 2-diversity of 'colour'",))
    at = [share for share in told.level_shares["people.age"].values() if share]
    assert len(at) > 1 and sum(at) == pytest.approx(1, abs=0.01)
    # The judge, from the labels of the output alone, comes to the search's figures.
    assert validated.anonymization.loss == pytest.approx(told.loss, abs=1e-9)
    checks = {check.name: check for check in validated.checks}
    assert checks["k-anonymity"].passed and checks["linkage attack"].passed
    assert all(check.passed for check in validated.checks if check.blocking)

    rows = place.rows(run.record.run)
    classes = Counter((row["sex"], row["age"]) for row in rows)
    assert len(rows) == 360 and min(classes.values()) >= 5
    plain = place.policy(columns, source={"root": str(place.home / recoding)}, anonymize={"k": 5})
    whole = place.release(plain, run="whole").evidence("validate").anonymization
    assert whole is not None
    assert whole.suppressed_share["people"] is None  # fewer than ten, and not none
    assert validated.anonymization.granularity["people"] >= whole.granularity["people"]


def test_joined_tables_are_not_recoded_locally(place: Place) -> None:
    tables = {
        "people": {"path": "people", "columns": PEOPLE},
        "visits": {"path": "visits", "columns": {"person": "pseudonym", "ward": {"role": "quasi"}}},
    }
    with pytest.raises(PolicyError, match="use 'full_domain'"):
        place.release(place.policy(tables=tables, anonymize={"k": 5, "recoding": "local"}))
