"""The search under every privacy model and objective, against a plain count over all nodes."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import (
    BetaLikeness,
    DeltaDisclosure,
    DeltaPresence,
    Diversity,
    KMap,
    Lines,
    Problem,
    SensitiveColumn,
    TCloseness,
    View,
    recoding_of,
    solve,
)
from veilflow.anonymize.kmap import Estimator, smallest_sample_class
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.hierarchy import CsvHierarchy, HierarchyTable, materialize
from veilflow.risk import estimated_class_size

AGES = CsvHierarchy(tuple((str(n), f"{n // 2 * 2}+", f"{n // 4 * 4}+", "*") for n in range(8)))
SEXES = CsvHierarchy((("f", "*"), ("m", "*")))
ILLS = CsvHierarchy((("flu", "lung", "*"), ("cold", "lung", "*"), ("gout", "joint", "*"),
                     ("sprain", "joint", "*")))  # fmt: skip
HIERARCHIES = (AGES, SEXES)
Row = tuple[int, int, int]
Judge = Callable[[list[Row], list[Row], int], bool]


def tables() -> tuple[HierarchyTable, ...]:
    return tuple(
        materialize(h, name, [row[0] for row in h.rows])
        for h, name in zip(HIERARCHIES, ("age", "sex"), strict=True)
    )


def view(rows: Sequence[Row], others: Sequence[Row] = ()) -> View:
    """A view of ``rows``; ``others`` are in the population alone."""
    combos = sorted({row[:2] for row in rows}) + sorted(
        {row[:2] for row in others} - {row[:2] for row in rows}
    )
    place = {combo: n for n, combo in enumerate(combos)}
    held = Counter((place[row[:2]], row[2]) for row in rows)
    lines = Lines(
        np.array([owner for owner, _ in held], dtype=np.int64),
        np.array([value for _, value in held], dtype=np.int32),
        np.array(list(held.values()), dtype=np.int64),
    )
    ills = materialize(ILLS, "ill", [row[0] for row in ILLS.rows])
    population = Counter(place[row[:2]] for row in (*rows, *others))
    counts = Counter(place[row[:2]] for row in rows)
    return View(
        name="people",
        columns=(0, 1),
        own=(0, 1),
        codes=np.array(combos, dtype=np.int32).reshape(-1, 2),
        rows=np.array([counts[n] for n in range(len(combos))], dtype=np.int64),
        sensitive=(SensitiveColumn("ill", lines, 4, np.arange(4), ills),),
        population=np.array([population[n] for n in range(len(combos))], dtype=np.int64)
        if others
        else None,
    )


def shares(rows: list[Row]) -> list[float]:
    counts = Counter(row[2] for row in rows)
    return [counts[value] / len(rows) for value in range(4)]


def tree_distance(q: list[float], p: list[float]) -> float:
    """By hand for four leaves under two inner nodes: what can't stay inside a node travels on."""
    d = [a - b for a, b in zip(q, p, strict=True)]
    inner = [d[0] + d[1], d[2] + d[3]]
    low = min(max(d[0], 0) + max(d[1], 0), max(-d[0], 0) + max(-d[1], 0))
    low += min(max(d[2], 0) + max(d[3], 0), max(-d[2], 0) + max(-d[3], 0))
    return low / 2 + min(sum(max(x, 0) for x in inner), sum(max(-x, 0) for x in inner))


def entropy(q: list[float]) -> float:
    return -sum(x * math.log(x) for x in q if x)


def is_recursive(rows: list[Row], c: float, ell: int) -> bool:
    counts = sorted(Counter(row[2] for row in rows).values(), reverse=True)
    return bool(counts) and counts[0] < c * sum(counts[ell - 1 :])


# Name, the model, and by hand whether a class (of all rows, and how many of the population) has it.
MODELS: list[tuple[str, object, Judge]] = [
    ("distinct", Diversity("ill", 2), lambda c, a, n: len({r[2] for r in c}) >= 2),
    ("entropy", Diversity("ill", 2, "entropy"),
     lambda c, a, n: entropy(shares(c)) >= math.log(2) - 1e-9 and len(c) >= 2),
    ("recursive", Diversity("ill", 2, "recursive", 2.0),
     lambda c, a, n: is_recursive(c, 2.0, 2) and len(c) >= 2),
    ("t equal", TCloseness("ill", 0.3),
     lambda c, a, n: sum(abs(x - y) for x, y in zip(shares(c), shares(a), strict=True)) / 2
     <= 0.3 + 1e-12),
    ("t ordered", TCloseness("ill", 0.2, "ordered"),
     lambda c, a, n: sum(
         abs(sum(shares(c)[: i + 1]) - sum(shares(a)[: i + 1])) for i in range(4)) / 3
     <= 0.2 + 1e-12),
    ("t hierarchical", TCloseness("ill", 0.2, "hierarchical"),
     lambda c, a, n: tree_distance(shares(c), shares(a)) <= 0.2 + 1e-12),
    ("basic beta", BetaLikeness("ill", 1.0, enhanced=False),
     lambda c, a, n: all((x - y) / y <= 1.0 for x, y in zip(shares(c), shares(a), strict=True)
                         if x)),
    ("enhanced beta", BetaLikeness("ill", 1.0),
     lambda c, a, n: all((x - y) / y <= min(1.0, -math.log(y))
                         for x, y in zip(shares(c), shares(a), strict=True) if x)),
    ("delta disclosure", DeltaDisclosure("ill", 1.0),
     lambda c, a, n: all(abs(math.log2(x / y)) < 1.0
                         for x, y in zip(shares(c), shares(a), strict=True) if x)),
    ("k-map", KMap(3), lambda c, a, n: n >= 3),
    ("presence", DeltaPresence(0.0, 0.7), lambda c, a, n: len(c) / n <= 0.7),
]  # fmt: skip
OBJECTIVES = (
    "loss", "granularity", "discernibility", "average_class_size", "non_uniform_entropy"
)  # fmt: skip


@dataclass(frozen=True)
class Node:
    cost: float
    suppressed: int


def by_hand(
    rows: list[Row],
    others: list[Row],
    levels: tuple[int, ...],
    k: int,
    judge: Judge,
    objective: str,
) -> Node:
    """What one node costs, counted row by row."""

    def label(row: Row) -> tuple[str | None, ...]:
        return tuple(
            h.rows[code][level] for h, code, level in zip(HIERARCHIES, row[:2], levels, strict=True)
        )

    classes: dict[tuple[str | None, ...], list[Row]] = defaultdict(list)
    for row in rows:
        classes[label(row)].append(row)
    population = Counter(label(row) for row in (*rows, *others))
    kept = {
        key: held
        for key, held in classes.items()
        if len(held) >= k and judge(held, rows, population[key])
    }
    gone = [row for key, held in classes.items() if key not in kept for row in held]
    total = len(rows)
    if objective == "discernibility":
        cost = float(sum(len(c) ** 2 for c in kept.values()) + len(gone) * total)
    elif objective == "average_class_size":
        cost = total / (len(kept) + bool(gone)) if kept or gone else 0.0
    elif objective == "non_uniform_entropy":
        cost = 0.0
        for n in range(2):
            here = Counter(label(row)[n] for row in rows)
            values = Counter(row[n] for row in rows)
            cost += sum(math.log2(here[label(row)[n]] / values[row[n]]) for row in rows)
            lost = Counter(label(row)[n] for row in gone)
            cost += sum(math.log2(len(gone) / lost[label(row)[n]]) for row in gone)
    else:
        cost = _shares(kept, gone, levels, total, objective)
    return Node(cost, len(gone))


def _shares(
    kept: dict[tuple[str | None, ...], list[Row]],
    gone: list[Row],
    levels: tuple[int, ...],
    total: int,
    objective: str,
) -> float:
    product, mean = 1.0, 0.0
    for n, h in enumerate(HIERARCHIES):
        leaves = len(h.rows)
        under = Counter(row[levels[n]] for row in h.rows)
        shares = len(gone) + sum(len(c) * under[key[n]] / leaves for key, c in kept.items())
        product *= 1 + max(0.0, (shares - total / leaves) / (total - total / leaves))
        mean += shares / total / 2
    return mean if objective == "granularity" else product**0.5 - 1


rows_drawn = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=14
)


@settings(max_examples=400, deadline=None)
@given(
    rows=rows_drawn,
    others=rows_drawn,
    model=st.sampled_from(MODELS),
    objective=st.sampled_from(OBJECTIVES),
    k=st.integers(1, 3),
    limit=st.sampled_from([0.0, 0.2, 0.5, 1.0]),
)
def test_the_search_finds_the_least_cost_of_all_nodes(
    rows: list[Row],
    others: list[Row],
    model: tuple[str, object, Judge],
    objective: str,
    k: int,
    limit: float,
) -> None:
    _, asked, judge = model
    problem = Problem(
        tables(),
        (view(rows, others),),
        k,
        limit,
        models=(asked,),
        objective=objective,  # type: ignore[arg-type]
    )
    allowed = math.floor(limit * len(rows))
    nodes = {
        levels: by_hand(rows, others, levels, k, judge, objective)
        for levels in itertools.product(range(4), range(2))
    }
    feasible = {levels: node for levels, node in nodes.items() if node.suppressed <= allowed}
    try:
        found = solve(problem)
    except ReleaseRefused:
        # Where no class at all can hold the models, not even suppressing everything will do.
        diverse = isinstance(asked, Diversity) and len({row[2] for row in rows}) < asked.l
        assert not feasible or len(rows) < problem.least_units or diverse
        return
    least = min(node.cost for node in feasible.values())
    assert found.levels in feasible
    assert feasible[found.levels].cost == pytest.approx(least, abs=1e-6)
    assert found.score == pytest.approx(least, abs=1e-6)
    assert found.suppressed_rows == (nodes[found.levels].suppressed,)
    recoding = recoding_of(problem, found, "people")
    gone = problem.views[0].rows[recoding.suppressed].sum()
    assert gone == found.suppressed_rows[0]
    assert np.array_equal(recoding.levels[0], found.levels)


@pytest.mark.parametrize("name", [name for name, _, _ in MODELS])
def test_two_models_suppress_what_either_suppresses(name: str) -> None:
    rows = [(n % 8, n % 2, (n * n) % 4) for n in range(40)]
    others = [(n % 8, n % 2, 0) for n in range(20)]
    by_name = {n: (model, judge) for n, model, judge in MODELS}
    model, judge = by_name[name]
    both = Problem(
        tables(),
        (view(rows, others),),
        2,
        1.0,
        models=(model, Diversity("ill", 2)),  # type: ignore[arg-type]
    )
    found = solve(both)

    def either(held: list[Row], every: list[Row], n: int) -> bool:
        return judge(held, every, n) and len({row[2] for row in held}) >= 2

    assert (
        by_hand(rows, others, found.levels, 2, either, "loss").suppressed
        == (found.suppressed_rows[0])
    )


def test_a_person_with_a_value_twice_counts_once_for_it() -> None:
    # One patient's three visits with the flu are one person, not three, to the class's values.
    one = Lines.from_triples(
        np.array([0, 1, 1, 1]), np.array([0, 0, 0, 1], np.int32), np.array([7, 7, 7, 8])
    )
    joined = one.joined(np.array([0, 0]), 1, 2)
    assert dict(zip(joined.value.tolist(), joined.counts.tolist(), strict=True)) == {0: 1, 1: 1}


@pytest.mark.parametrize(
    ("k", "fraction", "significance", "estimator", "least"),
    [
        # Poisson with mean 0.5: 0.607, 0.910, 0.986. ARX 3.9.2 adds two to the quantile, 2.
        (5, 0.1, 0.05, "poisson", 4),
        # Without the 0: 0.771, 0.964.
        (5, 0.1, 0.05, "zero_truncated_poisson", 3),
        (3, 0.5, 0.01, "poisson", 3),
        (9, 0.5, 0.0, "zero_truncated_poisson", 9),
        (5, 0.1, 0.05, "negative_binomial", 3),
        # Everybody is in the sample: its classes are the population's.
        (5, 1.0, 0.05, "negative_binomial", 5),
        # P(F < 2 | f = 1) is the chance that nobody else has the combination, here 0.1.
        (2, 0.1, 0.1, "negative_binomial", 1),
        (2, 0.1, 0.09, "negative_binomial", 2),
        # P(F < 3 | f = 1) = p + p (1 - p) = 0.19 for p = 0.1, and f = 2: p^2 = 0.01.
        (3, 0.1, 0.05, "negative_binomial", 2),
    ],
)
def test_how_large_a_sample_class_stands_for_k(
    k: int, fraction: float, significance: float, estimator: Estimator, least: int
) -> None:
    assert smallest_sample_class(k, fraction, significance, estimator) == least


@given(
    st.integers(1, 60),
    st.floats(0.001, 1),
    st.just(0.0) | st.floats(1e-9, 0.9),
    st.sampled_from(get_args(Estimator)),
)
def test_the_search_asks_for_as_many_as_the_judge(
    k: int, fraction: float, significance: float, estimator: Estimator
) -> None:
    asked = smallest_sample_class(k, fraction, significance, estimator)
    judged = estimated_class_size(k, fraction, significance=significance, estimator=estimator)
    assert asked == judged


@pytest.mark.parametrize("fraction", [0.0, 1.5, -1.0])
def test_an_impossible_sampling_fraction_is_refused(fraction: float) -> None:
    with pytest.raises(PolicyError, match="population.size"):
        smallest_sample_class(3, fraction, 0.05)


def test_the_average_risk_is_reached_by_leaving_out_the_smallest_classes() -> None:
    rows = [(n, 0, 0) for n in range(8) for _ in range(2 if n < 2 else 6)]
    problem = Problem(tables(), (view(rows),), 2, 0.2, max_levels=(0, 0), max_average_risk=1 / 6)
    found = solve(problem)
    assert found.suppressed_rows == (4,) and found.classes == (6,)
    tighter = Problem(tables(), (view(rows),), 2, 0.0, max_levels=(0, 0), max_average_risk=1 / 6)
    with pytest.raises(ReleaseRefused, match="average risk"):
        solve(tighter)
