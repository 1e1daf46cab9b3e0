"""Expect free text to hold nothing that a detector takes for personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.classify.entity import ENTITY_TYPES, is_detector

from veilflow_expectations.detected_entities import DEFAULT_TYPES
from veilflow_expectations.gx import pydantic
from veilflow_expectations.own_types import require_own
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)
from veilflow_expectations.text_metrics import ROWS_WITH_ENTITY

__all__ = ["ExpectFreeTextToContainNoDetectedEntity"]


class ExpectFreeTextToContainNoDetectedEntity(PrivacyExpectation):
    """Expect no text of ``column`` to contain an entity of ``types`` by any of ``detectors``.

    The attacker is assumed to read the texts. A detector misses some of what a reader sees: say
    with :class:`ExpectDetectorRecallToBeAtLeast` how much. One that also made the texts clean
    would find its own work clean: name another one besides.

    ``own_types`` are types of the policy's own (docs/custom-types.md), which the judge of a run
    knows; in texts identifiers and quasi-identifiers among them are found.

    ``observed_value`` is the number of texts with an entity; ``rows_by_type`` among the details
    says of which types.
    """

    column: str
    detectors: list[str] = ["veilflow"]
    own_types: list[str] = []
    types: list[str] = list(DEFAULT_TYPES)
    min_score: float = 0.5

    success_keys: ClassVar[tuple[str, ...]] = (
        "column",
        "detectors",
        "types",
        "own_types",
        "min_score",
    )
    unit: ClassVar[str] = "texts"

    @pydantic.validator("types")
    def _known(cls, types: list[str], values: dict[str, Any]) -> list[str]:
        if not (types or values.get("own_types")) or set(types) - set(ENTITY_TYPES):
            raise ValueError("name types of entities (docs/expectations/text.md lists them)")
        return types

    @pydantic.validator("detectors")
    def _some(cls, detectors: list[str]) -> list[str]:
        if not detectors or not all(map(is_detector, detectors)):
            raise ValueError("name at least one detector: 'veilflow' or 'presidio:MODEL'")
        return detectors

    @pydantic.validator("min_score")
    def _score(cls, score: float) -> float:
        if not 0 <= score <= 1:
            raise ValueError("a score lies between 0 and 1")
        return score

    @property
    def bound(self) -> float | None:
        return 0.0

    @property
    def _types(self) -> list[str]:
        return list(dict.fromkeys([*self.types, *self.own_types]))

    def needs(self) -> Metrics:
        def asked(types: list[str]) -> tuple[str, dict[str, Any]]:
            return (
                ROWS_WITH_ENTITY,
                {
                    "column": self.column,
                    "detectors": self.detectors,
                    "min_score": self.min_score,
                    "types": types,
                },
            )

        require_own(self.own_types)
        types = self._types
        return {"any": asked(types), **{type_: asked([type_]) for type_ in types}}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        rows = int(measured["any"])
        by_type = {type_: int(measured[type_]) for type_ in self._types if measured[type_]}
        return verdict(rows == 0, rows, rows_by_type=by_type)
