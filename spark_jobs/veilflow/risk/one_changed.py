"""Synthetic rows that differ from a record in one cell, where many records are that near.

Among rows of few columns with few values most have dozens of records that differ in one cell, so
none of them stands out; together they still show which side was copied. A row gives each of its n
such records the weight 1/n^2: 1/n as the chance that this one was copied, and again 1/n because it
tells the less the more there are.

Cells that agree on a rare value don't count as agreeing: a synthesizer that draws each column for
itself repeats the values of training, and a value that training alone has by chance would make all
rows that hold it look like copies. Copies of records with a rare value are near ones in the sense
of :mod:`veilflow.risk.closest_record`. What is left of this is small: of 9 tables of census records
and 4 of patients, made column by column or each column given the one before, the largest excess was
half of what is refused.

An estimated share takes the changed cell for one of another record; where cells are changed
otherwise it was a tenth to a half too high.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from veilflow.risk.encoding import EncodedTable

__all__ = ["one_changed_weights", "weight_of_a_changed_copy"]

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A value that fewer records hold is rare: its share on one side may be far from that on the other.
_RARE = 50
# Of so many training records changed copies are made, to see what an average one would weigh.
_TRIED = 1000
_PAIRS_AT_A_TIME = 1 << 20


def one_changed_weights(
    synthetic: EncodedTable, training: EncodedTable, holdout: EncodedTable, units: Ints
) -> Floats:
    """What all synthetic rows give each person; ``units`` numbers the persons of all records,
    training's first."""
    records = np.concatenate([training.codes, holdout.codes])
    weights = np.zeros(int(units.max()) + 1)
    for _, near in _one_changed(synthetic.codes, records):
        found = near.sum(axis=1)
        each = 1 / np.maximum(found, 1).astype(np.float64) ** 2
        # A record's weight is summed in the pairs' own type: few pairs are near.
        at_row, at_record = np.nonzero(near)
        weights += np.bincount(units[at_record], each[at_row], minlength=weights.size)
    return weights


def weight_of_a_changed_copy(training: EncodedTable, holdout: EncodedTable) -> Floats:
    """What copies of training records, each with one cell taken from another one, would give the
    persons that they copy.

    0 for a changed copy that isn't near its record by more than rare values, and for a table of
    which none can be made.
    """
    records = np.concatenate([training.codes, holdout.codes])
    tried = np.linspace(0, training.rows - 1, min(_TRIED, training.rows)).astype(np.int64)
    copies = training.codes[tried]
    at = np.arange(tried.size), np.arange(tried.size) % copies.shape[1]
    # The cell of the record half a table further on: a neighbour in the table may be a relative.
    donors = (tried + training.rows // 2) % training.rows
    changed = training.codes[donors, at[1]]
    differs = copies[at] != changed
    copies[at] = changed
    given = np.zeros(tried.size)
    for rows, near in _one_changed(copies, records):
        found = near.sum(axis=1)
        own = near[np.arange(found.size), tried[rows]]
        given[rows] = np.where(own, 1 / np.maximum(found, 1).astype(np.float64) ** 2, 0)
    weights: Floats = given[differs]
    return weights if weights.size else np.zeros(1)


def _one_changed(queries: Codes, records: Codes) -> Iterator[tuple[slice, Bools]]:
    """Blocks of queries, and for each of theirs the records that differ in exactly one cell."""
    mine, theirs = _common(queries, records)
    _, groups = np.unique(np.concatenate([queries, records]), axis=0, return_inverse=True)
    groups = groups.reshape(-1)
    height = max(1, _PAIRS_AT_A_TIME // max(len(records), 1))
    kind = np.uint8 if queries.shape[1] < 256 else np.uint16
    for start in range(0, len(queries), height):
        rows = slice(start, min(start + height, len(queries)))
        count = np.zeros((rows.stop - start, len(records)), kind)
        for my_codes, their_codes in zip(mine, theirs, strict=True):
            np.add(count, my_codes[rows, None] != their_codes[None, :], out=count, casting="unsafe")
        unequal = groups[rows, None] != groups[None, len(queries) :]
        yield rows, (count == 1) & unequal


def _common(
    queries: Codes, records: Codes
) -> tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]]:
    """The columns in small integers, a record's rare value as one that no query has."""
    mine, theirs = [], []
    for at in range(queries.shape[1]):
        own, codes = queries[:, at], records[:, at]
        most = int(max(own.max(initial=0), codes.max(initial=0)))
        held = np.bincount(codes, minlength=most + 1)
        kind = np.min_scalar_type(most + 1)
        mine.append(own.astype(kind))
        theirs.append(np.where(held[codes] < _RARE, most + 1, codes).astype(kind))
    return mine, theirs
