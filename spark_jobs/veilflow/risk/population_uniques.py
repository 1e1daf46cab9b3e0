"""How many people would stand alone in the population that a table was drawn from, estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from veilflow.risk.class_counts import SampleClasses
from veilflow.risk.class_sizes import ClassTable
from veilflow.risk.pitman import pitman_uniques
from veilflow.risk.slide_negative_binomial import slide_negative_binomial_uniques
from veilflow.risk.zayatz import zayatz_uniques

__all__ = ["Estimator", "PopulationUniques", "estimate_population_uniques"]

Estimator = Literal["pitman", "zayatz", "slide_negative_binomial", "none alone", "all counted"]

# The sampling fraction up to which the rule takes Pitman's estimator.
_SMALL_FRACTION = 0.1


@dataclass(frozen=True)
class PopulationUniques:
    """``uniques`` of ``population`` people are estimated to stand alone, by ``estimator``.

    ``pitman``, ``zayatz`` and ``slide_negative_binomial`` are what each estimator says; None where
    it has no answer. "none alone": nobody is alone in the sample, so by all of them nobody is in
    the population; "all counted": the sample is the population, whose uniques are counted.
    """

    uniques: float
    estimator: Estimator
    population: int
    fraction: float
    pitman: float | None
    zayatz: float
    slide_negative_binomial: float | None

    @property
    def share(self) -> float:
        """The share of the population that stands alone."""
        return self.uniques / self.population


def estimate_population_uniques(table: ClassTable, population: int) -> PopulationUniques | None:
    """The estimate for a table that is a simple random sample; None for a table without rows.

    The estimator is chosen by the rule of Dankar, El Emam, Neisa and Roffey, "Estimating the
    Re-Identification Risk of Clinical Data Sets" (BMC Medical Informatics and Decision Making
    12:66, 2012), as ARX reads it: where at most a tenth is sampled, Pitman's, or Zayatz' if that
    has no answer; otherwise the smaller of the slide negative binomial's and Zayatz', or Zayatz'
    alone if the other has none.

    These are estimates, not bounds. They may be far off where the sample isn't a random one (a
    register of one clinic, one year), and for the output of generalisation they tell of its labels.
    """
    if not table.classes:
        return None
    sample = SampleClasses.of(table, population)
    pitman = pitman_uniques(sample)
    zayatz = zayatz_uniques(sample)
    slide = slide_negative_binomial_uniques(sample)
    uniques, estimator = _chosen(sample, pitman, zayatz, slide)
    return PopulationUniques(uniques, estimator, population, sample.fraction, pitman, zayatz, slide)


def _chosen(
    sample: SampleClasses, pitman: float | None, zayatz: float, slide: float | None
) -> tuple[float, Estimator]:
    if not sample.of_size(1):
        return 0.0, "none alone"
    if sample.people == sample.population:
        return float(sample.of_size(1)), "all counted"
    if sample.fraction <= _SMALL_FRACTION:
        return (zayatz, "zayatz") if pitman is None else (pitman, "pitman")
    if slide is not None and slide <= zayatz:
        return slide, "slide_negative_binomial"
    return zayatz, "zayatz"
