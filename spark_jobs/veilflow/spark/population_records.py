"""Risk in the population and special uniques as the evidence tells them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from veilflow.evidence import SMALL_COUNT, PopulationRisk, SpecialUniqueness, coarse_count
from veilflow.risk import (
    ClassTable,
    PopulationClasses,
    SpecialUniques,
    estimate_population_uniques,
    estimated_journalist_max_risk,
    estimated_marketer_risk,
    journalist_max_risk,
    marketer_risk_in_population,
    matching_probability,
)

__all__ = ["counted_population_risk", "population_risk", "special_uniqueness"]


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
        match_share=(
            round(matching_probability(table.units, uniques.fraction), digits)
            if not raw or _many(table, 1) and _many(table, 2)
            else None
        ),
    )


def counted_population_risk(classes: PopulationClasses, *, raw: bool) -> PopulationRisk | None:
    """The same beside a table of the population, where nothing is estimated; None without people.

    ``match_share`` is then the mean chance over who is alone in the table.
    """
    if not classes.people:
        return None
    digits = 3 if raw else 6
    size = classes.population_people
    alone = classes.sample == 1
    lowest = (classes.sample > 0) & (classes.population == classes.occupied.min())
    told = not raw or int(classes.sample[lowest].sum()) >= SMALL_COUNT
    many = not raw or coarse_count(int(np.count_nonzero(alone))) is not None
    right = float((1 / classes.population[alone]).mean()) if alone.any() else 0.0
    return PopulationRisk(
        size=size,
        fraction=round(classes.people / size, 4),
        journalist_risk=round(journalist_max_risk(classes), digits) if told else None,
        marketer_risk=round(marketer_risk_in_population(classes), digits),
        unique_share=round(int(np.count_nonzero(classes.population == 1)) / size, digits),
        estimator="counted",
        unique_share_pitman=None,
        unique_share_zayatz=None,
        unique_share_slide_negative_binomial=None,
        match_share=round(right, digits) if many else None,
    )


def _many(table: ClassTable, size: int) -> bool:
    """Whether classes of so many people are none or ten, or more."""
    return coarse_count(int(np.count_nonzero(table.units == size))) is not None


def special_uniqueness(
    found: SpecialUniques, names: Sequence[str], *, raw: bool
) -> SpecialUniqueness:
    """The counts, and the columns' contributions.

    Of the raw side counts are coarse: those of combinations in tens, so that their difference tells
    of nobody, and means and shares no finer than what ten minimal uniques can move.
    """
    total, mean = found.minimal_uniques, found.mean_size
    told = total > 0 and (not raw or coarse_count(total) is not None)
    finest = 10 / total if raw and total else 0.0
    return SpecialUniqueness(
        largest=found.largest,
        uniques=_in_tens(found.uniques) if raw else found.uniques,
        special=_in_tens(found.special) if raw else found.special,
        by_size=tuple(coarse_count(n) if raw else n for n in found.by_size),
        mean_size=_stepped(mean, max(0.01, finest)) if told and mean is not None else None,
        contributions={
            name: min(1.0, _stepped(share, max(0.001, finest)))
            for name, share in zip(names, found.contributions, strict=True)
            if told
        },
    )


def _in_tens(count: int) -> int | None:
    return None if coarse_count(count) is None else round(count, -1)


def _stepped(figure: float, step: float) -> float:
    return round(round(figure / step) * step, 6)
