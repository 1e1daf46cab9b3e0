"""Expect the people of a class to resemble the whole table in a sensitive column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import Distance, SensitiveCounts, Taxonomy, largest_t, share_above_t

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.sensitive_counts import SENSITIVE_COUNTS, SORTED

__all__ = ["ExpectTableToBeTClose"]


class ExpectTableToBeTClose(PrivacyExpectation):
    """Expect ``column`` to be distributed in each class as in the table, up to a distance of ``t``.

    The attacker is assumed to know all ``quasi_identifiers`` of one person in the table and how
    common the values are in it; what the whole table tells counts as known. ``distance`` is
    ``equal`` (every two values are as far apart as any others), ``ordered`` (by their ranks) or
    ``hierarchical`` (by the level of ``hierarchy`` that joins them).

    Ordered values sort as their type does, null last, unless ``order`` lists them as texts.
    ``hierarchy`` has a row for each value, as in ARX's files: the value as text, then its labels
    from fine to coarse, the last the same for all.

    With ``privacy_unit`` people are counted; somebody with two values in a class counts for both.
    ``reference`` names the table before suppression, registered by :func:`register_whole`; without
    it the table is compared with itself. A table without rows passes. ``observed_value`` is the
    largest distance of a class.
    """

    quasi_identifiers: list[str]
    column: str
    t: float | dict[str, Any]
    distance: Distance = "equal"
    order: list[str | None] | None = None
    hierarchy: list[list[str | None]] | None = None
    reference: str | None = None
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "column", "t", "distance", "order", "hierarchy", "reference",
        "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "t"

    @pydantic.root_validator(skip_on_failure=True)
    def _fitting(cls, given: dict[str, Any]) -> dict[str, Any]:
        names = given["quasi_identifiers"]
        if not names or len(set(names)) != len(names) or given["column"] in names:
            raise ValueError("name at least one quasi-identifier, each once, and not the column")
        if isinstance(given["t"], int | float) and not 0 <= given["t"] <= 1:
            raise ValueError("t lies between 0 and 1")
        if given["order"] is not None:
            if given["distance"] != "ordered" or len(set(given["order"])) != len(given["order"]):
                raise ValueError("order lists each value once, and belongs to the ordered distance")
        if (given["hierarchy"] is not None) != (given["distance"] == "hierarchical"):
            raise ValueError("a hierarchy belongs to the hierarchical distance, which needs one")
        if given["hierarchy"] is not None:
            _taxonomy(given["hierarchy"])
        return given

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.t, dict) else float(self.t)

    def needs(self) -> Metrics:
        order: str | list[str | None] | None = None
        if self.distance == "ordered":
            order = self.order or SORTED
        elif self.hierarchy is not None:
            order = [row[0] for row in self.hierarchy]
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "column": self.column,
            "privacy_unit": self.privacy_unit,
            "order": order,
            "reference": self.reference,
        }
        return {"counts": (SENSITIVE_COUNTS, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: SensitiveCounts = measured["counts"]
        assert not isinstance(self.t, dict)
        taxonomy = None if self.hierarchy is None else _taxonomy(self.hierarchy)
        farther = share_above_t(table, self.t, self.distance, taxonomy=taxonomy)
        return verdict(
            farther == 0,
            largest_t(table, self.distance, taxonomy=taxonomy),
            classes=table.class_count,
            share_of_people_above=farther,
        )


def _taxonomy(hierarchy: list[list[str | None]]) -> Taxonomy:
    """Raises ValueError for rows that make no tree, without quoting them."""
    import numpy as np
    from veilflow.errors import UsageError

    if not hierarchy or len({len(row) for row in hierarchy}) != 1:
        raise ValueError("all rows of a hierarchy have the same number of labels")
    levels = []
    for labels in zip(*hierarchy, strict=True):
        ids = {label: number for number, label in enumerate(dict.fromkeys(labels))}
        levels.append(np.array([ids[label] for label in labels], dtype=np.int64))
    problem = ""
    try:
        return Taxonomy(levels)
    except UsageError as error:
        problem = error.message
    raise ValueError(problem)
