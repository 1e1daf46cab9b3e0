"""The judge on a clinic's output: what keeps its promises passes, and each broken one is named."""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow.spark.judging import Judgement, JudgeRequest
from veilflow_expectations import ExpectTableToBeKAnonymous
from veilflow_expectations.judge import judge

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

ATTACKS = (
    "linkage",
    "homogeneity",
    "background knowledge",
    "frequency",
    "row order",
    "id order",
    "schema",
)
Failed = set[tuple[str, str, str | None]]
Judged = Callable[..., Judgement]


@pytest.fixture
def judged(spark: SparkSession, clinic: Any, tmp_path: Path) -> Judged:
    """Judges an output of the clinic, whole or changed."""

    def run(
        output: dict[str, pd.DataFrame],
        raw: dict[str, pd.DataFrame] | None = None,
        change: dict[str, str] | None = None,
        schemas: dict[str, str] | None = None,
        **request: Any,
    ) -> Judgement:
        return judge(
            spark,
            JudgeRequest(
                product=request.get("product", "masked"),
                policy=clinic.read_policy(tmp_path, change),
                output=clinic.frames(spark, output, schemas or clinic.MASKED),
                source=clinic.frames(spark, raw or clinic.source(), clinic.SCHEMAS),
                levels=request.get("levels", clinic.LEVELS),
                digest_key=b"k" * 32,
                population=request.get("population"),
            ),
        )

    return run


def failed(judgement: Judgement) -> Failed:
    return {(check.name, check.table, check.column) for check in judgement.failed}


def test_an_output_that_keeps_its_promises_passes(judged: Judged, clinic: Any) -> None:
    judgement = judged(clinic.masked(clinic.source()))
    assert failed(judgement) == set()
    assert {(check.name, check.table) for check in judgement.checks} == {
        ("columns as promised", "people"),
        ("columns as promised", "visits"),
        ("rows kept", "people"),
        ("rows kept", "visits"),
        ("pseudonym form", "people"),
        ("pseudonym form", "visits"),
        ("own raw values absent", "people"),
        ("own raw values absent", "visits"),
        ("labels of the level", "people"),
        ("labels of the level", "visits"),
        ("raw identifiers absent", "people"),
        ("raw identifiers absent", "visits"),
        ("no personal data", "people"),
        ("no personal data", "visits"),
        ("nothing but the policy's words", "people"),
        ("people of people", "visits"),
        ("joinability", "people"),
        ("joinability", "visits"),
        ("joinability with visits.person", "people"),
        ("k-anonymity", "people"),
        ("k-anonymity", "visits"),
        ("granularity", "people"),
        ("granularity", "visits"),
        *((f"{attack} attack", table) for attack in ATTACKS for table in ("people", "visits")),
    }
    by_view = {risk.view: risk for risk in judgement.risk}
    people, visits = by_view["people"], by_view["visits"]
    assert (people.side, people.classes, people.smallest_class) == ("after", 6, 5)
    assert (visits.classes, visits.smallest_class, visits.max_risk) == (12, 5, 0.2)
    assert visits.quasi_identifiers == ("visits.year", "people.born", "people.sex")
    assert judgement.discernibility == {"people": 6 * 5**2, "visits": 12 * 5**2}

    utility = {(u.table, u.column): u for u in judgement.utility}
    assert len(utility) == 13
    # 30 years of birth are leaves; each label covers 10 of them.
    born = utility["people", "born"]
    assert (born.level, born.level_name, born.levels) == (1, "width 10", 4)
    assert born.granularity == pytest.approx(1 - (1 / 3 - 1 / 30) / (1 - 1 / 30))
    assert utility["people", "sex"].granularity == 1
    assert judgement.loss == pytest.approx((1 + 1 - born.granularity) ** (1 / 3) - 1)
    kept = utility["people", "insurance"]
    assert (kept.treatment, kept.total_variation) == ("keep", 0)
    assert (kept.null_share_before, kept.null_share_after) == (0.3333, 0.3333)
    assert utility["people", "consent"].null_share_after == 1


OF_INSURANCE = """anonymize: {l_diversity: {l: 3, columns: [insurance]},
  t_closeness: {t: 0.14, columns: [insurance]}, beta_likeness: {beta: 0.21, columns: [insurance]},
  delta_disclosure: {delta: 0.74, columns: [insurance]}, max_risk: 0.25, max_average_risk: 0.2,
  population: {size: 300}, k_map: 4, """


def test_what_the_search_promised_is_asked_of_the_output(judged: Judged, clinic: Any) -> None:
    """Of ten people of each kind of insurance a class of five has two, two and one."""
    output, change = clinic.masked(clinic.source()), {"anonymize: {": OF_INSURANCE}
    judgement = judged(output, change=change)
    assert failed(judgement) == set()
    of_people = {c.name: c for c in judgement.checks if c.table == "people"}
    assert of_people["t-closeness"].observed == pytest.approx(2 / 15, abs=1e-6)
    assert of_people["beta-likeness"].observed == pytest.approx(0.2, abs=1e-6)
    # a third became a fifth
    assert of_people["delta-disclosure"].observed == pytest.approx(0.736966, abs=1e-6)
    assert of_people["k-map"].observed == 5
    assert of_people["re-identification risk"].observed == pytest.approx(0.2)
    people, visits = judgement.risk
    assert (people.population.size, people.population.fraction) == (300, 0.1)
    assert people.population.estimator == "none alone"
    assert visits.population is None  # everybody is in two of its classes
    assert judgement.average_class_size == {"people": 5, "visits": 5}
    # ten years of birth under each label, and nothing else is lost
    assert judgement.entropy_lost["people"] == pytest.approx(
        math.log(10) / math.log(30) / 2, abs=1e-4
    )
    assert judgement.non_uniform_entropy["people"] == pytest.approx(30 * math.log2(10), abs=0.1)


def test_a_population_table_is_laid_beside_the_output(
    judged: Judged, clinic: Any, spark: SparkSession
) -> None:
    """Three times the people: five of fifteen in each class."""
    raw = clinic.source()
    output = clinic.masked(raw)
    register = pd.concat([raw["people"]] * 3)
    everybody = clinic.frames(spark, {"people": register}, clinic.SCHEMAS)["people"]
    one_table = {"year: {role: quasi, hierarchy: redact}": "year: keep"}
    levels = {place: level for place, level in clinic.LEVELS.items() if place[0] == "people"}
    asked = "anonymize: {population: {path: all}, k_map: 15, delta_presence: 0.33, "
    found = judged(
        output,
        change={**one_table, "anonymize: {": asked},
        levels=levels,
        population=everybody,
    )
    assert failed(found) == {("delta-presence", "people", None)}
    of_people = {check.name: check.observed for check in found.checks if check.table == "people"}
    assert (of_people["k-map"], of_people["delta-presence"]) == (15, pytest.approx(1 / 3, abs=1e-6))
    beside = found.risk[0].population
    assert (beside.estimator, beside.size, beside.fraction) == ("counted", 90, 0.3333)
    assert beside.journalist_risk == beside.marketer_risk == pytest.approx(1 / 15, abs=1e-6)


def test_every_leak_is_named_and_none_is_quoted(
    judged: Judged,
    clinic: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One cell in each column is wrong; nothing else is."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    output = clinic.masked(clinic.source())
    people, visits = output["people"], output["visits"]
    people.loc[3, "phone"] = "555-0103"
    people.loc[4, "born"] = "1954"
    people.loc[5, "insurance"] = "  CANARY\u00a0doctor 2"
    people.loc[6, "remark"] = "Canary Person 06 called"
    people.loc[7, "consent"] = "yes"
    visits.loc[8, "ward"] = " \uff23anary PERSON  29\t"
    visits.loc[9, "visit"] = "v-0004-1"
    # Towns are kept in visits on purpose: the dropped column of that name isn't looked for.
    visits.loc[10, "town"] = "London"
    judgement = judged(output)
    assert failed(judgement) == {
        ("own raw values absent", "people", "phone"),
        ("labels of the level", "people", "born"),
        ("k-anonymity", "people", None),
        ("k-anonymity", "visits", None),
        ("raw identifiers absent", "people", "insurance"),
        ("nothing but the policy's words", "people", "remark"),
        ("nothing but the policy's words", "people", "consent"),
        ("raw identifiers absent", "visits", "ward"),
        ("own raw values absent", "visits", "visit"),
        ("pseudonym form", "visits", "visit"),
    }
    said = "\n".join([repr(judgement), caplog.text, *capfd.readouterr()])
    raw = clinic.source()
    values = {
        str(value)
        for name, columns in {
            "people": ["person", "name", "phone", "remark"],
            "visits": ["visit", "doctor"],
        }.items()
        for column in columns
        for value in raw[name][column]
    }
    assert not [value for value in values if value.casefold() in said.casefold()]
    assert "k" * 32 not in said
    assert [path.name for path in tmp_path.iterdir()] == ["clinic.yaml"]


def test_classes_of_k_less_one_people(judged: Judged, clinic: Any) -> None:
    """Three of five people of a class are gone; then all visits of another are one person's."""
    output = clinic.masked(clinic.source())
    gone = output["people"].index.isin([0, 2, 4])
    output["visits"] = output["visits"][
        ~output["visits"]["person"].isin(output["people"]["person"][gone])
    ]
    output["people"] = output["people"][~gone]
    judgement = judged(output)
    assert failed(judgement) == {("k-anonymity", "people", None), ("k-anonymity", "visits", None)}
    (check,) = (c for c in judgement.failed if c.table == "people")
    assert (check.observed, check.bound, check.unit) == (2, 3, "people")


def test_five_visits_of_one_patient_are_one_person(judged: Judged, clinic: Any) -> None:
    output = clinic.masked(clinic.source())
    visits, people = output["visits"], output["people"]
    of_class = people["person"][people.index.isin([10, 12, 14, 16, 18])]
    visits.loc[visits["person"].isin(of_class), "person"] = of_class.iloc[0]
    judgement = judged(output)
    assert failed(judgement) == {("k-anonymity", "visits", None)}
    assert {c.observed for c in judgement.failed} == {1}


def test_tables_that_meet_k_alone_may_isolate_somebody_when_joined(
    judged: Judged, clinic: Any, spark: SparkSession, check: Any
) -> None:
    raw = clinic.source()
    # In 2022 came one person of each class of people: six people, each alone in the join.
    first_of_class = [f"P-{number:04}" for number in (0, 1, 10, 11, 20, 21)]
    extra = pd.DataFrame(
        {
            "visit": [f"V-{person}-x" for person in first_of_class],
            "person": first_of_class,
            "year": "2022",
            "ward": "surgery",
            "doctor": "Canary Doctor 1",
            "town": "York",
            "cost": 100.0,
        }
    )
    raw["visits"] = pd.concat([raw["visits"], extra], ignore_index=True)
    output = clinic.masked(raw)
    judgement = judged(output, raw)
    assert failed(judgement) == {("k-anonymity", "visits", None)}
    for table, columns in [("people", ["born", "sex"]), ("visits", ["year"])]:
        alone = ExpectTableToBeKAnonymous(quasi_identifiers=columns, k=3, privacy_unit="person")
        assert check(output[table], alone).passed


def test_a_suppressed_person_left_in_a_child_table(judged: Judged, clinic: Any) -> None:
    output = clinic.masked(clinic.source())
    output["people"] = output["people"].iloc[1:]
    judgement = judged(output)
    # Without their row in people the visits' class in the joined view is one of nobody known.
    assert failed(judgement) == {
        ("people of people", "visits", "person"),
        ("k-anonymity", "visits", None),
    }


def test_rows_that_were_nobody_s_in_the_source_may_stay(judged: Judged, clinic: Any) -> None:
    raw = clinic.source()
    strangers = raw["visits"].iloc[:8].copy()
    strangers["person"] = [f"X-{number}" for number in range(8)]
    strangers["visit"] = [f"V-X-{number}" for number in range(8)]
    raw["visits"] = pd.concat([raw["visits"], strangers], ignore_index=True)
    output = clinic.masked(raw)
    assert failed(judged(output, raw)) == set()
    output["people"] = output["people"].iloc[5:]
    assert ("people of people", "visits", "person") in failed(judged(output, raw))


def test_rows_too_few_and_too_many(judged: Judged, clinic: Any) -> None:
    raw = clinic.source()
    output = clinic.masked(raw)
    few = {name: table.copy() for name, table in output.items()}
    # One more than the 6 of 30 people that may be suppressed: a whole class and two of another.
    gone = few["people"]["person"].iloc[[0, 2, 4, 6, 8, 1, 3]]
    few["people"] = few["people"][~few["people"]["person"].isin(gone)]
    few["visits"] = few["visits"][~few["visits"]["person"].isin(gone)]
    judgement = judged(few)
    assert failed(judgement) == {("rows kept", "people", None), ("rows kept", "visits", None)}
    # Seven people are suppressed: their number is nobody's business.
    assert {(c.observed, c.bound) for c in judgement.failed} == {(None, None)}

    twice = {**output, "visits": pd.concat([output["visits"]] * 2)}
    assert failed(judged(twice)) == {("rows kept", "visits", None)}


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("one more", lambda people: people.assign(extra="x")),
        ("one less", lambda people: people.drop(columns="sex")),
        ("another name", lambda people: people.rename(columns={"sex": "gender"})),
        ("another order", lambda people: people[list(people.columns[::-1])]),
    ],
)
def test_other_columns_than_promised_are_refused_at_once(
    judged: Judged, clinic: Any, case: str, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    output = clinic.masked(clinic.source())
    output["people"] = change(output["people"])
    schema = ", ".join(f"{name} string" for name in output["people"].columns)
    judgement = judged(output, schemas={**clinic.MASKED, "people": schema})
    assert failed(judgement) == {("columns as promised", "people", None)}
    assert len(judgement.checks) == 2


def test_a_missing_table_is_refused(judged: Judged, clinic: Any) -> None:
    output = clinic.masked(clinic.source())
    judgement = judged({"people": output["people"]})
    assert failed(judgement) == {("columns as promised", "visits", None)}


def test_the_policy_s_bounds_are_held(judged: Judged, clinic: Any) -> None:
    bounds = {
        "anonymize: {k: 3": "validate: {max_null_share: 0.3, min_granularity: 0.9}\n"
        "anonymize: {weights: {born: 2}, k: 3"
    }
    judgement = judged(clinic.masked(clinic.source()), change=bounds)
    assert failed(judgement) == {
        ("null share", "people", "insurance"),
        ("granularity", "people", None),
    }
    figures = {c.name: (c.observed, c.bound) for c in judgement.failed}
    assert figures["null share"] == (0.333333, 0.3)
    # Born keeps 1 - (1/3 - 1/30) / (1 - 1/30) of its detail, sex all of it.
    assert figures["granularity"] == (pytest.approx(0.795455, abs=1e-6), 0.9)
    # Of four parts born has two; sex and the year of a visit lose nothing.
    lost = (1 / 3 - 1 / 30) / (1 - 1 / 30)
    assert judgement.loss == pytest.approx((1 + lost) ** (1 / 3) - 1)
    assert judgement.weighted_loss == pytest.approx((1 + lost) ** (2 / 4) - 1)


def test_levels_that_are_claimed_but_not_met(judged: Judged, clinic: Any) -> None:
    """The output's labels are decades; the maker says that they are half centuries."""
    levels = {**clinic.LEVELS, ("people", "born"): 2}
    judgement = judged(clinic.masked(clinic.source()), levels=levels)
    assert failed(judgement) == {("labels of the level", "people", "born")}


def test_without_a_claimed_level_nothing_can_be_judged(judged: Judged, clinic: Any) -> None:
    with pytest.raises(StageFailed, match="no level is claimed for born"):
        judged(clinic.masked(clinic.source()), levels={("people", "sex"): 0})


def test_empty_and_all_null_tables(judged: Judged, clinic: Any) -> None:
    raw = clinic.source()
    nothing = {name: table.iloc[:0] for name, table in raw.items()}
    empty = {name: table.iloc[:0] for name, table in clinic.masked(raw).items()}
    judgement = judged(empty, nothing)
    assert failed(judgement) == set()
    assert {risk.smallest_class for risk in judgement.risk} == {None}

    # A source with people and an output without them is no release.
    assert failed(judged(empty, raw)) == {
        ("rows kept", "people", None),
        ("rows kept", "visits", None),
    }

    blank = {name: table.copy() for name, table in raw.items()}
    for table, columns in {"people": ["born", "sex", "insurance"], "visits": ["year"]}.items():
        blank[table][columns] = None
    output = clinic.masked({**blank, "people": blank["people"].assign(born=1950)})
    output["people"]["born"] = None
    assert failed(judged(output, blank)) == set()


def test_an_engine_s_error_is_value_free(judged: Judged, clinic: Any) -> None:
    """The source has a year that the hierarchy can't place; a worker's error would quote it."""
    raw = clinic.source()
    raw["visits"].loc[0, "year"] = "CANARY-YEAR"
    years = "year: {role: quasi, hierarchy: {dates: [year]}}"
    change = {"year: {role: quasi, hierarchy: redact}": years}
    with pytest.raises(StageFailed) as caught:
        judged(clinic.masked(clinic.source()), raw, change)
    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "counting table visits of the source" in str(caught.value)


def test_the_key_is_in_no_plan_and_a_second_judgement_says_the_same(
    judged: Judged, clinic: Any, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql.classic.dataframe import DataFrame

    plans = []
    for name in ("collect", "toArrow"):
        real = getattr(DataFrame, name)

        def spy(self: Any, real: Any = real) -> Any:
            plans.append(self._jdf.queryExecution().toString())
            return real(self)

        monkeypatch.setattr(DataFrame, name, spy)
    first = judged(clinic.masked(clinic.source()))
    once = len(plans)
    assert dataclasses.asdict(first) == dataclasses.asdict(judged(clinic.masked(clinic.source())))
    text = "\n".join(plans)
    assert "k" * 32 not in text
    assert (b"k" * 32).hex() not in text
    # A pass over each table for its profile on either side, one for its counts, one for what it
    # holds, one for its view, and one for the values that two columns share; for the attacks one
    # over the source, one for frequencies, one for the order of rows and ids, and of the view one
    # for its classes, one for its people and one for what is sensitive.
    assert once == len(plans) - once == 2 * (5 + 6) + 1
