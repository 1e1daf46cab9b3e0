"""Expect neither the order of rows nor that of their ids to tell which source rows they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from veilflow.risk import id_order_attack, row_order_attack
from veilflow.risk.alike_order_attack import AlikeOrder, alike_order_attack, standard_errors

from veilflow_expectations.arguments import each_once
from veilflow_expectations.attack_metrics import OUTPUT_ORDER, OutputOrder
from veilflow_expectations.attack_references import SourceOrder
from veilflow_expectations.digests import Int64
from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

__all__ = ["ExpectIdOrderToTellNothing", "ExpectRowOrderToTellNothing"]

# Likes in rows, and unique rows one by one; ids in two orders each.
_ROW_TESTS, _ID_TESTS = 2, 3


class _OrderExpectation(PrivacyExpectation):
    """What both expectations have in common."""

    columns: list[str]
    reference: str
    error_rate: float = 1e-9

    unit: ClassVar[str] = "standard errors"

    _some = each_once("columns", "column that output and source share")

    @pydantic.validator("error_rate")
    def _a_rate(cls, rate: float) -> float:
        if not 0 < rate < 1:
            raise ValueError("an error rate lies between 0 and 1")
        return rate

    @property
    def bound(self) -> float | None:
        return standard_errors(self.error_rate)

    def _metric(self, ids: Sequence[str]) -> Metrics:
        arguments = {"columns": self.columns, "reference": self.reference, "ids": sorted(set(ids))}
        return {"order": (OUTPUT_ORDER, arguments)}

    def _source(self) -> Int64:
        return current_references().held(self.reference, SourceOrder).rows

    def _verdict(self, p_value: float, smallest: float, found: AlikeOrder) -> Verdict:
        return verdict(
            p_value > self.error_rate,
            standard_errors(p_value),
            rows=found.rows,
            groups=found.groups,
            rank_correlation=found.rank_correlation,
            can_tell=smallest <= self.error_rate,
        )


class ExpectRowOrderToTellNothing(_OrderExpectation):
    """Expect the rows to stand in an order that has nothing to do with the source's.

    The attacker is assumed to know who is in the source and in what order it lists them, and to see
    the order of the output's rows and which file each is in. ``reference`` names a registered order
    (:func:`veilflow_expectations.register_order`), ``columns`` those in which source and output can
    be compared: each row is compared with its likes in the source, and rows that are one of a kind
    on both sides with their own.

    A random order fails once in 1 / ``error_rate`` tables. Passing is no proof where few rows can
    be told apart: ``can_tell`` among the ``details`` says whether the source's own order would have
    failed. A table whose rows are all alike passes, and so does one without rows. Sources of more
    than 200,000 rows may be registered, and are then looked at, as a sample. On Spark the order is
    that of the partitions, which for a release are its files.

    ``observed_value`` is how far the order is from a random one, in standard errors of a normal
    variable. ``read_with`` lists id columns whose order is looked at in the same suite: all are
    read in one pass.
    """

    read_with: list[str] = []

    success_keys: ClassVar[tuple[str, ...]] = ("columns", "reference", "error_rate", "read_with")

    def needs(self) -> Metrics:
        return self._metric(self.read_with)

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        output: OutputOrder = measured["order"]
        source = self._source()
        found = alike_order_attack(source, output.rows, output.files)
        _, places = _one_of_a_kind(source, output.rows)
        unique = row_order_attack(places, error_rate=self.error_rate)
        return self._verdict(
            min(1.0, _ROW_TESTS * min(found.p_value, unique.p_value)),
            _ROW_TESTS * min(found.smallest_p_value, unique.smallest_p_value),
            found,
        )


class ExpectIdOrderToTellNothing(_OrderExpectation):
    """Expect the ids in ``column`` to be in an order that has nothing to do with the source's.

    Counters number people in the order in which the source lists them. The attacker is assumed to
    know who is in the source and in what order it lists them, and to see the ids. Texts are sorted
    by their characters and by their length; for numbers that count up these are their own order.
    An id of several rows counts once. Nulls are left out.

    For all else see :class:`ExpectRowOrderToTellNothing`. ``read_with`` lists other id columns of
    the same suite.
    """

    column: str
    read_with: list[str] = []

    success_keys: ClassVar[tuple[str, ...]] = (
        "column", "columns", "reference", "error_rate", "read_with",
    )  # fmt: skip

    def needs(self) -> Metrics:
        return self._metric([self.column, *self.read_with])

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        output: OutputOrder = measured["order"]
        source = self._source()
        ids, rows = _first_rows(output.ids[self.column], output.rows)
        by_text = np.argsort(ids, kind="stable")
        lengths = np.array([len(each) for each in ids.tolist()], dtype=np.int64)
        by_length = by_text[np.argsort(lengths[by_text], kind="stable")]
        found = [alike_order_attack(source, rows[order]) for order in (by_text, by_length)]
        chosen, places = _one_of_a_kind(source, rows)
        unique = id_order_attack(ids[chosen], places, error_rate=self.error_rate)
        p_values = [unique.p_value, *[each.p_value for each in found]]
        smallest = [unique.smallest_p_value, *[each.smallest_p_value for each in found]]
        return self._verdict(
            min(1.0, _ID_TESTS * min(p_values)),
            _ID_TESTS * min(smallest),
            min(found, key=lambda each: each.p_value),
        )


def _one_of_a_kind(source: Int64, output: Int64) -> tuple[Int64, Int64]:
    """The output rows whose kind occurs once on both sides, and their places in the source."""
    kinds, place, rows = np.unique(source, return_index=True, return_counts=True)
    single, place = kinds[rows == 1], place[rows == 1]
    made, where, times = np.unique(output, return_index=True, return_counts=True)
    made, where = made[times == 1], where[times == 1]
    common, in_output, in_source = np.intersect1d(made, single, return_indices=True)
    order = np.argsort(where[in_output])
    return where[in_output][order], place[in_source][order]


def _first_rows(ids: Sequence[str | None], rows: Int64) -> tuple[np.ndarray[Any, Any], Int64]:
    """Each id once, with the kind of the first row that has it."""
    first: dict[str, int] = {}
    for place, each in enumerate(ids):
        if each is not None:
            first.setdefault(each, place)
    texts = np.array(list(first), dtype=object)
    return texts, rows[np.fromiter(first.values(), dtype=np.int64, count=len(first))]
