"""Whether synthetic rows tell a person's secret to who knows the rest of the record.

The attacker looks for the synthetic row closest to what is known of the target, and takes its
secret value for the target's (WP 216: inference). Definition: Giomi et al. 2023, section 4.4.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.attack_risk import AttackRisk, attack_rate, check_attack
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.gower import distance_blocks

__all__ = ["attribute_inference", "attribute_inferences"]

Floats = npt.NDArray[np.float64]


def attribute_inference(
    synthetic: EncodedTable,
    training: EncodedTable,
    control: EncodedTable,
    secret: str,
    known: Collection[str] = (),
    *,
    tolerance: float = 0.05,
    error_rate: float = 1e-3,
    tolerated_risk: float = 0.0,
) -> AttackRisk:
    """The risk that ``secret`` of a training record is inferred from the columns ``known``.

    ``known`` are all others by default. Every record is attacked. Of several closest rows the
    attacker picks one at random, and counts the chance that it is right. A number is right if it
    is off by at most ``tolerance`` of the width of the reference's middle nine tenths; a missing
    value is a value to infer. The baseline picks any synthetic row.
    """
    check_attack(synthetic, training, control, error_rate, tolerated_risk)
    if not 0 <= tolerance < 1:
        raise UsageError("the tolerance must lie from 0 to below 1")
    names = list(known) or [name for name in synthetic.columns if name != secret]
    if secret in names:
        raise UsageError(f"the attacker can't know the secret, column {secret!r}, beforehand")
    attack, blind = _inferred(synthetic, training, secret, names, tolerance)
    of_control, _ = _inferred(synthetic, control, secret, names, tolerance)
    return AttackRisk(
        attack=attack_rate(attack, training.units, error_rate),
        control=attack_rate(of_control, control.units, error_rate),
        baseline=attack_rate(blind, training.units, error_rate),
        tolerated_risk=tolerated_risk,
    )


def attribute_inferences(
    synthetic: EncodedTable,
    training: EncodedTable,
    control: EncodedTable,
    secrets: Collection[str] = (),
    *,
    tolerance: float = 0.05,
    error_rate: float = 1e-3,
    tolerated_risk: float = 0.0,
) -> dict[str, AttackRisk]:
    """The risk for each of ``secrets``, or of all columns, from all the others.

    The error rate is shared, so that an honest output has one of them refused that often at most.
    """
    names = list(secrets) or list(synthetic.columns)
    return {
        name: attribute_inference(
            synthetic,
            training,
            control,
            name,
            tolerance=tolerance,
            error_rate=error_rate / len(names),
            tolerated_risk=tolerated_risk,
        )
        for name in names
    }


def _inferred(
    synthetic: EncodedTable,
    targets: EncodedTable,
    secret: str,
    known: list[str],
    tolerance: float,
) -> tuple[Floats, Floats]:
    """For each target the chance that a closest row is right, and that any row is."""
    found, blind = np.zeros(targets.rows), np.zeros(targets.rows)
    truths, guesses = targets.select([secret]), synthetic.select([secret])
    blocks = distance_blocks(targets.select(known), synthetic.select(known))
    secrets = distance_blocks(truths, guesses)
    # A number is compared by distance, a category by equality, which is distance 0.
    most = np.float32(tolerance + 1e-6) if bool(guesses.is_number[0]) else np.float32(0)
    for (rows, distances), (_, apart) in zip(blocks, secrets, strict=True):
        closest = distances == distances.min(axis=1, keepdims=True)
        right = apart <= most
        found[rows] = (closest & right).sum(axis=1) / closest.sum(axis=1)
        blind[rows] = right.mean(axis=1)
    return found, blind
