"""Typed F1 on 1,000 labelled columns; :mod:`benchmarks.classification` says how it is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from veilflow.classify import TAXONOMY

from benchmarks.classification import LabelledColumn, Score, labelled_columns, score, veilflow_type

LABELS = frozenset(TAXONOMY)


@pytest.fixture(scope="module")
def columns(reference_data: Path) -> list[LabelledColumn]:
    return labelled_columns(reference_data / "pii_columns" / "labelled_columns.csv")


@pytest.mark.parametrize("grouped", [True, False], ids=["grouped", "strict"])
@pytest.mark.parametrize("tuning", [True, False], ids=["tuned-on", "unseen"])
def test_typed_f1(columns: list[LabelledColumn], tuning: bool, grouped: bool) -> None:
    labels = frozenset(column.label for column in columns) - {"none"}
    pairs = [(c.label, veilflow_type(c)) for c in columns if c.tuning is tuning]
    found = score(pairs, labels, grouped=grouped)
    assert len(pairs) >= 480
    assert found.f1 >= 0.97, found


def test_the_measure_sees_a_blind_classifier(columns: list[LabelledColumn]) -> None:
    """The negative control: columns without their names and values score nothing."""
    blind = LabelledColumn("x", (), "none", None)
    pairs = [(column.label, veilflow_type(blind)) for column in columns]
    assert score(pairs, LABELS).f1 == 0.0


def test_a_wrong_type_counts_twice() -> None:
    pairs = [("age", "age"), ("age", "gender"), ("none", "age"), ("age", "none"), ("none", "city")]
    labels = frozenset({"age", "gender"})
    assert score(pairs, labels) == Score(right=1, wrong=2, missed=2)
    assert score(pairs, labels).f1 == pytest.approx(2 / 6)
    assert score([("generic_id", "username")], frozenset({"generic_id"}), grouped=True).right == 1
