"""Whether synthetic rows copy the training records more than records that were never seen.

Each synthetic row is laid beside all training and all holdout records; none is left out, because
a sample of a hundredth would miss all but a hundredth of the copies. Rows that copy nobody are as
close to an unseen record as to one of training, but for chance. The comparison of the shares that
are closer to training and to the holdout is M. Platzer and T. Reutterer's ("Holdout-based
empirical assessment of mixed-type synthetic data", 2021); the weights are ours, and so is the
test (:mod:`veilflow.risk.copy_excess`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.copy_excess import CopyExcess, SideTest
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.gower import Nearest, nearest_rows
from veilflow.risk.one_changed import one_changed_weights, weight_of_a_changed_copy

__all__ = ["ClosestRecord", "closest_record"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# The largest part of the distance to the next record at which a row is near one.
_NEAR = 0.5


@dataclass(frozen=True)
class ClosestRecord:
    """How close synthetic rows come to training and to holdout records.

    ``equal_training`` and ``equal_holdout`` are the shares of synthetic rows that equal a record
    there, ``closer_training`` the share that is closer to training (half of those as close to
    both), to be compared with ``training_share``, the training's share of all records.
    ``exact`` counts rows that equal a record, ``near`` also those that are at most half as far
    from it as any other record is from either of them; a row at half that distance counts half.
    ``changed`` counts rows that differ from records in one cell, of which there may be many.
    """

    rows: int
    training_rows: int
    holdout_rows: int
    training_share: float
    equal_training: float
    equal_holdout: float
    closer_training: float
    exact: CopyExcess
    near: CopyExcess
    changed: CopyExcess
    tolerated_share: float
    error_rate: float

    @property
    def refused(self) -> bool:
        """More copies than tolerated: wrong for honest rows with at most ``error_rate``."""
        return max(each.low for each in self.excesses) > self.tolerated_share

    @property
    def excesses(self) -> tuple[CopyExcess, ...]:
        """The three, exact copies first."""
        return self.exact, self.near, self.changed

    @property
    def smallest_detectable(self) -> float:
        """The share of exact copies that is refused but for ``error_rate``."""
        return min(self.exact.smallest_detectable, self.near.smallest_detectable)


def closest_record(
    synthetic: EncodedTable,
    training: EncodedTable,
    holdout: EncodedTable,
    *,
    error_rate: float = 1e-3,
    tolerated_share: float = 0.0,
) -> ClosestRecord:
    """The excess of exact and of near copies of training records over unseen ones.

    The three tables are encoded together, ``synthetic`` as one of the others. Holdout and training
    may differ in size; half each sees most. All records of a person must be on one side.

    What isn't found: copies of records that many share, rows that follow a record no closer than
    other records do, and single values, however rare, in rows that are otherwise nobody's: keep
    identifiers out of synthetic data by other means.
    """
    _check(synthetic, training, holdout, error_rate, tolerated_share)
    persons, units = np.unique(np.concatenate([training.units, holdout.units]), return_inverse=True)
    side = np.zeros(persons.size)
    side[units[: training.rows]] = 1
    # Three tests share the error rate.
    test = SideTest(side, synthetic.rows, math.log(3 / error_rate), tolerated_share)
    to_training = nearest_rows(synthetic, training)
    to_holdout = nearest_rows(synthetic, holdout)
    near = _near_weights(_closest(to_training, to_holdout), training, holdout, units)
    equal = _Equal.of(synthetic, training, holdout, units)
    closer = (to_training.first < to_holdout.first).mean()
    as_close = (to_training.first == to_holdout.first).mean()
    return ClosestRecord(
        rows=synthetic.rows,
        training_rows=training.rows,
        holdout_rows=holdout.rows,
        training_share=training.rows / (training.rows + holdout.rows),
        equal_training=equal.share_equal(slice(0, training.rows)),
        equal_holdout=equal.share_equal(slice(training.rows, None)),
        closer_training=float(closer + as_close / 2),
        exact=test.excess(*equal.weights(training.rows)),
        near=test.excess(near, equal.is_alone(training.rows)),
        changed=test.excess(
            one_changed_weights(synthetic, training, holdout, units),
            weight_of_a_changed_copy(training, holdout),
        ),
        tolerated_share=tolerated_share,
        error_rate=error_rate,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Equal:
    """Rows grouped by equality: of each record its ``group``, of each group its synthetic rows,
    its records, its persons."""

    group: Ints
    synthetic: Ints
    records: Ints
    persons: Ints
    pair_groups: Ints
    pair_units: Ints

    @classmethod
    def of(
        cls, synthetic: EncodedTable, training: EncodedTable, holdout: EncodedTable, units: Ints
    ) -> _Equal:
        codes = np.concatenate([training.codes, holdout.codes, synthetic.codes])
        groups, found = np.unique(codes, axis=0, return_inverse=True)
        found = found.reshape(-1)
        group, made = found[: units.size], found[units.size :]
        # A person who has the same record twice counts once.
        pairs = np.unique(np.stack([group, units], axis=1), axis=0)
        count = len(groups)
        return cls(
            group=group,
            synthetic=np.bincount(made, minlength=count),
            records=np.bincount(group, minlength=count),
            persons=np.bincount(pairs[:, 0], minlength=count),
            pair_groups=pairs[:, 0],
            pair_units=pairs[:, 1],
        )

    def share_equal(self, records: slice) -> float:
        groups = np.unique(self.group[records])
        return float(self.synthetic[groups].sum() / max(int(self.synthetic.sum()), 1))

    def is_alone(self, training_rows: int) -> Floats:
        """1 for each training record that no other record equals, else 0."""
        alone: Floats = (self.records[self.group[:training_rows]] == 1).astype(np.float64)
        return alone

    def weights(self, training_rows: int) -> tuple[Floats, Floats]:
        """A row equal to a record that n persons have gives each of them 1/n^2.

        1/n as the chance that this one was copied, and again 1/n because the row tells the less
        the more people have the record: signal and noise of a group are then in proportion.
        """
        each = 1 / np.maximum(self.persons, 1).astype(np.float64) ** 2
        given = (self.synthetic * each)[self.pair_groups]
        weights = np.bincount(self.pair_units, weights=given).astype(np.float64)
        return weights, each[self.group[:training_rows]]


@dataclass(frozen=True, eq=False, repr=False)
class _Closest:
    """For each synthetic row the closest record of all, training's before the holdout's, and how
    far it and the next one are."""

    in_training: npt.NDArray[np.bool_]
    index: Ints
    first: Floats
    second: Floats


def _closest(to_training: Nearest, to_holdout: Nearest) -> _Closest:
    in_training = to_training.first <= to_holdout.first
    later = np.maximum(to_training.first, to_holdout.first)
    second = np.minimum(later, np.minimum(to_training.second, to_holdout.second))
    return _Closest(
        in_training=in_training,
        index=np.where(in_training, to_training.index, to_holdout.index),
        first=np.minimum(to_training.first, to_holdout.first).astype(np.float64),
        second=second.astype(np.float64),
    )


def _near_weights(
    closest: _Closest, training: EncodedTable, holdout: EncodedTable, units: Ints
) -> Floats:
    """A row gives the closest record's person 1 less the ratio of its distance to the next one's.

    The next record is the one closest to either, the row or its closest record. So a row counts
    fully where it equals a record that nobody shares. It doesn't count where it is more than half
    as far as the next one, like most rows that copy nobody, also those that share with a record a
    value that no other has: drawing columns independently does that.
    """
    next_one = closest.second.copy()
    sides = ((training, holdout, True), (holdout, training, False))
    for own, other, is_training in sides:
        rows = np.flatnonzero(closest.in_training == is_training)
        if rows.size:
            records, at = np.unique(closest.index[rows], return_inverse=True)
            found = own.take(records)
            # The closest of a record's own side is the record itself.
            apart = np.minimum(nearest_rows(found, own).second, nearest_rows(found, other).first)
            next_one[rows] = np.minimum(next_one[rows], apart[at])
    ratio = np.divide(closest.first, next_one, out=np.ones_like(closest.first), where=next_one > 0)
    person = units[closest.index + np.where(closest.in_training, 0, training.rows)]
    weights = np.bincount(
        person, weights=np.where(ratio <= _NEAR, 1 - ratio, 0), minlength=int(units.max()) + 1
    )
    return weights.astype(np.float64)


def _check(
    synthetic: EncodedTable,
    training: EncodedTable,
    holdout: EncodedTable,
    error_rate: float,
    tolerated_share: float,
) -> None:
    if not 0 < error_rate < 0.5:
        raise UsageError("the error rate must lie between 0 and 0.5")
    if not 0 <= tolerated_share < 1:
        raise UsageError("the tolerated share must lie from 0 to below 1")
    for name, table in (("synthetic", synthetic), ("training", training), ("holdout", holdout)):
        if not table.rows:
            raise UsageError(f"the {name} table has no rows: there is nothing to compare")
    if np.intersect1d(training.units, holdout.units).size:
        raise UsageError(
            "some persons have records in training and in the holdout",
            remedy="Split by privacy unit (`split_holdout`).",
        )
