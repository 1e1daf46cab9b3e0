"""What a policy's columns promise, in the words of the plan and the report."""

from __future__ import annotations

from typing import Any

import pytest
from veilflow.policy import Policy
from veilflow.policy.promises import promises_of


def policy(columns: dict[str, Any], **more: Any) -> Policy:
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": {"purpose": "p", "legal_basis": "l", "owner": "o", "recipients": ["r"],
                        "retention_days": 1},
            "source": {"root": "."},
            "privacy_unit": "id",
            "tables": {"t": {"path": "t", "columns": {"id": "pseudonym", **columns}}},
            **more,
        }
    )  # fmt: skip


CASES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "kept": ("keep", ("released as it is",)),
    "dropped": ("drop", ()),
    "reversible": (
        {"role": "identifier", "protect": "fpe", "domain": {"name": "card", "scope": "dataset"}},
        ("shows nothing of the value", "keeps the length and alphabet and format",
         "reversible by whoever holds the masking key",
         "joins within its linkage domain (domain card, in all releases of the dataset)"),
    ),
    "by person": (
        {"role": "sensitive", "as": "date", "protect": "date_shift"},
        ("reversible by whoever holds the masking key, and whoever knows one of a person's dates",
         "joins within one person's rows: intervals between their dates stay"),
    ),
    "by chance": (
        {"role": "sensitive", "protect": {"permute": {}}},
        ("keeps the values, beside other rows", "reversible by nobody", "drawn by chance",
         "null moves like a value"),
    ),
    "generalised": (
        {"role": "quasi", "hierarchy": "redact"},
        ("a label of its hierarchy",
         "together with the other quasi-identifiers that of at least 7 people"),
    ),
    "somebody's own": (
        {"role": "sensitive", "protect": "nowhere.to_be:Found"},
        ("a transform that isn't installed here: what it promises isn't known",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_column_says_what_its_transform_promises(case: str) -> None:
    column, promised = CASES[case]
    assert promises_of(policy({"x": column}, anonymize={"k": 7}), "t", "x") == promised


def test_the_privacy_unit_joins_by_its_own_name() -> None:
    *_, told = promises_of(policy({}, publish={"linkage": "recipient"}), "t", "id")
    assert told.endswith("domain (the privacy unit, in all releases for the same recipients)")


def test_what_a_transform_from_outside_does_not_say_is_not_said_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "veilflow.mask.contract:ValueTransform"
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", name)
    made = policy({"x": {"role": "sensitive", "protect": name}})
    assert promises_of(made, "t", "x") == ("a transform from outside, which promises nothing",)
