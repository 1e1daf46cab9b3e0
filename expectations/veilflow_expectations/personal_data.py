"""Expect a column to hold no personal data but the types that were allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.classify import STRONG, TAXONOMY
from veilflow.classify.taxonomy import NONE, ROLES, DataType

from veilflow_expectations.column_scan import ColumnFindings
from veilflow_expectations.gx import pydantic
from veilflow_expectations.own_types import require_own
from veilflow_expectations.privacy_expectation import Metrics, Verdict, verdict
from veilflow_expectations.references import current_references
from veilflow_expectations.scan_metrics import COLUMN_FINDINGS
from veilflow_expectations.together import JointExpectation

__all__ = ["ExpectColumnValuesToContainNoPersonalData"]


class ExpectColumnValuesToContainNoPersonalData(JointExpectation):
    """Expect no value of ``column`` to be personal data, by form, words and the column's name.

    Types are those of Veilflow's taxonomy (docs/taxonomy.md); ``allowed_types`` may be there, and
    every type that has one of the ``allowed_roles``. A type is found in two ways:

    * by single values (:mod:`veilflow.classify.single_values`: e-mail addresses, phone numbers
      written as such, social security numbers, cards, IBANs, secrets, ...). All rows are looked
      at, and more than ``max_share`` of them is too many: with 0, one;
    * by the column as a whole, from ``min_score`` on, where the classification takes it for a
      column of that type. It looks at 10,000 distinct values, those with the lowest hashes.

    ``own_types`` are the policy's own (docs/custom-types.md), which the judge of a run knows. They
    are found in both ways; by single values only identifiers that don't need their header.

    Not promised: names, towns or birth dates that are a small part of a column have no form that
    tells them; hold the column against a reference (ExpectColumnValuesToNotAppearInReference).
    Binary content is a type that can't be looked into: it fails unless it is allowed.

    ``observed_value`` is the share of values of the commonest type that isn't allowed; the types
    are in ``details``.
    """

    column: str
    own_types: list[str] = []
    allowed_types: list[str] = []
    allowed_roles: list[str] = []
    max_share: float = 0.0
    min_score: float = STRONG

    success_keys: ClassVar[tuple[str, ...]] = (
        "column",
        "own_types",
        "allowed_types",
        "allowed_roles",
        "max_share",
        "min_score",
    )
    unit: ClassVar[str] = "share"

    @pydantic.validator("allowed_types")
    def _known(cls, types: list[str], values: dict[str, Any]) -> list[str]:
        unknown = sorted(set(types) - set(TAXONOMY) - set(values.get("own_types", ())))
        if unknown:
            raise ValueError(f"the taxonomy has no type {', '.join(unknown)}")
        return types

    @pydantic.validator("allowed_roles")
    def _known_roles(cls, roles: list[str]) -> list[str]:
        unknown = sorted(set(roles) - set(ROLES))
        if unknown:
            raise ValueError(f"the taxonomy has no role {', '.join(unknown)}")
        return roles

    @pydantic.validator("max_share", "min_score")
    def _a_share(cls, share: float) -> float:
        if not 0 <= share <= 1:
            raise ValueError("max_share and min_score lie between 0 and 1")
        return share

    @property
    def bound(self) -> float | None:
        return self.max_share

    def needs(self) -> Metrics:
        require_own(self.own_types)
        return {"findings": (COLUMN_FINDINGS, {"column": self.column})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        findings: ColumnFindings = measured["findings"]
        taxonomy = current_references().types.taxonomy
        shares = self._shares(findings)
        share = max(shares.values(), default=0.0)
        return verdict(
            share <= self.max_share,
            share,
            concerned=round(share * findings.values),
            types=sorted(shares),
            is_sample=findings.is_sample,
            found=", ".join(sorted(_said(name, taxonomy) for name in shares)),
        )

    def _shares(self, findings: ColumnFindings) -> dict[str, float]:
        """The share of values of each type that was found and isn't allowed."""
        taxonomy = current_references().types.taxonomy
        roles = {name for name, entry in taxonomy.items() if entry.role in self.allowed_roles}
        allowed = {NONE, *self.allowed_types, *roles}
        shares = {
            name: rows / findings.values
            for name, rows in findings.single.items()
            if name not in allowed and rows
        }
        counted = allowed | set(shares)
        if findings.values and findings.type not in counted and findings.score >= self.min_score:
            shares[findings.type] = findings.share
        return shares


def _said(type_id: str, taxonomy: Mapping[str, DataType]) -> str:
    """How a finding is named: a type of a user's own by its id alone."""
    is_own = taxonomy[type_id] is not TAXONOMY.get(type_id)
    return type_id if is_own else TAXONOMY[type_id].phrase
