"""The row-order attack: does the place of a row, or its new id, tell which source row it was?

Who has a list of the people in the source's order (by name, by day of admission) reads off who is
who, whatever was masked, where the output keeps that order. Three traces of it are looked for, each
against what a random order would show, without drawing permutations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.class_values import Ints, whole_numbers

__all__ = ["OrderAttack", "id_order_attack", "row_order_attack"]

_TESTS = 3


@dataclass(frozen=True)
class OrderAttack:
    """What the order of the output's ``rows``, or of their ``ids``, keeps of the source's.

    ``rank_correlation`` (Spearman's) is 1 for the source's order, -1 for its reverse, about 0 for a
    random one. ``serial_correlation`` is that of each row with the next: high where stretches keep
    their order though they were dealt out anew, as Spark's partitions are. ``neighbours_kept`` are
    the neighbours that were neighbours before, 2 on average in a random order.

    ``p_value`` is how often a random order shows as much, over all three, and errs upwards; both
    correlations are taken for normal, which was compared with all orders of up to 7 rows.
    """

    subject: Literal["rows", "ids"]
    rows: int
    rank_correlation: float
    serial_correlation: float
    neighbours_kept: int
    p_value: float
    smallest_p_value: float
    error_rate: float

    @property
    def reveals_order(self) -> bool:
        """More of the source's order is left than chance leaves once in 1 / ``error_rate`` runs."""
        return self.p_value <= self.error_rate

    @property
    def can_tell(self) -> bool:
        """Whether there are rows enough that an output in the source's order would be found out."""
        return self.smallest_p_value <= self.error_rate

    @property
    def hides_order(self) -> bool:
        """The gate: no trace of the source's order, in rows enough to show one."""
        return self.can_tell and not self.reveals_order

    @property
    def attacker(self) -> str:
        what = "the output" if self.subject == "rows" else "the released ids"
        return (
            "The attacker was assumed to know who is in the output and the order in which the"
            f" source lists them, and to see the order of {what}, but no column's contents."
        )


def row_order_attack(source_positions: npt.ArrayLike, *, error_rate: float = 1e-9) -> OrderAttack:
    """Attack the order of the rows.

    ``source_positions`` has for each released row, in the order of the output, the position of its
    record in the source: whole numbers, each once. Rows may be missing; only their order counts.

    An order by a released column gives away what that column does, and is found here only where
    the source was in that order too. Found are an order that goes through the whole table, and one
    among neighbours. Not found is one that hides from both: rows dealt out in rounds, one each from
    many stretches of the source, in a random order each round.
    """
    return _attack("rows", [_places(source_positions)], error_rate)


def id_order_attack(
    released_ids: npt.ArrayLike, source_positions: npt.ArrayLike, *, error_rate: float = 1e-9
) -> OrderAttack:
    """Attack the ids that the output gives to its rows: counters keep the source's order.

    One id for each entry of ``source_positions``, each once: where an id stands for a person with
    several rows, give the person once, with the first of the positions. Ids are whole numbers or
    texts. Texts are put into the order of their characters and into that of their length and then
    their characters, which is the numbers' own where they count without leading zeros.
    """
    places = _places(source_positions)
    orders = _orders(np.asarray(released_ids), places.size)
    return _attack("ids", [places[order] for order in orders], error_rate)


def _attack(subject: Literal["rows", "ids"], orders: list[Ints], error_rate: float) -> OrderAttack:
    if not 0 < error_rate < 1:
        raise UsageError("error_rate must lie between 0 and 1")
    found = [_traces(order) for order in orders]
    tests = _TESTS * len(found)
    # Very small p-values are all 0: of those the order that correlates most is told.
    correlation, serial, kept, p_value = min(found, key=lambda each: (each[3], -abs(each[0])))
    untouched = _traces(np.arange(orders[0].size))[3]
    return OrderAttack(
        subject=subject,
        rows=int(orders[0].size),
        rank_correlation=correlation,
        serial_correlation=serial,
        neighbours_kept=kept,
        p_value=min(1.0, tests * p_value),
        smallest_p_value=min(1.0, tests * untouched),
        error_rate=error_rate,
    )


def _traces(places: Ints) -> tuple[float, float, int, float]:
    """The three statistics of a permutation of 0 to n - 1, and the least of their p-values."""
    n = places.size
    if n < 3:
        return 0.0, 0.0, 0, 1.0
    squares = n * (n * n - 1)
    apart = np.arange(n, dtype=np.float64) - places
    correlation = 1 - 6 * float(np.dot(apart, apart)) / squares
    steps = np.diff(places).astype(np.float64)
    # Bartels, "The rank version of von Neumann's ratio test for randomness" (1982): mean 2 and
    # this variance; half of it is taken from 1, to read as a correlation.
    ratio = 12 * float(np.dot(steps, steps)) / squares
    variance = 4 * (n - 2) * (5 * n * n - 2 * n - 9) / (5 * n * (n + 1) * (n - 1) ** 2)
    kept = int((np.abs(steps) == 1).sum())
    p_values = (
        _two_sided(correlation * math.sqrt(n - 1)),
        _two_sided((ratio - 2) / math.sqrt(variance)),
        _kept_by_chance(kept),
    )
    return correlation, 1 - ratio / 2, kept, min(p_values)


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def _kept_by_chance(kept: int) -> float:
    """A bound on the chance that a random order of any length keeps so many neighbours.

    r given pairs of neighbours are kept, in either direction, by at most 2**r (n - r)! of n!
    orders, so that r of the n - 1 pairs are expected to be chosen and kept at most 2**r / r! times.
    """
    return min(1.0, math.exp(kept * math.log(2) - math.lgamma(kept + 1)))


def _places(source_positions: npt.ArrayLike) -> Ints:
    """Each position's rank among them: what was suppressed leaves no gap."""
    positions = whole_numbers(source_positions, "source_positions")
    return _inverse(_distinct_order(positions, "source_positions"))


def _orders(ids: npt.NDArray[np.generic], expected: int) -> list[Ints]:
    if ids.ndim != 1 or ids.size != expected:
        raise UsageError("released_ids needs one id for each entry of source_positions")
    kind = ids.dtype.kind
    if kind == "O":
        # Numbers past 64 bits come as objects, as texts often do.
        types = set(map(type, ids.tolist()))
        kind = "U" if types == {str} else "i" if types == {int} else kind
    is_text = kind in "US"
    if ids.size and kind not in "USiu":
        raise UsageError("released_ids must be whole numbers or texts, none of them null")
    order = _distinct_order(ids, "released_ids")
    if not is_text:
        return [order]
    lengths = np.fromiter(map(len, ids.tolist()), dtype=np.int64, count=ids.size)
    return [order, np.lexsort((_inverse(order), lengths))]


def _distinct_order(keys: npt.NDArray[np.generic], name: str) -> Ints:
    order = np.argsort(keys, kind="stable")
    ascending = keys[order]
    if np.any(ascending[1:] == ascending[:-1]):
        raise UsageError(f"{name} must be distinct", remedy="Give each row or person once.")
    return order


def _inverse(order: Ints) -> Ints:
    inverse = np.empty_like(order)
    inverse[order] = np.arange(order.size)
    return inverse
