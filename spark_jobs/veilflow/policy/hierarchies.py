"""How a policy names a generalisation hierarchy, and the hierarchy it stands for.

A policy writes one of::

    hierarchy: redact
    hierarchy: {csv: hierarchies/age.csv}
    hierarchy: {dates: [year, 5 years, decade]}
    hierarchy: {prefix: [5, 3, 2]}
    hierarchy: {intervals: [5, 10, 20], lower: 0, upper: 90}

The contents of CSV files are read when the policy is loaded and become part of it, so that its
hash covers them and a file edited in mid-run changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from veilflow.policy.scalars import Int, Number

if TYPE_CHECKING:
    from veilflow.hierarchy import Hierarchy

__all__ = ["HierarchyPolicy", "HierarchySpec", "build_hierarchy"]


class HierarchyPolicy(BaseModel):
    """Exactly one kind of hierarchy, with its parameters; ``levels`` start with the finest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    redact: Literal[True] | None = None
    csv: str | None = None
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    rows: tuple[tuple[str, ...], ...] | None = None
    dates: tuple[str, ...] | None = Field(default=None, min_length=1)
    formats: tuple[str, ...] = ()
    prefix: tuple[Int, ...] | None = Field(default=None, min_length=1)
    intervals: tuple[Number, ...] | None = Field(default=None, min_length=1)
    lower: Number | None = None
    upper: Number | None = None
    on_unknown: Literal["refuse", "top"] = "refuse"

    @model_validator(mode="after")
    def _one_kind(self) -> HierarchyPolicy:
        kinds = [name for name in _KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            named = ", ".join(_KINDS)
            raise ValueError(f"name exactly one kind of hierarchy: {named}")
        if self.rows is not None and self.csv is None:
            raise ValueError("'rows' holds the content of the file that 'csv' names")
        if self.formats and self.dates is None:
            raise ValueError("'formats' needs 'dates'")
        if (self.lower is not None or self.upper is not None) and self.intervals is None:
            raise ValueError("'lower' and 'upper' need 'intervals'")
        return self

    @property
    def kind(self) -> str:
        """``redact``, ``csv``, ``dates``, ``prefix`` or ``intervals``."""
        return next(name for name in _KINDS if getattr(self, name) is not None)


_KINDS = ("redact", "csv", "dates", "prefix", "intervals")


def _expand(value: object) -> object:
    return {"redact": True} if value == "redact" else value


HierarchySpec = Annotated[
    HierarchyPolicy,
    BeforeValidator(_expand, json_schema_input_type=Literal["redact"] | HierarchyPolicy),
]


def build_hierarchy(spec: HierarchyPolicy | None) -> Hierarchy:
    """The hierarchy that ``spec`` stands for; without one, the value or nothing (``redact``).

    Raises PolicyError if the levels don't fit together.
    """
    from veilflow.hierarchy import (
        CsvHierarchy,
        DateHierarchy,
        IntervalHierarchy,
        PrefixHierarchy,
        RedactHierarchy,
    )

    if spec is None or spec.redact:
        return RedactHierarchy()
    if spec.dates is not None:
        return DateHierarchy(spec.dates, spec.formats, on_unknown=spec.on_unknown)
    if spec.prefix is not None:
        return PrefixHierarchy(spec.prefix, on_unknown=spec.on_unknown)
    if spec.intervals is not None:
        return IntervalHierarchy(
            spec.intervals, lower=spec.lower, upper=spec.upper, on_unknown=spec.on_unknown
        )
    return CsvHierarchy(spec.rows or (), on_unknown=spec.on_unknown)
