"""Whether synthetic rows tell that two records, of different columns, are one person's.

The attacker holds a target's values of some columns from one source and of other columns from
another, along with those of many others, and lays both beside the synthetic rows. Where both point
at the same row, they are taken for the same person's (WP 216: linkability). Definition: Giomi et
al. 2023, section 4.3.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.attack_risk import AttackRisk, attack_rate, check_attack
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.gower import distance_blocks

__all__ = ["linkability"]

Floats = npt.NDArray[np.float64]


def linkability(
    synthetic: EncodedTable,
    training: EncodedTable,
    control: EncodedTable,
    first: Collection[str],
    second: Collection[str],
    *,
    candidates: int = 10,
    error_rate: float = 1e-3,
    tolerated_risk: float = 0.0,
) -> AttackRisk:
    """The risk that both halves of a training record lead to the same synthetic row.

    ``first`` and ``second`` are the columns of the two sources, without any in common. Every record
    is attacked. Each half's candidates are the closest synthetic rows, all of them where several
    are equally close; more than ``candidates`` tell nothing, and the attack fails. It succeeds
    where the two sets have a row in common. The baseline draws sets of the same sizes blindly.

    It differs from Giomi et al. where rows are equally close: they take the first ones in the
    table's order. Whether the two records could also be linked without the release isn't asked.
    """
    check_attack(synthetic, training, control, error_rate, tolerated_risk)
    if candidates < 1:
        raise UsageError("at least one candidate must be allowed")
    if set(first) & set(second):
        raise UsageError("the two sources must have no column in common")
    halves = (list(first), list(second))
    attack, blind = _links(synthetic, training, halves, candidates)
    of_control, _ = _links(synthetic, control, halves, candidates)
    return AttackRisk(
        attack=attack_rate(attack, training.units, error_rate),
        control=attack_rate(of_control, control.units, error_rate),
        baseline=attack_rate(blind, training.units, error_rate),
        tolerated_risk=tolerated_risk,
    )


def _links(
    synthetic: EncodedTable,
    targets: EncodedTable,
    halves: tuple[list[str], list[str]],
    candidates: int,
) -> tuple[Floats, Floats]:
    """For each target whether it was linked, and the chance that blind sets would have met."""
    linked, blind = np.zeros(targets.rows), np.zeros(targets.rows)
    blocks = (distance_blocks(targets.select(half), synthetic.select(half)) for half in halves)
    for (rows, one), (_, other) in zip(*blocks, strict=True):
        closest = one == one.min(axis=1, keepdims=True)
        others = other == other.min(axis=1, keepdims=True)
        sizes = np.stack([closest.sum(axis=1), others.sum(axis=1)])
        tried = (sizes <= candidates).all(axis=0)
        linked[rows] = tried & (closest & others).any(axis=1)
        for at in np.flatnonzero(tried):
            one_size, other_size = sizes[:, at].tolist()
            blind[rows.start + at] = _chance_to_meet(one_size, other_size, synthetic.rows)
    return linked, blind


def _chance_to_meet(one: int, other: int, rows: int) -> float:
    """That two blindly drawn sets of rows have one in common."""
    return 1 - math.comb(rows - one, other) / math.comb(rows, other)
