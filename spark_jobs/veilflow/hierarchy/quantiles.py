"""Equal-frequency groups: cut points from the data that are round and have people on both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from veilflow.hierarchy.column_values import ColumnValues, people_in_groups
from veilflow.hierarchy.rounding import rounded, step_up_to

__all__ = ["FEWEST_PEOPLE", "quantile_cuts"]

FEWEST_PEOPLE = 10
"""Groups that come from the data hold at least so many people each."""


def quantile_cuts(values: ColumnValues, groups: Sequence[int]) -> tuple[tuple[float, ...], ...]:
    """Cut points for each number of ``groups``, fine to coarse, as ``bounds`` takes them.

    Quantiles are those of rows. Each is rounded to 1, 2 or 5 times a power of ten, so far that it
    moves by at most an eighth of the way to its neighbours; then groups of fewer than
    ``FEWEST_PEOPLE`` people join a neighbour. So there may be fewer groups than asked for, and
    they are only about equal. Neither the least nor the greatest value is ever a cut. Empty if no
    cut is left; a single number of groups is halved from level to level.
    """
    numbers, unit = values.numbered
    if not numbers.size:
        return ()
    wanted = _halved(groups[0]) if len(groups) == 1 else tuple(groups)
    finest = _large_enough(_round_cuts(numbers, wanted[0]), numbers, unit)
    levels: list[tuple[float, ...]] = [finest] if finest else []
    for count in wanted[1:]:
        kept = _spread(finest, count - 1)
        if kept and len(kept) < len(levels[-1]):
            levels.append(_inside(kept, levels[-1]))
    return tuple(dict.fromkeys(levels))


def _halved(count: int) -> tuple[int, ...]:
    counts = [count]
    while counts[-1] >= 4:
        counts.append(counts[-1] // 2)
    return tuple(counts)


def _round_cuts(numbers: npt.NDArray[np.float64], count: int) -> tuple[float, ...]:
    places = [place * numbers.size // count for place in range(1, count)]
    raw = np.unique(numbers[places]) if places else numbers[:0]
    raw = raw[raw > numbers[0]]
    edges = np.concatenate([numbers[:1], raw, numbers[-1:]])
    gaps = np.diff(edges)
    cuts: list[float] = []
    for place, cut in enumerate(raw.tolist()):
        near = [gap for gap in gaps[place : place + 2].tolist() if gap > 0]
        cuts.append(float(rounded(cut, step_up_to(min(near) / 4))) if near else cut)
    return tuple(sorted(set(cuts)))


def _large_enough(
    cuts: tuple[float, ...], numbers: npt.NDArray[np.float64], unit: npt.NDArray[np.int64]
) -> tuple[float, ...]:
    left = list(cuts)
    while left:
        group = np.searchsorted(np.array(left), numbers, side="right").astype(np.int64)
        people = people_in_groups(group, unit, len(left) + 1)
        small = int(np.argmin(people))
        if people[small] >= FEWEST_PEOPLE:
            break
        joins_left = small > 0 and (small == len(left) or people[small - 1] <= people[small + 1])
        left.pop(small - 1 if joins_left else small)
    return tuple(left)


def _spread(cuts: tuple[float, ...], count: int) -> tuple[float, ...]:
    """``count`` of the cuts, as evenly apart as they can be chosen."""
    places = [(place + 1) * (len(cuts) + 1) // (count + 1) - 1 for place in range(count)]
    return tuple(cuts[place] for place in dict.fromkeys(places) if 0 <= place < len(cuts))


def _inside(kept: tuple[float, ...], below: tuple[float, ...]) -> tuple[float, ...]:
    """``kept`` with each cut that the level below hasn't moved to the nearest one that it has."""
    return tuple(dict.fromkeys(min(below, key=lambda cut: abs(cut - own)) for own in kept))
