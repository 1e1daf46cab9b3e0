"""How many rows to look at, and what looking at that many can miss.

The sampling rule, for every engine: give each row a number from a stable, unkeyed 64-bit hash of
its place in the pinned source (file, row group, row) and keep the ``n`` rows with the lowest
numbers. The same pinned source then always gives the same sample, whatever the partitions, and the
kept rows behave like a draw without replacement, since a place says nothing about its contents.
The hash needs no key: the sample stays inside the run, and only shares leave it.
"""

from __future__ import annotations

import math

from veilflow.errors import UsageError

__all__ = ["miss_probability", "sample_size"]


def miss_probability(share: float, sample_size: int) -> float:
    """The probability that a sample holds none of the rows that make up ``share`` of a table.

    ``(1 - share) ** sample_size``: exact for draws with replacement, an upper bound for the rule
    above, which draws without.

    >>> round(miss_probability(0.01, 1000), 7)
    4.32e-05
    """
    if not 0.0 <= share <= 1.0:
        raise UsageError("share is outside 0 to 1.", remedy="Give the share of rows as a fraction.")
    if sample_size < 0:
        raise UsageError("sample_size is negative.", remedy="Give a number of rows, 0 or more.")
    if share == 1.0:
        return 0.0 if sample_size else 1.0
    return math.exp(sample_size * math.log1p(-share))


def sample_size(share: float, miss: float) -> int:
    """The fewest rows with which rows that make up ``share`` are missed with at most ``miss``.

    >>> sample_size(0.001, 1e-6)
    13809
    """
    if not (0.0 < share <= 1.0 and 0.0 < miss < 1.0):
        raise UsageError(
            "share has to be above 0 and at most 1, miss between 0 and 1.",
            remedy="Scan all rows where nothing may be missed.",
        )
    if share == 1.0:
        return 1
    rows = math.ceil(math.log(miss) / math.log1p(-share))
    return rows
