"""Hiding single cells where full-domain generalisation would leave rows out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import Problem, choose
from veilflow.anonymize.recoded import class_rows, recoded_figures
from veilflow.errors import ReleaseRefused

from tests.unit.test_anonymize_models import Row, rows_drawn, tables, view


@settings(max_examples=150)
@given(rows=rows_drawn, k=st.integers(2, 3), limit=st.sampled_from([0.0, 0.3, 1.0]))
def test_cells_are_at_the_chosen_level_or_hidden(rows: list[Row], k: int, limit: float) -> None:
    problem = Problem(tables(), (view(rows),), k, limit)
    try:
        whole = choose(problem)
    except ReleaseRefused:
        return
    found = choose(problem, "cell_suppression")
    recoding = found.recodings["people"]
    kept = recoding.levels[~recoding.suppressed]
    tops = [table.levels - 1 for table in problem.columns]
    assert np.all((kept == whole.solution.levels) | (kept == tops))
    assert class_rows(problem, recoding).min(initial=k) >= k
    # No less is told than by leaving the rows out, and no more rows are left out.
    _, _, before = recoded_figures(problem, whole.recodings["people"])
    assert found.solution.figures["granularity_quality"] >= before["granularity_quality"] - 1e-12
    assert found.solution.suppressed_rows <= whole.solution.suppressed_rows


def test_rows_that_would_be_left_out_keep_what_they_can() -> None:
    rows: list[Row] = [(n // 5, 0, n % 4) for n in range(20)] + [(4, 1, 0), (5, 1, 1), (6, 1, 2)]
    problem = Problem(tables(), (view(rows),), 3, 0.2, max_levels=(3, 1))
    assert choose(problem).solution.suppressed_rows == (3,)
    found = choose(problem, "cell_suppression")
    assert found.solution.suppressed_rows == (0,)
    # The three share their sex, which they keep; each has an age of its own, which is hidden.
    assert found.recodings["people"].levels[-3:].tolist() == [[3, 0]] * 3
