"""Recall with its interval: against Clopper-Pearson, clustering, and what proves nothing."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk.intervals import clopper_pearson_interval
from veilflow.risk.recall import RecallCounts, cluster_recall


def test_independent_spans_give_clopper_and_pearson_s_interval() -> None:
    """One span a note: nothing is clustered, so the design effect is about one."""
    recall = cluster_recall([(1, 1)] * 190 + [(0, 1)] * 10)
    exact = clopper_pearson_interval(190, 200)
    assert (recall.found, recall.labelled, recall.notes, recall.share) == (190, 200, 200, 0.95)
    assert recall.effective in (199, 200)
    assert recall.interval.low == pytest.approx(exact.low, abs=0.006)
    assert recall.interval.low <= exact.low


def test_spans_that_fail_together_count_for_less() -> None:
    """The same share: in one case spans are missed one by one, in the other by whole notes."""
    apart = cluster_recall([(9, 10)] * 20)
    together = cluster_recall([(10, 10)] * 18 + [(0, 10)] * 2)
    assert apart.share == together.share == 0.9
    assert apart.effective == 200  # never more than there are spans
    assert together.effective == 19  # about one a note
    assert together.interval.low < 0.70 < 0.84 < apart.interval.low


@pytest.mark.parametrize(
    ("notes", "low"),
    [
        ([], 0.0),
        ([(0, 0)] * 500, 0.0),
        ([(50, 50)], 0.0),  # one note proves nothing, however long
        ([(3, 3)] * 72, 0.9501),  # 0.025 ** (1 / 72)
        ([(3, 3)] * 71, 0.9494),
        ([(0, 3)] * 72, 0.0),
    ],
)
def test_where_all_or_none_were_found_a_note_is_one_trial(
    notes: list[tuple[int, int]], low: float
) -> None:
    assert cluster_recall(notes).interval.low == pytest.approx(low, abs=5e-5)


@pytest.mark.parametrize("note", [(2, 1), (-1, 3)])
def test_impossible_counts_are_refused(note: tuple[int, int]) -> None:
    with pytest.raises(UsageError):
        cluster_recall([note])


def test_types_are_counted_apart() -> None:
    counts = RecallCounts(
        ({"person_name": (1, 2), "phone_number": (1, 1)}, {"person_name": (0, 1)}, {}), notes=3
    )
    assert counts.types == ("person_name", "phone_number")
    assert counts.recall().share == pytest.approx(2 / 4)
    assert counts.recall("person_name").share == pytest.approx(1 / 3)
    assert counts.recall("phone_number").notes == 1
    assert counts.recall("iban_code").labelled == 0


def test_the_interval_covers_the_true_recall_of_clustered_notes() -> None:
    """Notes differ in how hard they are; of 500 intervals at 95 % at least 455 cover.

    A method that covers 95 % fails this once in 10,000 seeds; this seed is fixed.
    """
    rng = np.random.default_rng(20)
    covered = 0
    for _ in range(500):
        chance = rng.beta(18, 2, 60)  # mean 0.9
        size = rng.integers(1, 8, 60)
        found = rng.binomial(size, chance)
        recall = cluster_recall(list(zip(found.tolist(), size.tolist(), strict=True)))
        covered += recall.interval.covers(0.9)
    assert covered >= 455
