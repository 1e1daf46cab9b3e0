"""A check as data, before it becomes an expectation: what is asked of which frame, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from veilflow.evidence import CheckKind

__all__ = ["PlannedCheck", "PlannedSuite", "Types", "listed", "percent"]


@dataclass(frozen=True)
class PlannedCheck:
    """One expectation with its arguments, what it is called, and what it says in plain words."""

    name: str
    expectation: str
    arguments: Mapping[str, Any]
    sentence: str
    column: str | None = None
    raw_side: bool = False
    shows_figures: bool = True
    kind: CheckKind = "structure"
    blocking: bool = True


@dataclass(frozen=True)
class PlannedSuite:
    """The checks of one frame: a table's columns, its values, or a view joined with its roots.

    A suite that somebody wrote or changed comes as its JSON ``document`` and has no ``checks``.
    """

    name: str
    table: str
    part: str
    checks: tuple[PlannedCheck, ...]
    roots: tuple[str, ...] = ()
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Types:
    """What is known of the data: whether a (table, column) is text, which tables can be read.

    A column that isn't listed counts as text; ``tables`` None means all of the policy's.
    ``ordered`` are the source's columns of numbers, dates and moments.
    """

    source: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    output: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    tables: frozenset[str] | None = None
    ordered: Mapping[tuple[str, str], bool] = field(default_factory=dict)


def percent(share: float) -> str:
    """A share of a policy as its sentence says it: 0.05 is 5%."""
    return f"{share * 100:.4g}%"


def listed(names: Sequence[str]) -> str:
    """The names as a sentence lists them."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
