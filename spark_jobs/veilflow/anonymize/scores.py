"""Every objective's figure at one node, whatever the search made least.

The search's own account of its result. What the evidence and the report say is recomputed from the
output by ``veilflow.risk``, which shares no code with this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veilflow.anonymize.loss import Loss, added_leaves
from veilflow.anonymize.objective import Levels, Outcome
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.shares import ColumnLeaves

__all__ = ["figures"]


def figures(problem: Problem, levels: Levels, outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """``loss``, ``granularity_quality``, ``discernibility`` and ``average_class_size``."""
    loss = Loss(problem)
    rows = sum(view.total_rows for view in problem.views)
    classes = sum(found.classes + (found.suppressed > 0) for found in outcomes)
    each = zip(problem.views, outcomes, strict=True)
    return {
        "loss": loss.score(loss.cost(levels, outcomes)),
        "granularity_quality": _granularity_quality(problem, levels, outcomes),
        "discernibility": sum(f.squares + f.suppressed * view.total_rows for view, f in each),
        "average_class_size": rows / classes if classes else 0.0,
    }


def _granularity_quality(problem: Problem, levels: Levels, outcomes: Sequence[Outcome]) -> float:
    """1 - (mean share - its least) / (1 - its least), over the columns that have rows."""
    columns = ColumnLeaves(problem)
    added = added_leaves(problem.views, outcomes, len(levels))
    raw, least = [], []
    for n, level in enumerate(levels):
        if columns.rows[n]:
            leaves = max(columns.leaves[n], 1)
            cells = columns.rows[n] * leaves
            raw.append((columns.excess[n][level] + columns.rows[n] + added[n]) / cells)
            least.append(1 / leaves)
    if not raw or sum(least) == len(least):
        return 1.0
    mean = sum(least) / len(least)
    return 1 - (sum(raw) / len(raw) - mean) / (1 - mean)
