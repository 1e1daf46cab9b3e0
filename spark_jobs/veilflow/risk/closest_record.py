"""Whether synthetic rows copy the training records more than records that were never seen.

Each synthetic row is laid beside all training and all holdout records; none is left out, because
a sample of a hundredth would miss all but a hundredth of the copies. Rows that copy nobody are as
close to an unseen record as to one of training, but for chance, and what chance can do follows
from how the holdout was drawn, whatever the data look like: a person is in training with the same
probability ``p`` as everybody, so that a sum of ``weight * (in training - p)`` over persons
exceeds ``t`` with probability at most ``exp(-2 t^2 / sum of squared weights)`` (W. Hoeffding,
"Probability inequalities for sums of bounded random variables", 1963; drawing a fixed number of
persons is no worse, since such draws are negatively associated: K. Joag-Dev and F. Proschan,
"Negative association of random variables", 1983). The comparison of shares closer to training and
to holdout is M. Platzer and T. Reutterer's ("Holdout-based empirical assessment of mixed-type
synthetic data", 2021); the test, its weights and its bound are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.gower import Nearest, nearest_rows

__all__ = ["ClosestRecord", "CopyExcess", "closest_record"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CopyExcess:
    """The share of synthetic rows that are copies of training records, beyond chance.

    Estimated as if the copied records were chosen at random; ``low`` and ``high`` each hold with
    the test's error rate. ``p_value`` bounds how often rows that copy nobody look like this.
    Copies of ``smallest_detectable`` of the rows are refused but for the same error rate; 1 means
    that nothing can be detected, as where each record is shared by many persons.
    """

    share: float
    low: float
    high: float
    p_value: float
    smallest_detectable: float


@dataclass(frozen=True)
class ClosestRecord:
    """How close synthetic rows come to training and to holdout records.

    ``equal_training`` and ``equal_holdout`` are the shares of synthetic rows that equal a record
    there, ``closer_training`` the share that is closer to training (half of those as close to
    both), to be compared with ``training_share``, the training's share of all records.
    ``exact`` counts rows that equal a record, ``near`` also those much closer to one record than
    to the next; a row half as far from one as from the next counts half.
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
    tolerated_share: float
    error_rate: float

    @property
    def refused(self) -> bool:
        """More copies than tolerated: wrong for honest rows with at most ``error_rate``."""
        return max(self.exact.low, self.near.low) > self.tolerated_share

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

    What is honest and still refused: rows that repeat a rare value which only training holds, in
    columns that hardly any two persons share (an identifier), since that does tell who was there.
    What is not found: copies of records that many share, and rows that follow a record at the
    distance of other records.
    """
    _check(synthetic, training, holdout, error_rate, tolerated_share)
    persons, units = np.unique(np.concatenate([training.units, holdout.units]), return_inverse=True)
    side = np.zeros(persons.size)
    side[units[: training.rows]] = 1
    # Two tests share the error rate, and so do the two ends of each interval.
    test = _Test(side, units, synthetic.rows, math.log(2 / error_rate), tolerated_share)
    to_training = nearest_rows(synthetic, training)
    to_holdout = nearest_rows(synthetic, holdout)
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
        near=test.excess(*_near_weights(to_training, to_holdout, equal, units, training.rows)),
        tolerated_share=tolerated_share,
        error_rate=error_rate,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Test:
    """What the draw of the holdout explains; ``side`` is 1 for a person in training, else 0."""

    side: Floats
    units: Ints
    rows: int
    log_odds: float
    tolerated: float

    def excess(self, weights: Floats, of_a_copy: Floats) -> CopyExcess:
        """``weights``: what all synthetic rows give each person; ``of_a_copy``: what a row would
        give its own person that copied this training record."""
        share_training = float(self.side.mean())
        total = float((weights * (self.side - share_training)).sum())
        spread = float((weights**2).sum())
        margin = math.sqrt(spread * self.log_odds / 2)
        p_value = math.exp(-2 * total**2 / spread) if total > 0 else 1.0
        # What an average copy adds to the sum: its person is in training for certain.
        signal = float(of_a_copy.mean()) * (1 - share_training)
        if signal <= 0:
            return CopyExcess(0.0, 0.0, 1.0, p_value, 1.0)
        all_copies = self.rows * signal
        share, low, high = (
            min(1.0, max(0.0, found / all_copies))
            for found in (total, total - margin, total + margin)
        )
        # Unseen persons show what chance does; training's weights may be the copies' own.
        by_chance = float((weights[self.side == 0] ** 2).sum()) / (1 - share_training)
        of_copies = self.rows * float(of_a_copy.mean())
        smallest = self._detectable(all_copies, by_chance, of_copies)
        return CopyExcess(share, low, high, p_value, smallest)

    def _detectable(self, all_copies: float, by_chance: float, of_copies: float) -> float:
        """The share s at which the sum lies two margins above what is tolerated.

        The larger root of ``(all_copies * (s - tolerated))^2 = 2 log * (by_chance + s of_copies)``.
        """
        square, least = all_copies**2, self.tolerated
        noise = 2 * self.log_odds
        half = square * least + noise * of_copies / 2
        rest = square * least**2 - noise * by_chance
        return min(1.0, (half + math.sqrt(max(0.0, half**2 - square * rest))) / square)


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

    def weights(self, training_rows: int) -> tuple[Floats, Floats]:
        """A row equal to a record that n persons have gives each of them 1/n^2.

        1/n as the chance that this one was copied, and again 1/n because the row tells the less
        the more people have the record: signal and noise of a group are then in proportion.
        """
        each = 1 / np.maximum(self.persons, 1).astype(np.float64) ** 2
        given = (self.synthetic * each)[self.pair_groups]
        weights = np.bincount(self.pair_units, weights=given).astype(np.float64)
        return weights, each[self.group[:training_rows]]


def _near_weights(
    to_training: Nearest, to_holdout: Nearest, equal: _Equal, units: Ints, training_rows: int
) -> tuple[Floats, Floats]:
    """A row gives the closest record's person 1 less the ratio of its two smallest distances.

    So it counts fully where it equals a record that nobody shares, and not at all where two records
    are equally close, as they are to most rows that copy nobody.
    """
    in_training = to_training.first <= to_holdout.first
    first = np.minimum(to_training.first, to_holdout.first).astype(np.float64)
    second = np.maximum(to_training.first, to_holdout.first).astype(np.float64)
    second = np.minimum(second, np.minimum(to_training.second, to_holdout.second))
    weight = 1 - np.divide(first, second, out=np.ones_like(first), where=second > 0)
    closest = np.where(in_training, to_training.index, to_holdout.index + training_rows)
    weights = np.bincount(units[closest], weights=weight, minlength=int(units.max()) + 1)
    return weights.astype(np.float64), (equal.records[equal.group[:training_rows]] == 1).astype(
        np.float64
    )


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
