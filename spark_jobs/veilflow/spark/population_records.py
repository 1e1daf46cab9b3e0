"""Risk in the population and special uniques as the evidence tells them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from veilflow.evidence import SMALL_COUNT, PopulationRisk, SpecialUniqueness, coarse_count
from veilflow.risk import (
    ClassTable,
    SpecialUniques,
    estimate_population_uniques,
    estimated_journalist_max_risk,
    estimated_marketer_risk,
    matching_probability,
)

__all__ = ["population_risk", "special_uniqueness"]


def population_risk(table: ClassTable, size: int | None, *, raw: bool) -> PopulationRisk | None:
    """The risks among ``size`` people; None without a size, without rows, or with more people.

    On the raw side shares have three digits, and the highest risk isn't told where fewer than ten
    rows have it.
    """
    people = int(np.maximum(table.units, 1).sum())
    if size is None or people > size:
        return None
    uniques = estimate_population_uniques(table, size)
    if uniques is None:
        return None
    digits = 3 if raw else 6
    lowest = table.units == table.units.min()
    told = not raw or int(table.rows[lowest].sum()) >= SMALL_COUNT

    def share(found: float | None) -> float | None:
        return None if found is None else round(min(found / size, 1.0), digits)

    return PopulationRisk(
        size=size,
        fraction=round(uniques.fraction, 4),
        journalist_risk=(
            round(estimated_journalist_max_risk(table, uniques.fraction), digits) if told else None
        ),
        marketer_risk=round(estimated_marketer_risk(table, uniques.fraction), digits),
        unique_share=round(uniques.share, digits),
        estimator=uniques.estimator,
        unique_share_pitman=share(uniques.pitman),
        unique_share_zayatz=share(uniques.zayatz),
        unique_share_slide_negative_binomial=share(uniques.slide_negative_binomial),
        match_share=round(matching_probability(table.units, uniques.fraction), digits),
    )


def special_uniqueness(
    found: SpecialUniques, names: Sequence[str], *, raw: bool
) -> SpecialUniqueness:
    """The counts, coarse on the raw side, and the columns' contributions to three digits.

    Where a raw-side count from 1 to 9 is behind a mean or a share it isn't told either.
    """
    told = not raw or coarse_count(found.minimal_uniques) is not None
    mean = found.mean_size
    return SpecialUniqueness(
        largest=found.largest,
        uniques=coarse_count(found.uniques) if raw else found.uniques,
        special=coarse_count(found.special) if raw else found.special,
        by_size=tuple(coarse_count(n) if raw else n for n in found.by_size),
        mean_size=None if mean is None or not told else round(mean, 2),
        contributions=(
            {name: round(share, 3) for name, share in zip(names, found.contributions, strict=True)}
            if told and found.minimal_uniques
            else {}
        ),
    )
