"""What a study measures on an output: negative controls, outputs that hold what they should not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from veilflow.policy import Policy
from veilflow.study.lines import ROWS, UNIT, OutputLines
from veilflow.study.models_met import ModelMet, models_met
from veilflow.study.population_classes import population_classes

PURPOSE = {
    "purpose": "study", "legal_basis": "test", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip
# Two classes: 2 people with a and b, and 3 with a, a and c.
LINES = (("x", "a"), ("x", "b"), ("y", "a"), ("y", "a"), ("y", "c"))


def policy(**asked: Any) -> Policy:
    columns = {"ward": {"role": "quasi", "hierarchy": "redact"}, "ill": "sensitive"}
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": PURPOSE,
            "source": {"root": "."},
            "tables": {"people": {"path": "people", "columns": columns}},
            "anonymize": {"k": 2, **asked},
        }
    )


def lines(
    given: Sequence[tuple[str | None, str | None]] = LINES,
    units: Sequence[int | None] | None = None,
) -> OutputLines:
    columns: dict[str, Any] = {
        "ward": pa.array([ward for ward, _ in given], pa.string()),
        "ill": pa.array([ill for _, ill in given], pa.string()),
        ROWS: [1] * len(given),
    }
    if units is not None:
        columns[UNIT] = pa.array(units, pa.int64())
    return OutputLines(pa.table(columns), ("ward",), ("ill",))


def measured(asked: dict[str, Any], output: OutputLines) -> ModelMet:
    """The last model asked; k is the first."""
    return models_met(policy(**asked), "people", output, output, None)[-1]


@pytest.mark.parametrize(
    ("asked", "value", "met"),
    [
        ({"k": 2}, 2, True),
        ({"k": 3}, 2, False),
        ({"max_risk": 0.5}, 0.5, True),
        ({"max_risk": 0.4}, 0.5, False),
        ({"max_average_risk": 0.4}, 0.4, True),
        ({"max_average_risk": 0.39}, 0.4, False),
        ({"l_diversity": 2}, 2, True),
        ({"l_diversity": 3}, 2, False),
        ({"l_diversity": {"l": 1.8, "kind": "entropy"}}, 1.8898815748, True),
        ({"l_diversity": {"l": 2, "kind": "entropy"}}, 1.8898815748, False),
        ({"l_diversity": {"l": 2, "kind": "recursive", "c": 2}}, 2, False),
        ({"l_diversity": {"l": 2, "kind": "recursive", "c": 2.1}}, 2, True),
        ({"t_closeness": 0.3}, 0.3, True),
        ({"t_closeness": 0.29}, 0.3, False),
        ({"beta_likeness": {"beta": 1.5, "kind": "basic"}}, 1.5, True),
        ({"beta_likeness": {"beta": 1.4, "kind": "basic"}}, 1.5, False),
        ({"delta_disclosure": 1.33}, 1.3219280949, True),
        ({"delta_disclosure": 1.32}, 1.3219280949, False),
        ({"k_map": 2, "population": {"size": 5}}, 2, True),
        ({"k_map": 3, "population": {"size": 5}}, 2, False),
        (
            {"k_map": {"k": 3, "estimator": "negative_binomial"}, "population": {"size": 50}},
            2,
            True,
        ),
        ({"k_map": {"k": 3, "estimator": "poisson"}, "population": {"size": 50}}, 2, False),
    ],
    ids=str,
)
def test_a_bound_that_is_just_met_and_one_that_is_not(
    asked: dict[str, Any], value: float, met: bool
) -> None:
    found = measured(asked, lines())
    assert found.measured == pytest.approx(value)
    assert found.met is met


def test_people_are_counted_where_they_are_named() -> None:
    """Three rows of one person are one in hiding; who is nobody hides nobody."""
    assert measured({"k": 2}, lines(units=[1, 2, 3, 3, 3])).measured == 1
    assert measured({"k": 2}, lines(units=[1, None, 3, 4, 5])).met is False
    assert measured({"l_diversity": 2}, lines(units=[1, 2, 3, 4, None])).met is False


def test_null_is_a_label_and_a_value() -> None:
    given = [(None, "a"), (None, None), ("x", "a"), ("x", "b")]
    assert measured({"k": 2}, lines(given)).measured == 2
    assert measured({"l_diversity": 2}, lines(given)).measured == 2


def test_an_empty_output_holds_everything_and_has_nothing() -> None:
    found = measured({"k": 2}, lines([]))
    assert (found.measured, found.met) == (None, True)


def test_ordered_values_go_by_their_numbers() -> None:
    """2, 10 and 30 are in this order; as texts 10 would come first."""
    given = [("x", "2"), ("x", "10"), ("y", "10"), ("y", "30")]
    found = measured({"t_closeness": {"t": 0.5, "distance": "ordered"}}, lines(given))
    assert found.measured == pytest.approx(0.25)


def test_hierarchical_distance_goes_by_the_tree() -> None:
    tree = {"csv": "tree.csv", "rows": [["a", "1", "*"], ["b", "1", "*"], ["c", "2", "*"]]}
    asked = {"t_closeness": {"t": 0.5, "distance": "hierarchical", "hierarchy": tree}}
    # From (3a, 1b, 1c)/5: class x, (1a, 1b)/2, takes 0.2 of c over the root and 0.1 within 1.
    assert measured(asked, lines()).measured == pytest.approx(0.25)


def test_each_class_beside_its_population() -> None:
    def wards(*given: str) -> OutputLines:
        return OutputLines(pa.table({"ward": list(given), ROWS: [1] * len(given)}), ("ward",))

    classes = population_classes(wards("x", "x", "y"), wards("x", "x", "x", "y", "z"))
    assert sorted(zip(classes.sample.tolist(), classes.population.tolist(), strict=True)) == [
        (0, 1), (1, 1), (2, 3),
    ]  # fmt: skip
    asked = policy(k_map=2, delta_presence=0.9, population={"path": "all"})
    found = models_met(asked, "people", lines(), lines(), classes)
    assert [(m.name, m.measured, m.met) for m in found[1:]] == [
        ("k_map", 1, False),
        ("delta_presence", (0, 1), False),
    ]
