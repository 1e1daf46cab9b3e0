"""The judge on what a clinic's columns contain, on linkage domains, and on bounds of utility."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from veilflow.spark.judging import Judgement, JudgeRequest
from veilflow_expectations.judge import judge

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

Failed = set[tuple[str, str, str | None]]
BOUNDS = {
    "anonymize:": "validate: {max_total_variation: 0.02, max_kolmogorov_smirnov: 0.02, "
    "max_correlation_change: 0.1}\nanonymize:",
    "ward: sensitive": "ward: sensitive\n      beds: {role: sensitive, protect: keep}",
}


@pytest.fixture
def judged(spark: SparkSession, clinic: Any, tmp_path: Path) -> Callable[..., Judgement]:
    def run(
        output: dict[str, pd.DataFrame],
        raw: dict[str, pd.DataFrame] | None = None,
        change: dict[str, str] | None = None,
        beds: bool = False,
    ) -> Judgement:
        raw_schemas, masked = dict(clinic.SCHEMAS), dict(clinic.MASKED)
        if beds:
            for schemas in (raw_schemas, masked):
                schemas["visits"] = schemas["visits"].replace(
                    "ward string", "ward string, beds int"
                )
        return judge(
            spark,
            JudgeRequest(
                product="masked",
                policy=clinic.read_policy(tmp_path, change),
                output=clinic.frames(spark, output, masked),
                source=clinic.frames(spark, raw or clinic.source(), raw_schemas),
                levels=clinic.LEVELS,
                digest_key=b"k" * 32,
            ),
        )

    return run


def failed(judgement: Judgement) -> Failed:
    return {(check.name, check.table, check.column) for check in judgement.failed}


def test_one_address_in_a_kept_column(judged: Any, clinic: Any) -> None:
    """An address that is nobody's in the source: no reference knows it."""
    output = clinic.masked(clinic.source())
    output["visits"].loc[7, "ward"] = "ask canary.jo@example.org"
    judgement = judged(output)
    assert failed(judgement) == {("no personal data", "visits", "ward")}
    (check,) = judgement.failed
    assert check.observed is None  # fewer than ten rows
    assert "Found: e-mail address" in check.sentence
    assert "canary" not in repr(judgement)


def test_one_value_of_the_policy_s_own_types(judged: Any, clinic: Any) -> None:
    """A number of the clinic's own, which no built-in type knows, is named by its type alone."""
    output = clinic.masked(clinic.source())
    output["visits"].loc[7, "ward"] = "QX-4711-K"
    own = "types: {bed_number: {title: Their words, role: identifier, pattern: 'QX-[0-9]{4}-K'}}\n"
    assert failed(judged(output)) == set()
    judgement = judged(output, change={"anonymize:": f"{own}anonymize:"})
    assert failed(judgement) == {("no personal data", "visits", "ward")}
    (check,) = judgement.failed
    assert "Found: bed_number" in check.sentence
    assert not any(said in repr(judgement) for said in ("QX-", "4711", "Their words"))


def test_a_column_of_names_that_the_source_doesn_t_know(judged: Any, clinic: Any) -> None:
    output = clinic.masked(clinic.source())
    names = [
        f"{first} {last}" for first in ("John", "Maria", "Peter") for last in ("Smith", "Jones")
    ]
    output["visits"]["town"] = [names[n % 6] for n in range(len(output["visits"]))]
    assert failed(judged(output)) == {("no personal data", "visits", "town")}


def test_a_pseudonym_that_occurs_in_two_domains(judged: Any, clinic: Any) -> None:
    output = clinic.masked(clinic.source())
    output["visits"].loc[7, "visit"] = output["people"].loc[3, "person"]
    assert failed(judged(output)) == {
        ("joinability", "visits", "visit"),
        ("joinability", "visits", "person"),
        ("joinability", "people", "person"),
    }


def test_a_table_whose_pseudonyms_no_longer_join(judged: Any, clinic: Any) -> None:
    """Visits' people got other pseudonyms: nobody can be put together any more."""
    output = clinic.masked(clinic.source())
    output["visits"]["person"] = output["visits"]["person"].map(clinic.pseudonym)
    assert ("joinability with visits.person", "people", "person") in failed(judged(output))


def test_one_person_s_other_pseudonym_is_enough(judged: Any, clinic: Any) -> None:
    output = clinic.masked(clinic.source())
    visits = output["visits"]
    one = visits["person"] == output["people"].loc[3, "person"]
    visits.loc[one, "person"] = clinic.pseudonym("nobody")
    assert ("joinability with visits.person", "people", "person") in failed(judged(output))


class TestUtilityBounds:
    @pytest.fixture
    def raw(self, clinic: Any) -> dict[str, pd.DataFrame]:
        """Beds go by ward, and town goes with ward."""
        raw = clinic.source()
        visits = raw["visits"]
        visits.insert(4, "beds", visits["ward"].map({"surgery": 10, "oncology": 20}).fillna(30))
        visits["beds"] = visits["beds"].astype(int) + np.arange(len(visits)) % 3
        visits["town"] = visits["ward"].map({"surgery": "York"}).fillna("London")
        return raw  # type: ignore[no-any-return]

    def test_what_is_kept_passes(self, judged: Any, clinic: Any, raw: Any) -> None:
        judgement = judged(clinic.masked(raw), raw, BOUNDS, beds=True)
        assert failed(judgement) == set()
        asked = {(c.name, c.table, c.column) for c in judgement.checks if c.kind == "utility"}
        assert asked == {
            ("distribution", "people", "insurance"),
            ("distribution", "visits", "ward"),
            ("distribution", "visits", "beds"),
            ("distribution", "visits", "town"),
            ("correlation", "visits", None),
            ("granularity", "people", None),
            ("granularity", "visits", None),
        }

    def test_what_was_moved_or_shuffled_fails(self, judged: Any, clinic: Any, raw: Any) -> None:
        output = clinic.masked(raw)
        output["people"]["insurance"] = output["people"]["insurance"].replace("private", "public")
        visits = output["visits"]
        visits["town"] = np.random.default_rng(1).permutation(visits["town"].to_numpy())
        visits["beds"] = visits["beds"] + 1
        assert failed(judged(output, raw, BOUNDS, beds=True)) == {
            ("distribution", "people", "insurance"),
            ("distribution", "visits", "beds"),
            ("correlation", "visits", None),
        }
