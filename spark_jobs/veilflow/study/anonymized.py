"""One table anonymised in memory by a policy, and what its output promises and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from veilflow.anonymize import Chosen, Problem, choose
from veilflow.anonymize.recoded import level_shares
from veilflow.anonymize.tables import cast_table, problem_of
from veilflow.pipeline.measure import StageClock
from veilflow.policy import Policy
from veilflow.study.keyless import masked
from veilflow.study.lines import UNIT, OutputLines, lines_of, numbers_of
from veilflow.study.measuring import Figures, figures_of
from veilflow.study.models_met import ModelMet, models_met
from veilflow.study.permuted import unpermuted, with_groups
from veilflow.study.plan import StudyPlan
from veilflow.study.population_classes import population_classes, population_lines

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Anonymized", "StudyResult", "anonymize_table", "measure"]


Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class StudyResult:
    """What became of one table, told without any of its values.

    ``rows`` are those of the source. ``levels`` has the level of each quasi-identifier in the
    policy's order, None under local recoding, where ``level_shares`` says which share of its cells
    each column has at each level. Counts are exact, small ones too: they are for who holds the
    source. ``suppressed_rows`` and the figures are counted from the output.
    """

    rows: int
    suppressed_rows: int
    classes: int
    chosen: Chosen
    columns: tuple[str, ...]
    level_shares: Mapping[str, list[float]] | None
    figures: Figures
    models: tuple[ModelMet, ...]

    @property
    def levels(self) -> Mapping[str, int] | None:
        if self.chosen.kind != "full_domain":
            return None
        return dict(zip(self.columns, self.chosen.solution.levels, strict=True))

    @property
    def _score(self) -> float:
        """The objective's score. The search rounds bits, so that no sum's rounding orders nodes."""
        found, bits = self.chosen.solution.score, self.figures.non_uniform_entropy
        if self.chosen.solution.objective != "non_uniform_entropy" or bits is None:
            return found
        return bits if abs(bits - found) <= 1e-6 else found  # weighted ones differ

    def to_json(self) -> dict[str, Any]:
        """Everything but the seconds."""
        solution, levels = self.chosen.solution, self.levels
        found: dict[str, Any] = {
            "recoding": self.chosen.kind,
            "levels": None if levels is None else list(levels.values()),
            "levels_by_name": levels,
            "loss": self.figures.loss,
            "suppressed_rows": self.suppressed_rows,
            "rows": self.rows,
            "classes": self.classes,
            "granularity_quality": self.figures.granularity_quality,
            "discernibility": self.figures.discernibility,
            "average_class_size": self.figures.average_class_size,
            "non_uniform_entropy": self.figures.non_uniform_entropy,
            "objective": {"name": solution.objective, "score": self._score},
            "optimal": solution.optimal,
            "nodes": {"seen": solution.nodes_evaluated, "total": solution.nodes_total},
            "models": [model.to_json() for model in self.models],
        }
        if solution.least_score is not None:
            found["least_score"] = solution.least_score
        if self.figures.weighted_loss is not None:
            found["weighted_loss"] = self.figures.weighted_loss
        if self.level_shares is not None:
            found["cells_by_level"] = dict(self.level_shares)
        return found


@dataclass(frozen=True, eq=False, repr=False)
class Anonymized:
    """The released columns, rows in the order of the source, and what they promise."""

    table: pa.Table
    result: StudyResult


def anonymize_table(
    plan: StudyPlan, raw: pa.Table, population: pa.Table | None, clock: StageClock
) -> Anonymized:
    """Anonymise ``raw``, of a settled plan; raises ReleaseRefused if what is asked can't be met.

    ``clock`` gets the phases aggregate, search, apply and measure.
    """
    policy, name = plan.policy, plan.table
    rules, section = policy.tables[name], policy.anonymize
    assert section is not None
    sensitive = tuple(rules.with_role("sensitive"))
    with clock.phase("aggregate"):
        cast = _with_people(policy, name, cast_table(policy, raw))
        whole = lines_of(masked(unpermuted(policy, name), name, cast), (), sensitive)
        cast = with_groups(policy, name, cast)
        found = problem_of(policy, cast, population)
    with clock.phase("search"):
        chosen = choose(found.problem, section.recoding, section.search_seconds)
    with clock.phase("apply"):
        output = masked(policy, name, found.apply(chosen.recodings[name], cast))
    with clock.phase("measure"):
        lines = lines_of(output, tuple(rules.class_key), sensitive)
        result = measure(policy, name, found.problem, chosen, lines, whole, population)
    return Anonymized(output.select(list(plan.released)), result)


def measure(
    policy: Policy,
    name: str,
    problem: Problem,
    chosen: Chosen,
    output: OutputLines,
    whole: OutputLines,
    population: pa.Table | None,
) -> StudyResult:
    """The result that ``output`` shows; ``whole`` has the sensitive values of all the source."""
    rows, left = whole.total_rows, output.total_rows
    columns = tuple(table.column for table in problem.columns)
    levels = chosen.solution.levels if chosen.kind == "full_domain" else None
    beside = None
    if population is not None and levels is not None:
        by_name = dict(zip(columns, levels, strict=True))
        everybody = population_lines(policy, name, population, by_name)
        beside = population_classes(output, everybody)
    shares = None if levels is not None else level_shares(problem, chosen.recodings[name])
    return StudyResult(
        rows=rows,
        suppressed_rows=rows - left,
        classes=output.classes.classes,
        chosen=chosen,
        columns=columns,
        level_shares=None if shares is None else dict(zip(columns, shares, strict=True)),
        figures=figures_of(
            output, problem.columns, levels, _value_rows(problem), rows - left, problem.weights
        ),
        models=models_met(policy, name, output, whole, beside),
    )


def _with_people(policy: Policy, name: str, table: pa.Table) -> pa.Table:
    """``table`` with a number for each row's person, where the policy names a privacy unit."""
    unit = policy.unit_column(name)
    if unit is None:
        return table
    return table.append_column(UNIT, numbers_of(table.column(unit)))


def _value_rows(problem: Problem) -> Mapping[str, Ints]:
    """The source's rows by column and level-0 code."""
    (view,) = problem.views
    return {
        problem.columns[column].column: np.bincount(
            view.codes[:, n], view.rows, problem.columns[column].codes[0].size
        ).astype(np.int64)
        for n, column in enumerate(view.columns)
    }
