"""Whether synthetic rows yield a description that fits exactly one person.

The attacker describes a synthetic row that stands alone by some of its columns, and guesses that
the description fits exactly one person in the data (WP 216: singling out). Definition: Giomi et
al. 2023, section 4.2, after A. Cohen and K. Nissim, "Towards formalizing the GDPR's notion of
singling out", PNAS 2020.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.attack_risk import AttackRisk, attack_rate, check_attack
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.intervals import MeasuredShare

__all__ = ["singling_out"]

# So often a row is described anew until the description fits no other synthetic row.
_TRIES = 3

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class _Description:
    """A value for each of some columns: equal to it, or for a quantity at least or at most."""

    columns: Ints
    codes: npt.NDArray[np.int32]
    numbers: Floats
    is_quantity: npt.NDArray[np.bool_]
    upward: npt.NDArray[np.bool_]

    def fits(self, table: EncodedTable) -> npt.NDArray[np.bool_]:
        """Which rows of ``table`` are so."""
        matches = np.ones(table.rows, dtype=np.bool_)
        for at, column in enumerate(self.columns):
            if self.is_quantity[at]:
                values, number = table.numbers[:, column], self.numbers[at]
                beyond = values >= number if self.upward[at] else values <= number
                matches &= beyond & table.is_quantity(column)
            else:
                matches &= table.codes[:, column] == self.codes[at]
        return matches


def singling_out(
    synthetic: EncodedTable,
    training: EncodedTable,
    control: EncodedTable,
    *,
    seed: int,
    guesses: int = 10_000,
    error_rate: float = 1e-3,
    tolerated_risk: float = 0.0,
) -> AttackRisk:
    """The risk that a description taken from the output fits exactly one person of training.

    A row is described by two or more of its columns: a category or a missing value as it is, a
    number by "at least" above the median and "at most" below it. At most ``guesses`` rows are
    described, and of each one description that fits no other synthetic row is tried, if a few
    attempts find one. The baseline tries descriptions whose values come from different rows.

    Whether somebody stands alone depends on how many people there are. So training and control
    must have about as many persons (half at least), and the larger is cut to the size of the
    smaller by a draw with ``seed``; cut further, a full copy would be missed. The time grows with
    guesses times rows.
    """
    check_attack(synthetic, training, control, error_rate, tolerated_risk)
    if guesses < 1:
        raise UsageError("at least one guess must be allowed")
    if len(synthetic.columns) < 2:
        raise UsageError("a description needs at least two columns")
    rng = np.random.default_rng(seed)
    training, control = _equally_many(training, control, rng)
    synthetic, training, control = map(_by_column, (synthetic, training, control))
    medians = _medians(synthetic)
    hits: list[int | None] = []
    control_hits: list[int | None] = []
    blind: list[int | None] = []
    for row in rng.permutation(synthetic.rows)[:guesses]:
        for _ in range(_TRIES):
            columns = _some_columns(rng, len(synthetic.columns))
            described = _describe(synthetic, columns, np.full(columns.size, row), medians)
            if np.count_nonzero(described.fits(synthetic)) == 1:
                hits.append(_only_person(described, training))
                control_hits.append(_only_person(described, control))
                break
        mixed = _describe(
            synthetic, columns, rng.integers(0, synthetic.rows, columns.size), medians
        )
        blind.append(_only_person(mixed, training))
    return AttackRisk(
        attack=_rate(hits, error_rate),
        control=_rate(control_hits, error_rate),
        baseline=_rate(blind, error_rate),
        tolerated_risk=tolerated_risk,
    )


def _by_column(table: EncodedTable) -> EncodedTable:
    """The same with each column in one piece of memory: it is searched thousands of times."""
    return replace(
        table, codes=np.asfortranarray(table.codes), numbers=np.asfortranarray(table.numbers)
    )


def _some_columns(rng: np.random.Generator, columns: int) -> Ints:
    width = int(rng.integers(2, columns + 1))
    return np.sort(rng.choice(columns, width, replace=False))


def _rate(found: list[int | None], error_rate: float) -> MeasuredShare:
    """The share of descriptions that found somebody; a person found twice is found once."""
    outcomes = np.array([person is not None for person in found], dtype=np.float64)
    # Each failure is a trial of its own; persons are coded from 0 up or from -1 down.
    persons = np.array([0 if person is None else person for person in found], dtype=np.int64)
    codes = np.unique(persons, return_inverse=True)[1]
    failed = outcomes == 0
    codes[failed] = codes.size + np.flatnonzero(failed)
    return attack_rate(outcomes, codes, error_rate)


def _describe(table: EncodedTable, columns: Ints, rows: Ints, medians: Floats) -> _Description:
    numbers = table.numbers[rows, columns]
    quantities = [bool(table.is_quantity(at)[row]) for at, row in zip(columns, rows, strict=True)]
    return _Description(
        columns=columns,
        codes=table.codes[rows, columns],
        numbers=numbers,
        is_quantity=np.array(quantities),
        upward=numbers > medians[columns],
    )


def _medians(table: EncodedTable) -> Floats:
    medians = np.zeros(len(table.columns))
    for at in range(medians.size):
        known = table.numbers[table.is_quantity(at), at]
        medians[at] = np.median(known) if known.size else 0.0
    return medians


def _only_person(description: _Description, table: EncodedTable) -> int | None:
    """The one person who has records that fit; None where it is nobody or several."""
    units = table.units[description.fits(table)]
    return int(units[0]) if units.size and bool((units == units[0]).all()) else None


def _equally_many(
    training: EncodedTable, control: EncodedTable, rng: np.random.Generator
) -> tuple[EncodedTable, EncodedTable]:
    persons = [np.unique(table.units) for table in (training, control)]
    fewest, most = sorted(len(each) for each in persons)
    if 2 * fewest < most:
        raise UsageError(
            "training and control must have about as many persons",
            remedy="Hold out half of them (`split_holdout`).",
        )
    one, other = (
        table.take(np.isin(table.units, rng.permutation(each)[:fewest]))
        for table, each in zip((training, control), persons, strict=True)
    )
    return one, other
