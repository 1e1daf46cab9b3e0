"""What an attacker is assumed to hold, registered under a name like any reference.

    register_targets("neighbours", people, {"born": (decades, 1), "sex": None}, person="id")
    register_order("patients as filed", patients, ["age", "ward"])
    register_frequencies("towns", census["town"])

Kept are marks and counts (marks.py), no value; they stay in the process that validates. Of a source
of many rows a sample is kept, the same one each time under the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from veilflow.errors import UsageError
from veilflow.hierarchy import Hierarchy
from veilflow.risk.class_values import Floats

from veilflow_expectations.digests import Int64
from veilflow_expectations.references import current_references
from veilflow_expectations.source_marks import Asked, source_marks
from veilflow_expectations.telling_rows import RowForm

__all__ = [
    "MARKS_SAMPLED",
    "PEOPLE_SAMPLED",
    "ROWS_SAMPLED",
    "Frequencies",
    "SourceOrder",
    "Targets",
    "register_frequencies",
    "register_order",
    "register_targets",
]

# With this many people a share near 0 is known to about 1 in 10,000.
PEOPLE_SAMPLED = 50_000
ROWS_SAMPLED = 200_000
# Where cells may be at several levels, a person has a mark for each combination of levels.
MARKS_SAMPLED = 2**23

Form = tuple[Hierarchy, int | None] | None


@dataclass(frozen=True, eq=False, repr=False)
class Targets:
    """The people whose quasi-identifiers the attacker holds, as the output would write them.

    Line ``i`` says that person ``people[i]``, numbered from 0 to ``count - 1``, has the combination
    ``marks[i]``; a person with several rows has several lines. ``is_everyone``: nobody of the
    source is missing among them, so there is no error of sampling.
    """

    people: Int64
    marks: Int64
    count: int
    is_everyone: bool

    @classmethod
    def of(cls, people: Int64, marks: Int64, *, is_everyone: bool) -> Targets:
        """The same from one mark a person instead of a number."""
        distinct, numbers = np.unique(people, return_inverse=True)
        return cls(numbers.astype(np.int64), marks, int(distinct.size), is_everyone)


@dataclass(frozen=True, eq=False, repr=False)
class SourceOrder:
    """The kinds of the source's rows, in its order, in a sample of ``share`` of them."""

    rows: Int64
    share: float


@dataclass(frozen=True, eq=False, repr=False)
class Frequencies:
    """How common each plain value is, the values themselves left out."""

    counts: Floats


def register_targets(
    name: str,
    frame: Any,
    quasi_identifiers: Mapping[str, Form] | Sequence[str],
    person: str | None = None,
    *,
    is_everyone: bool = False,
) -> None:
    """Register people whose raw quasi-identifiers an attacker holds, from pandas or Spark.

    ``quasi_identifiers`` are named as the expectation names them, each with the hierarchy and level
    by which the output generalises it (a level of None: any), or None where it doesn't. ``person``
    says whose row it is; without it each row is a person. ``is_everyone`` says that nobody of the
    source is missing: otherwise the people are taken for a random sample.
    """
    references, forms = current_references(), _forms(quasi_identifiers)
    if not forms:
        raise UsageError("an attacker who knows no quasi-identifier can't link anybody")
    asked = Asked(forms, quasi=tuple(range(len(forms))), unit=person)
    found = source_marks(frame, name, asked, references.key)
    references.hold(name, Targets.of(found.people, found.own, is_everyone=is_everyone))


def register_order(
    name: str, frame: Any, columns: Mapping[str, Form] | Sequence[str], rows: int | None = None
) -> None:
    """Register the order of the source's rows, from pandas or Spark.

    ``columns`` as the expectation names them, with hierarchy and level as for
    :func:`register_targets`. With ``rows``, how many the frame has, a sample of some 200,000 is
    kept of a longer one; without it all are.
    """
    references, forms = current_references(), _forms(columns)
    if not forms:
        raise UsageError("rows of no columns can't be told apart")
    share = min(1.0, ROWS_SAMPLED / rows) if rows else 1.0
    asked = Asked(forms, columns=tuple(range(len(forms))), rows=share)
    found = source_marks(frame, name, asked, references.key)
    references.hold(name, SourceOrder(found.rows, share))


def register_frequencies(name: str, known: Any) -> None:
    """Register how common plain values are: a mapping from value to number, or a column of values.

    Only the numbers are kept. Null is no value.
    """
    if isinstance(known, Mapping):
        counts = np.asarray(list(known.values()), dtype=np.float64)
    else:
        import pyarrow.compute as pc

        from veilflow_expectations.digests import to_arrow

        counted = pc.value_counts(pc.drop_null(to_arrow(known)))
        counts = counted.field("counts").to_numpy().astype(np.float64)
    if not np.all(np.isfinite(counts) & (counts >= 0)):
        raise UsageError("how common a value is can't be negative, nor infinite")
    current_references().hold(name, Frequencies(counts))


def _forms(columns: Mapping[str, Form] | Sequence[str]) -> tuple[RowForm, ...]:
    given = columns if isinstance(columns, Mapping) else dict.fromkeys(columns)
    return tuple(_form(name, form) for name, form in given.items())


def _form(name: str, form: Form) -> RowForm:
    if form is None:
        return RowForm(name)
    hierarchy, level = form
    every = range(hierarchy.levels) if level is None else (level,)
    return RowForm(name, hierarchy=hierarchy, levels=every)
