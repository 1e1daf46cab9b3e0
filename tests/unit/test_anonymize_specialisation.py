"""Parts that share no label: every part is a class, every class is enough, none is torn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import Diversity, Lines, SensitiveColumn, TCloseness
from veilflow.anonymize.base_node import SKETCH, ClassSketches, entropy_path
from veilflow.anonymize.neighbour_bound import NeighbourBound
from veilflow.anonymize.part_figures import PartCost, least_leaves, part_figures
from veilflow.anonymize.part_values import PartColumn
from veilflow.anonymize.part_work import Locator, PartRule
from veilflow.anonymize.specialisation import Parts, specialise
from veilflow.hierarchy import CsvHierarchy, HierarchyTable, PrefixHierarchy, materialize

LETTERS = CsvHierarchy(
    (("a", "ab", "*"), ("b", "ab", "*"), ("c", "cd", "*"), ("d", "cd", "*"), ("e", "e", "*"))
)
CODES = PrefixHierarchy((3, 2, 1))


def column(hierarchy: CsvHierarchy | PrefixHierarchy, values: Sequence[str]) -> HierarchyTable:
    return materialize(hierarchy, "column", values)


TABLES = (
    column(LETTERS, ["a", "b", "c", "d", "e"]),
    column(CODES, ["111", "112", "121", "211", "212", "221"]),
)
HIGH = [table.levels - 1 for table in TABLES]
LINES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(1, 4), st.booleans()),
    min_size=1,
    max_size=60,
    unique_by=lambda line: line[:2],
)
Line = tuple[int, int, int, bool]


def arrays(lines: list[Line]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], ...]:
    codes = np.array([line[:2] for line in lines], dtype=np.int32)
    rows = np.array([line[2] for line in lines], dtype=np.int64)
    units = np.array([line[2] * line[3] for line in lines], dtype=np.int64)
    return codes, rows, units


def labels(parts: Parts, codes: npt.NDArray[np.int32]) -> list[tuple[str | None, ...]]:
    found = []
    for part, line in zip(parts.part, codes, strict=True):
        each = zip(TABLES, parts.levels[part], line, strict=True)
        found.append(tuple(t.labels[level][t.codes[level][code]] for t, level, code in each))
    return found


@settings(max_examples=1_000, deadline=None)
@given(LINES, st.integers(1, 6))
def test_parts_are_classes_and_have_enough(lines: list[Line], least: int) -> None:
    codes, rows, units = arrays(lines)
    parts = specialise(TABLES, codes, rows, units, least, [0, 0], HIGH)
    seen = labels(parts, codes)
    assert len(set(zip(seen, parts.part.tolist(), strict=True))) == len(set(seen))
    assert len(set(seen)) == parts.levels.shape[0]
    if units.sum() >= least:
        assert np.bincount(parts.part, units).min() >= least
    else:
        assert parts.levels.shape[0] == 1


@settings(max_examples=300, deadline=None)
@given(LINES, st.randoms())
def test_the_order_of_lines_changes_no_label(lines: list[Line], random) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    found = []
    for some in (lines, shuffled):
        codes, rows, units = arrays(some)
        parts = specialise(TABLES, codes, rows, units, 3, [0, 0], HIGH)
        found.append(dict(zip([line[:2] for line in some], labels(parts, codes), strict=True)))
    assert found[0] == found[1]


def test_levels_stay_within_their_bounds() -> None:
    codes = np.array([(a, b) for a in range(5) for b in range(6)], dtype=np.int32)
    rows = np.full(30, 9)
    parts = specialise(TABLES, codes, rows, rows, 2, [1, 0], [1, 2])
    assert parts.levels[:, 0].tolist() == [1] * parts.levels.shape[0]
    assert parts.levels[:, 1].max() == 0, "every combination is common enough"
    rare = specialise(TABLES, codes, rows, rows, 1_000, [1, 0], [1, 2])
    assert rare.levels.shape[0] == 6, "what differs at the highest levels is apart from the start"


def test_parts_that_are_small_enough_work_are_left_whole() -> None:
    codes = np.array([(a, b) for a in range(5) for b in range(6)], dtype=np.int32)
    rows, lines = np.full(30, 9), np.full(30, 10)
    parts = specialise(TABLES, codes, rows, rows, 2, [0, 0], HIGH, lines=lines, enough=100)
    work = np.bincount(parts.part, lines)
    assert work.max() <= 100
    assert parts.levels.shape[0] < 30


def test_a_column_without_weight_is_not_specialised() -> None:
    codes = np.array([(a, b) for a in range(5) for b in range(6)], dtype=np.int32)
    rows = np.full(30, 9)
    parts = specialise(TABLES, codes, rows, rows, 2, [0, 0], HIGH, weights=[0.0, 1.0])
    assert parts.levels.tolist() == [[2, 0]] * 6


def test_a_part_is_recoded_line_by_line() -> None:
    codes = [np.array([0, 0, 1, 4], dtype=np.int32), np.array([0, 0, 0, 0], dtype=np.int32)]
    rule = PartRule(TABLES, 3, (0, 0), None)
    rows = np.array([2, 1, 2, 3])
    levels, owner, holds = rule.recode(codes, rows, rows, HIGH)
    assert holds.all()
    assert owner.tolist() == [owner[0], owner[0], owner[0], owner[3]]
    assert owner[3] != owner[0]
    assert levels.tolist() == [[1, 0], [1, 0], [1, 0], [0, 0]], "b is too rare to stand alone"


@given(st.integers(0, 2**32), st.integers(2, 6), st.floats(0.1, 0.6))
def test_what_leaves_and_what_stays_hold_every_model(seed: int, k: int, t: float) -> None:
    """Of a part that is a fifth of the table: t is measured against the whole, l within."""
    random = np.random.default_rng(seed)
    codes = [random.integers(0, n, 60).astype(np.int32) for n in (5, 6)]
    texts = pa.array([("a", "b", None)[n] for n in random.choice(3, 60, p=[0.6, 0.3, 0.1])])
    people = random.integers(1, 3, 60)
    ill = SensitiveColumn(
        "ill",
        Lines(np.zeros(3, np.int64), np.arange(3, dtype=np.int32), np.array([180, 90, 30])),
        3,
    )
    column = PartColumn.of_table(ill, pa.array(["a", "b", None]))
    models = (TCloseness("ill", t), Diversity("ill", 2, "distinct"))
    rule = PartRule(TABLES, k, (0, 0), None, models=models, columns=(column,))
    levels, owner, holds = rule.recode(codes, people, people, HIGH, [texts])
    shown: dict[tuple[int, ...], Counter[str | None]] = defaultdict(Counter)
    for n, value in enumerate(texts.to_pylist()):
        labels = (TABLES[c].codes[levels[n, c]][codes[c][n]] for c in range(2))
        place = (*levels[n], *map(int, labels))
        shown[place][value] += int(people[n])
    failing = {tuple(levels[~holds][0])} if not holds.all() else set()
    for place, held in shown.items():
        total = held.total()
        apart = sum(abs(held[v] / total - p) for v, p in WHOLE.items()) / 2
        fine = total >= k and apart <= t + 1e-9 and len(held) >= 2
        assert fine or place[:2] in failing
    # Nobody is left out but with the part as a whole.
    assert holds.all() or (not holds.any() and levels.tolist() == [HIGH] * 60)
    assert len(np.unique(owner)) == len(shown)


WHOLE = {"a": 0.6, "b": 0.3, None: 0.1}


class TestBaseNode:
    counts = (np.array([8, 4, 2, 1, 1]), np.array([4, 4, 4, 2, 1, 1]))

    def test_the_path_goes_up_step_by_step(self) -> None:
        path = entropy_path(TABLES, self.counts, (0, 0), (2, 3))
        assert path[0] == (0, 0)
        assert path[-1] == (2, 3)
        steps = [sum(b) - sum(a) for a, b in zip(path, path[1:], strict=False)]
        assert steps == [1] * 5

    @settings(max_examples=200, deadline=None)
    @given(LINES, st.integers(0, 60))
    def test_few_classes_are_counted_exactly_in_any_partition(
        self, lines: list[Line], cut: int
    ) -> None:
        codes, _, _ = arrays(lines)
        path = entropy_path(TABLES, self.counts, (0, 0), (2, 3))
        whole = ClassSketches(TABLES, path)
        for piece in (codes[:cut], codes[cut:]):
            part = whole.empty()
            part.add([piece[:, 0], piece[:, 1]])
            whole.merge(enumerate(part.smallest))
        expected = []
        for levels in path:
            lifted = [t.codes[n][codes[:, c]] for c, (t, n) in enumerate(zip(TABLES, levels))]  # noqa: B905
            expected.append(float(len(set(zip(*lifted, strict=True)))))
        assert whole.classes() == expected

    def test_many_classes_are_estimated(self) -> None:
        values = [f"{n:05}" for n in range(40_000)]
        table = column(PrefixHierarchy((5, 4)), values)
        sketches = ClassSketches([table], [(0,), (1,), (2,)])
        sketches.add([np.arange(40_000, dtype=np.int32)])
        fine, coarse, root = sketches.classes()
        assert fine == pytest.approx(40_000, rel=6 / SKETCH**0.5)
        assert coarse == pytest.approx(4_000, rel=6 / SKETCH**0.5)
        assert root == 1


def test_a_locator_finds_each_class() -> None:
    classes = np.array([(a, b) for a in range(3) for b in range(4)], dtype=np.int32)
    locator = Locator(TABLES, (1, 1), classes)
    codes = [np.array([0, 1, 2, 4]), np.array([0, 1, 3, 5])]
    expected = [
        4 * TABLES[0].codes[1][a] + TABLES[1].codes[1][b] for a, b in zip(*codes, strict=True)
    ]
    assert locator.locate(codes).tolist() == expected


class TestFigures:
    rows = (np.array([5, 5, 5, 5, 5]), np.array([5, 5, 5, 5, 5, 0]))

    def test_nothing_generalised_is_nothing_lost(self) -> None:
        figures = part_figures(TABLES, PartCost((25, 25), 25, 5, 125), 25)
        assert figures["loss"] == pytest.approx(0)
        assert figures["granularity_quality"] == pytest.approx(1)
        assert figures["discernibility"] == 125

    def test_everything_suppressed_is_everything_lost(self) -> None:
        figures = part_figures(TABLES, PartCost((0, 0), 0, 0, 0), 25)
        assert figures["loss"] == pytest.approx(1)
        assert figures["granularity_quality"] == pytest.approx(0)
        assert figures["discernibility"] == 25 * 25

    def test_half_way_by_hand(self) -> None:
        # Letters at level 1: 4 of 5 rows count 2 leaves of 5; codes as they are, of 6 leaves.
        figures = part_figures(TABLES, PartCost((9, 5), 5, 5, 5), 5)
        assert figures["loss"] == pytest.approx((1 + 4 / 20) ** 0.5 - 1)
        raw, least = (9 / 25 + 1 / 6) / 2, (1 / 5 + 1 / 6) / 2
        assert figures["granularity_quality"] == pytest.approx(1 - (raw - least) / (1 - least))

    def test_the_bound_is_the_finest_common_label(self) -> None:
        units = (np.array([5, 5, 1, 1, 5]), np.array([5, 1, 5, 5, 5, 5]))
        bound = least_leaves(TABLES, units, units, 5, [0, 0])
        # c and d only reach 5 at the root; 112 shares two leaves with 111, which stays alone.
        assert bound.leaves == (5 + 5 + 5 + 5 + 5, 5 + 2 + 5 + 5 + 5 + 5)

    @settings(max_examples=300, deadline=None)
    @given(LINES, st.integers(1, 4))
    def test_no_recoding_undercuts_the_bound(self, lines: list[Line], k: int) -> None:
        codes, rows, _ = arrays(lines)
        if rows.sum() < k:
            return
        counts = [np.bincount(codes[:, n], rows, len(t.labels[0])) for n, t in enumerate(TABLES)]
        counts = [count.astype(np.int64) for count in counts]
        bound = least_leaves(TABLES, counts, counts, k, [0, 0])
        parts = specialise(TABLES, codes, rows, rows, k, [0, 0], HIGH)
        for n, table in enumerate(TABLES):
            under = np.stack([table.leaves[m][table.codes[m]] for m in range(table.levels)])
            spent = int(under[parts.levels[parts.part, n], codes[:, n]] @ rows)
            assert spent >= bound.leaves[n]


class TestNeighbourBound:
    def bound(self, lines: list[Line], k: int, cut: int = 0) -> float:
        codes, rows, _ = arrays(lines)
        whole = NeighbourBound(TABLES, codes, k, [0, 0], HIGH)
        for piece in (slice(None, cut), slice(cut, None)):
            part = whole.empty()
            part.add([codes[piece, 0], codes[piece, 1]], rows[piece])
            whole.merge(part.nearest)
        return whole.least_loss(rows)

    @settings(max_examples=300, deadline=None)
    @given(LINES, st.integers(1, 4), st.integers(0, 60))
    def test_no_recoding_undercuts_it(self, lines: list[Line], k: int, cut: int) -> None:
        codes, rows, _ = arrays(lines)
        if rows.sum() < k:
            return
        parts = specialise(TABLES, codes, rows, rows, k, [0, 0], HIGH)
        leaves = []
        for n, table in enumerate(TABLES):
            under = np.stack([table.leaves[m][table.codes[m]] for m in range(table.levels)])
            leaves.append(int(under[parts.levels[parts.part, n], codes[:, n]] @ rows))
        total = int(rows.sum())
        figures = part_figures(TABLES, PartCost(tuple(leaves), total, 0, 0), total)
        assert self.bound(lines, k, cut) <= figures["loss"] + 1e-9
        assert self.bound(lines, k, cut) == self.bound(lines, k, 0)

    def test_two_rows_that_meet_at_the_root_lose_everything_there(self) -> None:
        assert self.bound([(0, 0, 1, True), (4, 0, 1, True)], 2) == pytest.approx(2**0.5 - 1)

    def test_who_is_k_already_loses_nothing(self) -> None:
        assert self.bound([(0, 0, 3, True), (4, 5, 3, True)], 3) == 0
