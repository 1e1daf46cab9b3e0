"""Order through likeness: what is found, what random orders never show, what is out of reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from veilflow.errors import UsageError
from veilflow.risk.alike_order_attack import alike_order_attack, standard_errors

ERROR_RATE = 1e-9

Ints = npt.NDArray[np.int64]


def kinds(rows: int, different: int, seed: int = 1) -> Ints:
    return np.random.default_rng(seed).integers(0, different, rows)


def shuffled(rows: Ints, seed: int = 2) -> Ints:
    return np.random.default_rng(seed).permutation(rows)


def stretches(rows: Ints, count: int) -> list[Ints]:
    return [np.asarray(part) for part in np.array_split(rows, count)]


@pytest.mark.parametrize(
    ("case", "rows", "different"),
    [
        ("twenty rows, all different", 20, 20),
        ("twenty rows of four kinds", 20, 4),
        ("a thousand rows of thirty kinds", 1000, 30),
        ("many rows, nearly all different", 50_000, 40_000),
        ("many rows of few kinds", 50_000, 12),
    ],
)
def test_the_source_s_order_and_its_reverse(case: str, rows: int, different: int) -> None:
    source = kinds(rows, different)
    for output in (source, source[::-1]):
        found = alike_order_attack(source, output)
        assert found.p_value <= ERROR_RATE
        assert found.smallest_p_value == pytest.approx(found.p_value)
    assert alike_order_attack(source, shuffled(source)).p_value > 1e-4


def test_rows_may_be_missing() -> None:
    source = kinds(20_000, 3000)
    kept = np.random.default_rng(3).random(source.size) < 0.8
    assert alike_order_attack(source, source[kept]).p_value <= ERROR_RATE
    assert alike_order_attack(source, shuffled(source[kept])).p_value > 1e-4


def test_rows_of_unknown_kinds_are_left_out() -> None:
    source = kinds(1000, 100)
    found = alike_order_attack(source, np.concatenate([np.arange(500, 700), source]))
    assert (found.rows, found.groups) == (1000, 100)
    assert found.p_value <= ERROR_RATE


def test_stretches_that_stayed_together() -> None:
    source = kinds(20_000, 5000)
    parts = stretches(source, 16)
    order = np.random.default_rng(4).permutation(16)
    found = alike_order_attack(source, np.concatenate([parts[i] for i in order]))
    assert found.p_value <= ERROR_RATE


def test_files_that_each_keep_the_order() -> None:
    """As rows come that were dealt out to partitions and not sorted in them."""
    source = kinds(3000, 2000)
    files = np.arange(source.size) % 8
    order = np.argsort(files, kind="stable")
    assert alike_order_attack(source, source[order], files[order]).p_value <= ERROR_RATE


def test_files_that_hold_parts_of_the_source() -> None:
    """An unshuffled split: in each file the rows are shuffled, but whose they are is told."""
    source = kinds(3000, 1000)
    parts = [shuffled(part) for part in stretches(source, 4)]
    files = np.repeat(np.arange(4), [part.size for part in parts])
    output = np.concatenate([parts[i] for i in (2, 0, 3, 1)])
    assert alike_order_attack(source, output, files).p_value <= ERROR_RATE


def test_random_orders_of_odd_tables_show_nothing() -> None:
    """Few telling rows among many that aren't: their places are far from normal. Of 600 tables the
    smallest p-value is below 1e-6 by chance once in 1,600 tests."""
    rng = np.random.default_rng(5)
    smallest = 1.0
    for _ in range(600):
        rows, few = int(rng.integers(30, 4000)), int(rng.integers(1, 12))
        rare = rng.random(rows) < rng.integers(1, 40) / rows
        source = np.where(rare, rng.integers(100, 10**6, rows), rng.integers(0, few, rows))
        files = np.sort(rng.integers(0, int(rng.integers(1, 9)), rows))
        kept = rng.permutation(rows)[: int(rows * 0.95)]
        found = alike_order_attack(source, source[kept], files[: kept.size])
        smallest = min(smallest, found.p_value)
    assert smallest > 1e-6


@pytest.mark.parametrize(
    ("case", "source", "output"),
    [
        ("nothing", [], []),
        ("no source", [], [1, 2, 3]),
        ("no output", [1, 2, 3], []),
        ("two rows", [1, 2], [1, 2]),
        ("all alike", [7] * 100, [7] * 100),
        ("nothing in common", [1, 2, 3], [4, 5, 6]),
    ],
)
def test_where_nothing_can_be_told(case: str, source: list[int], output: list[int]) -> None:
    given = np.array(source, dtype=np.int64), np.array(output, dtype=np.int64)
    found = alike_order_attack(*given, np.zeros(len(output), dtype=np.int64))
    assert (found.p_value, found.rank_correlation) == (1.0, 0.0)


def test_too_few_rows_to_tell() -> None:
    found = alike_order_attack(kinds(12, 3), kinds(12, 3))
    assert found.smallest_p_value > ERROR_RATE


def test_bad_input() -> None:
    with pytest.raises(UsageError, match="files"):
        alike_order_attack([1, 2], [1, 2], [0])
    with pytest.raises(UsageError, match="whole numbers"):
        alike_order_attack([0.5], [1])


@pytest.mark.parametrize(
    ("p_value", "errors"),
    [(1.0, 0.0), (0.05, 1.959964), (1e-9, 6.109410), (0.0, 38.0), (1e-320, 38.0), (2.0, 0.0)],
)
def test_standard_errors(p_value: float, errors: float) -> None:
    """1.96 and 6.11: the normal distribution's quantiles, from tables."""
    assert standard_errors(p_value) == pytest.approx(errors, abs=1e-6)
