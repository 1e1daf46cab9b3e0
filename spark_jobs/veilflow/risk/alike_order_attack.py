"""The row-order attack where rows can't be told apart one by one: order through likeness.

A judge who can't undo the pseudonyms doesn't know which source row became which output row, but
knows which source rows look like it once they are generalised and rounded as the output is. Each
output row is given the mean place of its likes in the source. In an output without order these
places are in random order, whatever the table holds, so that every test below compares with random
orders of the very same places; nothing is assumed about how the places are distributed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, Ints, whole_numbers

__all__ = ["AlikeOrder", "alike_order_attack", "standard_errors"]

# A block or a file is looked at where it holds rows worth this many of equal weight: fewer are too
# few for a chi-squared tail of 1e-9.
_BLOCK = 32.0
# Neighbours are compared where this many pairs of rows that tell something are expected by chance.
_PAIRS = 1000.0
_MOST_ERRORS = 38.0


@dataclass(frozen=True)
class AlikeOrder:
    """What the order of the output's ``rows`` keeps of the source's, as far as likes can tell.

    ``groups`` are the kinds of rows that are told apart. ``rank_correlation`` is that of each row's
    place in the output with the mean place of its likes. ``p_value`` is how often a random order
    shows as much; ``smallest_p_value`` what the source's own order would show.
    """

    rows: int
    groups: int
    rank_correlation: float
    p_value: float
    smallest_p_value: float


def alike_order_attack(
    source: npt.ArrayLike, output: npt.ArrayLike, files: npt.ArrayLike | None = None
) -> AlikeOrder:
    """Attack the order of ``output``: the kind of each row, as a whole number, in its order.

    ``source`` has the kinds of the source's rows in the source's order, ``files`` the file of each
    output row. Rows of kinds that the source doesn't have are left out. Looked for are an order
    through the whole output, within its files, among neighbours and in stretches of any length,
    files that hold different parts of the source, and the source's very order with rows missing.
    The p-value is Bonferroni's over these. About 40 kinds are needed to see a sorted table at an
    error rate of 1e-9 by its trend; the very order shows with 20 rows of four kinds.
    """
    kinds = whole_numbers(source, "source")
    found = whole_numbers(output, "output")
    of_file = None if files is None else whole_numbers(files, "files")
    if of_file is not None and of_file.shape != found.shape:
        raise UsageError("files needs one entry for each row of the output")
    distinct, kind, likes = np.unique(kinds, return_inverse=True, return_counts=True)
    place = (np.arange(kinds.size) + 0.5) / max(kinds.size, 1) - 0.5
    mean = np.bincount(kind, place, distinct.size) / np.maximum(likes, 1)
    if not distinct.size:
        return AlikeOrder(0, 0, 0.0, 1.0, 1.0)
    at = np.minimum(np.searchsorted(distinct, found), distinct.size - 1)
    known = distinct[at] == found
    at = at[known]
    correlation, p_value = _attack(mean, kind, at, None if of_file is None else of_file[known])
    left = kind[np.isin(kind, at)]
    return AlikeOrder(
        rows=int(at.size),
        groups=int(np.unique(at).size),
        rank_correlation=correlation,
        p_value=p_value,
        smallest_p_value=_attack(mean, kind, left[: max(at.size, 1)], None)[1],
    )


def standard_errors(p_value: float) -> float:
    """The distance from the mean, in standard errors, that a normal variable passes this often."""
    if p_value <= 0:
        return _MOST_ERRORS
    return min(_MOST_ERRORS, max(0.0, -NormalDist().inv_cdf(min(p_value, 1.0) / 2)))


def _attack(mean: Floats, source: Ints, output: Ints, files: Ints | None) -> tuple[float, float]:
    """The correlation with the whole order, and Bonferroni's p-value over all tests."""
    scores = mean[output]
    scores = scores - scores.mean() if scores.size else scores
    n, spread = scores.size, float(np.dot(scores, scores))
    p_values = [_whole_order(source, output)]
    if n < 3 or spread <= 0:
        return 0.0, min(1.0, p_values[0])
    places = np.arange(n, dtype=np.float64)
    correlation = _correlation(scores, places)
    p_values.append(_two_sided(correlation * math.sqrt(n - 1)))
    p_values += _by_stretch(scores)
    if files is not None:
        p_values += _by_file(scores, files)
    return correlation, min(1.0, len(p_values) * min(p_values))


def _correlation(x: Floats, y: Floats) -> float:
    y = y - y.mean()
    weight = float(np.dot(x, x)) * float(np.dot(y, y))
    return float(np.dot(x, y)) / math.sqrt(weight) if weight > 0 else 0.0


def _by_stretch(scores: Floats) -> Iterator[float]:
    """Neighbours that are alike, and stretches of 1/8, 1/64, ... of the rows that differ."""
    n = scores.size
    weight = _equal_weights(scores)
    if weight * weight / n >= _PAIRS:
        yield _neighbours(scores)
    blocks = 8
    while weight / blocks >= _BLOCK:
        yield _between(scores, np.arange(n) * blocks // n)
        blocks *= 8


def _by_file(scores: Floats, files: Ints) -> Iterator[float]:
    _, file, rows = np.unique(files, return_inverse=True, return_counts=True)
    if rows.size < 2:
        return
    start = np.zeros(rows.size, dtype=np.int64)
    order = np.argsort(file, kind="stable")
    start[1:] = np.cumsum(rows)[:-1]
    within = np.empty(scores.size)
    within[order] = np.arange(scores.size) - start[file[order]]
    covariate = (within + 0.5) / rows[file]
    yield _two_sided(_correlation(scores, covariate) * math.sqrt(scores.size - 1))
    group = _put_together((rows * (_equal_weights(scores) / scores.size)).tolist())
    if group.max() > 0:
        yield _between(scores, group[file])


def _put_together(weights: list[float]) -> Ints:
    """A number for each file, the same for small ones, so that each group can be compared."""
    group = np.zeros(len(weights), dtype=np.int64)
    number, held = 0, 0.0
    for file, weight in enumerate(weights):
        group[file] = number
        held += weight
        if held >= _BLOCK:
            number, held = number + 1, 0.0
    # What is left over at the end joins the group before.
    return np.minimum(group, max(number - 1, 0))


def _equal_weights(scores: Floats) -> float:
    """How many rows of equal weight tell as much: few where most rows are like most others."""
    squares = np.square(scores)
    return float(squares.sum()) ** 2 / float(np.square(squares).sum())


def _neighbours(scores: Floats) -> float:
    """Wald and Wolfowitz, "An exact test for randomness in the non-parametric case based on serial
    correlation" (1943): the mean and variance over all orders, the last row next to the first."""
    n = scores.size
    s2, s4 = float(np.square(scores).sum()), float(np.power(scores, 4).sum())
    found = float(np.dot(scores, np.roll(scores, -1)))
    mean = -s2 / (n - 1)
    variance = (s2**2 - s4) / (n - 1) + (s2**2 - 2 * s4) / ((n - 1) * (n - 2)) - mean**2
    return _two_sided((found - mean) / math.sqrt(variance)) if variance > 0 else 1.0


def _between(scores: Floats, group: npt.NDArray[Any]) -> float:
    """Kruskal and Wallis' test (1952) on the scores, with Chernoff's bound on the tail."""
    rows = np.bincount(group)
    sums = np.bincount(group, scores)
    held = rows > 0
    variance = float(np.dot(scores, scores)) / (scores.size - 1)
    statistic = float((np.square(sums[held]) / rows[held]).sum()) / variance
    freedom = int(held.sum()) - 1
    ratio = statistic / freedom if freedom else 0.0
    return math.exp(-freedom / 2 * (ratio - 1 - math.log(ratio))) if ratio > 1 else 1.0


def _whole_order(source: Ints, output: Ints) -> float:
    """A bound on the chance of this where the output is the source with rows missing, or its
    reverse; 1 where it is neither."""
    n = output.size
    if n < 3 or not (_is_within(source, output) or _is_within(source, output[::-1])):
        return 1.0
    counts = np.bincount(output)
    orders = math.lgamma(n + 1) - sum(math.lgamma(c + 1) for c in counts[counts > 1].tolist())
    missing = source.size - n
    chosen = math.lgamma(source.size + 1) - math.lgamma(n + 1) - math.lgamma(missing + 1)
    return min(1.0, 2 * math.exp(min(0.0, chosen - orders)))


def _is_within(source: Ints, output: Ints) -> bool:
    if output.size > source.size:
        return False
    remaining = iter(source.tolist())
    return all(kind in remaining for kind in output.tolist())


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))
