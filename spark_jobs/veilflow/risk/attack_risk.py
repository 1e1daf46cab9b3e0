"""How much more an attack learns about persons in training than about unseen ones.

An attack that works on unseen persons too exploits what is true of everybody, which is what a
dataset is released for; only the excess is the release's leak. Definitions: M. Giomi,
F. Boenisch, C. Wehmeyer and B. Tasnadi, "A unified framework for quantifying privacy risk in
synthetic data", PoPETs 2023, for the three risks that the Article 29 Working Party names in
Opinion 05/2014 on anonymisation techniques (WP 216).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.intervals import Interval, MeasuredShare

__all__ = ["AttackRisk", "attack_rate", "check_attack"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class AttackRisk:
    """The rates at which an attack succeeds on training, on control, and blindly.

    The intervals are two-sided and leave half their complement on each side, so with confidence
    ``1 - 2 e`` an honest output is refused with about the error rate ``e``.
    """

    attack: MeasuredShare
    control: MeasuredShare
    baseline: MeasuredShare
    tolerated_risk: float = 0.0

    @property
    def risk(self) -> float:
        """``(attack - control) / (1 - control)``, from 0 up: what the release adds for its own.

        0 where the attack always succeeds on unseen persons: there is nothing left to add.
        """
        if self.control.share >= 1:
            return 0.0
        return max(0.0, self._raw())

    @property
    def interval(self) -> Interval:
        """The risk's interval from the Wilson intervals of both rates.

        Their one-sided distances are carried over by the risk's derivatives (Giomi et al. do so
        with the mean of both) and added as squares.
        """
        attack, control = self.attack.share, self.control.share
        if control >= 1 or not self.attack.trials or not self.control.trials:
            return Interval(0.0, 1.0)
        risk, below = self._raw(), self._below()
        by_attack, by_control = 1 / (1 - control), (1 - attack) / (1 - control) ** 2
        above = math.hypot(
            by_attack * (self.attack.interval.high - attack),
            by_control * (control - self.control.interval.low),
        )
        return Interval(min(1.0, max(0.0, risk - below)), min(1.0, max(0.0, risk + above)))

    @property
    def refused(self) -> bool:
        """The risk is above what is tolerated, surely."""
        return self.interval.low > self.tolerated_risk

    @property
    def refused_above(self) -> float:
        """The rate on training above which it is refused, given the rate on control."""
        return self._rate_at(self.tolerated_risk + self._below())

    @property
    def smallest_detectable(self) -> float:
        """The rate on training that is refused but for about the same error rate."""
        return self._rate_at(self.tolerated_risk + 2 * self._below())

    def at_confidence(self, confidence: float) -> AttackRisk:
        """The same rates with intervals of another confidence."""
        attack, control, baseline = (
            replace(rate, confidence=confidence)
            for rate in (self.attack, self.control, self.baseline)
        )
        return AttackRisk(attack, control, baseline, self.tolerated_risk)

    @property
    def beats_baseline(self) -> bool:
        """Whether the attack is surely better than blind guesses.

        Where it isn't, a low risk tells that this attack is weak, not that the output is safe.
        """
        return self.attack.interval.low > self.baseline.interval.high

    def _rate_at(self, risk: float) -> float:
        return min(1.0, self.control.share + (1 - self.control.share) * risk)

    def _below(self) -> float:
        """How far the interval reaches below the risk."""
        attack, control = self.attack.share, self.control.share
        if control >= 1:
            return 1.0
        return math.hypot(
            (attack - self.attack.interval.low) / (1 - control),
            (self.control.interval.high - control) * (1 - attack) / (1 - control) ** 2,
        )

    def _raw(self) -> float:
        return (self.attack.share - self.control.share) / (1 - self.control.share)


def attack_rate(outcomes: Floats, units: Ints, error_rate: float) -> MeasuredShare:
    """The mean outcome over persons: what is tried on several records of one is one trial."""
    persons, at = np.unique(units, return_inverse=True)
    if not persons.size:
        return MeasuredShare(0.0, 0, 1 - 2 * error_rate)
    means = np.bincount(at, weights=outcomes) / np.bincount(at)
    return MeasuredShare(min(1.0, float(means.mean())), persons.size, 1 - 2 * error_rate)


def check_attack(
    synthetic: EncodedTable,
    training: EncodedTable,
    control: EncodedTable,
    error_rate: float,
    tolerated_risk: float,
) -> None:
    """Refuses tables that can't be compared."""
    if not 0 < error_rate < 0.5:
        raise UsageError("the error rate must lie between 0 and 0.5")
    if not 0 <= tolerated_risk < 1:
        raise UsageError("the tolerated risk must lie from 0 to below 1")
    for name, table in (("synthetic", synthetic), ("training", training), ("control", control)):
        if not table.rows:
            raise UsageError(f"the {name} table has no rows: there is nothing to attack")
        if table.columns != synthetic.columns:
            raise UsageError("all tables need the same columns in the same order")
    if np.intersect1d(training.units, control.units).size:
        raise UsageError(
            "some persons have records in training and in the control set",
            remedy="Split by privacy unit (`split_holdout`).",
        )
