"""Training and unseen rows that synthetic rows are laid beside, kept on the driver under a name.

    register_split("patients", training, holdout, privacy_unit="patient_id")

Both are bounded and kept as they are, in memory and nowhere else: distances can't be taken between
digests. A suite names them, and no result shows a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from veilflow.errors import UsageError
from veilflow.risk import Canaries

from veilflow_expectations.digests import to_arrow

__all__ = ["PERSON", "Split", "collected", "register_split", "split_of"]

# Whose row it is, beside the columns that are compared.
PERSON = "\0person"

Columns = Mapping[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Columns of the rows that were fitted on and of rows that weren't, with :data:`PERSON`.

    ``seed`` decides which of the possible guesses an attack makes. ``canaries`` were planted
    among the training rows, or held back.
    """

    training: Columns
    holdout: Columns
    seed: int = 0
    canaries: Canaries | None = None


def register_split(
    name: str,
    training: Any,
    holdout: Any,
    *,
    privacy_unit: str | None = None,
    canaries: Canaries | None = None,
    seed: int = 0,
) -> None:
    """Register the rows a synthesizer was fitted on, and rows of people it never saw.

    pandas, Arrow or Spark frames with the columns that are compared, in the output's form, and
    ``privacy_unit``, whose row it is; without it each row is a person. Draw the sides by chance,
    person by person, before anything is fitted (:func:`veilflow.risk.split_holdout`), and as large
    as each other. They are kept in this process's memory as they are: bound them. ``seed`` decides
    what the attacks guess.
    """
    from veilflow_expectations.references import current_references

    split = split_of(training, holdout, privacy_unit=privacy_unit, canaries=canaries, seed=seed)
    current_references().add_split(name, split)


def split_of(
    training: Any,
    holdout: Any,
    *,
    privacy_unit: str | None = None,
    canaries: Canaries | None = None,
    seed: int = 0,
) -> Split:
    """A split from pandas, Arrow or Spark frames. Without ``privacy_unit`` each row is a person."""
    sides = []
    for start, frame in ((0, training), (1, holdout)):
        names = [str(name) for name in getattr(frame, "column_names", None) or frame.columns]
        if privacy_unit is not None and privacy_unit not in names:
            raise UsageError(f"the rows have no column {privacy_unit}.")
        columns = collected(frame, names)
        # Rows of nobody's name: even numbers for one side, odd ones for the other.
        rows = len(next(iter(columns.values()))) if columns else 0
        person = columns.pop(privacy_unit) if privacy_unit else range(start, 2 * rows + start, 2)
        sides.append({**columns, PERSON: to_arrow(person)})
    return Split(sides[0], sides[1], seed, canaries)


def collected(frame: Any, names: Sequence[str]) -> dict[str, Any]:
    """Columns of a pandas, Arrow or Spark frame as Arrow arrays on the driver."""
    if hasattr(frame, "sparkSession"):
        from veilflow.spark.reading import quoted

        frame = frame.select(*[quoted(name) for name in names]).toArrow()
        return {name: to_arrow(frame.column(at)) for at, name in enumerate(names)}
    return {name: to_arrow(frame[name]) for name in names}
