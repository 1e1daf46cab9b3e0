"""Expect detectors to find what a person found in a sample of the texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.classify.entity import is_detector

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)
from veilflow_expectations.text_metrics import LABELLED_RECALL

__all__ = ["ExpectDetectorRecallToBeAtLeast"]


class ExpectDetectorRecallToBeAtLeast(PrivacyExpectation):
    """Expect ``detectors`` to find ``min_recall`` or more of what is labelled in ``column``.

    To be run on the texts that were labelled, before anything is redacted. ``labels`` is a name
    registered in this process (:func:`veilflow_expectations.register_labels`). A labelled span is
    found if entities of any type cover half of its letters and digits. What any of several people
    labelled counts. ``entity_type`` narrows it to spans of one type.

    The lower end of the 95 % interval is held to ``min_recall``, not the estimate: a few labelled
    notes prove nothing, whatever share of them was found. The interval takes spans of one note as
    dependent (:mod:`veilflow.risk.recall`). Without a labelled span the expectation fails.

    ``observed_value`` is the estimate. Labels say nothing about texts unlike those that were
    labelled: draw them at random, and label again when the texts change.
    """

    column: str
    labels: str
    min_recall: float
    detectors: list[str] = ["veilflow"]
    min_score: float = 0.5
    entity_type: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "column",
        "labels",
        "min_recall",
        "detectors",
        "min_score",
        "entity_type",
    )
    unit: ClassVar[str] = "share"

    @pydantic.validator("min_recall", "min_score")
    def _share(cls, share: float) -> float:
        if not 0 <= share <= 1:
            raise ValueError("a share lies between 0 and 1")
        return share

    @pydantic.validator("detectors")
    def _known(cls, detectors: list[str]) -> list[str]:
        if not detectors or not all(map(is_detector, detectors)):
            raise ValueError("name at least one detector: 'veilflow' or 'presidio:MODEL'")
        return detectors

    @property
    def bound(self) -> float | None:
        return self.min_recall

    def needs(self) -> Metrics:
        return {
            "recall": (
                LABELLED_RECALL,
                {
                    "column": self.column,
                    "labels": self.labels,
                    "detectors": self.detectors,
                    "min_score": self.min_score,
                },
            )
        }

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        counts = measured["recall"]
        recall = counts.recall(self.entity_type)
        reached = recall.labelled > 0 and recall.interval.low >= self.min_recall
        return verdict(
            reached,
            recall.share if recall.labelled else None,
            low=recall.interval.low,
            high=recall.interval.high,
            labelled_notes=counts.notes,
            labelled_spans=recall.labelled,
            effective_spans=recall.effective,
            labelled_by_two=counts.labelled_by_two,
            disagreeing=counts.disagreeing,
            missing_notes=counts.missing,
        )
