"""Hierarchies applied to observed values: codes, leaves and shares."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import PolicyError, UsageError
from veilflow.hierarchy import (
    CsvHierarchy,
    HierarchyTable,
    IntervalHierarchy,
    RedactHierarchy,
    materialize,
)

LISTED = CsvHierarchy((("a", "x", "*"), ("b", "x", "*"), ("c", "y", "*"), ("d", "y", "*")))


def shares(table: HierarchyTable) -> list[dict[str | None, float]]:
    return [table.share_by_label(level) for level in range(table.levels)]


def test_a_list_counts_its_rows_seen_or_not():
    table = materialize(LISTED, "c", ["c", "a"])
    assert table.leaf_basis == "values listed in the hierarchy"
    assert [codes.tolist() for codes in table.codes] == [[0, 1], [0, 1], [0, 0]]
    assert shares(table) == [{"c": 0.25, "a": 0.25}, {"y": 0.5, "x": 0.5}, {"*": 1.0}]


def test_a_rule_counts_what_was_observed():
    ages = IntervalHierarchy((10, 20))
    table = materialize(ages, "age", ages.generalize(["5", "15", "25", None], 0))
    assert table.leaf_basis == "distinct values observed at level 0"
    assert table.leaf_count == 4
    assert shares(table) == [
        {"[0, 10)": 0.25, "[10, 20)": 0.25, "[20, 30)": 0.25, None: 0.25},
        {"[0, 20)": 0.5, "[20, 40)": 0.25, None: 0.25},
        {"*": 1.0},
    ]


def test_null_is_one_leaf_of_a_list():
    assert shares(materialize(LISTED, "c", ["a", None])) == [
        {"a": 0.25, None: 0.25}, {"x": 0.5, None: 0.25}, {"*": 1.0},
    ]  # fmt: skip


def test_what_went_to_the_top_has_share_1_at_every_level():
    top = CsvHierarchy(LISTED.rows, on_unknown="top")
    assert shares(materialize(top, "c", ["a", "*"])) == [
        {"a": 0.25, "*": 1.0}, {"x": 0.5, "*": 1.0}, {"*": 1.0},
    ]  # fmt: skip
    # Also where the list uses the root's label early, for values of its own.
    early = CsvHierarchy((("a", "x", "*"), ("b", "*", "*")), on_unknown="top")
    assert shares(materialize(early, "c", ["a", "b", "*"])) == [
        {"a": 0.5, "b": 0.5, "*": 1.0}, {"x": 0.5, "*": 1.0}, {"*": 1.0},
    ]  # fmt: skip


def test_no_values():
    for hierarchy in (LISTED, RedactHierarchy()):
        table = materialize(hierarchy, "c", [])
        assert [codes.size for codes in table.codes] == [0] * table.levels
        assert table.shares(0).size == 0


def test_a_value_twice_is_a_mistake():
    with pytest.raises(UsageError, match="distinct"):
        materialize(LISTED, "c", ["a", "a"])


class Unnested:
    """Joins a and b at level 1, and parts them again at level 2."""

    levels = 3
    level_names = ("value", "one", "two")
    root = None

    def generalize(self, values, level, *, column=""):
        return [value if level in (0, 2) else "joined" for value in values]

    lift = generalize

    def leaf_counts(self, level):
        return None

    def describe(self):
        return ""


def test_hierarchies_that_are_not_nested_are_refused():
    with pytest.raises(PolicyError, match="column 'c'.*apart again"):
        materialize(Unnested(), "c", ["a", "b"])


def test_shares_that_shrink_are_refused():
    codes = np.array([0], dtype=np.int32)
    with pytest.raises(PolicyError):
        HierarchyTable(
            "c", ("0", "1"), (("a",), ("b",)), (codes, codes), (np.array([2]), np.array([1])), 2
        )


def test_arrays_are_frozen_and_values_unprinted():
    table = materialize(LISTED, "c", ["a"])
    with pytest.raises(ValueError, match="read-only"):
        table.codes[0][0] = 1
    assert repr(table) == "HierarchyTable('c', levels=('value', 'level 1', 'any'))"
