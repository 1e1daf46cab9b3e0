"""What evidence tells of risks: coarse counts, the population, and special uniques."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.anonymize import UnitCounts, View
from veilflow.risk import ClassTable, PopulationClasses, special_uniques
from veilflow.spark.population_records import (
    counted_population_risk,
    population_risk,
    special_uniqueness,
)
from veilflow.spark.risk_records import class_risk
from veilflow.spark.special_before import special_before

NAMES = ["people.age", "people.town"]


def table(times: dict[int, int]) -> ClassTable:
    units = np.repeat(list(times), list(times.values())).astype(np.int64)
    return ClassTable(units, units)


def test_the_risk_in_a_stated_population():
    found = population_risk(table({1: 30, 2: 12, 3: 5, 7: 2, 20: 1}), 10_300, raw=False)
    assert (found.size, found.fraction, found.estimator) == (10_300, 0.01, "pitman")
    assert found.unique_share == found.unique_share_pitman
    # one alone in a hundredth: -0.01 * ln(0.01) / 0.99
    assert found.journalist_risk == pytest.approx(0.046517, abs=1e-6)
    # 30 alone and 12 pairs
    assert found.match_share == pytest.approx(0.3 / (0.3 + 2 * 0.99 * 12), abs=1e-6)
    assert 0 < found.marketer_risk < found.journalist_risk


def test_the_risk_beside_a_table_of_the_population():
    """Two people alone, of classes of four and of one; a class of three in nine."""
    classes = PopulationClasses(np.array([1, 1, 3, 0]), np.array([4, 1, 9, 6]))
    found = counted_population_risk(classes, raw=False)
    assert (found.size, found.fraction, found.estimator) == (20, 0.25, "counted")
    assert (found.journalist_risk, found.unique_share) == (1, 1 / 20)
    assert found.match_share == pytest.approx((1 / 4 + 1) / 2)
    assert found.marketer_risk == pytest.approx((1 / 4 + 1 + 3 / 9) / 5, abs=1e-6)
    raw = counted_population_risk(classes, raw=True)
    assert (raw.journalist_risk, raw.match_share) == (None, None)
    nobody = PopulationClasses(np.array([0]), np.array([4]))
    assert counted_population_risk(nobody, raw=False) is None


@pytest.mark.parametrize(
    ("classes", "size"),
    [
        pytest.param({1: 3}, None, id="no size stated"),
        pytest.param({1: 3}, 2, id="more people than the population"),
        pytest.param({}, 5, id="no rows"),
    ],
)
def test_without_a_population_nothing_is_told(classes, size):
    assert population_risk(table(classes), size, raw=False) is None


def test_the_highest_risk_of_few_rows_is_kept_back_on_the_raw_side():
    few, many = table({1: 9, 5: 20}), table({1: 10, 5: 20})
    assert population_risk(few, 10_000, raw=True).journalist_risk is None
    assert population_risk(few, 10_000, raw=False).journalist_risk is not None
    assert population_risk(many, 10_000, raw=True).journalist_risk is not None


def test_a_share_of_few_pairs_is_kept_back_on_the_raw_side():
    few, many = table({1: 30, 2: 9, 5: 20}), table({1: 30, 2: 10, 5: 20})
    assert population_risk(few, 10_000, raw=True).match_share is None
    assert population_risk(few, 10_000, raw=False).match_share is not None
    assert population_risk(many, 10_000, raw=True).match_share is not None


def test_small_counts_of_the_raw_side_are_kept_back():
    """Three people of four differ in one column, so nothing is told but how far was searched."""
    codes = np.array([[0, 0], [1, 0], [2, 0]])
    found = special_uniques(codes, np.array([1, 1, 2]))
    raw = special_uniqueness(found, NAMES, raw=True)
    assert (raw.uniques, raw.special, raw.by_size) == (None, None, (None, 0))
    assert (raw.mean_size, raw.contributions, raw.largest) == (None, {}, 2)
    told = special_uniqueness(found, NAMES, raw=False)
    assert (told.uniques, told.special, told.by_size) == (2, 2, (2, 0))
    assert told.contributions == {"people.age": 1, "people.town": 0}
    assert told.mean_size == 1


def test_the_combinations_of_the_search_tell_who_is_special():
    """Twelve people, each alone in age, two rows of one of them in two towns."""
    codes = np.array([[age, age % 2] for age in range(12)] + [[0, 1]], dtype=np.int32)
    rows = View("people", (0, 1), (0, 1), codes, np.ones(13, np.int64))
    # as rows, the first person's two differ from each other only by the town
    found = special_before(rows, NAMES)
    assert found.by_size == (11, None)
    # thirteen, in tens; a share of thirteen is told in steps of ten thirteenths
    assert (found.uniques, found.special) == (10, 10)
    assert found.contributions == {"people.age": pytest.approx(10 / 13), "people.town": 0}
    combo, unit = np.arange(13), np.array([*range(12), 0])
    units = UnitCounts.from_pairs(combo, unit, 13)
    people = View("people", (0, 1), (0, 1), codes, np.ones(13, np.int64), units)
    found = special_before(people, NAMES)
    assert (found.by_size, found.uniques, found.special) == ((12, 0), 10, 10)
    assert found.contributions == {"people.age": pytest.approx(10 / 12), "people.town": 0}


def test_rows_without_a_person_hide_nobody():
    codes = np.array([[age, 0] for age in range(10)] + [[0, 1]], dtype=np.int32)
    single = np.array([1] * 10 + [0])
    nobody = np.zeros(0, dtype=np.int64)
    view = View(
        "people", (0, 1), (0, 1), codes, np.ones(11, np.int64), UnitCounts(single, nobody, nobody)
    )
    assert special_before(view, NAMES).by_size == (10, 0)


def test_a_record_has_all_of_it():
    classes = table({1: 20, 5: 20})
    special = special_uniqueness(
        special_uniques(np.zeros((1, 1), int), np.array([2])), "a", raw=True
    )
    found = class_risk("people", "before", NAMES, classes, 5, population=10_000, special=special)
    assert found.marketer_risk == pytest.approx(40 / 120, abs=1e-3)
    assert found.population.size == 10_000
    assert found.special == special
    assert class_risk("people", "after", NAMES, classes, 5).population is None
