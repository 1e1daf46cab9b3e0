"""Expect no group of a table to be so small that its count tells about persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import ClassTable, count_small_cells

from veilflow_expectations.arguments import each_once, one_or_more
from veilflow_expectations.metrics import CLASS_TABLE
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict

__all__ = ["ExpectSmallCellsToBeAbsent"]


class ExpectSmallCellsToBeAbsent(PrivacyExpectation):
    """Expect every cell of the cross-table of ``columns`` to hold ``threshold`` people or more.

    For who publishes counts of the table by ``columns``. With ``privacy_unit`` people are counted,
    without it rows. Null is a category like any other. Cells that nobody is in are not looked at,
    nor what totals or an earlier release would tell about a cell. A table without rows passes.

    ``observed_value`` is the number of small cells.
    """

    columns: list[str]
    threshold: int | dict[str, Any]
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = ("columns", "threshold", "privacy_unit")
    unit: ClassVar[str] = "cells"

    _some = each_once("columns", "column")
    _positive = one_or_more("threshold")

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        arguments = {"quasi_identifiers": self.columns, "privacy_unit": self.privacy_unit}
        return {"classes": (CLASS_TABLE, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: ClassTable = measured["classes"]
        assert isinstance(self.threshold, int)
        found = count_small_cells(table.units, threshold=self.threshold)
        return verdict(found.small == 0, found.small, cells=found.cells, share=found.share)
