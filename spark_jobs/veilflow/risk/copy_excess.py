"""Whether a split's training side attracts more synthetic rows than the draw of the sides explains.

Each synthetic row gives weight to the persons whose records it resembles. Rows that copy nobody
do so whatever side a person is on, and how they do may depend on anything else. A person is in
training with the same probability ``p`` as everybody, so a sum of ``weight * (in training - p)``
over persons exceeds ``t`` with probability at most ``exp(-2 t^2 / sum of squared weights)``, for
any number of rows and whatever the data look like (W. Hoeffding, "Probability inequalities for
sums of bounded random variables", 1963; drawing a fixed number of persons is no worse, since such
draws are negatively associated: K. Joag-Dev and F. Proschan, "Negative association of random
variables", 1983).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.risk.intervals import Interval, check_confidence

__all__ = ["CopyExcess", "SideTest"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CopyExcess:
    """The share of synthetic rows that are copies of training records, beyond chance.

    Estimated as if the copied records were chosen at random; ``low`` and ``high`` each hold with
    the test's error rate. ``p_value`` bounds how often rows that copy nobody look like this.
    Copies of ``smallest_detectable`` of the rows are refused but for the same error rate; 1 means
    that nothing can be detected, as where each record is shared by many persons. ``margin`` is
    how far above what is tolerated an estimate must lie to be refused.
    """

    share: float
    low: float
    high: float
    p_value: float
    smallest_detectable: float
    unbounded: float = 0.0
    margin: float = math.inf
    minus_log_error: float = 1.0

    def interval(self, confidence: float = 0.95) -> Interval:
        """The interval of another confidence, by the same bound."""
        check_confidence(confidence)
        if math.isinf(self.margin):
            return Interval(0.0, 1.0)
        width = self.margin * math.sqrt(-math.log((1 - confidence) / 2) / self.minus_log_error)
        low, high = (min(1.0, max(0.0, self.unbounded + sign * width)) for sign in (-1, 1))
        return Interval(low, high)


@dataclass(frozen=True, eq=False, repr=False)
class SideTest:
    """The test for one split; ``side`` is 1 for a person in training, else 0.

    ``rows`` are the synthetic rows, ``minus_log_error`` is -log of the error rate.
    """

    side: Floats
    rows: int
    minus_log_error: float
    tolerated: float

    def excess(self, weights: Floats, of_a_copy: Floats) -> CopyExcess:
        """``weights``: what all synthetic rows give each person; ``of_a_copy``: what a row would
        give its own person that copied this training record."""
        share_training = float(self.side.mean())
        total = float((weights * (self.side - share_training)).sum())
        spread = float((weights**2).sum())
        margin = math.sqrt(spread * self.minus_log_error / 2)
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
        unbounded, width = total / all_copies, margin / all_copies
        # Unseen persons show what chance does; training's weights may be the copies' own.
        by_chance = float((weights[self.side == 0] ** 2).sum()) / (1 - share_training)
        of_copies = self.rows * float(of_a_copy.mean())
        smallest = self._detectable(all_copies, by_chance, of_copies)
        return CopyExcess(
            share, low, high, p_value, smallest, unbounded, width, self.minus_log_error
        )

    def _detectable(self, all_copies: float, by_chance: float, of_copies: float) -> float:
        """The share s at which the sum lies two margins above what is tolerated.

        The larger root of ``(all_copies (s - tolerated))^2 = noise (by_chance + s of_copies)``,
        with a ``noise`` of -2 log(error rate).
        """
        square, least = all_copies**2, self.tolerated
        noise = 2 * self.minus_log_error
        half = square * least + noise * of_copies / 2
        rest = square * least**2 - noise * by_chance
        return min(1.0, (half + math.sqrt(max(0.0, half**2 - square * rest))) / square)
